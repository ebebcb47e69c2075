//go:build unix

package fsys

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// killEnv makes this test binary write a file and die at an operation.
const killEnv = "KEYFORM_TEST_KILL_AT"

func TestMain(m *testing.M) {
	if at := os.Getenv(killEnv); at != "" {
		n, err := strconv.Atoi(at)
		if err != nil {
			os.Exit(3)
		}
		f := NewFaulty(OS{}, Fault{At: n, Kill: true})
		if err := WriteAtomic(f, os.Args[1], []byte(newText), WriteOptions{}); err != nil {
			os.Exit(4)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

const (
	oldText = `{"version":1,"profiles":{}}`
	newText = `{"version":1,"profiles":{"anthropic:default":{"type":"api_key"}}}`
)

func TestWriteAtomicFailsWholeAtEveryOperation(t *testing.T) {
	for _, exists := range []bool{true, false} {
		total := countOps(t, exists)
		t.Logf("old file %v: %d operations", exists, total)
		if total < 8 {
			t.Fatalf("only %d operations counted", total)
		}
		for _, cause := range []error{syscall.ENOSPC, syscall.EROFS, syscall.EIO} {
			for at := 1; at <= total; at++ {
				failAt(t, exists, Fault{At: at, Err: cause, Short: true})
				failAt(t, exists, Fault{At: at, Err: cause, Short: true, Sticky: true})
			}
		}
	}
}

func failAt(t *testing.T, exists bool, fault Fault) {
	t.Helper()
	name := prepare(t, exists)
	f := NewFaulty(OS{}, fault)
	err := WriteAtomic(f, name, []byte(newText), WriteOptions{Before: func() error { return nil }})
	if !errors.Is(err, fault.Err) {
		t.Errorf("%+v: error %v does not wrap the cause", fault, err)
		return
	}
	var failed *WriteError
	if !errors.As(err, &failed) {
		t.Fatalf("%+v: error %T", fault, err)
	}
	checkWhole(t, name, exists, failed.Replaced)
	// When everything fails from then on, the temporary file cannot be removed.
	if fault.Sticky {
		if _, err := CleanTemps(OS{}, name); err != nil {
			t.Error(err)
		}
	}
	for _, left := range names(t, filepath.Dir(name)) {
		if left != filepath.Base(name) {
			t.Errorf("%+v: %s is left", fault, left)
		}
	}
}

func TestWriteAtomicKilledAtEveryOperation(t *testing.T) {
	for _, exists := range []bool{true, false} {
		total := countOps(t, exists)
		for at := 1; at <= total; at++ {
			name := prepare(t, exists)
			cmd := exec.Command(os.Args[0], name)
			cmd.Env = append(os.Environ(), killEnv+"="+strconv.Itoa(at))
			err := cmd.Run()
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.ExitCode() != -1 {
				t.Fatalf("operation %d of %d: %v, want death by a signal", at, total, err)
			}
			replaced := at > total-1
			checkWhole(t, name, exists, replaced)
			if _, err := CleanTemps(OS{}, name); err != nil {
				t.Error(err)
			}
			for _, left := range names(t, filepath.Dir(name)) {
				if left != filepath.Base(name) {
					t.Errorf("operation %d: %s is left", at, left)
				}
			}
		}
	}
}

func prepare(t *testing.T, exists bool) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "store")
	if exists {
		put(t, name, oldText)
	}
	return name
}

func countOps(t *testing.T, exists bool) int {
	t.Helper()
	f := NewFaulty(OS{}, Fault{})
	if err := WriteAtomic(f, prepare(t, exists), []byte(newText), WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	return len(f.Ops())
}

// checkWhole finds the old file or the new one, as replaced says, and nothing else.
func checkWhole(t *testing.T, name string, exists, replaced bool) {
	t.Helper()
	b, err := os.ReadFile(name)
	switch {
	case replaced:
		if string(b) != newText {
			t.Errorf("not the new content: %v, %d bytes", err, len(b))
		}
		if got := mode(t, name); got != 0o600 {
			t.Errorf("mode %v", got)
		}
	case exists:
		if string(b) != oldText {
			t.Errorf("not the old content: %v, %d bytes", err, len(b))
		}
	case !errors.Is(err, fs.ErrNotExist):
		t.Errorf("a file that was not there: %v, %d bytes", err, len(b))
	}
}

func TestFaultyCountsAndBreaksEveryKindOfOperation(t *testing.T) {
	dir := t.TempDir()
	name := func(s string) string { return filepath.Join(dir, s) }
	calls := map[string]func(f FS) error{
		"ReadFile":     func(f FS) error { _, err := f.ReadFile(name("a")); return err },
		"ReadDir":      func(f FS) error { _, err := f.ReadDir(dir); return err },
		"Lstat":        func(f FS) error { _, err := f.Lstat(name("a")); return err },
		"Stat":         func(f FS) error { _, err := f.Stat(name("a")); return err },
		"EvalSymlinks": func(f FS) error { _, err := f.EvalSymlinks(name("a")); return err },
		"Mkdir":        func(f FS) error { return f.Mkdir(name("d"), 0o700) },
		"Create":       func(f FS) error { _, err := f.Create(name("c"), 0o600); return err },
		"Append":       func(f FS) error { _, err := f.Append(name("a"), 0o600); return err },
		"Rename":       func(f FS) error { return f.Rename(name("a"), name("b")) },
		"Remove":       func(f FS) error { return f.Remove(name("a")) },
		"Chmod":        func(f FS) error { return f.Chmod(name("a"), 0o640) },
		"Chown":        func(f FS) error { return f.Chown(name("a"), 1, 1) },
		"Chtimes":      func(f FS) error { return f.Chtimes(name("a"), testTime) },
		"SyncDir":      func(f FS) error { return f.SyncDir(dir) },
		"Flock":        func(f FS) error { _, err := f.Flock(name("l")); return err },
	}
	for op, call := range calls {
		put(t, name("a"), "x")
		f := NewFaulty(OS{}, Fault{At: 1, Err: syscall.EIO})
		if err := call(f); !errors.Is(err, syscall.EIO) {
			t.Errorf("%s: error %v", op, err)
		}
		if ops := f.Ops(); len(ops) != 1 || !strings.HasPrefix(ops[0], op+" ") {
			t.Errorf("%s: counted %q", op, ops)
		}
		if got := names(t, dir); len(got) != 1 || content(t, name("a")) != "x" {
			t.Errorf("%s: was done all the same: %q", op, got)
		}
	}
}

func TestPointsAreCountedAlone(t *testing.T) {
	f := NewFaulty(OS{}, Fault{At: 2, Points: true, Err: syscall.EIO, Sticky: true})
	dir := t.TempDir()
	point := func() error { return Point(f, "commit", dir) }
	file := func() error { _, err := f.Lstat(dir); return err }
	for i, step := range []struct {
		do   func() error
		fail bool
	}{{file, false}, {file, false}, {point, false}, {file, false}, {point, true}, {file, true}, {point, true}} {
		if err := step.do(); errors.Is(err, syscall.EIO) != step.fail {
			t.Errorf("step %d: %v", i, err)
		}
	}
	if len(f.Ops()) != 7 {
		t.Errorf("%q", f.Ops())
	}
}
