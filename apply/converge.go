package apply

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/fsys"
	"github.com/keyform/keyform/providers/gateway"
	"github.com/keyform/keyform/providers/lock"
)

const (
	// clobberTries bounds how often a store is written again after the gateway wrote
	// old values back; clobberPause grows by itself with every try.
	clobberTries = 5
	clobberPause = 200 * time.Millisecond
)

// converge writes stores, tells the gateway, and proves by reading that they are as
// planned. Between the write and the moment a gateway has read the stores again it
// may write what it had read before (OpenClaw 2026.2.26 to 2026.3.13, at the end of
// a turn), so stores that it took back are written again.
func (g *gatewayRun) converge(ctx context.Context, stores []*storeRun) error {
	todo := stores
	for try := 1; len(todo) > 0; try++ {
		if err := g.owe(stores); err != nil {
			return err
		}
		for _, s := range todo {
			if err := g.store(ctx, s); err != nil {
				return err
			}
		}
		told, err := g.tell(ctx, stores)
		if err != nil {
			return err
		}
		if !told {
			return nil
		}
		lost, err := g.prove(ctx, stores)
		if err != nil {
			return err
		}
		if try == clobberTries && len(lost) > 0 {
			return &ClobberedError{Gateway: g.plan.Name, Stores: labels(lost), Tries: try}
		}
		for _, s := range lost {
			s.report.Rewritten++
		}
		if todo = lost; len(lost) > 0 {
			if err := g.deps.Sleep(ctx, time.Duration(try)*clobberPause); err != nil {
				return err
			}
		}
	}
	return nil
}

func labels(stores []*storeRun) []string {
	var out []string
	for _, s := range stores {
		out = append(out, s.report.Label)
	}
	return out
}

// prove reads the stores of a gateway that has been told, and gives those that are
// not as planned.
func (g *gatewayRun) prove(ctx context.Context, stores []*storeRun) ([]*storeRun, error) {
	var out []*storeRun
	for _, s := range stores {
		lost, err := s.lost(context.WithoutCancel(ctx))
		if err != nil {
			return nil, fmt.Errorf("cannot read %s back: %w", s.report.Label, err)
		}
		if len(lost) > 0 {
			s.report.State = Written
			out = append(out, s)
			continue
		}
		if err := g.verified(s); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (g *gatewayRun) verified(s *storeRun) error {
	if s.report.State == Verified {
		return nil
	}
	s.report.State = Verified
	g.progress(StoreVerified, s)
	if err := g.journal.append(Entry{Kind: EntryDone, Store: s.report.Store}, false); err != nil {
		g.unclean = true
		return fmt.Errorf("journal: %w", err)
	}
	return nil
}

func (g *gatewayRun) progress(kind EventKind, s *storeRun) {
	g.deps.Progress(Event{Kind: kind, Gateway: g.plan.Name, Store: *s.report})
}

// store writes one store and, unless the gateway may take it back before it is
// told, proves it at once. Once it is begun it is finished, whatever ctx says.
func (g *gatewayRun) store(ctx context.Context, s *storeRun) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	g.progress(StoreStarted, s)
	start, made := g.deps.Now(), s.report.Provisioned
	err := g.locked(ctx, s)
	s.report.Milliseconds += ms(g.deps.Now().Sub(start)) - (s.report.Provisioned - made)
	if err != nil {
		return g.failed(s, err)
	}
	g.progress(StoreWritten, s)
	if s.mayBeTakenBack() {
		return nil
	}
	lost, err := s.lost(context.WithoutCancel(ctx))
	switch {
	case err != nil:
		return fmt.Errorf("cannot read %s back: %w", s.report.Label, err)
	case len(lost) > 0:
		return &VerifyError{Gateway: g.plan.Name, Store: s.report.Label, Items: lost, Commands: g.plan.Rules.Commands && s.write.Store.Kind == plan.AuthStore}
	}
	return g.verified(s)
}

// failed records that a store was not written as it should.
func (g *gatewayRun) failed(s *storeRun, err error) error {
	if s.report.State != Written && s.report.State != Partly {
		s.report.State = Failed
	}
	g.progress(StoreFailed, s)
	if s.clean() != nil {
		g.unclean = true
	}
	if g.journal.append(Entry{Kind: EntryFailed, Store: s.report.Store}, false) != nil {
		g.unclean = true
	}
	return err
}

// locked records the intent, takes the store's lock, replaces the store, and gives
// the lock back.
func (g *gatewayRun) locked(ctx context.Context, s *storeRun) error {
	if err := fsys.MkdirAll(g.deps.fs(), filepath.Dir(s.write.Store.Path), 0o700); err != nil {
		return err
	}
	if err := g.provision(ctx, s); err != nil {
		return err
	}
	work := context.WithoutCancel(ctx)
	err := s.container.Hold(ctx, gateway.HoldOptions{
		Live: g.running, Timeout: g.deps.LockTimeout, PID: g.deps.PID, Now: g.deps.Now, Rand: g.deps.Rand,
		Announce: func(id *lock.Identity) error { return g.record(s, id) },
	}, func(held gateway.Held) error { return s.replace(work, held) })
	var locking *gateway.LockError
	if s.swapped && (err == nil || errors.As(err, &locking) && locking.Release) {
		s.report.State = Written
	}
	switch {
	case !errors.As(err, &locking):
		return err
	case locking.Release:
		g.unclean = true
		return err
	}
	return g.notLocked(s, locking.Err)
}

// provision has the gateway make the database of a store that has none. One that was
// made since the plan stays.
func (g *gatewayRun) provision(ctx context.Context, s *storeRun) error {
	if !s.write.Provision {
		return nil
	}
	if none, err := gateway.NoDatabase(ctx, g.deps.host(), s.write.Store, g.plan.Rules); err != nil || !none {
		return err
	}
	if g.deps.Provision == nil {
		return &RefusedError{Gateway: g.plan.Name, Reason: s.report.Label + " does not exist, and this run cannot have it made."}
	}
	start := g.deps.Now()
	err := g.deps.Provision(ctx, g.plan, s.write.Store.Agent)
	s.report.Provisioned += ms(g.deps.Now().Sub(start))
	return err
}

// record writes the intent into the journal, durably.
func (g *gatewayRun) record(s *storeRun, id *lock.Identity) error {
	e := Entry{Kind: EntryStore, Store: s.report.Store, Lock: id, Changes: g.entryChanges(s)}
	if !s.raw.Missing() {
		e.Backup = backupName(g.deps.RunID, s.report.Store)
	}
	if err := g.journal.append(e, true); err != nil {
		g.unclean = true
		return fmt.Errorf("journal: %w", err)
	}
	return nil
}

// notLocked says who holds the lock of a store.
func (g *gatewayRun) notLocked(s *storeRun, err error) error {
	var held *lock.HeldError
	switch {
	case errors.As(err, &held):
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err // nothing was made while it waited
	default:
		// A lock that could not be made may be there in part.
		g.unclean = true
		return err
	}
	e := &LockedError{
		Gateway: g.plan.Name, What: s.report.Label, Path: held.Path, Holder: "another program", PID: held.PID, Age: held.Age, Err: err,
		Advice: "A gateway holds it for moments only: try again, or give more time with -lock-timeout.",
	}
	if g.plan.Rules.LockForm != "" { // that of a database ends with its holder
		e.Advice += " A lock whose holder has died is taken over after 30 s."
	}
	switch {
	case held.PID != 0:
		e.Holder = fmt.Sprintf("process %d", held.PID)
	case held.Keyform:
		e.Holder = "another run of keyform"
	}
	if held.Age > 0 {
		e.Since = g.deps.Now().Add(-held.Age)
	}
	return e
}
