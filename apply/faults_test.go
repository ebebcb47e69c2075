package apply

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/fsys"
)

// scenario is a run whose operations are broken one by one.
type scenario struct {
	name string
	// set brings a fresh world to the state before that run.
	set func(w *world)
	// touched is how many stores the run writes.
	touched int
	// origins are those that the ledger has after it, by store and item.
	origins map[string]plan.Origin
}

func scenarios() []scenario {
	first := map[string]plan.Origin{
		"agent/main profile anthropic:new": plan.Created, "agent/fresh profile anthropic:own": plan.Created,
		"agent/research profile anthropic:r": plan.Created, "config listing anthropic:new": plan.Created, "env variable ANTHROPIC_API_KEY": plan.Created,
		"agent/main profile anthropic:manual": plan.Updated, "agent/main order anthropic": plan.Updated, "agent/research profile openrouter:old": plan.Adopted,
	}
	second := map[string]plan.Origin{
		"agent/fresh profile anthropic:own": plan.Created, "agent/research profile anthropic:r": plan.Created,
		"agent/main profile anthropic:manual": plan.Updated, "agent/main order anthropic": plan.Updated, "agent/research profile openrouter:old": plan.Updated,
	}
	return []scenario{
		{"first run", func(*world) {}, 5, first},
		{"deletions and another credential", func(w *world) {
			w.mustApply()
			w.want[0].op = plan.DropProfile{ID: "anthropic:new"}
			w.want[2].op = plan.SetOrder{Provider: "anthropic", IDs: []string{"anthropic:manual"}}
			w.want[6].op = plan.DropListing{ID: "anthropic:new"}
			w.want[7].op = plan.DropVar{Name: "ANTHROPIC_API_KEY"}
			w.values["OLD"] = oldKey + "2"
		}, 4, second},
	}
}

// TestEveryOperationMayFail breaks every operation of a run, on files and in the
// transactions of databases, in every way that it may break, and looks at what is left
// and at the next runs. A fault that stays leaves what a kill at that operation would
// leave.
func TestEveryOperationMayFail(t *testing.T) {
	faults := []fsys.Fault{
		{Err: syscall.ENOSPC, Short: true}, {Err: syscall.ENOSPC, Short: true, Sticky: true},
		{Err: syscall.EROFS}, {Err: syscall.EROFS, Sticky: true},
		{Err: syscall.EIO}, {Err: syscall.EIO, Sticky: true},
	}
	for _, product := range []string{"clawdbot", "openclaw", "agent-sqlite", "shared-sqlite"} {
		for _, s := range scenarios() {
			t.Run(product+" "+s.name, func(t *testing.T) {
				ops, planned := s.dryRun(t, product)
				cuts := cutsOf(ops, generation(product) != "")
				runs := 0
				for way, fault := range faults {
					written, tried := 0, 0
					for i, c := range cuts {
						if c.once && i%len(faults) != way {
							continue
						}
						tried++
						fault.At, fault.Points = c.at, c.point
						if s.breakAt(t, product, planned, fault, c.op) {
							written++
						}
					}
					if written == 0 || written == tried {
						t.Errorf("%d of %d runs had written something: the faults were not spread over the run", written, tried)
					}
					runs += tried
				}
				t.Logf("%d operations, %d of them failing, in %d runs", len(ops), len(cuts), runs)
			})
		}
	}
}

// cutAt is one operation to break: the at-th of all, or of those on databases; once, in
// one of the ways, or in every one.
type cutAt struct {
	at          int
	point, once bool
	op          string
}

// cutsOf gives the operations to break: all without -short. What lies around databases is
// the same as around files, and costs too much time to do it all again.
func cutsOf(ops []string, databases bool) []cutAt {
	step, points := 1, 0
	if databases {
		step = 3
	}
	if testing.Short() {
		step *= 11
	}
	var out []cutAt
	for i, op := range ops {
		if i%step == 0 {
			out = append(out, cutAt{i + 1, false, databases, op})
		}
		if onDatabases(op) {
			points++
			if points%2 == 0 || !testing.Short() {
				out = append(out, cutAt{points, true, false, op})
			}
		}
	}
	return out
}

// world gives a world before the run, on a file system that does not wait for a disk.
func (s scenario) world(t *testing.T, product, home string) *world {
	w := newWorldIn(t, product, home)
	w.fs = unsynced{}
	s.set(w)
	return w
}

// dryRun gives the operations of the run without faults, and the stores after it by
// their path below the state directory.
func (s scenario) dryRun(t *testing.T, product string) ([]string, map[string]string) {
	w := s.world(t, product, fastDir(t))
	defer w.remove()
	counter := fsys.NewFaulty(unsynced{}, fsys.Fault{})
	w.fs = counter
	w.mustApply()
	planned := map[string]string{}
	for path, content := range contents(w) {
		planned[strings.TrimPrefix(path, w.state)] = content
	}
	return counter.Ops(), planned
}

// breakAt breaks one operation and reports whether the run had written something.
func (s scenario) breakAt(t *testing.T, product string, planned map[string]string, fault fsys.Fault, op string) bool {
	w := s.world(t, product, fastDir(t))
	defer w.remove()
	old, failedBefore := contents(w), t.Failed()
	w.fs = fsys.NewFaulty(unsynced{}, fault)
	rep, err := Run(t.Context(), w.plan(), w.deps())
	w.fs = unsynced{}
	w.mustBeSound()
	touched := 0
	for path, now := range contents(w) {
		if now != old[path] && now != planned[strings.TrimPrefix(path, w.state)] {
			t.Errorf("%s is neither as it was nor as planned", path)
		}
		if now != old[path] {
			touched++
		}
	}
	var partial *PartialError
	if err == nil && touched != s.touched {
		t.Errorf("no error, and %d stores were written", touched)
	}
	if err != nil && errors.As(err, &partial) != (touched > 0) {
		t.Errorf("%d stores were written and the error is %T", touched, err)
	}
	if rep.written() != touched {
		t.Errorf("the report counts %d written stores, there are %d", rep.written(), touched)
	}
	s.checkOrigins(w, false)
	text, jsonErr := json.Marshal(rep)
	if jsonErr != nil {
		t.Fatal(jsonErr)
	}
	next := w.mustApply()
	checkJournal(w, next)
	w.mustBeSynced()
	rep2 := w.mustApply()
	if rep2.written() != 0 || rep2.Gateways[0].Recovered != "" {
		t.Errorf("the third run had something to do: %+v", rep2)
	}
	s.checkOrigins(w, true)
	w.mustBeClean(string(text), fmt.Sprint(err))
	if t.Failed() && !failedBefore {
		t.Errorf("that was with %v (sticky %v) at operation %d (of those on databases: %v), %s; error: %v", fault.Err, fault.Sticky, fault.At, fault.Points, op, err)
	}
	return touched > 0
}

// checkJournal fails if the entries of a run that went well are not all there.
func checkJournal(w *world, rep *Report) {
	w.t.Helper()
	got := map[EntryKind]int{}
	for _, e := range DecodeJournal(w.content(w.dataFile(journalName))) {
		if e.Run == rep.Run {
			got[e.Kind]++
		}
	}
	n, want := rep.written(), map[EntryKind]int{}
	if n > 0 {
		want = map[EntryKind]int{EntryBegin: 1, EntryStore: n, EntryDone: n, EntryEnd: 1}
	}
	if rep.Gateways[0].Recovered != "" {
		want[EntryRecovered] = 1
	}
	if diff := cmp.Diff(want, got); diff != "" {
		w.t.Errorf("the journal of the next run:\n%s", diff)
	}
}

// checkOrigins fails if the ledger, settled, does not know as created what keyform
// created, or knows as created what was there before. all wants it complete.
func (s scenario) checkOrigins(w *world, all bool) {
	w.t.Helper()
	known := map[string]plan.Origin{}
	for _, r := range w.ledger().Records {
		known[r.Store+" "+r.Item] = r.Origin
	}
	made := scenarios()[0].origins
	for _, want := range w.want {
		item := itemOf(want.op)
		name := strings.Replace(want.store, w.refs[0].Key(), "agent/main", 1) + " " + item
		there := w.open(want.store).Items("gw", planKey)[item] != ""
		got := known[want.store+" "+item]
		switch created := made[name] == plan.Created; {
		case created && there && got != plan.Created:
			w.t.Errorf("%s was created and is recorded as %q", name, got)
		case !created && got == plan.Created:
			w.t.Errorf("%s was there before and is recorded as created", name)
		case all && got != s.origins[name]:
			w.t.Errorf("%s is recorded as %q, want %q", name, got, s.origins[name])
		}
	}
}

func itemOf(op plan.Op) string {
	switch op := op.(type) {
	case plan.PutProfile:
		return "profile " + op.ID
	case plan.DropProfile:
		return "profile " + op.ID
	case plan.SetOrder:
		return "order " + op.Provider
	case plan.PutListing:
		return "listing " + op.ID
	case plan.DropListing:
		return "listing " + op.ID
	case plan.SetVar:
		return "variable " + op.Name
	case plan.DropVar:
		return "variable " + op.Name
	}
	return ""
}

func contents(w *world) map[string]string {
	out := map[string]string{}
	for _, ref := range w.refs {
		if c := w.stored(ref); !c.Missing() {
			out[ref.Path] = string(c.Store) + "\n" + string(c.State)
		}
	}
	return out
}

// fastDir is a temporary directory in memory where there is such a place: a disk
// takes most of the time of thousands of runs.
func fastDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "keyform-apply-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// unsynced is the real file system without waiting for the disk.
type unsynced struct{ fsys.OS }

func (unsynced) SyncDir(string) error { return nil }

func (u unsynced) Create(name string, perm fs.FileMode) (fsys.File, error) {
	f, err := u.OS.Create(name, perm)
	return unsyncedFile{f}, err
}

func (u unsynced) Append(name string, perm fs.FileMode) (fsys.File, error) {
	f, err := u.OS.Append(name, perm)
	return unsyncedFile{f}, err
}

type unsyncedFile struct{ fsys.File }

func (unsyncedFile) Sync() error { return nil }
