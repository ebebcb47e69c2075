package sqlstore_test

import (
	"context"
	"strconv"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyform/keyform/providers/sqlstore"
	"github.com/keyform/keyform/providers/sqlstore/sqlstoretest"
)

// Two processes, and two goroutines of this one, add to the same number.
func TestNoUpdateIsLost(t *testing.T) {
	const each = 40
	for _, kind := range []string{"agent", "state"} {
		for _, coordinated := range []bool{true, false} {
			h := makeHome(t)
			p := h.both()[kind]
			p.Coordinated = coordinated
			must(t, sqlstore.Hold(context.Background(), p, held(), put(cells(`{"n":0}`, `{"s":1}`))))
			var ends []func() error
			if coordinated {
				for range 2 {
					_, _, end := start(t, "count", h.state.LockRoot, kind, strconv.Itoa(each))
					ends = append(ends, end)
				}
			}
			var wg sync.WaitGroup
			for range 2 {
				wg.Go(func() {
					for range each {
						if err := addOne(p); err != nil {
							t.Error(err)
						}
					}
				})
			}
			wg.Wait()
			for _, end := range ends {
				must(t, end())
			}
			want := cells(`{"n":`+strconv.Itoa(each*(2+len(ends)))+`}`, `{"s":1}`)
			if diff := cmp.Diff(want, read(t, p).Cells); diff != "" {
				t.Errorf("%s, coordinated %v (-want +got):\n%s", kind, coordinated, diff)
			}
			must(t, sqlstoretest.Integrity(p.Path))
		}
	}
}

// Whatever a reader sees while others write is one of the states that they made.
func TestReadWhileOthersWrite(t *testing.T) {
	h := makeHome(t)
	same := func(n int) sqlstore.Cells {
		return cells(`{"n":`+strconv.Itoa(n)+`}`, `{"n":`+strconv.Itoa(n)+`}`)
	}
	must(t, sqlstore.Hold(context.Background(), h.state, held(), put(same(0))))
	_, _, end := start(t, "pairs", h.state.LockRoot, "state", "150")
	last, reads := "", 0
	for done := false; !done; reads++ {
		c := read(t, h.state).Cells
		if string(c.Store) != string(c.State) {
			t.Fatalf("%s beside %s", c.Store, c.State)
		}
		last = string(c.Store)
		done = last == `{"n":150}`
	}
	must(t, end())
	t.Logf("%d reads", reads)
}

func TestKilledAtEachStep(t *testing.T) {
	after := cells(`{"new":1}`, `{"new":2}`)
	for _, kind := range []string{"agent", "state"} {
		for _, op := range sqlstore.Ops() {
			h := makeHome(t)
			p := h.both()[kind]
			before := read(t, p).Cells
			cmd, _, end := start(t, "killed", h.state.LockRoot, kind, string(op))
			if err := end(); err == nil {
				t.Errorf("%s, step %s: it was not killed", kind, op)
			}
			if cmd.ProcessState.Exited() {
				t.Errorf("%s, step %s: it ended by itself", kind, op)
			}
			want := before
			if op == sqlstore.OpCommitted || op == sqlstore.OpRelease {
				want = after
			}
			must(t, sqlstoretest.Age(p.Path))
			untouched(t, p.Path, func() {
				if diff := cmp.Diff(want, read(t, p).Cells); diff != "" {
					t.Errorf("%s, step %s (-want +got):\n%s", kind, op, diff)
				}
			})
			must(t, sqlstoretest.Integrity(p.Path))
			must(t, sqlstore.Hold(context.Background(), p, sqlstore.Options{}, put(after)))
			if diff := cmp.Diff(after, read(t, p).Cells); diff != "" {
				t.Errorf("%s, step %s, afterwards (-want +got):\n%s", kind, op, diff)
			}
		}
	}
}
