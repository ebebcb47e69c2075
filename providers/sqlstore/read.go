package sqlstore

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"slices"
	"time"

	"github.com/keyform/keyform/providers/fsys"
)

// fresh is how old the modification time of a file has to be to tell two writes apart:
// Linux stamps them with the time of its last tick, at most 10 ms ago.
const fresh = 10 * time.Millisecond

// tries is how often a read is repeated that a writer got in the way of.
const tries = 40

// recoveryTries is how often a read is repeated that found the traces of a crash: the
// last of several processes to close a database removes its -shm and then its -wal.
const recoveryTries = 6

// Read reads a database without changing a byte of it or of what lies beside it, and
// without waiting for a lock. No database is a zero View, not an error. With an error
// the View has what was learnt before, Exists and Version above all.
//
// The errors are *FileError, *OrphanError, *CorruptError, *VersionError, *OwnerError,
// *ShapeError, *RecoveryError, *BusyError and those of the file system. It starts no
// goroutine, keeps nothing open, and may be called from several at once.
func Read(ctx context.Context, p Place) (View, error) {
	f, there, err := p.find(ctx)
	if err != nil || !there {
		return View{Exists: there, Version: f.version}, err
	}
	return p.judge(f)
}

// find reads until what it has is of one state of the database. there tells that there is
// one.
func (p Place) find(ctx context.Context) (f found, there bool, err error) {
	var last *found
	for try := 0; try < tries; try++ {
		if err := ctx.Err(); err != nil {
			return found{}, false, err
		}
		before, err := p.look()
		if errors.Is(err, fs.ErrNotExist) {
			return found{}, false, p.orphan()
		}
		if err != nil {
			return found{}, false, err
		}
		f, err := p.once(before)
		after, lookErr := p.look()
		if meddled(before, after, err, lookErr) || errors.As(err, new(*RecoveryError)) && try < recoveryTries {
			last = nil
			if err := fsys.Pause(ctx, time.Millisecond<<min(try, 5)); err != nil {
				return found{}, false, err
			}
			continue
		}
		if err != nil {
			return f, true, err
		}
		if before.settled() && time.Since(before.info.ModTime()) < fresh && !last.equal(f) {
			last = &f // the same twice, or read it again
			continue
		}
		return f, true, nil
	}
	return found{}, true, &BusyError{Path: p.Path, PIDs: holders(p.fs(), p.Path+"-shm", p.Path)}
}

// meddled says that a writer was here while we read: what we have may be of two states.
func meddled(before, after stamp, err, lookErr error) bool {
	return lookErr != nil || errors.Is(err, errBusy) || !before.same(after) && (before.settled() || err != nil)
}

// orphan is the answer where there is no database: nothing, or an error when data of
// one that was there still waits in a log. A log of at most its header has none.
func (p Place) orphan() error {
	const header = 32
	for suffix, least := range map[string]int64{"-wal": header, "-journal": 0} {
		info, err := p.fs().Lstat(p.Path + suffix)
		if err == nil && info.Size() > least {
			return &OrphanError{Path: p.Path + suffix}
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// once reads a database that looks like s, in one of two ways.
//
// Settled: the main file is all there is. immutable=1 then makes SQLite take no lock
// and look for no other file; otherwise it would create a -wal and a -shm even for
// reading, and leave them. That nobody wrote meanwhile is the caller's to see.
//
// Otherwise: with mode=ro and readonly_shm=1 SQLite takes part in the locking of the
// log, or after a crash reads the log for itself, and writes neither -wal nor -shm.
// Measured with SQLite 3.53.4: without readonly_shm it rebuilds a -shm that a crash
// left, and creates one where there is none.
func (p Place) once(s stamp) (found, error) {
	params := "mode=ro&immutable=1"
	switch {
	case s.journal > 0:
		params = "mode=ro" // refuses with SQLITE_READONLY_ROLLBACK what has to be rolled back
	case s.wal > 0 && !s.shm:
		return found{}, &RecoveryError{Path: p.Path}
	case s.wal > 0:
		params = "mode=ro&readonly_shm=1"
	}
	c, err := open(p.Path, params)
	if err != nil {
		return found{}, err
	}
	f, err := c.gatherOnce(p.Kind)
	if closed := c.close(); err == nil {
		err = closed
	}
	if errors.Is(err, errReadOnly) {
		err = &RecoveryError{Path: p.Path}
	}
	return f, err
}

// gatherOnce is gather in a transaction that it ends.
func (c *conn) gatherOnce(k Kind) (found, error) {
	if err := c.exec("BEGIN"); err != nil {
		return found{}, err
	}
	f, err := c.gather(k)
	if ended := c.exec("ROLLBACK"); err == nil {
		err = ended
	}
	return f, err
}

// equal compares two findings; nil equals none.
func (f *found) equal(o found) bool {
	if f == nil || f.version != o.version || len(f.rows) != len(o.rows) || f.lease != o.lease {
		return false
	}
	if !slices.Equal(f.imports, o.imports) || !slices.Equal(f.relocations, o.relocations) {
		return false
	}
	for key, row := range f.rows {
		other, there := o.rows[key]
		if !there || row.bad != other.bad || !bytes.Equal(row.text, other.text) {
			return false
		}
	}
	return true
}
