package lock

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyform/keyform/providers/fsys"
)

// left is a lock that somebody else made before the test, with its age.
type left struct {
	content string // of a File; %s is replaced by createdAt
	created time.Duration
	touched time.Duration
}

// leave makes it and gives its path.
func leave(t *testing.T, o Options, c *clock, l left) string {
	t.Helper()
	path := o.Target + ".lock"
	var err error
	if o.Form == Dir {
		err = os.Mkdir(path, 0o755)
	} else {
		text := l.content
		if l.created != 0 {
			text = fmt.Sprintf(text, c.Now().Add(-l.created).UTC().Format(isoMillis))
		}
		err = os.WriteFile(path, []byte(text), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	at := c.Now().Add(-l.touched)
	if err := os.Chtimes(path, at, at); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestStaleRules(t *testing.T) {
	const live, dead = `{"pid":4242,"createdAt":"%s"}`, `{"pid":4711,"createdAt":"%s"}`
	ms := time.Millisecond
	tests := []struct {
		name  string
		form  Form
		left  left
		taken bool
	}{
		{"a fresh directory", Dir, left{}, false},
		{"a directory of 30 s", Dir, left{touched: 30 * time.Second}, false},
		{"a directory past 30 s", Dir, left{touched: 30*time.Second + ms}, true},
		{"a directory from the future", Dir, left{touched: -time.Hour}, false},
		{"a running process", File, left{content: live, created: time.Second}, false},
		{"a running process, 30 s", File, left{content: live, created: 30 * time.Second, touched: 30 * time.Second}, false},
		{"a running process, past 30 s", File, left{content: live, created: 30*time.Second + ms}, true},
		{"a running process, old by its time only", File, left{content: live, created: time.Second, touched: 31 * time.Second}, true},
		{"a dead process", File, left{content: dead, created: time.Second}, true},
		{"a negative process", File, left{content: `{"pid":-1,"createdAt":"%s"}`, created: time.Second}, true},
		{"half a process", File, left{content: `{"pid":1.5,"createdAt":"%s"}`, created: time.Second}, true},
		{"no process", File, left{content: `{"pid":0,"createdAt":"%s"}`, created: time.Second}, false},
		{"no process, past 30 s", File, left{content: `{"pid":0,"createdAt":"%s"}`, created: 31 * time.Second}, true},
		{"a newer release's content", File, left{content: `{"pid":4242,"createdAt":"%s","starttime":99}`, created: time.Second}, false},
		{"nothing written yet", File, left{}, false},
		{"nothing written for 30 s", File, left{touched: 31 * time.Second}, true},
		{"torn", File, left{content: `{"pid":4711,"crea`}, false},
		{"a dead process without createdAt", File, left{content: `{"pid":4711}`}, false},
		{"a process in quotes", File, left{content: `{"pid":"4711","createdAt":"%s"}`, created: time.Second}, false},
		{"a date that is none", File, left{content: `{"pid":4242,"createdAt":"yesterday"}`}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := newClock()
			o := options(t, test.form, c)
			path := leave(t, o, c, test.left)
			before := describe(t, path)
			l, err := Acquire(context.Background(), o)
			var held *HeldError
			switch {
			case test.taken && err != nil:
				t.Errorf("not taken over: %v", err)
			case test.taken:
				release(t, l)
			case !errors.As(err, &held):
				t.Errorf("error %v, want a HeldError", err)
			case describe(t, path) != before:
				t.Errorf("the lock of another was changed: %s, was %s", describe(t, path), before)
			}
		})
	}
}

func describe(t *testing.T, path string) string {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprint(info.Mode(), " ", info.ModTime())
	if info.Mode().IsRegular() {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text += " " + string(b)
	}
	return text
}

func TestWrongFormsAreReportedAndNeverRemoved(t *testing.T) {
	file := func(path string) error { return os.WriteFile(path, []byte("{}"), 0o600) }
	dir := func(path string) error { return os.Mkdir(path, 0o700) }
	link := func(path string) error { return os.Symlink("elsewhere", path) }
	full := func(path string) error {
		return errors.Join(dir(path), os.WriteFile(filepath.Join(path, "x"), nil, 0o600))
	}
	tests := []struct {
		name  string
		form  Form
		make  func(string) error
		found string
	}{
		{"a file for a directory", Dir, file, "a file"},
		{"a directory for a file", File, dir, "a directory"},
		{"a link for a directory", Dir, link, "a symbolic link"},
		{"a link for a file", File, link, "a symbolic link"},
		{"a stale directory that is not empty", Dir, full, "a directory with something in it"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := newClock()
			o := options(t, test.form, c)
			o.Timeout = time.Hour
			path := o.Target + ".lock"
			if err := test.make(path); err != nil {
				t.Skip("cannot be made here:", err)
			}
			if info, err := os.Lstat(path); err == nil && info.Mode()&os.ModeSymlink == 0 {
				old := c.Now().Add(-time.Hour)
				if err := os.Chtimes(path, old, old); err != nil {
					t.Fatal(err)
				}
			}
			before := describe(t, path)
			_, err := Acquire(context.Background(), o)
			var poison *PoisonError
			if !errors.As(err, &poison) || poison.Found != test.found {
				t.Fatalf("error %v, want a PoisonError that found %s", err, test.found)
			}
			if got := describe(t, path); got != before {
				t.Errorf("changed: %s, was %s", got, before)
			}
		})
	}
}

func TestAFileLockThatAGatewayStrayedIntoRemovingIsTakenAgain(t *testing.T) {
	c := newClock()
	o := options(t, File, c)
	o.Timeout = time.Minute
	path := leave(t, o, c, left{content: `{"pid":4711,"createdAt":"%s"}`, created: time.Second})
	var sleeps []time.Duration
	o.Sleep = func(_ context.Context, d time.Duration) error {
		sleeps = append(sleeps, d)
		if len(sleeps) == 1 {
			return os.Remove(path)
		}
		return nil
	}
	release(t, acquire(t, o))
	want := []time.Duration{settleTime, firstPause, settleTime}
	if diff := cmp.Diff(want, sleeps); diff != "" {
		t.Errorf("sleeps (-want +got):\n%s", diff)
	}
}

// meddler changes a lock behind the second look at it.
type meddler struct {
	fsys.FS
	looks  int
	meddle func()
}

func (m *meddler) Lstat(name string) (fs.FileInfo, error) {
	if m.looks++; m.looks == 2 {
		m.meddle()
	}
	return m.FS.Lstat(name)
}

func TestAStaleLockThatChangesUnderUsIsLeft(t *testing.T) {
	changes := map[string]func(t *testing.T, o Options, c *clock, path string){
		"another's": func(t *testing.T, o Options, c *clock, path string) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			leave(t, o, c, left{content: `{"pid":4242,"createdAt":"%s"}`, created: time.Second})
		},
		"refreshed by a holder that woke up": func(t *testing.T, _ Options, c *clock, path string) {
			if err := os.Chtimes(path, c.Now(), c.Now()); err != nil {
				t.Fatal(err)
			}
		},
	}
	for how, change := range changes {
		for _, form := range []Form{Dir, File} {
			t.Run(how+" "+string(form), func(t *testing.T) {
				c := newClock()
				o := options(t, form, c)
				old := left{content: `{"pid":4711,"createdAt":"%s"}`, created: time.Hour, touched: time.Hour}
				path := leave(t, o, c, old)
				o.FS = &meddler{FS: o.FS, meddle: func() { change(t, o, c, path) }}
				l, err := Acquire(context.Background(), o)
				var held *HeldError
				if !errors.As(err, &held) {
					t.Errorf("lock %v, error %v; want a HeldError", l, err)
				}
				if _, err := os.Lstat(path); err != nil {
					t.Error("the lock of another was removed")
				}
			})
		}
	}
}
