package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/keyform/keyform/providers/sqlstore"
	"github.com/keyform/keyform/providers/sqlstore/sqlstoretest"
)

// The verbs of scripts about databases, which bring the tables as a release makes them.

// cells are the texts of files in a script, for the rows of a database; "-" and what is
// not given is no row.
func scriptCells(ts *testscript.TestScript, args []string) (c sqlstore.Cells) {
	for i, into := range []*[]byte{&c.Store, &c.State} {
		if i < len(args) && args[i] != "-" {
			*into = []byte(strings.TrimSpace(ts.ReadFile(args[i])))
		}
	}
	return c
}

// cmdAgentDB: agentdb RELEASE AGENT FILE [STORE [STATE]] makes an agent's database with
// the content of these files in its rows.
func cmdAgentDB(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 || len(args) > 5 {
		ts.Fatalf("usage: agentdb RELEASE AGENT FILE [STORE [STATE]]")
	}
	ts.Check(sqlstoretest.MakeAgent(ts.MkAbs(args[2]), sqlstoretest.Release(args[0]), args[1], scriptCells(ts, args[3:])))
}

// cmdStateDB: statedb RELEASE LOCATION FILE [STORE [STATE]] makes a state database.
// LOCATION is what auth.sharedStore says, "-" where there is no such row.
func cmdStateDB(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 || len(args) > 5 {
		ts.Fatalf("usage: statedb RELEASE LOCATION FILE [STORE [STATE]]")
	}
	location := strings.TrimPrefix(args[1], "-")
	ts.Check(sqlstoretest.MakeState(ts.MkAbs(args[2]), sqlstoretest.Release(args[0]), location, scriptCells(ts, args[3:])))
}

// cmdQuarantine: quarantine STATE FILE puts a database into the quarantine of the gateway
// with this state database, as long as the database exists.
func cmdQuarantine(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: quarantine STATE FILE")
	}
	ts.Check(sqlstoretest.Quarantine(ts.MkAbs(args[0]), ts.MkAbs(args[1]), ""))
}

// cmdSQL: sql FILE STATEMENT... runs statements on a database.
func cmdSQL(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: sql FILE STATEMENT...")
	}
	ts.Check(sqlstoretest.Exec(ts.MkAbs(args[0]), args[1:]...))
}

// cmdCrash: crash [-noshm] FILE STATEMENT... runs statements on a database and leaves it
// as a process does that is killed then, with its write-ahead log, and with or without
// the index of that.
func cmdCrash(ts *testscript.TestScript, neg bool, args []string) {
	shm := len(args) == 0 || args[0] != "-noshm"
	if !shm {
		args = args[1:]
	}
	if neg || len(args) < 2 {
		ts.Fatalf("usage: crash [-noshm] FILE STATEMENT...")
	}
	ts.Check(sqlstoretest.Crash(ts.MkAbs(args[0]), shm, args[1:]...))
}

// cmdCells: cells FILE OUT writes the two cells of a database to OUT, a line each, and
// holds that the database is sound.
func cmdCells(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: cells FILE OUT")
	}
	store, state, err := readCells(ts.MkAbs(args[0]), ts.MkAbs("tmp"))
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte("store "+store+"\nstate "+state+"\n"), 0o600))
}

// readCells gives what the rows of a database hold, "-" for a row that is not there. It
// reads a copy, with the write-ahead log: SQLite may change what it opens.
func readCells(path, tmp string) (store, state string, err error) {
	dir, err := os.MkdirTemp(tmp, "cells-")
	if err != nil {
		return "", "", err
	}
	defer os.RemoveAll(dir)
	copied := filepath.Join(dir, "db")
	for _, suffix := range []string{"", "-wal"} {
		b, err := os.ReadFile(path + suffix)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = os.WriteFile(copied+suffix, b, 0o600)
		}
		if err != nil {
			return "", "", err
		}
	}
	if err := sqlstoretest.Integrity(copied); err != nil {
		return "", "", err
	}
	db, err := sqlstoretest.Open(copied)
	if err != nil {
		return "", "", err
	}
	defer db.Close()
	queries := []string{"SELECT store_json FROM auth_profile_store", "SELECT state_json FROM auth_profile_state"}
	if filepath.Base(path) == "openclaw.sqlite" {
		const q = "SELECT value_json FROM config_machine_state WHERE state_key = "
		queries = []string{q + "'authProfiles.store'", q + "'authProfiles.state'"}
	}
	out := []string{"-", "-"}
	for i, q := range queries {
		rows, err := db.Query(q)
		if err != nil {
			return "", "", err
		}
		for rows.Next() {
			err = errors.Join(err, rows.Scan(&out[i]))
		}
		if err := errors.Join(err, rows.Err(), rows.Close()); err != nil {
			return "", "", err
		}
	}
	return out[0], out[1], nil
}

// dropCoordinators removes the locks of the state databases below a directory, which lie
// outside of it.
func dropCoordinators(root string) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() != "openclaw.sqlite" {
			return nil // what a script has made unreadable has no lock
		}
		lock, err := sqlstoretest.Coordinator(path)
		if err == nil {
			err = os.Remove(lock)
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
}

// cmdHold: hold FILE, or hold -coordinator FILE, has another process hold a database, or
// the lock of a state database, until release; $HOLDER is that process.
func cmdHold(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 || len(args) > 2 || len(args) == 2 && args[0] != "-coordinator" {
		ts.Fatalf("usage: hold [-coordinator] FILE")
	}
	path := ts.MkAbs(args[len(args)-1])
	if len(args) == 2 {
		lock, err := sqlstoretest.Coordinator(path)
		ts.Check(err)
		ts.Check(os.MkdirAll(filepath.Dir(lock), 0o700))
		f, err := os.OpenFile(lock, os.O_CREATE|os.O_WRONLY, 0o600)
		ts.Check(err)
		ts.Check(f.Close())
		path = lock
	}
	cmd := exec.Command(os.Args[0], path)
	cmd.Env = append(os.Environ(), holderEnv+"=1")
	in, err := cmd.StdinPipe()
	ts.Check(err)
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	var said bytes.Buffer
	cmd.Stderr = &said
	ts.Check(cmd.Start())
	release := func() {
		in.Close()
		if err := cmd.Wait(); err != nil && cmd.ProcessState == nil {
			ts.Logf("holder: %v", err)
		}
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "held\n" {
		release()
		ts.Fatalf("the holder does not hold %s: %v\n%s", path, err, said.String())
	}
	ts.Setenv("HOLDER", strconv.Itoa(cmd.Process.Pid))
	ts.Defer(release)
	*ts.Value(holding{}).(*func()) = release
}

// cmdRelease: release ends the last hold.
func cmdRelease(ts *testscript.TestScript, neg bool, args []string) {
	last := ts.Value(holding{}).(*func())
	if neg || len(args) != 0 || *last == nil {
		ts.Fatalf("usage: release, after hold")
	}
	(*last)()
	*last = nil
}

// holding is the key of the release of a script's last hold.
type holding struct{}

// holderEnv makes the test binary the process of hold.
const holderEnv = "KEYFORM_TEST_HOLDER"

// holder takes a database for writing, says so, and gives it back when its input ends.
func holder(path string) error {
	db, err := sqlstoretest.Open(path)
	if err != nil {
		return err
	}
	if _, err := db.Exec("BEGIN EXCLUSIVE"); err != nil {
		return err
	}
	fmt.Println("held")
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		return err
	}
	_, err = db.Exec("ROLLBACK")
	return errors.Join(err, db.Close())
}

// cmdGlob: glob N PATTERN holds how many files there are of a name.
func cmdGlob(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: glob N PATTERN")
	}
	found, err := filepath.Glob(ts.MkAbs(args[1]))
	ts.Check(err)
	if strconv.Itoa(len(found)) != args[0] {
		ts.Fatalf("%s: there are %d: %q", args[1], len(found), found)
	}
}
