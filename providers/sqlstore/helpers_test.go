package sqlstore_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyform/keyform/providers/sqlstore"
	"github.com/keyform/keyform/providers/sqlstore/sqlstoretest"
)

// childVar makes this test binary another process that uses the same databases; its
// value says what that does.
const childVar = "KEYFORM_SQLSTORE_CHILD"

func TestMain(m *testing.M) {
	if what := os.Getenv(childVar); what != "" {
		if err := child(what, os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// start starts a child and gives it with its standard output and a function that ends
// it by closing its standard input.
func start(t *testing.T, what string, args ...string) (*exec.Cmd, *bufio.Reader, func() error) {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), childVar+"="+what)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	return cmd, bufio.NewReader(out), func() error { return errors.Join(in.Close(), cmd.Wait()) }
}

// home is a gateway's two databases.
type home struct {
	agent, state sqlstore.Place
}

func cells(store, state string) sqlstore.Cells {
	var c sqlstore.Cells
	if store != "" {
		c.Store = []byte(store)
	}
	if state != "" {
		c.State = []byte(state)
	}
	return c
}

// places gives the two databases below dir without making them.
func places(dir string) home {
	state := sqlstore.Place{
		Path: filepath.Join(dir, "state", "openclaw.sqlite"), Kind: sqlstore.State,
		MaxVersion: 18, Coordinated: true, UID: os.Getuid(), LockRoot: dir,
	}
	agent := state
	agent.Path = filepath.Join(dir, "agents", "ops", "agent", "openclaw-agent.sqlite")
	agent.Kind, agent.Agent, agent.MaxVersion, agent.StatePath = sqlstore.Agent, "ops", 23, state.Path
	return home{agent: agent, state: state}
}

func makeHome(t *testing.T) home {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	h := places(dir)
	must(t, sqlstoretest.MakeState(h.state.Path, sqlstoretest.R9, "state-db", cells(`{"shared":1}`, `{"order":1}`)))
	must(t, sqlstoretest.MakeAgent(h.agent.Path, sqlstoretest.R9, "ops", cells(`{"own":1}`, "")))
	must(t, sqlstoretest.Age(h.state.Path))
	must(t, sqlstoretest.Age(h.agent.Path))
	return h
}

func (h home) both() map[string]sqlstore.Place {
	return map[string]sqlstore.Place{"agent": h.agent, "state": h.state}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, p sqlstore.Place) sqlstore.View {
	t.Helper()
	v, err := sqlstore.Read(context.Background(), p)
	must(t, err)
	return v
}

// files gives the content and the time of all that lies in a directory.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	out := map[string]string{}
	for _, e := range entries {
		info, err := e.Info()
		must(t, err)
		content := []byte("no file")
		if info.Mode().IsRegular() {
			content, err = os.ReadFile(filepath.Join(dir, e.Name()))
			must(t, err)
		}
		out[e.Name()] = fmt.Sprintf("%v %s %x", info.ModTime(), info.Mode(), content)
	}
	return out
}

// untouched checks that f changes nothing in the directory of a database: no byte, no
// time, no file more or less.
func untouched(t *testing.T, path string, f func()) {
	t.Helper()
	before := files(t, filepath.Dir(path))
	f()
	if diff := cmp.Diff(before, files(t, filepath.Dir(path))); diff != "" {
		t.Errorf("something was changed beside %s (-before +after):\n%s", path, diff)
	}
}

// held are Options that wait as long as a loaded machine may need.
func held() sqlstore.Options { return sqlstore.Options{Timeout: time.Minute} }

func put(c sqlstore.Cells) func(*sqlstore.Tx) error {
	return func(tx *sqlstore.Tx) error { return tx.Replace(c) }
}
