package sqlstore_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyform/keyform/providers/sqlstore"
	"github.com/keyform/keyform/providers/sqlstore/sqlstoretest"
)

func TestReadFindsTheCells(t *testing.T) {
	h := makeHome(t)
	untouched(t, h.state.Path, func() {
		want := sqlstore.View{Exists: true, Version: 18, Cells: cells(`{"shared":1}`, `{"order":1}`), Location: "state-db"}
		if diff := cmp.Diff(want, read(t, h.state)); diff != "" {
			t.Error(diff)
		}
	})
	untouched(t, h.agent.Path, func() {
		want := sqlstore.View{Exists: true, Version: 23, Cells: cells(`{"own":1}`, "")}
		if diff := cmp.Diff(want, read(t, h.agent)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestReadOfReleaseSix(t *testing.T) {
	h := places(t.TempDir())
	must(t, sqlstoretest.MakeAgent(h.agent.Path, sqlstoretest.R6, "ops", cells(`{"a":1}`, `{"b":2}`)))
	want := sqlstore.View{Exists: true, Version: 1, Cells: cells(`{"a":1}`, `{"b":2}`)}
	if diff := cmp.Diff(want, read(t, h.agent)); diff != "" {
		t.Error(diff)
	}
	must(t, sqlstoretest.MakeState(h.state.Path, sqlstoretest.R6, "", sqlstore.Cells{}))
	want = sqlstore.View{Exists: true, Version: 1, Missing: []string{"config_machine_state"}}
	if diff := cmp.Diff(want, read(t, h.state)); diff != "" {
		t.Error(diff)
	}
}

func TestReadWhereThereIsNone(t *testing.T) {
	h := places(t.TempDir())
	if v := read(t, h.agent); v.Exists {
		t.Errorf("%+v", v)
	}
	if _, err := os.Lstat(filepath.Dir(h.agent.Path)); err == nil {
		t.Error("a directory was made")
	}
}

// What a live gateway has written lies in the log alone.
func TestReadBesideALiveWriter(t *testing.T) {
	h := makeHome(t)
	_, out, end := start(t, "live", h.agent.Path, `UPDATE auth_profile_store SET store_json = '{"own":2}'`)
	if _, err := out.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	must(t, sqlstoretest.Age(h.agent.Path))
	untouched(t, h.agent.Path, func() {
		if got := string(read(t, h.agent).Store); got != `{"own":2}` {
			t.Errorf("read %s", got)
		}
	})
	must(t, end())
	if got := string(read(t, h.agent).Store); got != `{"own":2}` {
		t.Errorf("read %s after it closed", got)
	}
}

func TestReadAfterACrash(t *testing.T) {
	const update = `UPDATE auth_profile_store SET store_json = '{"own":3}'`
	t.Run("with its index", func(t *testing.T) {
		h := makeHome(t)
		must(t, sqlstoretest.Crash(h.agent.Path, true, update))
		untouched(t, h.agent.Path, func() {
			if got := string(read(t, h.agent).Store); got != `{"own":3}` {
				t.Errorf("read %s", got)
			}
		})
		// The next writer recovers it, and loses nothing.
		must(t, sqlstore.Hold(context.Background(), h.agent, held(), put(cells(`{"own":3}`, `{"s":1}`))))
		must(t, sqlstoretest.Integrity(h.agent.Path))
		if diff := cmp.Diff(cells(`{"own":3}`, `{"s":1}`), read(t, h.agent).Cells); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("without", func(t *testing.T) {
		h := makeHome(t)
		must(t, sqlstoretest.Crash(h.agent.Path, false, update))
		untouched(t, h.agent.Path, func() {
			_, err := sqlstore.Read(context.Background(), h.agent)
			if !errors.As(err, new(*sqlstore.RecoveryError)) {
				t.Errorf("%v", err)
			}
		})
	})
}

func TestReadOfAFreshFile(t *testing.T) {
	h := makeHome(t)
	must(t, os.Chtimes(h.agent.Path, time.Now(), time.Now()))
	if got := string(read(t, h.agent).Store); got != `{"own":1}` {
		t.Errorf("read %s", got)
	}
	must(t, os.Chtimes(h.agent.Path, time.Now().Add(time.Hour), time.Now().Add(time.Hour)))
	if got := string(read(t, h.agent).Store); got != `{"own":1}` {
		t.Errorf("read %s of a file from the future", got)
	}
}

func TestReadEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := sqlstore.Read(ctx, makeHome(t).agent); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestReadOfAnOddPath(t *testing.T) {
	for _, name := range []string{"a b", "100%25", "x?mode=memory", "y#z", "ü"} {
		h := places(filepath.Join(t.TempDir(), name))
		must(t, os.MkdirAll(filepath.Dir(h.agent.Path), 0o700))
		plain := filepath.Join(t.TempDir(), "plain.sqlite")
		must(t, sqlstoretest.MakeAgent(plain, sqlstoretest.R9, "ops", cells(`{"odd":1}`, "")))
		must(t, os.Rename(plain, h.agent.Path))
		must(t, sqlstoretest.Age(h.agent.Path))
		untouched(t, h.agent.Path, func() {
			if got := string(read(t, h.agent).Store); got != `{"odd":1}` {
				t.Errorf("%q: read %s", name, got)
			}
		})
	}
}

func TestReadLeavesNothingRunning(t *testing.T) {
	h := makeHome(t)
	read(t, h.agent)
	before := runtime.NumGoroutine()
	for range 50 {
		read(t, h.agent)
	}
	must(t, sqlstore.Hold(context.Background(), h.agent, held(), put(cells(`{"own":9}`, ""))))
	if after := runtime.NumGoroutine(); after > before {
		t.Errorf("%d goroutines before, %d after", before, after)
	}
	if left := openFiles(t, h.agent.Path); left != "" {
		t.Errorf("left open: %s", left)
	}
}

// openFiles names what this process has open beside path, where the system tells.
func openFiles(t *testing.T, path string) string {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return ""
	}
	var left []string
	for _, e := range entries {
		if target, err := os.Readlink("/proc/self/fd/" + e.Name()); err == nil && strings.HasPrefix(target, filepath.Dir(path)) {
			left = append(left, target)
		}
	}
	return strings.Join(left, " ")
}
