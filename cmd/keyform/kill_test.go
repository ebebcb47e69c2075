//go:build unix

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyform/keyform/plan"
)

// TestKilledAtEveryOperation ends the built program with SIGKILL at its n-th
// file-system operation, for every n that a whole run has, and looks at what is left
// and at the runs after it.
func TestKilledAtEveryOperation(t *testing.T) { atOperations(t, "KILL", 1) }

// TestInterrupted does the same with SIGINT at every fifth operation; the program ends
// by itself then, and leaves nothing to clear up.
func TestInterrupted(t *testing.T) { atOperations(t, "INTERRUPT", 5) }

func atOperations(t *testing.T, ending string, step int) {
	if testing.Short() {
		step *= 11 // every one without -short
	}
	bin := faultsBinary(t)
	for _, g := range []struct {
		name string
		lay  func(*testing.T) killHome
		step int
	}{
		{"clawdbot", func(t *testing.T) killHome { return layKillHome(t, bin, "clawdbot", "2026.1.24-3") }, step},
		{"openclaw", func(t *testing.T) killHome { return layKillHome(t, bin, "openclaw", "2026.2.26") }, step},
		// What lies around the databases is the same, and costs too much time to do again.
		{"databases", func(t *testing.T) killHome { return layKillDatabases(t, bin) }, step * 8},
	} {
		t.Run(g.name, func(t *testing.T) {
			start := time.Now()
			c := newCut(t, g.lay(t), ending)
			c.all(g.step)
			summary := fmt.Sprintf("%s: %d operations, %s at %d of them: %d runs had written a store, %d were not stopped by it, %d left a lock that had to be waited for; %s",
				g.name, c.operations, ending, c.cuts.Load(), c.written.Load(), c.whole.Load(), c.waited.Load(), time.Since(start).Round(time.Second/10))
			t.Log(summary)
			fmt.Fprintln(os.Stderr, summary)
			if n := c.written.Load() - c.whole.Load(); n <= 0 || c.written.Load() == c.cuts.Load() {
				t.Error("the ends were not spread over the run")
			}
		})
	}
}

// cut is a home with what a run does to it that is not cut short.
type cut struct {
	*testing.T
	home       killHome
	ending     string
	operations int
	// points are the operations that work on databases, each of which is cut.
	points  map[int]bool
	before  map[string]string
	planned map[string]string
	// ownedBefore and ownedAfter are what a plan without any block deletes, before the
	// run and after it.
	ownedBefore, ownedAfter []deletion
	// cuts are the runs that were cut short; of them written had written a store, whole
	// were not stopped by an interrupt, waited left a lock that had to be waited for.
	cuts, written, whole, waited atomic.Int64
}

func newCut(t *testing.T, home killHome, ending string) *cut {
	c := &cut{T: t, home: home, ending: ending, before: home.contents(t)}
	c.ownedBefore = home.owned(t)
	whole := home.copyTo(t, filepath.Join(fastDir(t), "whole"))
	defer whole.remove(t)
	if code, stdout, stderr := whole.run(t, "two", []string{"KEYFORM_FAULT_OPS_FILE=" + filepath.Join(whole.dir, "ops")}, "apply", "-auto-approve"); code != exitOK {
		t.Fatalf("the run that is not cut short: exit %d\n%s%s", code, stdout, stderr)
	}
	ops := strings.Split(strings.TrimSpace(whole.content(t, "ops")), "\n")
	c.operations, c.points, c.planned, c.ownedAfter = len(ops), points(ops), whole.contents(t), whole.owned(t)
	if (len(c.points) > 0) != home.databases {
		t.Errorf("%d operations on databases", len(c.points))
	}
	for _, name := range home.stores() {
		if c.before[name] == c.planned[name] {
			t.Errorf("the run does not change %s", name)
		}
	}
	whole.must(t, exitOK, "two", "plan", "-detailed-exitcode")
	return c
}

// all cuts runs short at every step-th operation and at those on databases, on all
// processors.
func (c *cut) all(step int) {
	var next atomic.Int64
	var wg sync.WaitGroup
	dir := fastDir(c.T)
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for {
				n := int(next.Add(1))
				if n > c.operations {
					return
				}
				if n%step == 0 || c.points[n] {
					home := c.home.copyTo(c.T, filepath.Join(dir, strconv.Itoa(n)))
					c.at(n, home)
					home.remove(c.T)
				}
			}
		})
	}
	wg.Wait()
}

func (c *cut) at(n int, home killHome) {
	failed := c.Failed()
	fault := fmt.Sprintf("KEYFORM_FAULT_%s_AT=%d", c.ending, n)
	count := "KEYFORM_FAULT_COUNT_FILE=" + filepath.Join(home.dir, "count")
	code, stdout, stderr := home.run(c.T, "two", []string{fault, count}, "apply", "-auto-approve")
	// How many operations there are depends on what else runs on this host: on the locks
	// of other gateways, which keyform looks at.
	if own, err := strconv.Atoi(strings.TrimSpace(home.content(c.T, "count"))); err == nil && own < n {
		c.Logf("this run had %d operations only", own)
		return
	}
	c.cuts.Add(1)
	c.mustEnd(home, code, stdout+stderr)
	c.mustBeWhole(home)
	home.mustBeTidy(c.T, code != killed)

	if code, _, _ := home.run(c.T, "two", nil, "apply", "-auto-approve", "-lock-timeout=0s"); code == exitLocked {
		c.waited.Add(1)
		home.must(c.T, exitOK, "two", "apply", "-auto-approve", "-lock-timeout=40s")
	} else if code != exitOK {
		c.Errorf("the next run: exit %d", code)
	}
	if diff := cmp.Diff(c.planned, home.contents(c.T)); diff != "" {
		c.Errorf("the next run did not converge (-want +got):\n%s", diff)
	}
	home.must(c.T, exitOK, "two", "plan", "-detailed-exitcode")
	if diff := cmp.Diff(c.ownedAfter, home.owned(c.T)); diff != "" {
		c.Errorf("what is known as keyform's differs from a run that is not cut short (-want +got):\n%s", diff)
	}
	home.mustBeTidy(c.T, true)
	if c.Failed() && !failed {
		c.Errorf("that was with %s", fault)
	}
}

// killed is the exit code of a process that a signal ended, as package exec has it.
const killed = -1

// mustEnd holds the exit code. An interrupt that comes when nothing is left to stop
// changes nothing.
func (c *cut) mustEnd(home killHome, code int, said string) {
	if c.ending == "KILL" {
		if code != killed {
			c.Errorf("exit %d, not killed\n%s", code, said)
		}
		return
	}
	switch code {
	case exitInterrupted:
	case exitOK:
		c.whole.Add(1)
		if diff := cmp.Diff(c.planned, home.contents(c.T)); diff != "" {
			c.Errorf("exit 0, but not all is as planned (-want +got):\n%s", diff)
		}
	default:
		c.Errorf("exit %d after an interrupt\n%s", code, said)
	}
}

// mustBeWhole holds that every store is as it was or as it was planned, and that
// what the run made, and nothing else, is known as keyform's before anything clears up.
func (c *cut) mustBeWhole(home killHome) {
	isNew := map[string]bool{}
	for name, content := range home.contents(c.T) {
		switch content {
		case c.planned[name]:
			isNew[name] = true
		case c.before[name]:
		default:
			c.Errorf("%s is neither as it was nor as it was planned", name)
		}
	}
	if len(isNew) > 0 {
		c.written.Add(1)
	}
	var want []deletion
	for _, d := range c.ownedBefore {
		if !isNew[d.Store] {
			want = append(want, d)
		}
	}
	for _, d := range c.ownedAfter {
		if isNew[d.Store] {
			want = append(want, d)
		}
	}
	sortDeletions(want)
	if diff := cmp.Diff(ownObjects(want), ownObjects(home.owned(c.T))); diff != "" {
		c.Errorf("what is known as keyform's right after it (-want +got):\n%s", diff)
	}
}

// deletion is one change of a plan without any block.
type deletion struct{ Store, Address, Name, Symbol, Type string }

// ownObjects leaves out what a deletion entails in other stores.
func ownObjects(ds []deletion) []deletion {
	var out []deletion
	for _, d := range ds {
		if d.Symbol == string(plan.Delete) && (d.Type == "profile" || d.Type == "variable") {
			out = append(out, d)
		}
	}
	return out
}

// owned is what a plan without any block changes.
func (h killHome) owned(t *testing.T) []deletion {
	t.Helper()
	out := h.must(t, 0, "none", "plan", "-json", "-allow-mass-change")
	var doc struct {
		Changes []struct {
			Address, Name, Symbol, Type string
			Store                       struct{ Path string }
		} `json:"resource_changes"`
	}
	if err := json.Unmarshal([]byte(out), &doc); err != nil {
		t.Errorf("plan -json: %v", err)
	}
	var ds []deletion
	for _, c := range doc.Changes {
		name, err := filepath.Rel(h.dir, c.Store.Path)
		if err != nil {
			t.Error(err)
		}
		ds = append(ds, deletion{name, c.Address, c.Name, c.Symbol, c.Type})
	}
	sortDeletions(ds)
	return ds
}

func sortDeletions(ds []deletion) {
	slices.SortFunc(ds, func(a, b deletion) int {
		return strings.Compare(fmt.Sprint(a), fmt.Sprint(b))
	})
}
