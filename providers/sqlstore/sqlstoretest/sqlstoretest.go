// Package sqlstoretest makes OpenClaw's databases for tests and benchmarks: the tables
// that hold credentials, as a release makes them, with given cells. It also leaves them
// in the states that tests need: open in a process, or as a crash leaves them.
package sqlstoretest

import (
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/keyform/keyform/providers/sqlstore"
)

// Release says which OpenClaw made a database.
type Release string

const (
	// R6 is 2026.6.11, of the releases that have no shared store (2026.6.5 to 7.35).
	R6 Release = "2026.6.11"
	// R9 is 2026.9.6, of those that have one (2026.8.1 on).
	R9 Release = "2026.9.6"
)

// made is the time in the rows that are made, in milliseconds.
const made = 1795167064339

// MakeAgent makes an agent's database with its directories, closed and checkpointed as
// OpenClaw's command line leaves it.
func MakeAgent(path string, r Release, agent string, cells sqlstore.Cells) error {
	ddl, version := agent9, 23
	if r == R6 {
		ddl, version = agent6, 1
	}
	return create(path, ddl, version, "WAL", func(db *sql.DB) error {
		_, err := db.Exec("INSERT INTO schema_meta VALUES ('primary', 'agent', ?, ?, ?, ?, ?)", version, agent, string(r), made, made)
		return errors.Join(err, fill(db, cells))
	})
}

// fill writes the cells of an agent's database that has none.
func fill(db *sql.DB, cells sqlstore.Cells) error {
	var err error
	if cells.Store != nil {
		_, err = db.Exec("INSERT INTO auth_profile_store VALUES ('primary', ?, ?)", string(cells.Store), made)
	}
	if err == nil && cells.State != nil {
		_, err = db.Exec("INSERT INTO auth_profile_state VALUES ('primary', ?, ?)", string(cells.State), made)
	}
	return err
}

// CopyAgent makes an agent's database of another one, which is closed and has no cells.
// That takes less time than to make a large one anew.
func CopyAgent(from, path, agent string, cells sqlstore.Cells) error {
	b, err := os.ReadFile(from)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o700)
	}
	if err == nil {
		err = os.WriteFile(path, b, 0o600)
	}
	if err != nil {
		return err
	}
	db, err := Open(path)
	if err != nil {
		return err
	}
	_, err = db.Exec("UPDATE schema_meta SET agent_id = ?", agent)
	return errors.Join(err, fill(db, cells), db.Close())
}

// MakeState makes a state database like MakeAgent. location is auth.sharedStore's, ""
// for no such row. For R6, which has no place for them, location and cells are nothing.
func MakeState(path string, r Release, location string, cells sqlstore.Cells) error {
	ddl, version := state9, 18
	if r == R6 {
		ddl, version = state6, 1
	}
	return create(path, ddl, version, "WAL", func(db *sql.DB) error {
		_, err := db.Exec("INSERT INTO schema_meta VALUES ('primary', 'global', ?, NULL, ?, ?, ?)", version, string(r), made, made)
		if r == R6 {
			return err
		}
		rows := map[string][]byte{"authProfiles.store": cells.Store, "authProfiles.state": cells.State}
		if location != "" {
			rows["auth.sharedStore"] = fmt.Appendf(nil, `{"location":%q}`, location)
		}
		for key, value := range rows {
			if err == nil && value != nil {
				_, err = db.Exec("INSERT INTO config_machine_state VALUES (?, ?, ?)", key, string(value), made)
			}
		}
		return err
	})
}

func create(path, ddl string, version int, journal string, fill func(*sql.DB) error) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	db, err := Open(path)
	if err != nil {
		return err
	}
	_, err = db.Exec(fmt.Sprintf("PRAGMA journal_mode = %s; BEGIN; %s PRAGMA user_version = %d; COMMIT", journal, ddl, version))
	if err == nil {
		err = fill(db)
	}
	return errors.Join(err, db.Close())
}

// Open opens a database over one connection, which waits up to 5 s for a lock.
func Open(path string) (*sql.DB, error) {
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: "mode=rw&_pragma=busy_timeout(5000)"}
	db, err := sql.Open("sqlite", u.String())
	if err == nil {
		db.SetMaxOpenConns(1)
	}
	return db, err
}

// Exec runs statements on a closed database and closes it again.
func Exec(path string, statements ...string) error {
	db, err := Open(path)
	for _, s := range statements {
		if err == nil {
			_, err = db.Exec(s)
		}
	}
	return errors.Join(err, db.Close())
}

// Integrity is an error unless PRAGMA integrity_check says ok.
func Integrity(path string) error {
	db, err := Open(path)
	if err != nil {
		return err
	}
	var said string
	err = db.QueryRow("PRAGMA integrity_check").Scan(&said)
	if err == nil && said != "ok" {
		err = fmt.Errorf("%s: %s", path, said)
	}
	return errors.Join(err, db.Close())
}

// Updated gives when the two cells were written, in milliseconds, 0 for no row.
func Updated(path string, kind sqlstore.Kind) (store, state int64, err error) {
	queries := []string{"SELECT updated_at FROM auth_profile_store", "SELECT updated_at FROM auth_profile_state"}
	if kind == sqlstore.State {
		const q = "SELECT updated_at_ms FROM config_machine_state WHERE state_key = "
		queries = []string{q + "'authProfiles.store'", q + "'authProfiles.state'"}
	}
	db, err := Open(path)
	if err != nil {
		return 0, 0, err
	}
	for i, into := range []*int64{&store, &state} {
		if e := db.QueryRow(queries[i]).Scan(into); e != nil && !errors.Is(e, sql.ErrNoRows) {
			err = errors.Join(err, e)
		}
	}
	return store, state, errors.Join(err, db.Close())
}

// Crash runs statements on a database and leaves it as a process does that was killed
// after them: what they wrote is in the -wal alone, and the -shm is there if shm is set.
// Its times are an hour ago.
func Crash(path string, shm bool, statements ...string) error {
	db, err := Open(path)
	if err != nil {
		return err
	}
	_, err = db.Exec("PRAGMA wal_autocheckpoint = 0")
	for _, s := range statements {
		if err == nil {
			_, err = db.Exec(s)
		}
	}
	// The files are read while SQLite has them open, so its locks are gone after that:
	// nobody else may use the database now.
	kept := map[string][]byte{}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err == nil {
			kept[suffix], err = os.ReadFile(path + suffix)
		}
	}
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	if !shm {
		delete(kept, "-shm")
	}
	for suffix, content := range kept {
		if err := os.WriteFile(path+suffix, content, 0o600); err != nil {
			return err
		}
	}
	return Age(path)
}

// Coordinator gives the lock of a state database in the gateways' own place for it, which
// may not be there. The directory of the database has to be.
func Coordinator(state string) (string, error) {
	dir, err := filepath.EvalSymlinks(filepath.Dir(state))
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(filepath.Join(dir, filepath.Base(state))))
	return fmt.Sprintf("/tmp/openclaw-state-locks-%d/state-lifecycle.%x.lock.sqlite", os.Getuid(), sum[:4]), nil
}

// Age sets the times of a database and its companions to an hour ago, as those of a
// database that nobody is writing.
func Age(path string) error {
	then := time.Now().Add(-time.Hour)
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Chtimes(path+suffix, then, then); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// Quarantine puts a database into the quarantine of 2026.9.6, which is beside the state
// database and made if need be. image is verified_generation, "" for a row without one.
func Quarantine(state, path, image string) error {
	file := filepath.Join(filepath.Dir(state), "openclaw-quarantine.sqlite")
	if _, err := os.Lstat(file); errors.Is(err, fs.ErrNotExist) {
		if err := create(file, quarantine9, 2, "DELETE", func(*sql.DB) error { return nil }); err != nil {
			return err
		}
	}
	db, err := Open(file)
	if err == nil {
		_, err = db.Exec("INSERT INTO quarantined_databases VALUES (?, 'agent', 'database disk image is malformed', ?, '2026.9.6', nullif(?, ''))", path, made, image)
	}
	return errors.Join(err, db.Close())
}
