package sqlstore

import (
	"encoding/json"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"
)

// View is what Read found.
type View struct {
	// Exists is false when there is no database; then all else is zero.
	Exists bool
	// Version is its schema: user_version, or for State what the row
	// state.schema.contentVersion says when that is more (2026.9.3 on).
	Version int
	Cells
	// Location is what auth.sharedStore says: "state-db", "legacy-main", or "" when
	// there is no such row, which OpenClaw takes for legacy-main. State only.
	Location string
	// Supervised says that an external supervisor owns the state, and Manager which, ""
	// if the row is not as it should be. State only.
	Supervised bool
	Manager    string
	// Maintenance is until when the agents' databases are under maintenance; zero is
	// not at all. The lease may have run out: compare it with the clock. State only.
	Maintenance time.Time
	// Imports are the files that an import of OpenClaw's has read and not put aside. State
	// only.
	Imports []Import
	// Relocating says that the move of main's rows into this database has begun and is not
	// finished. State only.
	Relocating bool
	// Missing are the tables that hold cells but are not there. OpenClaw reads such a
	// database as one without those rows, and Hold refuses it.
	Missing []string
}

// Made tells that a database is there and something was made in it: OpenClaw makes its
// tables and its version in one transaction, and whoever was at it may have ended before.
func (v View) Made() bool { return v.Exists && (v.Version > 0 || len(v.Missing) == 0) }

const (
	// LocationState and LocationMain are the two values of View.Location.
	LocationState = "state-db"
	LocationMain  = "legacy-main"
)

// The rows of config_machine_state and state_leases that are read beside the cells.
const (
	rowLocation    = "auth.sharedStore"
	rowSupervision = "gateway.supervision"
	rowContent     = "state.schema.contentVersion"
	leaseScope     = "core:agent-database-maintenance"
	leaseKey       = "global"
)

// found is what a reader has taken from a database, before anything is made of it.
type found struct {
	version int
	// tables maps each wanted name that exists to the type of the object.
	tables map[string]string
	// meta is the row primary of schema_meta.
	hasMeta     bool
	role, agent string
	// rows are the values of config_machine_state by key, or for Agent the two cells by
	// the name of their table.
	rows map[string]value
	// imports are those of View, relocations the databases that rows are being moved from.
	imports     []Import
	relocations []string
	// lease is expires_at of the maintenance lease in milliseconds, 0 without one.
	lease int64
}

// value is one cell as it is stored.
type value struct {
	text []byte
	bad  bool // not a text
}

// judge makes a View of what was found, or says why it cannot be used. The View has
// what is known even then.
func (p Place) judge(f found) (View, error) {
	v := View{Exists: true, Version: f.version}
	if p.Kind == State {
		if content, err := f.content(p.Path); err != nil {
			return v, err
		} else if content > v.Version {
			v.Version = content
		}
	}
	if p.MaxVersion > 0 && v.Version > p.MaxVersion {
		return v, &VersionError{Path: p.Path, Version: v.Version, Known: p.MaxVersion}
	}
	if err := p.judgeMeta(f); err != nil {
		return v, err
	}
	store, state := p.Kind.tables()
	for _, t := range []table{store, state} {
		switch kind, there := f.tables[t.name]; {
		case !there:
			if len(v.Missing) == 0 || v.Missing[0] != t.name {
				v.Missing = append(v.Missing, t.name)
			}
		case kind != "table":
			return v, &ShapeError{Path: p.Path, What: "the table " + t.name}
		}
	}
	var err error
	if v.Store, err = f.cell(p, store); err != nil {
		return v, err
	}
	if v.State, err = f.cell(p, state); err != nil {
		return v, err
	}
	if p.Kind != State {
		return v, nil
	}
	if f.lease > 0 {
		v.Maintenance = time.UnixMilli(f.lease)
	}
	if row, there := f.rows[rowSupervision]; there {
		v.Supervised, v.Manager = true, parseSupervision(row)
	}
	v.Imports, v.Relocating = f.imports, slices.ContainsFunc(f.relocations, p.isMains)
	v.Location, err = f.location(p.Path)
	return v, err
}

// judgeMeta compares schema_meta with the place. A database without that row is taken
// as it is, as OpenClaw does.
func (p Place) judgeMeta(f found) error {
	e := &OwnerError{Path: p.Path, Role: f.role, Agent: f.agent, WantRole: p.Kind.role(), WantAgent: p.Agent}
	switch {
	case !f.hasMeta:
		return nil
	case f.role != e.WantRole:
		return e
	case p.Kind == Agent && p.Agent != "" && !strings.EqualFold(strings.TrimSpace(f.agent), p.Agent):
		return e
	}
	return nil
}

func (f found) cell(p Place, t table) ([]byte, error) {
	key := t.row
	if p.Kind == Agent {
		key = t.name
	}
	row, there := f.rows[key]
	if !there {
		return nil, nil
	}
	if row.bad {
		return nil, &ShapeError{Path: p.Path, What: "the row " + t.row + " of " + t.name}
	}
	return row.text, nil
}

// content reads state.schema.contentVersion: a whole number, absent before 2026.9.3.
func (f found) content(path string) (int, error) {
	row, there := f.rows[rowContent]
	if !there {
		return 0, nil
	}
	var n float64
	if row.bad || json.Unmarshal(row.text, &n) != nil || n != math.Trunc(n) || n < 0 || n > math.MaxInt32 {
		return 0, &ShapeError{Path: path, What: "the row " + rowContent}
	}
	return int(n), nil
}

// location reads auth.sharedStore, which has to be {"location": "state-db"} or
// {"location": "legacy-main"}; OpenClaw refuses anything else
// (parseSharedAuthStoreOwnership, 2026.9.6).
func (f found) location(path string) (string, error) {
	row, there := f.rows[rowLocation]
	if !there {
		return "", nil
	}
	var got map[string]any
	if !row.bad && json.Unmarshal(row.text, &got) == nil && len(got) == 1 {
		if s, _ := got["location"].(string); s == LocationState || s == LocationMain {
			return s, nil
		}
	}
	return "", &ShapeError{Path: path, What: "the row " + rowLocation}
}

var managerID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$`)

// parseSupervision gives the manager of gateway.supervision, "" when the row is not
// {"version":1,"mode":"external","managerId":..,"claimedAt":..} and nothing else
// (parseExternalOwnership, 2026.9.6).
func parseSupervision(row value) string {
	var got map[string]any
	if row.bad || json.Unmarshal(row.text, &got) != nil || len(got) != 4 {
		return ""
	}
	const latest = 864e13 // JavaScript's last moment
	version, _ := got["version"].(float64)
	mode, _ := got["mode"].(string)
	manager, _ := got["managerId"].(string)
	claimed, ok := got["claimedAt"].(float64)
	if version != 1 || mode != "external" || !managerID.MatchString(manager) ||
		!ok || claimed != math.Trunc(claimed) || claimed < 0 || claimed > latest {
		return ""
	}
	return manager
}
