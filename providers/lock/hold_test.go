package lock

import (
	"context"
	"errors"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keyform/keyform/providers/fsys"
)

// beats is a Sleep that the test lets return, one beat at a time.
type beats struct {
	asked chan time.Duration
	wake  chan struct{}
}

func newBeats() beats { return beats{make(chan time.Duration), make(chan struct{})} }

func (b beats) Sleep(ctx context.Context, d time.Duration) error {
	select {
	case b.asked <- d:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-b.wake:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func TestTheHolderRefreshesADirEveryHalfStale(t *testing.T) {
	c, b := newClock(), newBeats()
	o := options(t, Dir, c)
	o.Sleep = b.Sleep
	l := acquire(t, o)
	for range 3 {
		if d := <-b.asked; d != 15*time.Second {
			t.Fatalf("pause %v, want 15s", d)
		}
		_ = c.Sleep(context.Background(), 15*time.Second)
		b.wake <- struct{}{}
	}
	<-b.asked
	info, err := os.Lstat(l.Path())
	if err != nil {
		t.Fatal(err)
	}
	if !info.ModTime().Equal(c.Now()) {
		t.Errorf("time %v, want %v", info.ModTime(), c.Now())
	}
	if err := l.Check(); err != nil {
		t.Errorf("check after refreshing: %v", err)
	}
	release(t, l)
}

func TestARefreshThatFailsIsTriedAgainUntilTheLockIsStale(t *testing.T) {
	c, b := newClock(), newBeats()
	o := options(t, Dir, c)
	o.Sleep = b.Sleep
	broken := &noTimes{FS: fsys.OS{}}
	o.FS = broken
	l := acquire(t, o)
	broken.on = true
	elapsed := time.Duration(0)
	for l.Context().Err() == nil {
		select {
		case d := <-b.asked:
			if want := 15 * time.Second; elapsed == 0 && d != want {
				t.Fatalf("first pause %v, want %v", d, want)
			}
			if elapsed > 0 && d != time.Second {
				t.Fatalf("pause after a failure %v, want 1s", d)
			}
			elapsed += d
			_ = c.Sleep(context.Background(), d)
			b.wake <- struct{}{}
		case <-l.Context().Done():
		}
	}
	if elapsed != 31*time.Second {
		t.Errorf("lost after %v, want 31s", elapsed)
	}
	var lost *LostError
	if cause := context.Cause(l.Context()); !errors.As(cause, &lost) || !errors.Is(cause, syscall.EIO) {
		t.Errorf("cause %v", cause)
	}
	if err := l.Release(); !errors.As(err, &lost) {
		t.Errorf("release of a lost lock: %v", err)
	}
}

// noTimes refuses Chtimes while on is set.
type noTimes struct {
	fsys.FS
	on bool
}

func (f *noTimes) Chtimes(name string, mtime time.Time) error {
	if f.on {
		return syscall.EIO
	}
	return f.FS.Chtimes(name, mtime)
}

func TestALostLockEndsItsContextFailsItsCheckAndIsNotReleased(t *testing.T) {
	steals := map[string]func(path string) error{
		"taken over": func(path string) error {
			info, err := os.Lstat(path)
			if err != nil {
				return err
			}
			if err := os.Remove(path); err != nil {
				return err
			}
			if info.IsDir() {
				return os.Mkdir(path, 0o755)
			}
			return os.WriteFile(path, []byte(`{"pid":4242,"createdAt":"2026-01-24T12:00:00.000Z"}`), 0o644)
		},
		"removed": os.Remove,
		"taken over within a tick of the clock": func(path string) error {
			info, err := os.Lstat(path)
			if err != nil {
				return err
			}
			// A new directory with another number, and a file with the same one.
			if info.IsDir() {
				err = errors.Join(os.Rename(path, path+".old"), os.Mkdir(path, 0o755))
			} else {
				err = errors.Join(os.Chmod(path, 0o644), os.WriteFile(path, []byte("{}"), 0o644))
			}
			return errors.Join(err, os.Chtimes(path, info.ModTime(), info.ModTime()))
		},
		"touched": func(path string) error {
			later := time.Now().Add(time.Hour)
			return os.Chtimes(path, later, later)
		},
	}
	for how, steal := range steals {
		for _, form := range []Form{Dir, File} {
			t.Run(how+" "+string(form), func(t *testing.T) {
				o := options(t, form, newClock())
				l := acquire(t, o)
				if err := l.Check(); err != nil {
					t.Fatal(err)
				}
				if err := steal(l.Path()); err != nil {
					t.Fatal(err)
				}
				var lost *LostError
				if err := l.Check(); !errors.As(err, &lost) {
					t.Errorf("check: %v, want a LostError", err)
				}
				if cause := context.Cause(l.Context()); !errors.As(cause, &lost) {
					t.Errorf("cause of the context: %v", cause)
				}
				_, before := os.Lstat(l.Path())
				for range 2 {
					if err := l.Release(); !errors.As(err, &lost) {
						t.Errorf("release: %v, want a LostError", err)
					}
				}
				if _, after := os.Lstat(l.Path()); (after == nil) != (before == nil) {
					t.Errorf("the lock of another was removed: %v", after)
				}
			})
		}
	}
}

func TestTheHeartbeatFindsOutThatTheLockIsLost(t *testing.T) {
	c, b := newClock(), newBeats()
	o := options(t, Dir, c)
	o.Sleep = b.Sleep
	l := acquire(t, o)
	<-b.asked
	if err := os.Remove(l.Path()); err != nil {
		t.Fatal(err)
	}
	b.wake <- struct{}{}
	<-l.Context().Done()
	var lost *LostError
	if err := l.Release(); !errors.As(err, &lost) {
		t.Errorf("release: %v", err)
	}
}

func TestAFileLockThatIsHeldTooLongFailsItsCheckButIsStillReleased(t *testing.T) {
	c := newClock()
	o := options(t, File, c)
	l := acquire(t, o)
	_ = c.Sleep(context.Background(), 25*time.Second-time.Millisecond)
	if err := l.Check(); err != nil {
		t.Errorf("just before 25 s: %v", err)
	}
	_ = c.Sleep(context.Background(), time.Millisecond)
	var lost *LostError
	if err := l.Check(); !errors.As(err, &lost) || !strings.Contains(err.Error(), "too long") {
		t.Errorf("at 25 s: %v", err)
	}
	release(t, l)
}

func TestCheckRefreshesADirThatIsDue(t *testing.T) {
	c := newClock()
	l := acquire(t, options(t, Dir, c))
	_ = c.Sleep(context.Background(), 20*time.Second)
	for range 2 {
		if err := l.Check(); err != nil {
			t.Fatal(err)
		}
		info, err := os.Lstat(l.Path())
		if err != nil || !info.ModTime().Equal(c.Now()) {
			t.Errorf("time %v, %v; want %v", info.ModTime(), err, c.Now())
		}
	}
	release(t, l)
}

func TestTheContextOfAFileLockEndsBeforeTheLockIsStale(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := options(t, File, newClock())
		start := time.Now()
		l := acquire(t, o)
		<-l.Context().Done()
		if held := time.Since(start); held != 25*time.Second {
			t.Errorf("ended after %v, want 25s", held)
		}
		if cause := context.Cause(l.Context()); !errors.Is(cause, errTooLong) {
			t.Errorf("cause %v", cause)
		}
		release(t, l)
	})
}

func TestReleaseWaitsForTheHeartbeat(t *testing.T) {
	o := options(t, Dir, newClock())
	ended := false
	o.Sleep = func(ctx context.Context, _ time.Duration) error {
		<-ctx.Done()
		time.Sleep(20 * time.Millisecond)
		ended = true
		return ctx.Err()
	}
	release(t, acquire(t, o))
	if !ended {
		t.Error("the goroutine still runs")
	}
}

func TestACheckThatCannotLookDoesNotLoseTheLock(t *testing.T) {
	for _, form := range []Form{Dir, File} {
		o := options(t, form, newClock())
		quiet := fsys.NewFaulty(fsys.OS{}, fsys.Fault{})
		o.FS = quiet
		release(t, acquire(t, o))
		o.FS = fsys.NewFaulty(fsys.OS{}, fsys.Fault{At: opsOfAcquire(t, o) + 1, Err: syscall.EIO})
		l := acquire(t, o)
		if err := l.Check(); !errors.Is(err, syscall.EIO) {
			t.Fatalf("%s: check %v, want EIO", form, err)
		}
		if err := l.Check(); err != nil {
			t.Errorf("%s: a later check: %v", form, err)
		}
		release(t, l)
	}
}

func opsOfAcquire(t *testing.T, o Options) int {
	t.Helper()
	f := fsys.NewFaulty(fsys.OS{}, fsys.Fault{})
	o.FS = f
	l := acquire(t, o)
	n := len(f.Ops())
	release(t, l)
	return n
}

func TestAFailedAcquireLeavesNoLock(t *testing.T) {
	for _, form := range []Form{Dir, File} {
		o := options(t, form, newClock())
		o.Announce = func(Identity) error { return nil }
		total := opsOfAcquire(t, o)
		for at := 1; at <= total; at++ {
			o.FS = fsys.NewFaulty(fsys.OS{}, fsys.Fault{At: at, Err: syscall.ENOSPC, Short: true})
			if l, err := Acquire(context.Background(), o); !errors.Is(err, syscall.ENOSPC) {
				t.Errorf("%s, operation %d: %v, %v; want ENOSPC", form, at, l, err)
			}
			if _, err := os.Lstat(o.Target + ".lock"); err == nil {
				t.Fatalf("%s, operation %d of %d: a lock is left", form, at, total)
			}
		}
	}
}

func TestNoGoroutineIsLeft(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 50 {
		for _, form := range []Form{Dir, File} {
			o := options(t, form, newClock())
			o.Sleep = nil
			release(t, acquire(t, o))
		}
	}
	if after := runtime.NumGoroutine(); after > before {
		t.Errorf("%d goroutines, were %d", after, before)
	}
}
