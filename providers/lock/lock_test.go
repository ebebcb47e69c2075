package lock

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyform/keyform/providers/fsys"
)

// clock is a clock that only the test moves. Its Sleep moves it and returns.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 1, 24, 12, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return ctx.Err()
}

// untilDone is a Sleep that lasts as long as its context, but for the short watch
// over a new File lock.
func untilDone(ctx context.Context, d time.Duration) error {
	if d == settleTime {
		return nil
	}
	<-ctx.Done()
	return ctx.Err()
}

const holderPID = 4242

// options are those of a test: nobody is alive but the holder, no jitter.
func options(t *testing.T, form Form, c *clock) Options {
	t.Helper()
	return Options{
		FS: fsys.OS{}, Form: form, Target: filepath.Join(t.TempDir(), "auth-profiles.json"), PID: 77,
		Now: c.Now, Sleep: untilDone, Jitter: func() float64 { return 0 }, Token: "0123456789abcdef",
		Alive: func(pid int) bool { return pid == holderPID },
	}
}

func acquire(t *testing.T, o Options) *Lock {
	t.Helper()
	l, err := Acquire(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestDirIsAnEmptyDirectoryWithATimeInMilliseconds(t *testing.T) {
	c := newClock()
	c.now = c.now.Add(1234567 * time.Nanosecond)
	o := options(t, Dir, c)
	l := acquire(t, o)
	if want := o.Target + ".lock"; l.Path() != want {
		t.Errorf("path %s, want %s", l.Path(), want)
	}
	entries, err := os.ReadDir(l.Path())
	if err != nil || len(entries) != 0 {
		t.Errorf("entries %v, %v; want none: proper-lockfile could not remove it", entries, err)
	}
	info, err := os.Lstat(l.Path())
	if err != nil {
		t.Fatal(err)
	}
	if want := c.now.Truncate(time.Millisecond); !info.ModTime().Equal(want) {
		t.Errorf("time %v, want %v", info.ModTime(), want)
	}
	release(t, l)
}

func TestFileHasTheContentThatTheGatewaysRead(t *testing.T) {
	o := options(t, File, newClock())
	l := acquire(t, o)
	b, err := os.ReadFile(l.Path())
	if err != nil {
		t.Fatal(err)
	}
	want := "{\n  \"pid\": 77,\n  \"createdAt\": \"2026-01-24T12:00:00.000Z\",\n  \"keyform\": \"0123456789abcdef\"\n}"
	if diff := cmp.Diff(want, string(b)); diff != "" {
		t.Errorf("content (-want +got):\n%s", diff)
	}
	release(t, l)
}

// release expects the lock to be gone afterwards and a second call to change nothing.
func release(t *testing.T, l *Lock) {
	t.Helper()
	for range 2 {
		if err := l.Release(); err != nil {
			t.Errorf("release: %v", err)
		}
	}
	if _, err := os.Lstat(l.Path()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("after the release: %v, want nothing there", err)
	}
	if l.Context().Err() == nil {
		t.Error("the context of a released lock goes on")
	}
	var lost *LostError
	if err := l.Check(); !errors.As(err, &lost) {
		t.Errorf("check of a released lock: %v", err)
	}
}

func TestAFileLockOfRootForAnotherUserNamesNoProcess(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	o := options(t, File, newClock())
	if err := os.Chown(filepath.Dir(o.Target), 12345, 12346); err != nil {
		t.Fatal(err)
	}
	l := acquire(t, o)
	b, err := os.ReadFile(l.Path())
	if err != nil {
		t.Fatal(err)
	}
	var p payload
	if err := json.Unmarshal(b, &p); err != nil || p.PID != 0 {
		t.Errorf("pid %d, %v; want 0: the gateway takes a process it may not signal for dead", p.PID, err)
	}
	info, err := os.Lstat(l.Path())
	if err != nil {
		t.Fatal(err)
	}
	if uid, gid, _ := fsys.Owner(info); uid != 12345 || gid != 12346 {
		t.Errorf("belongs to %d:%d, want 12345:12346", uid, gid)
	}
	release(t, l)
}

func TestPathFollowsLinksAsTheProgramsDo(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range []string{"agent", "vault"} {
		if err := os.Mkdir(filepath.Join(dir, d), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	target := filepath.Join(dir, "vault", "store.json")
	if err := os.WriteFile(target, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "agent", "auth-profiles.json")
	if err := os.Symlink(target, link); err != nil {
		t.Skip("no symbolic links here")
	}
	if err := os.Symlink(filepath.Join(dir, "agent"), filepath.Join(dir, "alias")); err != nil {
		t.Fatal(err)
	}
	through := filepath.Join(dir, "alias", "auth-profiles.json")
	tests := []struct {
		form         Form
		target, want string
	}{
		{Dir, link, target + ".lock"},
		{Dir, through, target + ".lock"},
		{File, link, link + ".lock"},
		{File, through, link + ".lock"},
		{Dir, filepath.Join(dir, "alias", "new.json"), filepath.Join(dir, "agent", "new.json.lock")},
		{File, filepath.Join(dir, "alias", "new.json"), filepath.Join(dir, "agent", "new.json.lock")},
	}
	for _, test := range tests {
		got, err := Path(fsys.OS{}, test.form, test.target)
		if err != nil || got != test.want {
			t.Errorf("%s lock of %s: %s, %v; want %s", test.form, test.target, got, err, test.want)
		}
	}
}

func TestAcquireRefusesWhatItCannotUse(t *testing.T) {
	good := options(t, Dir, newClock())
	for name, spoil := range map[string]func(*Options){
		"no file system":      func(o *Options) { o.FS = nil },
		"no form":             func(o *Options) { o.Form = "" },
		"a relative path":     func(o *Options) { o.Target = "auth-profiles.json" },
		"a missing directory": func(o *Options) { o.Target = filepath.Join(o.Target, "deep", "store") },
	} {
		o := good
		spoil(&o)
		if l, err := Acquire(context.Background(), o); err == nil {
			t.Errorf("%s: no error, lock %s", name, l.Path())
		}
	}
}

func TestAcquireWaitsWithGrowingPausesUntilTheTimeout(t *testing.T) {
	for _, form := range []Form{Dir, File} {
		c := newClock()
		o := options(t, form, c)
		first := acquire(t, o)
		o.Timeout = 2 * time.Second
		o.PID, o.Token = 78, "second"
		o.Alive = func(int) bool { return true }
		var pauses []time.Duration
		o.Sleep = func(ctx context.Context, d time.Duration) error {
			pauses = append(pauses, d)
			return c.Sleep(ctx, d)
		}
		_, err := Acquire(context.Background(), o)
		var held *HeldError
		if !errors.As(err, &held) {
			t.Fatalf("%s: error %v, want a HeldError", form, err)
		}
		want := &HeldError{Path: first.Path(), Form: form, Keyform: true, Age: 2 * time.Second,
			StaleIn: 28 * time.Second, Waited: 2 * time.Second}
		if form == File {
			want.PID, want.Alive = 77, true
		}
		if diff := cmp.Diff(want, held); diff != "" {
			t.Errorf("%s (-want +got):\n%s", form, diff)
		}
		wantPauses := []time.Duration{10, 20, 40, 80, 160, 320, 400, 400, 400, 170}
		for i := range wantPauses {
			wantPauses[i] *= time.Millisecond
		}
		if diff := cmp.Diff(wantPauses, pauses); diff != "" {
			t.Errorf("%s: pauses (-want +got):\n%s", form, diff)
		}
		release(t, first)
	}
}

func TestAcquireGetsALockThatIsReleasedMeanwhile(t *testing.T) {
	for _, form := range []Form{Dir, File} {
		o := options(t, form, newClock())
		first := acquire(t, o)
		o.Timeout = time.Minute
		o.Alive = func(int) bool { return true }
		waited := 0
		o.Sleep = func(ctx context.Context, d time.Duration) error {
			if waited++; waited == 1 {
				release(t, first)
				return nil
			}
			return untilDone(ctx, d)
		}
		release(t, acquire(t, o))
	}
}

func TestAcquireEndsWithItsContext(t *testing.T) {
	o := options(t, Dir, newClock())
	first := acquire(t, o)
	o.Timeout = time.Minute
	ctx, cancel := context.WithCancel(context.Background())
	o.Sleep = func(ctx context.Context, _ time.Duration) error { cancel(); return ctx.Err() }
	if _, err := Acquire(ctx, o); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want Canceled", err)
	}
	release(t, first)
}

func TestHeldErrorSaysWhoHowLongAndWhatToDo(t *testing.T) {
	tests := []struct {
		held HeldError
		says []string
	}{
		{HeldError{Form: Dir, Age: 3 * time.Second, StaleIn: 27 * time.Second},
			[]string{"most likely the gateway", "refreshed 3s ago", "stale in 27s", "-lock-timeout"}},
		{HeldError{Form: File, PID: 12, Alive: true, Age: time.Second, StaleIn: 29 * time.Second}, []string{"process 12;", "made 1s ago"}},
		{HeldError{Form: File, PID: 12}, []string{"process 12, which is gone"}},
		{HeldError{Form: File, PID: 12, Alive: true, Keyform: true}, []string{"another keyform, process 12"}},
		{HeldError{Form: Dir, Keyform: true}, []string{"another keyform;"}},
		{HeldError{Form: Dir, Age: -time.Hour}, []string{"1h0m0s in the future", "set the clock right"}},
	}
	for _, test := range tests {
		test.held.Path = "/state/auth-profiles.json.lock"
		text := test.held.Error()
		for _, part := range append(test.says, test.held.Path) {
			if !strings.Contains(text, part) {
				t.Errorf("%+v says %q, not %q", test.held, text, part)
			}
		}
	}
}
