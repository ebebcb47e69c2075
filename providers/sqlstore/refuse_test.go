package sqlstore_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/keyform/keyform/providers/sqlstore"
	"github.com/keyform/keyform/providers/sqlstore/sqlstoretest"
)

// marker stands for a secret: no error may repeat it.
const marker = "sk-ant-api03-marker"

// isA says whether an error is of one type.
func isA[E error](err error) bool {
	var e E
	return errors.As(err, &e)
}

// refusal is a database that is not to be used, and what Read and Hold say of it.
type refusal struct {
	name, kind string
	spoil      func(t *testing.T, h home)
	read, hold func(error) bool // nil: it works
}

func sql(kind string, statements ...string) func(*testing.T, home) {
	return func(t *testing.T, h home) { must(t, sqlstoretest.Exec(h.both()[kind].Path, statements...)) }
}

// maintained makes the databases of agents ones under maintenance, from now on so long.
func maintained(d time.Duration) func(*testing.T, home) {
	return sql("state", fmt.Sprintf("INSERT INTO state_leases VALUES ('core:agent-database-maintenance', 'global', 'x', %d, 0, NULL, 0, 0)", time.Now().Add(d).UnixMilli()))
}

func refusals() []refusal {
	const row = "INSERT INTO config_machine_state VALUES "
	const supervised = row + `('gateway.supervision', '{"version":1,"mode":"external","managerId":"fleet:1","claimedAt":5}', 1)`
	return []refusal{
		{name: "not a database", kind: "agent", spoil: write(marker + strings.Repeat("x", 5000)), read: isA[*sqlstore.CorruptError], hold: isA[*sqlstore.CorruptError]},
		{name: "cut off", kind: "agent", spoil: truncate(9000), read: isA[*sqlstore.CorruptError], hold: isA[*sqlstore.CorruptError]},
		{name: "pages overwritten", kind: "agent", spoil: scribble, read: isA[*sqlstore.CorruptError], hold: isA[*sqlstore.CorruptError]},
		{name: "empty file", kind: "agent", spoil: write(""), hold: isA[*sqlstore.UnreadyError]},
		{name: "newer agent", kind: "agent", spoil: sql("agent", "PRAGMA user_version = 24"), read: isA[*sqlstore.VersionError], hold: isA[*sqlstore.VersionError]},
		{name: "newer state", kind: "state", spoil: sql("state", "PRAGMA user_version = 19"), read: isA[*sqlstore.VersionError], hold: isA[*sqlstore.VersionError]},
		{name: "newer content", kind: "state", spoil: sql("state", row+"('state.schema.contentVersion', '19', 1)"), read: isA[*sqlstore.VersionError], hold: isA[*sqlstore.VersionError]},
		{name: "known content", kind: "state", spoil: sql("state", row+"('state.schema.contentVersion', '18', 1)")},
		{name: "odd content", kind: "state", spoil: sql("state", row+"('state.schema.contentVersion', '\""+marker+"\"', 1)"), read: isA[*sqlstore.ShapeError], hold: isA[*sqlstore.ShapeError]},
		{name: "another agent", kind: "agent", spoil: sql("agent", "UPDATE schema_meta SET agent_id = 'main'"), read: isA[*sqlstore.OwnerError], hold: isA[*sqlstore.OwnerError]},
		{name: "another role", kind: "agent", spoil: sql("agent", "UPDATE schema_meta SET role = 'global'"), read: isA[*sqlstore.OwnerError], hold: isA[*sqlstore.OwnerError]},
		{name: "state of a role", kind: "state", spoil: sql("state", "UPDATE schema_meta SET role = 'agent'"), read: isA[*sqlstore.OwnerError], hold: isA[*sqlstore.OwnerError]},
		{name: "no owner", kind: "agent", spoil: sql("agent", "DELETE FROM schema_meta")},
		{name: "supervised state", kind: "state", spoil: sql("state", supervised), hold: isA[*sqlstore.SupervisedError]},
		{name: "supervised agent", kind: "agent", spoil: sql("state", supervised), hold: isA[*sqlstore.SupervisedError]},
		{name: "odd supervision", kind: "state", spoil: sql("state", row+"('gateway.supervision', '"+marker+"', 1)"), hold: isA[*sqlstore.SupervisedError]},
		{name: "maintained state", kind: "state", spoil: maintained(time.Hour)},
		{name: "maintenance is over", kind: "agent", spoil: maintained(-time.Hour)},
		{name: "no cell table", kind: "agent", spoil: sql("agent", "DROP TABLE auth_profile_state"), hold: isA[*sqlstore.UnreadyError]},
		{name: "no state table", kind: "state", spoil: sql("state", "DROP TABLE config_machine_state"), hold: isA[*sqlstore.UnreadyError]},
		{name: "a view", kind: "agent", spoil: sql("agent", "DROP TABLE auth_profile_state", "CREATE VIEW auth_profile_state AS SELECT 1"), read: isA[*sqlstore.ShapeError], hold: isA[*sqlstore.ShapeError]},
		{name: "other columns", kind: "agent", spoil: sql("agent", "DROP TABLE auth_profile_state", "CREATE TABLE auth_profile_state (store_key TEXT, state_json TEXT)"), read: isA[*sqlstore.ShapeError], hold: isA[*sqlstore.ShapeError]},
		{name: "a number for a text", kind: "agent", spoil: sql("agent", "DROP TABLE auth_profile_state", "CREATE TABLE auth_profile_state (state_key, state_json, updated_at)", "INSERT INTO auth_profile_state VALUES ('primary', 7, 1)"), read: isA[*sqlstore.ShapeError], hold: isA[*sqlstore.ShapeError]},
		{name: "odd location", kind: "state", spoil: sql("state", `UPDATE config_machine_state SET value_json = '{"location":"`+marker+`"}' WHERE state_key = 'auth.sharedStore'`), read: isA[*sqlstore.ShapeError], hold: isA[*sqlstore.ShapeError]},
		{name: "symbolic link", kind: "agent", spoil: link(os.Symlink), read: isA[*sqlstore.FileError], hold: isA[*sqlstore.FileError]},
		{name: "hard link", kind: "agent", spoil: link(os.Link), read: isA[*sqlstore.FileError], hold: isA[*sqlstore.FileError]},
		{name: "linked log", kind: "agent", spoil: linkedLog, read: isA[*sqlstore.FileError], hold: isA[*sqlstore.FileError]},
		{name: "directory", kind: "agent", spoil: directory, read: isA[*sqlstore.FileError], hold: isA[*sqlstore.FileError]},
		{name: "log without database", kind: "agent", spoil: orphan, read: isA[*sqlstore.OrphanError], hold: isA[*sqlstore.OrphanError]},
		{name: "no database", kind: "agent", spoil: func(t *testing.T, h home) { must(t, os.Remove(h.agent.Path)) }, hold: isA[*sqlstore.MissingError]},
		{name: "hot journal", kind: "agent", spoil: hotJournal, read: isA[*sqlstore.RecoveryError]},
	}
}

func TestRefused(t *testing.T) {
	for _, r := range refusals() {
		t.Run(r.name, func(t *testing.T) {
			h := makeHome(t)
			r.spoil(t, h)
			p := h.both()[r.kind]
			_ = sqlstoretest.Age(p.Path)
			untouched(t, p.Path, func() {
				_, err := sqlstore.Read(context.Background(), p)
				judge(t, "Read", err, r.read)
			})
			if r.hold == nil {
				must(t, sqlstore.Hold(context.Background(), p, held(), put(cells(`{"z":1}`, `{"z":2}`))))
				return
			}
			untouched(t, p.Path, func() {
				err := sqlstore.Hold(context.Background(), p, held(), func(*sqlstore.Tx) error {
					t.Error("it was called")
					return nil
				})
				judge(t, "Hold", err, r.hold)
			})
		})
	}
}

func judge(t *testing.T, what string, err error, want func(error) bool) {
	t.Helper()
	switch {
	case want == nil && err != nil:
		t.Errorf("%s: %v", what, err)
	case want != nil && (err == nil || !want(err)):
		t.Errorf("%s gave %T: %v", what, err, err)
	case err != nil && strings.Contains(err.Error(), marker):
		t.Errorf("%s repeats what is stored: %v", what, err)
	}
}

// With OPENCLAW_SUPERVISOR_MODE=external the owner may write.
func TestTheSupervisorMayWrite(t *testing.T) {
	h := makeHome(t)
	sql("state", `INSERT INTO config_machine_state VALUES ('gateway.supervision', '{"version":1,"mode":"external","managerId":"fleet:1","claimedAt":5}', 1)`)(t, h)
	o := held()
	o.External = true
	for name, p := range h.both() {
		if err := sqlstore.Hold(context.Background(), p, o, put(cells(`{"z":1}`, ""))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	var e *sqlstore.SupervisedError
	if err := sqlstore.Hold(context.Background(), h.agent, held(), put(cells("", ""))); !errors.As(err, &e) || e.Manager != "fleet:1" {
		t.Errorf("%v", err)
	}
}

func TestMissingIsNotExist(t *testing.T) {
	p := places(t.TempDir()).agent
	err := sqlstore.Hold(context.Background(), p, held(), put(sqlstore.Cells{}))
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
	if _, err := os.Lstat(filepath.Dir(p.Path)); err == nil {
		t.Error("a directory was made")
	}
}

// What a database says it is is only repeated where it has the form of that.
func TestForeignNamesAreNotRepeated(t *testing.T) {
	for _, tt := range []struct{ statement, want, not string }{
		{"UPDATE schema_meta SET agent_id = 'other-1'", `belongs to agent "other-1", not to "ops"`, ""},
		{"UPDATE schema_meta SET agent_id = 'x' || char(27) || '[31m" + marker + "'", "belongs to agent something that is no id", "[31m"},
		{"UPDATE schema_meta SET agent_id = '" + strings.Repeat("a", 65) + "'", "belongs to agent something that is no id", "aaaa"},
		{"UPDATE schema_meta SET agent_id = NULL", "belongs to agent none", ""},
		{"UPDATE schema_meta SET role = '" + marker + " " + marker + "'", "of role something that is no id", marker},
	} {
		h := makeHome(t)
		sql("agent", tt.statement)(t, h)
		_, err := sqlstore.Read(context.Background(), h.agent)
		var owner *sqlstore.OwnerError
		if !errors.As(err, &owner) || !strings.Contains(err.Error(), tt.want) || tt.not != "" && strings.Contains(err.Error(), tt.not) {
			t.Errorf("%s: %v", tt.statement, err)
		}
	}
}

func write(content string) func(*testing.T, home) {
	return func(t *testing.T, h home) { must(t, os.WriteFile(h.agent.Path, []byte(content), 0o600)) }
}

func truncate(size int64) func(*testing.T, home) {
	return func(t *testing.T, h home) { must(t, os.Truncate(h.agent.Path, size)) }
}

// scribble overwrites all but the first page.
func scribble(t *testing.T, h home) {
	content, err := os.ReadFile(h.agent.Path)
	must(t, err)
	for i := 4096; i < len(content); i++ {
		content[i] = 0x5a
	}
	must(t, os.WriteFile(h.agent.Path, content, 0o600))
}

func link(how func(old, now string) error) func(*testing.T, home) {
	return func(t *testing.T, h home) {
		other := filepath.Join(t.TempDir(), "other.sqlite")
		must(t, os.Rename(h.agent.Path, other))
		must(t, how(other, h.agent.Path))
	}
}

func linkedLog(t *testing.T, h home) {
	other := filepath.Join(t.TempDir(), "log")
	must(t, os.WriteFile(other, nil, 0o600))
	must(t, os.Symlink(other, h.agent.Path+"-wal"))
}

func directory(t *testing.T, h home) {
	must(t, os.Remove(h.agent.Path))
	must(t, os.Mkdir(h.agent.Path, 0o700))
}

func orphan(t *testing.T, h home) {
	must(t, sqlstoretest.Crash(h.agent.Path, true, `UPDATE auth_profile_store SET store_json = '{}'`))
	must(t, os.Remove(h.agent.Path))
	must(t, os.Remove(h.agent.Path+"-shm"))
}

// hotJournal leaves a database as a crash in the middle of a commit does where there is
// no write-ahead log, as on a network file system.
func hotJournal(t *testing.T, h home) {
	db, err := sqlstoretest.Open(h.agent.Path)
	must(t, err)
	_, err = db.Exec("PRAGMA journal_mode = DELETE; PRAGMA cache_size = 1; PRAGMA cache_spill = 1; BEGIN IMMEDIATE;" +
		"CREATE TABLE big (x); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) INSERT INTO big SELECT randomblob(900) FROM n")
	must(t, err)
	spilled, err := os.ReadFile(h.agent.Path)
	must(t, err)
	journal, err := os.ReadFile(h.agent.Path + "-journal")
	must(t, err)
	_, err = db.Exec("ROLLBACK")
	must(t, err)
	must(t, db.Close())
	must(t, os.WriteFile(h.agent.Path, spilled, 0o600))
	must(t, os.WriteFile(h.agent.Path+"-journal", journal, 0o600))
}
