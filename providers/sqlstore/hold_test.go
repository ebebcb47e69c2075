package sqlstore_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyform/keyform/providers/fsys"
	"github.com/keyform/keyform/providers/sqlstore"
	"github.com/keyform/keyform/providers/sqlstore/sqlstoretest"
)

func TestHoldReplacesTheCells(t *testing.T) {
	for _, want := range []sqlstore.Cells{
		cells(`{"x":1}`, `{"y":2}`), cells(`{"x":1}`, ""), cells("", `{"y":2}`), cells("", ""),
		cells(`{"key":"'); DROP TABLE schema_meta; --ü\u0000"}`, "[]"),
	} {
		h := makeHome(t)
		for name, p := range h.both() {
			now := time.UnixMilli(1800000000123)
			o := held()
			o.Now = func() time.Time { return now }
			must(t, sqlstore.Hold(context.Background(), p, o, func(tx *sqlstore.Tx) error {
				if err := tx.Replace(want); err != nil {
					return err
				}
				if diff := cmp.Diff(want, tx.Cells()); diff != "" {
					t.Errorf("%s: inside (-want +got):\n%s", name, diff)
				}
				return nil
			}))
			if diff := cmp.Diff(want, read(t, p).Cells); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
			// All is in the main file, and the log is there but empty: not even
			// somebody who copies that file alone, or opens it now, is in trouble.
			if info, err := os.Stat(p.Path + "-wal"); err != nil || info.Size() != 0 {
				t.Errorf("%s: the log is %v %v", name, info, err)
			}
			must(t, sqlstoretest.Integrity(p.Path))
			store, state, err := sqlstoretest.Updated(p.Path, p.Kind)
			must(t, err)
			if want.Store != nil && store != now.UnixMilli() || want.State != nil && state != now.UnixMilli() {
				t.Errorf("%s: updated at %d and %d", name, store, state)
			}
		}
	}
}

// What is the same is not written: neither its time nor the file changes.
func TestHoldWritesNoMoreThanDiffers(t *testing.T) {
	h := makeHome(t)
	untouched(t, h.state.Path, func() {
		must(t, sqlstore.Hold(context.Background(), h.state, held(), func(tx *sqlstore.Tx) error { return tx.Replace(tx.Cells()) }))
	})
	_, before, err := sqlstoretest.Updated(h.state.Path, sqlstore.State)
	must(t, err)
	must(t, sqlstore.Hold(context.Background(), h.state, held(), put(cells(`{"other":1}`, `{"order":1}`))))
	if _, after, err := sqlstoretest.Updated(h.state.Path, sqlstore.State); err != nil || after != before {
		t.Errorf("the state cell was written at %d, before at %d: %v", after, before, err)
	}
}

func TestHoldRollsBack(t *testing.T) {
	h := makeHome(t)
	want := errors.New("no")
	for name, p := range h.both() {
		untouched(t, p.Path, func() {
			err := sqlstore.Hold(context.Background(), p, held(), func(tx *sqlstore.Tx) error {
				must(t, tx.Replace(cells(`{"x":1}`, `{"y":2}`)))
				return want
			})
			if err != want {
				t.Errorf("%s: %v", name, err)
			}
		})
		untouched(t, p.Path, func() {
			err := sqlstore.Hold(context.Background(), p, held(), put(cells(marker, "")))
			judge(t, name, err, func(err error) bool { return err != nil })
		})
		ctx, cancel := context.WithCancel(context.Background())
		untouched(t, p.Path, func() {
			err := sqlstore.Hold(ctx, p, held(), func(tx *sqlstore.Tx) error {
				cancel()
				return tx.Replace(cells(`{"x":1}`, ""))
			})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}

// Each step in its order, and what its failure leaves: all or nothing.
func TestHoldFailsAtEachStep(t *testing.T) {
	boom := errors.New("boom")
	for _, kind := range []string{"agent", "state"} {
		var seen []sqlstore.Op
		for _, fail := range append(sqlstore.Ops(), "") {
			h := makeHome(t)
			p := h.both()[kind]
			before, after := read(t, p).Cells, cells(`{"new":1}`, `{"new":2}`)
			o, reached := held(), []sqlstore.Op(nil)
			o.Point = func(op sqlstore.Op, path string) error {
				reached = append(reached, op)
				if path != p.Path {
					t.Errorf("step %s of %s", op, path)
				}
				if op == fail {
					return boom
				}
				return nil
			}
			err := sqlstore.Hold(context.Background(), p, o, put(after))
			committed := slices.Contains(reached, sqlstore.OpCommitted)
			if fail != "" && !errors.Is(err, boom) || fail == "" && err != nil || errors.As(err, new(*sqlstore.CommittedError)) != (committed && fail != "") {
				t.Errorf("%s, step %s: %T %v", kind, fail, err, err)
			}
			want := before
			if committed {
				want = after
			}
			if diff := cmp.Diff(want, read(t, p).Cells); diff != "" {
				t.Errorf("%s, step %s (-want +got):\n%s", kind, fail, diff)
			}
			must(t, sqlstoretest.Integrity(p.Path))
			// Nothing is left locked.
			must(t, sqlstore.Hold(context.Background(), p, sqlstore.Options{}, put(after)))
			seen = reached
		}
		if !slices.Equal(seen, sqlstore.Ops()) {
			t.Errorf("%s: steps %v", kind, seen)
		}
	}
}

func TestHoldWaitsForALock(t *testing.T) {
	h := makeHome(t)
	for name, p := range h.both() {
		free := make(chan struct{})
		taken := make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() {
			err := sqlstore.Hold(context.Background(), p, held(), func(*sqlstore.Tx) error {
				close(taken)
				<-free
				return nil
			})
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
		<-taken
		// The clock says that time passes, a second with each pause; then it is free.
		now, pauses := time.Unix(0, 0), 0
		o := sqlstore.Options{Timeout: 3 * time.Second, Now: func() time.Time { return now }}
		o.Sleep = func(context.Context, time.Duration) error {
			now = now.Add(time.Second)
			pauses++
			return nil
		}
		var busy *sqlstore.BusyError
		err := sqlstore.Hold(context.Background(), p, o, put(cells(`{"x":1}`, "")))
		if !errors.As(err, &busy) || busy.Waited != 3*time.Second || pauses != 3 {
			t.Errorf("%s: %d pauses, %v", name, pauses, err)
		}
		o = held()
		o.Sleep = func(ctx context.Context, d time.Duration) error {
			select {
			case <-free:
			default:
				close(free)
			}
			return fsys.Pause(ctx, d)
		}
		must(t, sqlstore.Hold(context.Background(), p, o, put(cells(`{"x":1}`, ""))))
		wg.Wait()
	}
}

// Maintenance of the agents' databases is waited for as a lock is: it may be over soon.
func TestHoldWaitsForMaintenance(t *testing.T) {
	h := makeHome(t)
	maintained(time.Hour)(t, h)
	now, pauses := time.Now(), 0
	o := sqlstore.Options{Timeout: 3 * time.Second, Now: func() time.Time { return now }}
	o.Sleep = func(context.Context, time.Duration) error {
		now = now.Add(time.Second)
		pauses++
		return nil
	}
	must(t, sqlstoretest.Age(h.agent.Path))
	untouched(t, h.agent.Path, func() {
		var maintained *sqlstore.MaintenanceError
		if err := sqlstore.Hold(context.Background(), h.agent, o, put(cells(`{"x":1}`, ""))); !errors.As(err, &maintained) || pauses != 3 {
			t.Errorf("%d pauses, %v", pauses, err)
		}
	})
	o.Sleep = func(context.Context, time.Duration) error {
		sql("state", "DELETE FROM state_leases")(t, h)
		return nil
	}
	must(t, sqlstore.Hold(context.Background(), h.agent, o, put(cells(`{"x":1}`, ""))))
	if diff := cmp.Diff(`{"x":1}`, string(read(t, h.agent).Store)); diff != "" {
		t.Error(diff)
	}
}

func TestBusyNamesTheHolder(t *testing.T) {
	if _, err := os.Stat("/proc/locks"); err != nil {
		t.Skip("this system does not tell who holds a lock")
	}
	h := makeHome(t)
	h.agent.Coordinated = false
	cmd, out, end := start(t, "live", h.agent.Path, "BEGIN IMMEDIATE")
	if _, err := out.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	var busy *sqlstore.BusyError
	err := sqlstore.Hold(context.Background(), h.agent, sqlstore.Options{}, put(cells("", "")))
	if !errors.As(err, &busy) || !slices.Contains(busy.PIDs, cmd.Process.Pid) {
		t.Errorf("held by %d: %v", cmd.Process.Pid, err)
	}
	must(t, end())
}

// An agent's database and the state's have one coordinator; of a release that has none,
// nothing is made in its place.
func TestCoordinator(t *testing.T) {
	h := makeHome(t)
	must(t, sqlstore.Hold(context.Background(), h.agent, held(), func(*sqlstore.Tx) error {
		err := sqlstore.Hold(context.Background(), h.state, sqlstore.Options{}, put(cells("", "")))
		if !errors.As(err, new(*sqlstore.BusyError)) {
			t.Errorf("%v", err)
		}
		return nil
	}))
	found, err := filepath.Glob(filepath.Join(h.state.LockRoot, "openclaw-state-locks-*", "*"))
	must(t, err)
	if len(found) != 1 {
		t.Fatalf("locks %v", found)
	}
	if info, err := os.Lstat(found[0]); err != nil || info.Size() != 0 || info.Mode() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
	if info, err := os.Lstat(filepath.Dir(found[0])); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v %v", info, err)
	}
	must(t, os.RemoveAll(filepath.Dir(found[0])))
	h.agent.Coordinated = false
	must(t, sqlstore.Hold(context.Background(), h.agent, held(), put(cells(`{"x":1}`, ""))))
	if _, err := os.Lstat(filepath.Dir(found[0])); err == nil {
		t.Error("the coordinator was made all the same")
	}
}

func TestCoordinatorRefused(t *testing.T) {
	h := makeHome(t)
	must(t, sqlstore.Hold(context.Background(), h.state, held(), put(cells(`{"x":1}`, ""))))
	found, err := filepath.Glob(filepath.Join(h.state.LockRoot, "openclaw-state-locks-*", "*"))
	must(t, err)
	dir := filepath.Dir(found[0])
	spoil := map[string]func(){
		"linked directory": func() { must(t, os.Rename(dir, dir+".real")); must(t, os.Symlink(dir+".real", dir)) },
		"file for it":      func() { must(t, os.WriteFile(dir, nil, 0o600)) },
		"linked lock":      func() { must(t, os.Mkdir(dir, 0o700)); must(t, os.Symlink(h.agent.Path, found[0])) },
		"second name":      func() { must(t, os.Mkdir(dir, 0o700)); must(t, os.Link(h.agent.Path, found[0])) },
	}
	for name, f := range spoil {
		must(t, os.RemoveAll(dir))
		must(t, os.RemoveAll(dir+".real"))
		if name == "linked directory" {
			must(t, os.Mkdir(dir, 0o700))
		}
		f()
		err := sqlstore.Hold(context.Background(), h.state, held(), put(cells(`{"x":2}`, "")))
		if !errors.As(err, new(*sqlstore.FileError)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(t, os.RemoveAll(dir))
	must(t, os.Mkdir(dir, 0o755))
	must(t, sqlstore.Hold(context.Background(), h.state, held(), put(cells(`{"x":3}`, ""))))
	if info, err := os.Lstat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the open directory stayed %v %v", info, err)
	}
}

// Root writes for the gateway's user: all that comes into being is that user's.
func TestHoldAsRootForAUser(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can write another user's database")
	}
	const user = 54321
	h := makeHome(t)
	for _, p := range h.both() {
		must(t, os.Chown(p.Path, user, user))
		err := sqlstore.Hold(context.Background(), p, held(), put(cells(`{"x":1}`, "")))
		if !errors.As(err, new(*sqlstore.FileError)) {
			t.Errorf("another user's database: %v", err)
		}
		p.UID = user
		must(t, sqlstore.Hold(context.Background(), p, held(), put(cells(`{"x":1}`, ""))))
		lock, err := filepath.Glob(filepath.Join(p.LockRoot, "openclaw-state-locks-54321*"))
		must(t, err)
		locks, err := filepath.Glob(filepath.Join(p.LockRoot, "openclaw-state-locks-54321", "*"))
		must(t, err)
		made := append(append(lock, locks...), p.Path, p.Path+"-wal", p.Path+"-shm")
		for _, path := range made {
			info, err := os.Lstat(path)
			must(t, err)
			if uid, _, known := fsys.Owner(info); !known || uid != user || info.Mode().Perm()&0o077 != 0 {
				t.Errorf("%s: user %d, %v", path, uid, info.Mode())
			}
		}
		if len(made) != 5 {
			t.Errorf("made %v", made)
		}
	}
}
