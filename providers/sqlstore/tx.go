package sqlstore

import (
	"bytes"
	"context"
	"database/sql/driver"
	"encoding/json"
	"fmt"
)

// Tx is a database that is held. It is for one goroutine, and ends with f of Hold.
type Tx struct {
	c     *conn
	p     Place
	o     Options
	view  View
	wrote bool
}

// View is the database as it was when it was taken.
func (t *Tx) View() View { return t.view }

// Cells are the two cells as they are now, with what Replace did. Do not change them.
func (t *Tx) Cells() Cells { return t.view.Cells }

// transact does the work on the database itself.
func (a *attempt) transact(ctx context.Context) error {
	if err := a.o.point(OpBegin, a.p); err != nil {
		return err
	}
	before, err := a.p.look()
	if err != nil {
		return err
	}
	c, err := open(a.p.Path, "mode=rw")
	if err != nil {
		return err
	}
	t := &Tx{c: c, p: a.p, o: a.o}
	err = a.work(ctx, t)
	if a.committed && before.wal <= 0 {
		t.settle()
	}
	var closed error
	if a.committed || before.wal >= 0 {
		closed = t.closeQuietly()
	} else {
		closed = c.close()
	}
	if err == nil {
		err = closed
	}
	return err
}

// settle moves a commit from a log that was empty before into the main file and makes
// the log empty again, so that a copy of the main file alone has it. A log that held
// something is a running gateway's, or to be recovered: it stays as it is. A reader in
// the way, or any failure, only means that the log keeps the commit.
func (t *Tx) settle() {
	_ = t.c.exec("PRAGMA busy_timeout = 0")
	_ = t.c.exec("PRAGMA wal_checkpoint(TRUNCATE)")
}

// closeQuietly closes the connection without what SQLite does when the last one of a
// database in WAL mode closes: it locks the file against everybody while it moves the log
// into it, and removes -wal and -shm. OpenClaw's command line meets that badly: in 2 of 5
// runs beside a loop of our writes 2026.9.6 ended with "database is locked" or "SQLite
// source did not stabilize". A second connection, which can only read, is never the one
// to do it, and while it is open the first is not the last.
func (t *Tx) closeQuietly() error {
	witness, err := open(t.p.Path, "mode=ro")
	if err != nil {
		return t.c.close()
	}
	_, _ = witness.integer("PRAGMA user_version") // takes the shared lock
	err = t.c.close()
	if closed := witness.close(); err == nil {
		err = closed
	}
	return err
}

// work begins, calls f and commits. What it does not commit, it rolls back.
func (a *attempt) work(ctx context.Context, t *Tx) error {
	for _, pragma := range []string{
		"PRAGMA wal_autocheckpoint = 0", // the gateway checkpoints when it sees fit
		"PRAGMA synchronous = FULL",
		"PRAGMA trusted_schema = OFF",
		"BEGIN IMMEDIATE",
	} {
		if err := t.c.exec(pragma); err != nil {
			return err
		}
	}
	if err := a.inside(ctx, t); err != nil || !t.wrote {
		_ = t.c.exec("ROLLBACK")
		return err
	}
	a.committed = true
	return a.o.point(OpCommitted, a.p)
}

// inside is what happens within the transaction, with its commit if anything was written.
func (a *attempt) inside(ctx context.Context, t *Tx) error {
	if err := t.begin(); err != nil {
		return err
	}
	a.called = true
	if err := a.f(t); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if !t.wrote {
		return nil
	}
	if err := a.o.point(OpCommit, a.p); err != nil {
		return err
	}
	// With a rollback journal a commit waits for readers; f must not run again for that.
	if err := t.c.exec("PRAGMA busy_timeout = 2000"); err != nil {
		return err
	}
	return t.c.exec("COMMIT")
}

// begin looks at what was taken and refuses what may not be written.
func (t *Tx) begin() error {
	found, err := t.c.gather(t.p.Kind)
	if err != nil {
		return err
	}
	if t.view, err = t.p.judge(found); err != nil {
		return err
	}
	if err := t.p.refuses(t.view, t.o); err != nil {
		return err
	}
	return t.sound()
}

// sound lets SQLite check the tables that are to be written; they are small.
func (t *Tx) sound() error {
	store, state := t.p.Kind.tables()
	for _, table := range []table{store, state} {
		ok := false
		err := t.c.rows("PRAGMA quick_check('"+table.name+"')", func(row []driver.Value) error {
			ok = row[0] == "ok"
			return nil
		})
		if err != nil {
			return err
		}
		if !ok {
			return &CorruptError{Path: t.p.Path}
		}
		if store.name == state.name {
			break
		}
	}
	return nil
}

// Replace makes the cells what is given: a nil one is deleted, one that is the same stays
// untouched, with its time. Others get the time of Options.Now. The cells have to be JSON
// texts, or nothing is done.
func (t *Tx) Replace(cells Cells) error {
	store, state := t.p.Kind.tables()
	for _, cell := range [][]byte{cells.Store, cells.State} {
		if cell != nil && !json.Valid(cell) {
			return fmt.Errorf("sqlstore: what is to be written to %s is no JSON", t.p.Path)
		}
	}
	if err := t.put(OpStore, store, &t.view.Store, cells.Store); err != nil {
		return err
	}
	return t.put(OpState, state, &t.view.State, cells.State)
}

// Claim makes the shared database the one that its store is in use from, where nothing
// says so yet: a gateway does that at its first write of a fresh store (2026.9.6,
// initializeFreshSharedAuthStore). That main's own database has no store is the caller's
// to know. A gateway that runs has decided by what it found at its start, so with live it
// is refused. Of an agent's database, and where it says so already, Claim does nothing.
func (t *Tx) Claim(live bool) error {
	switch {
	case t.p.Kind != State || t.view.Location == LocationState:
		return nil
	case t.view.Location != "":
		return fmt.Errorf("%s says that the shared credentials are in main's own database: make a new plan", t.p.Path)
	case live:
		return fmt.Errorf("%s does not say yet where the shared credentials are, and the gateway that runs has decided: restart it, or stop it, and make a new plan", t.p.Path)
	}
	if err := t.o.point(OpStore, t.p); err != nil {
		return err
	}
	store, _ := State.tables()
	err := t.c.exec("INSERT INTO "+store.name+" ("+store.key+", "+store.value+", "+store.updated+") VALUES (?, ?, ?)",
		rowLocation, `{"location":"`+LocationState+`"}`, t.o.Now().UnixMilli())
	if err != nil {
		return err
	}
	t.view.Location, t.wrote = LocationState, true
	return nil
}

// put writes one cell if it differs.
func (t *Tx) put(op Op, where table, now *[]byte, cell []byte) error {
	if (*now == nil) == (cell == nil) && bytes.Equal(*now, cell) {
		return nil
	}
	if err := t.o.point(op, t.p); err != nil {
		return err
	}
	var err error
	if cell == nil {
		err = t.c.exec("DELETE FROM "+where.name+" WHERE "+where.key+" = ?", where.row)
	} else {
		err = t.c.exec("INSERT INTO "+where.name+" ("+where.key+", "+where.value+", "+where.updated+") VALUES (?, ?, ?)"+
			" ON CONFLICT ("+where.key+") DO UPDATE SET "+where.value+" = excluded."+where.value+", "+where.updated+" = excluded."+where.updated,
			where.row, string(cell), t.o.Now().UnixMilli())
	}
	if err != nil {
		return err
	}
	*now, t.wrote = bytes.Clone(cell), true
	return nil
}
