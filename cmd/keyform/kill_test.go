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
func TestKilledAtEveryOperation(t *testing.T) {
	bin := faultsBinary(t)
	for _, g := range []struct{ product, release string }{{"clawdbot", "2026.1.24-3"}, {"openclaw", "2026.2.26"}} {
		t.Run(g.product, func(t *testing.T) {
			start := time.Now()
			k := newKill(t, layKillHome(t, bin, g.product, g.release))
			k.all()
			summary := fmt.Sprintf("%s: killed at each of %d operations: %d runs had written a store, %d left a lock that had to be waited for; %s",
				g.product, k.operations, k.written.Load(), k.waited.Load(), time.Since(start).Round(time.Second/10))
			t.Log(summary)
			fmt.Fprintln(os.Stderr, summary)
			if n := k.written.Load(); n == 0 || n == int64(k.operations) {
				t.Error("the kills were not spread over the run")
			}
		})
	}
}

// kill is a home with what a run does to it that nobody kills.
type kill struct {
	*testing.T
	home       killHome
	operations int
	before     map[string]string
	planned    map[string]string
	// ownedBefore and ownedAfter are what a plan without any block deletes, before the
	// run and after it.
	ownedBefore, ownedAfter []deletion
	written, waited         atomic.Int64
}

func newKill(t *testing.T, home killHome) *kill {
	k := &kill{T: t, home: home, before: home.contents(t)}
	k.ownedBefore = home.owned(t)
	whole := home.copyTo(t, filepath.Join(t.TempDir(), "whole"))
	count := filepath.Join(whole.dir, "count")
	if code, stdout, stderr := whole.run(t, "two", []string{"KEYFORM_FAULT_COUNT_FILE=" + count}, "apply", "-auto-approve"); code != 0 {
		t.Fatalf("the run that nobody kills: exit %d\n%s%s", code, stdout, stderr)
	}
	n, err := strconv.Atoi(strings.TrimSpace(whole.content(t, "count")))
	if err != nil {
		t.Fatal(err)
	}
	k.operations, k.planned, k.ownedAfter = n, whole.contents(t), whole.owned(t)
	for _, name := range home.stores() {
		if k.before[name] == k.planned[name] {
			t.Errorf("the run does not change %s", name)
		}
	}
	whole.must(t, 0, "two", "plan", "-detailed-exitcode")
	return k
}

// all kills at every operation, on all processors.
func (k *kill) all() {
	var next atomic.Int64
	var wg sync.WaitGroup
	dir := k.TempDir()
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for n := int(next.Add(1)); n <= k.operations; n = int(next.Add(1)) {
				home := k.home.copyTo(k.T, filepath.Join(dir, strconv.Itoa(n)))
				k.at(n, home)
				if err := os.RemoveAll(home.dir); err != nil {
					k.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

func (k *kill) at(n int, home killHome) {
	failed := k.Failed()
	code, stdout, stderr := home.run(k.T, "two", []string{"KEYFORM_FAULT_KILL_AT=" + strconv.Itoa(n)}, "apply", "-auto-approve")
	if code != -1 {
		k.Errorf("exit %d, not killed\n%s%s", code, stdout, stderr)
	}
	k.mustBeWhole(home)
	home.mustBeTidy(k.T, false)

	if code, _, _ := home.run(k.T, "two", nil, "apply", "-auto-approve", "-lock-timeout=0s"); code == exitLocked {
		k.waited.Add(1)
		home.must(k.T, 0, "two", "apply", "-auto-approve", "-lock-timeout=40s")
	} else if code != exitOK {
		k.Errorf("the next run: exit %d", code)
	}
	if diff := cmp.Diff(k.planned, home.contents(k.T)); diff != "" {
		k.Errorf("the next run did not converge (-want +got):\n%s", diff)
	}
	home.must(k.T, 0, "two", "plan", "-detailed-exitcode")
	if diff := cmp.Diff(k.ownedAfter, home.owned(k.T)); diff != "" {
		k.Errorf("what is known as keyform's differs from a run that nobody kills (-want +got):\n%s", diff)
	}
	home.mustBeTidy(k.T, true)
	if k.Failed() && !failed {
		k.Errorf("that was with a kill at operation %d", n)
	}
}

// mustBeWhole holds that every store is as it was or as it was planned, and that
// what the run made, and nothing else, is known as keyform's before anything clears up.
func (k *kill) mustBeWhole(home killHome) {
	now := home.contents(k.T)
	isNew := map[string]bool{}
	for name, content := range now {
		switch content {
		case k.planned[name]:
			isNew[filepath.Join(home.dir, name)] = true
		case k.before[name]:
		default:
			k.Errorf("%s is neither as it was nor as it was planned", name)
		}
	}
	if len(isNew) > 0 {
		k.written.Add(1)
	}
	var want []deletion
	for _, d := range k.ownedBefore {
		if !isNew[filepath.Join(home.dir, d.Store)] {
			want = append(want, d)
		}
	}
	for _, d := range k.ownedAfter {
		if isNew[filepath.Join(home.dir, d.Store)] {
			want = append(want, d)
		}
	}
	sortDeletions(want)
	if diff := cmp.Diff(ownObjects(want), ownObjects(home.owned(k.T))); diff != "" {
		k.Errorf("what is known as keyform's right after the kill (-want +got):\n%s", diff)
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
