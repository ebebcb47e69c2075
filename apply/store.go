package apply

import (
	"context"
	"errors"
	"fmt"
	"sort"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/gateway"
)

// storeRun is one store in a run.
type storeRun struct {
	gateway *gatewayRun
	write   *plan.StoreWrite
	report  *StoreReport

	container gateway.Container
	// raw is the content that out was made from; out is the content as planned.
	raw, out gateway.Content
	// before and after are the items of raw and out under the host's key.
	before, after plan.Items
	// swapped tells that a lock is held under which out has taken the place of raw.
	swapped bool
}

// newStoreRun opens the container of a store; nothing is read yet.
func newStoreRun(g *gatewayRun, w *plan.StoreWrite, report *StoreReport) (*storeRun, error) {
	c, err := g.container(w.Store)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", w.Store.Label, err)
	}
	return &storeRun{gateway: g, write: w, report: report, container: c}, nil
}

// container is where a store is, and who writes it.
func (g *gatewayRun) container(ref plan.StoreRef) (gateway.Container, error) {
	if ref.Kind == plan.AuthStore && g.plan.Rules.Commands {
		return gateway.OpenCommanded(g.deps.host(), g.plan, ref, g.deps.Commands), nil
	}
	return gateway.OpenContainer(g.deps.host(), ref, g.plan.Rules)
}

// errEmptied tells of a file that was truncated: gateways before OpenClaw 2026.3.28
// write by truncating and filling, and an empty store would parse.
var errEmptied = errors.New("the file is empty, which it was not: something else is writing it, or has cut it")

func (s *storeRun) open(c gateway.Content) (gateway.Document, error) {
	if c.Empty() && (len(s.write.Before) > 0 || len(s.out.Store) > 0) {
		return nil, fmt.Errorf("%s: %w", s.write.Store.Label, errEmptied)
	}
	doc, err := gateway.OpenDocument(s.write.Store, s.gateway.plan.Rules, c)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.write.Store.Label, err)
	}
	return doc, nil
}

// look reads the store and edits it in memory.
func (s *storeRun) look(ctx context.Context) error {
	var doc gateway.Document
	raw, err := s.container.Read(ctx, func(c gateway.Content) (err error) {
		doc, err = s.open(c)
		return err
	})
	if err != nil {
		return err
	}
	if err := s.edit(raw, doc); err != nil {
		return err
	}
	if c, ok := s.container.(gateway.Limited); ok {
		if err := c.Fits(s.raw, s.out); err != nil {
			return &RefusedError{Reason: fmt.Sprintf("%s: %v.", s.report.Label, err)}
		}
	}
	return nil
}

// reread reads the store again and edits it again if it is not what look read.
func (s *storeRun) reread(ctx context.Context, held gateway.Held) error {
	var doc gateway.Document
	raw, err := held.Read(ctx, func(c gateway.Content) (err error) {
		if doc = nil; c.Equal(s.raw) || c.Equal(s.out) {
			return nil
		}
		doc, err = s.open(c)
		return err
	})
	if err != nil {
		return err
	}
	if doc == nil {
		if !raw.Equal(s.raw) {
			s.raw = raw
		}
		return nil
	}
	return s.edit(raw, doc)
}

// edit checks the precondition and carries the plan's ops out on doc, which holds raw.
func (s *storeRun) edit(raw gateway.Content, doc gateway.Document) error {
	g := s.gateway
	if moved := s.write.Moved(doc.Items(g.plan.Name, g.deps.PlanKey)); len(moved) > 0 {
		e := &StaleError{}
		for _, what := range moved {
			e.Moved = append(e.Moved, Stale{Gateway: g.plan.Name, Store: s.write.Store.Label, What: what})
		}
		return e
	}
	before := doc.Items(g.plan.Name, g.hostKey)
	for _, c := range s.write.Changes {
		for _, op := range c.Ops {
			if err := doc.Do(op, g.vault.get); err != nil {
				return fmt.Errorf("%s: %s: %w", s.write.Store.Label, c.Address, err)
			}
		}
	}
	s.raw, s.out = raw, doc.Content()
	s.before, s.after = before, doc.Items(g.plan.Name, g.hostKey)
	return nil
}

// rereads bounds how often a store that keeps moving is read and edited again.
const rereads = 5

// replace writes the store, whose locks are held.
func (s *storeRun) replace(ctx context.Context, held gateway.Held) error {
	s.swapped = false
	for try := 1; ; try++ {
		if err := s.reread(ctx, held); err != nil {
			return err
		}
		if s.raw.Equal(s.out) {
			s.report.State = Written
			return nil
		}
		err := s.swap(held)
		if err == nil || !errors.Is(err, gateway.ErrMoved) || try == rereads {
			return err
		}
	}
}

func (s *storeRun) swap(held gateway.Held) error {
	if !s.raw.Missing() && s.report.State != Written {
		if err := s.gateway.dir.backUp(s.write.Store.Key(), s.raw); err != nil {
			return fmt.Errorf("backup: %w", err)
		}
	}
	placed, err := held.Swap(s.raw, s.out)
	if placed {
		s.report.State = Written
	}
	if _, byCommands := s.container.(gateway.Limited); placed && byCommands && err != nil {
		s.report.State = Partly
	}
	s.swapped = err == nil
	return err
}

// lost reads the store and names what the run changed that is not as it should be.
func (s *storeRun) lost(ctx context.Context) ([]string, error) {
	var doc gateway.Document
	_, err := s.container.Read(ctx, func(c gateway.Content) (err error) {
		if doc = nil; c.Equal(s.out) {
			return nil
		}
		doc, err = s.open(c)
		return err
	})
	if err != nil || doc == nil {
		return nil, err
	}
	now := doc.Items(s.gateway.plan.Name, s.gateway.hostKey)
	var out []string
	for _, item := range s.touched() {
		if now[item] != s.after[item] {
			out = append(out, item)
		}
	}
	return out, nil
}

// touched names the items that the run changes, sorted.
func (s *storeRun) touched() []string {
	var out []string
	for item, image := range s.after {
		if s.before[item] != image {
			out = append(out, item)
		}
	}
	for item := range s.before {
		if _, ok := s.after[item]; !ok {
			out = append(out, item)
		}
	}
	sort.Strings(out)
	return out
}

// clean removes temporary files that a failed write may have left.
func (s *storeRun) clean() error {
	return together(s.container.Clean(), s.gateway.dir.cleanBackup(backupName(s.gateway.deps.RunID, s.write.Store.Key())))
}

// mayBeTakenBack tells that a gateway that writes old values back does so to this store.
func (s *storeRun) mayBeTakenBack() bool {
	return s.gateway.clobbers() && s.write.Store.Kind == plan.AuthStore
}
