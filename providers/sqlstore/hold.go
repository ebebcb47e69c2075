package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/keyform/keyform/providers/fsys"
)

// Options bring the seams of Hold.
type Options struct {
	// Timeout is how long to wait for whoever holds a lock; 0 tries once.
	Timeout time.Duration
	// External says that the caller acts for the external supervisor of the gateway's
	// state: OPENCLAW_SUPERVISOR_MODE is "external".
	External bool
	// Now and Sleep are the clock; nil is the real one.
	Now   func() time.Time
	Sleep fsys.Sleep
	// Point, when not nil, is called before each step with the database's path. An error
	// of it ends Hold as if the step had failed. Tests fail or kill the process there.
	Point func(op Op, path string) error
}

// Op names a step of Hold.
type Op string

// The steps, in their order. OpCoordinator is left out where there is none, OpStore and
// OpState where a cell stays as it is. From OpCommitted on the write stands.
const (
	OpCoordinator Op = "coordinator"
	OpBegin       Op = "begin"
	OpStore       Op = "store"
	OpState       Op = "state"
	OpCommit      Op = "commit"
	OpCommitted   Op = "committed"
	OpRelease     Op = "release"
)

// Ops gives all steps in their order.
func Ops() []Op {
	return []Op{OpCoordinator, OpBegin, OpStore, OpState, OpCommit, OpCommitted, OpRelease}
}

// Hold takes a database for writing, calls f, and commits, or rolls back when f gives an
// error, which it then returns. It waits with growing pauses for other holders, up to
// Timeout, and lets go of everything between two attempts; f is called at most once.
//
// Gateways that need the same locks give up after 5 s: f must not wait for anything.
//
// The errors are those of Read, and *MissingError, *UnreadyError, *SupervisedError,
// *MaintenanceError, *RelocationError, *BusyError, and *CommittedError for what failed after the commit.
func Hold(ctx context.Context, p Place, o Options, f func(*Tx) error) error {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Sleep == nil {
		o.Sleep = fsys.Pause
	}
	if p.Coordinated && p.state() == "" {
		return errors.New("sqlstore: a coordinated agent database needs the path of its state database")
	}
	if err := p.writable(ctx, o); err != nil {
		return err
	}
	const shortest, longest = 2 * time.Millisecond, 50 * time.Millisecond
	start, pause := o.Now(), shortest
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		a := &attempt{p: p, o: o, f: f, where: p.Path}
		err := a.run(ctx)
		switch {
		case err != nil && a.committed:
			return &CommittedError{Path: p.Path, Err: plain(p.Path, err)}
		case a.called || !transient(err):
			return plain(p.Path, err)
		}
		waited := o.Now().Sub(start)
		switch {
		case waited < o.Timeout:
		case errors.Is(err, errBusy):
			return &BusyError{Path: a.where, Waited: waited, PIDs: holders(p.fs(), a.where, a.where+"-shm")}
		default:
			return err
		}
		if err := o.Sleep(ctx, min(pause, o.Timeout-waited)); err != nil {
			return err
		}
		pause = min(pause*3/2, longest)
	}
}

// transient says that an attempt may go better later. SQLite also says that it may not
// write while this process has the database open for a Read elsewhere. Maintenance is not
// only "openclaw doctor": an ordinary command does it as well now and then, for a moment
// (seen with 2026.9.5).
func transient(err error) bool {
	return errors.Is(err, errBusy) || errors.Is(err, errReadOnly) || errors.As(err, new(*MaintenanceError))
}

// plain makes of errBusy an error for the caller.
func plain(path string, err error) error {
	if errors.Is(err, errBusy) {
		return &BusyError{Path: path}
	}
	return err
}

// attempt is one go at Hold.
type attempt struct {
	p Place
	o Options
	f func(*Tx) error
	// where is what is locked when it fails with errBusy.
	where string
	// called says that f was, committed that what it wrote stands.
	called, committed bool
}

func (a *attempt) run(ctx context.Context) error {
	var coordinator *conn
	if a.p.Coordinated {
		if err := a.o.point(OpCoordinator, a.p); err != nil {
			return err
		}
		path := a.p.coordinatorPath()
		var err error
		if coordinator, err = a.p.coordinate(path); err != nil {
			a.where = path
			return err
		}
	}
	err := a.p.admitted(ctx, a.o)
	if err == nil {
		err = a.transact(ctx)
	}
	if released := a.o.point(OpRelease, a.p); err == nil {
		err = released
	}
	if released := uncoordinate(coordinator); err == nil {
		err = released
	}
	return err
}

// writable refuses what is not to be written, before anything is opened for writing: on
// closing, SQLite would move into a refused database what a crash has left in its log.
// All of it is asked again once the locks are held.
func (p Place) writable(ctx context.Context, o Options) error {
	v, err := Read(ctx, p)
	switch {
	case errors.As(err, new(*RecoveryError)) || errors.As(err, new(*BusyError)):
		// Only a writer can tell.
	case err != nil:
		return err
	case !v.Exists:
		return &MissingError{Path: p.Path}
	default:
		if err := p.refuses(v, o); err != nil {
			return err
		}
	}
	info, err := p.plain(p.Path)
	if err != nil {
		return err
	}
	if uid, _, known := fsys.Owner(info); known && uid != p.UID {
		return &FileError{Path: p.Path, Reason: fmt.Sprintf("belongs to user %d, not to the gateway's user %d", uid, p.UID)}
	}
	if err := p.admitted(ctx, o); !errors.As(err, new(*MaintenanceError)) {
		return err // under maintenance it waits with a lock's patience
	}
	return nil
}

// refuses says why a database that can be read may not be written.
func (p Place) refuses(v View, o Options) error {
	if len(v.Missing) > 0 {
		return &UnreadyError{Path: p.Path, Missing: v.Missing}
	}
	if p.Kind != State {
		return nil
	}
	if v.Relocating {
		return &RelocationError{Path: p.Path}
	}
	return v.owned(p.Path, o)
}

func (o Options) point(op Op, p Place) error {
	if o.Point == nil {
		return nil
	}
	return o.Point(op, p.Path)
}

// admitted says whether the state database lets an agent's database be written: OpenClaw
// asks it when it opens one. The coordinator keeps the answer true.
func (p Place) admitted(ctx context.Context, o Options) error {
	if p.Kind != Agent || !p.Coordinated {
		return nil
	}
	v, err := Read(ctx, Place{Path: p.StatePath, Kind: State, FS: p.FS})
	if err != nil {
		return fmt.Errorf("whether %s may be written: %w", p.Path, err)
	}
	if err := v.owned(p.StatePath, o); err != nil {
		return err
	}
	if v.Relocating && p.isMains(p.Path) {
		return &RelocationError{Path: p.Path}
	}
	if v.Maintenance.After(o.Now()) {
		return &MaintenanceError{Path: p.StatePath, Until: v.Maintenance}
	}
	return nil
}

// owned says whether somebody else owns the state.
func (v View) owned(path string, o Options) error {
	if v.Supervised && (!o.External || v.Manager == "") {
		return &SupervisedError{Path: path, Manager: v.Manager}
	}
	return nil
}
