package gateway

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/fsys"
	"github.com/keyform/keyform/providers/lock"
	"github.com/keyform/keyform/providers/product"
	"github.com/keyform/keyform/providers/sqlstore"
)

// database is the container of a store whose cells are rows: an agent's database, or
// the shared one.
type database struct {
	host  Host
	place sqlstore.Place
	// known is the newest form that is known, 0 where it is not asked for.
	known int
}

func openDatabase(host Host, ref plan.StoreRef, rules plan.Rules) *database {
	p := sqlstore.Place{
		Path: ref.Path, Kind: sqlstore.Agent, Agent: strings.TrimSuffix(ref.Agent, ownSuffix), MaxVersion: rules.SchemaAgent,
		Coordinated: rules.Coordinated, StatePath: ref.Coordinator, UID: host.UID, FS: host.FS,
	}
	if ref.Agent == "" {
		p.Kind, p.Agent, p.MaxVersion = sqlstore.State, "", rules.SchemaState
	}
	// Root may write for another user, who has to be able to go on with what it makes.
	if info, err := host.FS.Stat(filepath.Dir(ref.Path)); err == nil && host.UID >= 0 {
		if uid, _, ok := fsys.Owner(info); ok {
			p.UID = uid
		}
	}
	d := &database{host, p, p.MaxVersion}
	if rules.Newer {
		d.place.MaxVersion = 0 // it is only read
	}
	return d
}

// Read gives the rows, which are of one moment.
func (d *database) Read(ctx context.Context, parse func(Content) error) (Content, error) {
	c, _, err := d.read(ctx, parse)
	return c, err
}

// read is Read, which also tells that there is no database, or one with nothing in it: a
// command of the gateway's that was killed while it made it leaves that.
func (d *database) read(ctx context.Context, parse func(Content) error) (c Content, none bool, err error) {
	view, err := d.view(ctx)
	if err != nil {
		return Content{}, false, err
	}
	c = Content(view.Cells)
	return c, !view.Made(), parse(c)
}

// NoDatabase tells that the database of a store has yet to be made, by [Provision].
func NoDatabase(ctx context.Context, host Host, ref plan.StoreRef, rules plan.Rules) (bool, error) {
	_, none, err := openDatabase(host, ref, rules).read(ctx, func(Content) error { return nil })
	return none, err
}

// view reads the database. One of a form newer than known has to have the same tables.
func (d *database) view(ctx context.Context) (sqlstore.View, error) {
	view, err := sqlstore.Read(ctx, d.place)
	if err == nil && d.known > 0 && view.Version > d.known && len(view.Missing) > 0 {
		err = &sqlstore.VersionError{Path: d.place.Path, Version: view.Version, Known: d.known}
	}
	return view, err
}

// Hold takes the locks of the database. They end with the process, so there is none to
// announce.
func (d *database) Hold(ctx context.Context, o HoldOptions, f func(Held) error) error {
	if err := o.Announce(nil); err != nil {
		return &LockError{Err: err}
	}
	if err := d.sound(ctx); err != nil {
		return err
	}
	var inside error
	err := sqlstore.Hold(ctx, d.place, sqlstore.Options{
		Timeout: o.Timeout, Now: o.Now, Sleep: d.host.Sleep,
		Point:    func(op sqlstore.Op, path string) error { return fsys.Point(d.host.FS, string(op), path) },
		External: d.host.supervises(),
	}, func(tx *sqlstore.Tx) error {
		inside = f(&heldRows{tx, o.Live})
		return inside
	})
	var committed *sqlstore.CommittedError
	var busy *sqlstore.BusyError
	switch {
	case inside != nil && errors.Is(err, inside):
		return err
	case errors.As(err, &committed):
		return &LockError{Release: true, Err: err}
	case errors.As(err, &busy):
		return &LockError{Err: heldBy(busy)}
	}
	return err
}

// sound is an error where OpenClaw has put the database into quarantine, perhaps since the
// plan was made.
func (d *database) sound(ctx context.Context) error {
	if !d.place.Coordinated {
		return nil // such a release has none
	}
	state := d.place.StatePath
	if d.place.Kind == sqlstore.State {
		state = d.place.Path
	}
	quarantined, err := sqlstore.Quarantined(ctx, d.host.FS, state)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(quarantined, func(path string) bool { return d.host.same(d.place.Path, path) }) {
		return fmt.Errorf("%s: %s", d.place.Path, quarantineRefusal)
	}
	return nil
}

// heldBy says of a database what a lock beside a file says.
func heldBy(busy *sqlstore.BusyError) error {
	held := &lock.HeldError{Path: busy.Path}
	if len(busy.PIDs) > 0 {
		held.PID = busy.PIDs[0]
	}
	return held
}

// supervises tells that keyform runs for an external supervisor of the gateway, in the
// way in which OpenClaw 2026.9.6 tells its own commands.
func (h *Host) supervises() bool {
	return strings.TrimSpace(h.getenv("OPENCLAW_SUPERVISOR_MODE")) == "external"
}

// Clean has nothing to do: what is left of a killed write is for SQLite to undo, when
// the database is opened next.
func (d *database) Clean() error { return nil }

// heldRows are rows in a transaction of ours.
type heldRows struct {
	tx *sqlstore.Tx
	// live tells that the gateway runs.
	live bool
}

// Read gives the rows as the transaction has them.
func (h *heldRows) Read(_ context.Context, parse func(Content) error) (Content, error) {
	c := Content(h.tx.Cells())
	return c, parse(c)
}

// Swap replaces the rows that differ. They are in place when the transaction is.
func (h *heldRows) Swap(was, now Content) (placed bool, err error) {
	if !Content(h.tx.Cells()).Equal(was) {
		return false, ErrMoved
	}
	if err := h.tx.Claim(h.live); err != nil {
		return false, err
	}
	return false, h.tx.Replace(sqlstore.Cells(now))
}

// sharedStore finds out which store the agents share: the shared database's rows, or
// still those of main's own database, as the row auth.sharedStore says. Where there is
// neither yet, the gateway makes the former.
func (r *reader) sharedStore(ctx context.Context) error {
	if r.out.Rules.Generation != product.SharedTables {
		return nil
	}
	ref := plan.StoreRef{Kind: plan.AuthStore, Path: filepath.Join(r.place.stateDir, stateDatabase)}
	var err error
	if ref.Path, err = r.host.real(ref.Path); err != nil {
		return err
	}
	view, err := r.afterMaintenance(ctx, openDatabase(*r.host, ref, r.out.Rules))
	if err != nil {
		return err
	}
	if view.Location == sqlstore.LocationState || view.Location == "" && r.nothingInMain(ctx) {
		r.out.Rules.MainAgent = ""
		r.shared = &view
	}
	if r.quarantined, err = sqlstore.Quarantined(ctx, r.host.FS, ref.Path); err != nil {
		return err
	}
	r.warnQuarantine(ref.Path)
	r.relocating, r.importing = view.Relocating, view.Imports
	r.warnImports()
	switch {
	case view.Supervised && view.Manager == "":
		err := (&sqlstore.SupervisedError{Path: ref.Path}).Error()
		r.refusal = strings.ReplaceAll(err, r.place.stateDir, r.show(r.place.stateDir)) + "."
	case view.Supervised && !r.host.supervises():
		r.refusal = fmt.Sprintf("the state of this gateway is owned by the supervisor %q. Run keyform from there, with OPENCLAW_SUPERVISOR_MODE=external.", view.Manager)
	case r.inQuarantine(ref.Path):
		r.refusal = quarantineRefusal
	case view.Maintenance.After(r.host.now()):
		r.refusal = fmt.Sprintf("its databases are under maintenance by the gateway, until %s at the latest. Plan again then.", view.Maintenance.UTC().Format(time.RFC3339))
	}
	return nil
}

// afterMaintenance gives the shared database when the agents' are not under maintenance,
// for which it waits a little: an ordinary command of OpenClaw 2026.9.5 maintains them now
// and then, for a moment.
func (r *reader) afterMaintenance(ctx context.Context, d *database) (sqlstore.View, error) {
	for try := 1; ; try++ {
		view, err := d.view(ctx)
		if err != nil || !view.Maintenance.After(r.host.now()) || try >= aloneTries {
			return view, err
		}
		if err := r.pause(ctx); err != nil {
			return view, err
		}
	}
}

// nothingInMain tells that main's own database has no store, or is not there: then the
// first write to the shared store makes that the one in use, as a gateway does
// (initializeFreshSharedAuthStore of OpenClaw 2026.9.6). One that runs has decided.
func (r *reader) nothingInMain(ctx context.Context) bool {
	path := filepath.Join(r.place.stateDir, agentsDir, product.MainAgent, "agent", agentDatabase)
	if !r.host.exists(path) {
		return true
	}
	real, err := r.host.real(path)
	if err != nil || r.place.live != nil {
		return false
	}
	view, err := sqlstore.Read(ctx, openDatabase(*r.host, plan.StoreRef{Kind: plan.AuthStore, Agent: product.MainAgent, Path: real}, r.out.Rules).place)
	return err == nil && view.Store == nil && view.State == nil
}

// isDatabase tells that an error is one of package sqlstore, whose text is a whole
// sentence with the path in it.
func isDatabase(err error) bool {
	for _, target := range []any{
		new(*sqlstore.FileError), new(*sqlstore.OrphanError), new(*sqlstore.CorruptError), new(*sqlstore.DiskError), new(*sqlstore.BusyError), new(*sqlstore.VersionError),
		new(*sqlstore.OwnerError), new(*sqlstore.ShapeError), new(*sqlstore.RecoveryError), new(*sqlstore.UnreadyError),
	} {
		if errors.As(err, target) {
			return true
		}
	}
	return false
}
