package apply

import (
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/fsys"
	"github.com/keyform/keyform/providers/gateway"
	"github.com/keyform/keyform/providers/sqlstore"
	"github.com/keyform/keyform/providers/sqlstore/sqlstoretest"
)

// generation gives what stores of a world of this name lie in, "" for files.
func generation(home string) string {
	if strings.HasSuffix(home, "-sqlite") {
		return home
	}
	return ""
}

// toDatabases makes a fresh world one of a release whose credentials are rows: those of
// its files, which go. Agent "fresh" has a database without rows.
func (w *world) toDatabases(generation string) {
	w.t.Helper()
	release := sqlstoretest.R6
	w.rules = plan.Rules{Generation: generation, MainAgent: "main", SchemaAgent: 1, References: true}
	shared := filepath.Join(w.state, "state", "openclaw.sqlite")
	if generation == "shared-sqlite" {
		release = sqlstoretest.R9
		w.rules.MainAgent, w.rules.Coordinated, w.rules.OrderNeedsStore = "", true, true
		w.rules.SchemaState, w.rules.SchemaAgent = 18, 23
	}
	for i, ref := range w.refs {
		if ref.Kind != plan.AuthStore {
			continue
		}
		cells := w.cells(ref.Path)
		var err error
		if w.rules.MainAgent == "" && ref.Agent == "main" {
			ref = plan.StoreRef{Kind: plan.AuthStore, Path: shared, Label: "state/openclaw.sqlite"}
			err = sqlstoretest.MakeState(ref.Path, release, "state-db", cells)
		} else {
			ref.Path = filepath.Join(filepath.Dir(ref.Path), "openclaw-agent.sqlite")
			ref.Label = "agents/" + ref.Agent + "/agent/openclaw-agent.sqlite"
			err = sqlstoretest.MakeAgent(ref.Path, release, ref.Agent, cells)
		}
		if err != nil {
			w.t.Fatal(err)
		}
		if w.rules.Coordinated {
			ref.Coordinator = shared
		}
		w.refs[i] = ref
	}
	for i := range w.want {
		if w.want[i].store == "agent/main" {
			w.want[i].store = w.refs[0].Key()
		}
	}
	w.gp.Rules = w.rules
}

// cells takes a store's file for the two cells of a database.
func (w *world) cells(path string) sqlstore.Cells {
	w.t.Helper()
	b := w.content(path)
	if b == nil {
		return sqlstore.Cells{}
	}
	var all map[string]json.RawMessage
	if err := errors.Join(json.Unmarshal(b, &all), os.Remove(path)); err != nil {
		w.t.Fatal(err)
	}
	state := maps.Clone(all)
	maps.DeleteFunc(state, func(key string, _ json.RawMessage) bool { return key == "profiles" })
	maps.DeleteFunc(all, func(key string, _ json.RawMessage) bool { return key != "version" && key != "profiles" })
	var c sqlstore.Cells
	var err, stateErr error
	c.Store, err = json.Marshal(all)
	if len(state) > 1 {
		c.State, stateErr = json.Marshal(state)
	}
	if err := errors.Join(err, stateErr); err != nil {
		w.t.Fatal(err)
	}
	return c
}

// isDatabase tells where a store's content is rows.
func (w *world) isDatabase(ref plan.StoreRef) bool {
	return ref.Kind == plan.AuthStore && generation(w.rules.Generation) != ""
}

// stored is what a store holds.
func (w *world) stored(ref plan.StoreRef) gateway.Content {
	w.t.Helper()
	if !w.isDatabase(ref) {
		return gateway.Content{Store: w.content(ref.Path)}
	}
	c, err := gateway.ReadContent(w.t.Context(), gateway.Host{FS: fsys.OS{}}, ref, w.rules)
	if err != nil {
		w.t.Fatalf("%s: %v", ref.Label, err)
	}
	return c
}

// mustBeSound lets SQLite check every database. It checks copies: what a run left beside
// a database is for the next run to meet.
func (w *world) mustBeSound() {
	w.t.Helper()
	for _, ref := range w.refs {
		if !w.isDatabase(ref) {
			continue
		}
		copied := filepath.Join(fastDir(w.t), "copy")
		for _, suffix := range []string{"", "-wal", "-journal"} {
			b, err := os.ReadFile(ref.Path + suffix)
			if err == nil {
				err = os.WriteFile(copied+suffix, b, 0o600)
			}
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				w.t.Fatal(err)
			}
		}
		if err := sqlstoretest.Integrity(copied); err != nil {
			w.t.Errorf("%s: %v", ref.Label, err)
		}
		os.RemoveAll(filepath.Dir(copied))
	}
}

// remove removes the world's home, with the lock of its databases, which lies elsewhere.
func (w *world) remove() {
	w.t.Helper()
	for _, ref := range w.refs {
		if ref.Coordinator == "" {
			continue
		}
		lock, err := sqlstoretest.Coordinator(ref.Coordinator)
		if err == nil {
			err = os.Remove(lock)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			w.t.Error(err)
		}
	}
	if err := os.RemoveAll(filepath.Dir(w.state)); err != nil {
		w.t.Error(err)
	}
}

// onDatabases tells of an operation of fsys.Faulty that it is one on a database: a step
// of the transaction, not a file.
func onDatabases(op string) bool {
	step, _, _ := strings.Cut(op, " ")
	return slices.Contains(sqlstore.Ops(), sqlstore.Op(step))
}
