package apply

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyform/keyform/providers/fsys"
	"github.com/keyform/keyform/providers/lock"
	"github.com/keyform/keyform/schema"
)

// clobberer is a gateway that writes what it read at its start over outside edits:
// turns of it end on its own goroutine, at any time.
type clobberer struct {
	w        *world
	path     string
	mu       sync.Mutex
	snapshot []byte
	turns    chan chan struct{}
	wrote    int
}

func (w *world) startClobberer(ctx context.Context) *clobberer {
	w.running = true
	w.gp.Rules.Clobbers, w.gp.Rules.ReloadMethod = true, "secrets.reload"
	c := &clobberer{w: w, path: w.ref("agent/main").Path, turns: make(chan chan struct{})}
	c.snapshot = w.content(c.path)
	go func() {
		for {
			select {
			case done := <-c.turns:
				c.endTurn(ctx)
				close(done)
			case <-ctx.Done():
				return
			}
		}
	}()
	return c
}

// endTurn writes the snapshot back under the store's lock, as a turn's usage update
// does, truncating and filling.
func (c *clobberer) endTurn(ctx context.Context) {
	l, err := lock.Acquire(ctx, lock.Options{FS: fsys.OS{}, Form: lock.File, Target: c.path, Timeout: 5 * time.Second})
	if err != nil {
		c.w.t.Errorf("the gateway cannot lock its store: %v", err)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wrote++
	err = os.WriteFile(c.path, c.snapshot, 0o600)
	if err := errors.Join(err, l.Release()); err != nil {
		c.w.t.Error(err)
	}
}

func (c *clobberer) turn() {
	done := make(chan struct{})
	c.turns <- done
	<-done
}

// load is secrets.reload.
func (c *clobberer) load() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.snapshot = c.w.content(c.path)
}

// A restart tells a gateway of everything: the stores are written in the order of the plan,
// in which a variable comes before the reference to it, and there is one restart for all.
func TestClobberingGatewayIsRestartedOnce(t *testing.T) {
	w := newWorld(t, "openclaw")
	c := w.startClobberer(t.Context())
	w.gp.Reload, w.gp.Unit = schema.Reload{Mode: "restart"}, "gw.service"
	p := w.plan()
	writes := p.Gateways[0].Writes
	p.Gateways[0].Writes = append(slices.Clone(writes[4:]), writes[:4]...)
	var order []string
	w.reload.each = func(call int) error {
		order = append(order, "restart")
		if call == 1 {
			c.turn() // it ends what it was doing
		}
		c.load()
		return nil
	}
	d := w.deps()
	d.Progress = func(e Event) {
		if e.Kind == StoreWritten {
			order = append(order, e.Store.Store)
		}
	}
	if _, err := Run(t.Context(), p, d); err != nil {
		t.Fatal(err)
	}
	want := []string{"env", "agent/main", "agent/fresh", "agent/research", "config", "restart", "agent/main", "restart"}
	if diff := cmp.Diff(want, order); diff != "" {
		t.Error(diff)
	}
	w.running = false
	w.mustBeSynced()
	w.mustBeClean()
}

func TestClobberingGatewayIsToldUntilItKeepsTheStore(t *testing.T) {
	w := newWorld(t, "openclaw")
	c := w.startClobberer(t.Context())
	var order []string
	w.reload.each = func(call int) error {
		order = append(order, "reload")
		if call <= 2 {
			c.turn() // between our write and the reload's reading
		}
		c.load()
		return nil
	}
	d := w.deps()
	d.Progress = func(e Event) {
		if e.Kind == StoreWritten {
			order = append(order, e.Store.Store)
		}
	}
	rep, err := Run(t.Context(), w.plan(), d)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"agent/main", "agent/fresh", "agent/research", "reload", "agent/main", "reload", "agent/main", "reload", "config", "env"}
	if diff := cmp.Diff(want, order); diff != "" {
		t.Error(diff)
	}
	if s := rep.Gateways[0].Stores[0]; s.State != Verified || s.Rewritten != 2 || c.wrote != 2 {
		t.Errorf("main is %+v, and the gateway wrote %d times", s, c.wrote)
	}
	c.turn()
	w.running = false
	w.mustBeSynced()
	w.mustBeClean()
}

func TestGatewayThatWritesBackBeforeItIsTold(t *testing.T) {
	w := newWorld(t, "openclaw")
	c := w.startClobberer(t.Context())
	w.reload.each = func(int) error { c.load(); return nil }
	d := w.deps()
	d.Progress = func(e Event) {
		if e.Kind == StoreWritten && e.Store.Store == "agent/main" && c.wrote == 0 {
			c.turn()
		}
	}
	rep, err := Run(t.Context(), w.plan(), d)
	if err != nil || rep.Gateways[0].Stores[0].Rewritten != 1 {
		t.Errorf("%v, %+v", err, rep.Gateways[0].Stores[0])
	}
}

func TestLateWritingBackIsNotCalledVerified(t *testing.T) {
	w := newWorld(t, "openclaw")
	w.running, w.gp.Rules.ReloadMethod = true, "secrets.reload"
	path := w.ref("agent/main").Path
	old := w.content(path)
	w.reload.each = func(int) error { w.put(path, old); return nil }
	rep, err := Run(t.Context(), w.plan(), w.deps())
	var clobbered *ClobberedError
	if !errors.As(err, &clobbered) || rep.Gateways[0].Stores[0].State != Written {
		t.Errorf("%v, %+v", err, rep.Gateways[0].Stores[0])
	}
}

func TestGatewayThatKeepsWritingBackIsAnError(t *testing.T) {
	w := newWorld(t, "openclaw")
	c := w.startClobberer(t.Context())
	w.reload.each = func(int) error { c.turn(); return nil }
	rep, err := Run(t.Context(), w.plan(), w.deps())
	var partial *PartialError
	var clobbered *ClobberedError
	if !errors.As(err, &partial) || !errors.As(err, &clobbered) || clobbered.Tries != clobberTries {
		t.Fatalf("the error is %v", err)
	}
	if diff := cmp.Diff([]string{"agents/main/agent/auth-profiles.json"}, clobbered.Stores); diff != "" {
		t.Error(diff)
	}
	states := map[string]State{}
	for _, s := range rep.Gateways[0].Stores {
		states[s.Store] = s.State
	}
	want := map[string]State{"agent/main": Written, "agent/fresh": Verified, "agent/research": Verified, "config": NotStarted, "env": NotStarted}
	if diff := cmp.Diff(want, states); diff != "" {
		t.Error(diff)
	}
	for _, r := range w.ledger().Records {
		if r.Store == "agent/main" {
			t.Errorf("the ledger has %+v, which the gateway took back", r)
		}
	}
	w.running, w.gp.Rules = false, w.rules
	w.mustApply()
	w.mustBeSynced()
	w.mustBeClean(fmt.Sprint(err))
}

func TestSomebodyElseWritingInTheWindowIsNotOverwritten(t *testing.T) {
	w := newWorld(t, "openclaw")
	w.startClobberer(t.Context())
	path := w.ref("agent/main").Path
	theirs := []byte(`{"version":1,"profiles":{"x:y":{"type":"api_key","provider":"x","key":"k"}}}`)
	w.reload.each = func(int) error { w.put(path, theirs); return nil }
	_, err := Run(t.Context(), w.plan(), w.deps())
	var stale *StaleError
	var partial *PartialError
	if !errors.As(err, &stale) || !errors.As(err, &partial) {
		t.Fatalf("the error is %v", err)
	}
	if string(w.content(path)) != string(theirs) {
		t.Error("their store was overwritten")
	}
	w.mustBeClean(fmt.Sprint(err))
}
