//go:build linux || darwin

package sqlstore_test

import (
	"context"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyform/keyform/providers/sqlstore"
	"github.com/keyform/keyform/providers/sqlstore/sqlstoretest"
)

func init() {
	full = func(args []string) error {
		limit, err := strconv.ParseUint(args[2], 10, 64)
		if err != nil {
			return err
		}
		signal.Ignore(syscall.SIGXFSZ)
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: limit, Max: limit}); err != nil {
			return err
		}
		return sqlstore.Hold(context.Background(), place(args[0], args[1]), held(), put(large("new")))
	}
}

// large gives cells of several pages.
func large(text string) sqlstore.Cells {
	return cells(`{"`+strings.Repeat(text, 6000)+`":1}`, `{"`+strings.Repeat(text, 3000)+`":2}`)
}

// A disk that is full at any page of a write, within COMMIT too, leaves the cells as they
// were, in a sound database that takes the next write. No file may get longer than the
// limit here, and the last ones grow in COMMIT: the log of the database.
func TestFullAtEachPage(t *testing.T) {
	const step = 3000 // less than a page
	for _, kind := range []string{"agent", "state"} {
		refused := 0
		for limit := 0; ; limit += step {
			h := makeHome(t)
			p := h.both()[kind]
			before := read(t, p).Cells
			cmd := exec.Command(os.Args[0], h.state.LockRoot, kind, strconv.Itoa(limit))
			cmd.Env = append(os.Environ(), childVar+"=full")
			said, err := cmd.CombinedOutput()
			want := before
			if err == nil {
				want = large("new")
			} else if refused++; !strings.Contains(string(said), "SQLite cannot write") {
				t.Errorf("%s, %d bytes: %v\n%s", kind, limit, err, said)
			}
			if diff := cmp.Diff(want, read(t, p).Cells); diff != "" {
				t.Errorf("%s, %d bytes (-want +got):\n%s", kind, limit, diff)
			}
			must(t, sqlstoretest.Integrity(p.Path))
			must(t, sqlstore.Hold(context.Background(), p, sqlstore.Options{}, put(large("next"))))
			if diff := cmp.Diff(large("next"), read(t, p).Cells); diff != "" {
				t.Errorf("%s, %d bytes, afterwards (-want +got):\n%s", kind, limit, diff)
			}
			if err == nil {
				break
			}
		}
		if refused < 10 {
			t.Errorf("%s: only %d writes were refused", kind, refused)
		}
		t.Logf("%s: %d writes refused", kind, refused)
	}
}
