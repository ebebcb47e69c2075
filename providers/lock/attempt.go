package lock

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/keyform/keyform/providers/fsys"
)

// A lock of ours cannot be written by its owner. No gateway makes such a directory
// or file, whatever the umask, and none of them minds: an empty directory or a file
// is removed by right of its parent. So what a run leaves that is killed between
// making a lock and marking it in any other way is still known as ours. Windows has
// no such modes: there such a leftover is waited out like anybody's.
const (
	dirMark  fs.FileMode = 0o500
	fileMark fs.FileMode = 0o400
)

// settleTime is how long a new File lock is watched when others were around. A
// gateway's stray removal was seen up to 6 ms after the lock was made.
const settleTime = 25 * time.Millisecond

// attempt is one Acquire: its tries share the path.
type attempt struct {
	o    Options
	path string
	met  bool // a lock of somebody else
}

// try makes the lock, once more if what was there is stale or just went away.
// *HeldError when it is held.
func (a *attempt) try() (*Lock, error) {
	l, err := a.make()
	if err == nil || !errors.Is(err, fs.ErrExist) {
		return l, err
	}
	a.met = true
	found, err := look(a.o.FS, a.path, a.o.Form)
	switch {
	case errors.Is(err, fs.ErrNotExist): // released just now
	case err != nil:
		return nil, err
	case !found.stale(a.o):
		return nil, found.held(a.o)
	default:
		if err := a.clear(found); err != nil {
			return nil, err
		}
	}
	l, err = a.make()
	if !errors.Is(err, fs.ErrExist) {
		return l, err
	}
	return nil, a.held()
}

// held describes the lock of somebody else.
func (a *attempt) held() error {
	found, err := look(a.o.FS, a.path, a.o.Form)
	if errors.Is(err, fs.ErrNotExist) {
		return &HeldError{Path: a.path, Form: a.o.Form}
	}
	if err != nil {
		return err
	}
	return found.held(a.o)
}

// settle waits until a contender's stray removal of l must have happened; see the
// package comment. *HeldError when it did.
func (a *attempt) settle(ctx context.Context, l *Lock) error {
	if a.o.Form != File || !a.met {
		return nil
	}
	err := a.o.Sleep(ctx, settleTime)
	if err == nil {
		err = l.verify()
	}
	if l.lost != nil {
		return a.held()
	}
	if err != nil {
		return errors.Join(err, l.remove())
	}
	return nil
}

// clear removes a stale lock, if it still is the one that was found stale: others
// may be taking it over at the same time.
func (a *attempt) clear(stale *found) error {
	now, err := look(a.o.FS, a.path, a.o.Form)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if !os.SameFile(now.info, stale.info) || !now.info.ModTime().Equal(stale.info.ModTime()) ||
		!bytes.Equal(now.content, stale.content) {
		return now.held(a.o)
	}
	if err := a.o.FS.Remove(a.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		if a.o.Form == Dir && a.notEmpty() {
			return &PoisonError{Path: a.path, Want: Dir, Found: "a directory with something in it"}
		}
		return fmt.Errorf("take over the stale lock: %w", err)
	}
	return nil
}

func (a *attempt) notEmpty() bool {
	entries, err := a.o.FS.ReadDir(a.path)
	return err == nil && len(entries) > 0
}

// make makes the lock or gives fs.ErrExist. On any error nothing of it is left, as
// far as the file system lets us.
func (a *attempt) make() (*Lock, error) {
	now := a.o.Now()
	l := &Lock{o: a.o, path: a.path, touched: now, id: Identity{
		Path: a.path, Form: a.o.Form, PID: a.o.PID, Created: now.UnixMilli(), Token: a.o.Token,
	}}
	if err := a.announce(l.id); err != nil {
		return nil, err
	}
	made, err := a.create(l)
	if err == nil {
		err = l.remember()
	}
	if err == nil {
		return l, nil
	}
	if made {
		err = errors.Join(err, a.o.FS.Remove(a.path))
		return nil, fmt.Errorf("take the lock: %w", err)
	}
	if errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return nil, fmt.Errorf("take the lock: %w", err)
}

// announce tells the caller, unless the lock is plainly held: announcing may cost an
// fsync.
func (a *attempt) announce(id Identity) error {
	if a.o.Announce == nil {
		return nil
	}
	switch _, err := a.o.FS.Lstat(a.path); {
	case err == nil:
		return fs.ErrExist
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("take the lock: %w", err)
	}
	if err := a.o.Announce(id); err != nil {
		return fmt.Errorf("record the lock before taking it: %w", err)
	}
	return nil
}

func (a *attempt) create(l *Lock) (made bool, err error) {
	if a.o.Form == Dir {
		if err := a.o.FS.Mkdir(a.path, dirMark); err != nil {
			return false, err
		}
		return true, a.o.FS.Chtimes(a.path, l.touched.Truncate(time.Millisecond))
	}
	pid, err := a.visiblePID()
	if err != nil {
		return false, err
	}
	l.content, err = payload{PID: pid, CreatedAt: l.touched.UTC().Format(isoMillis), Token: a.o.Token}.encode()
	if err != nil {
		return false, err
	}
	file, err := a.o.FS.Create(a.path, fileMark)
	if err != nil {
		return false, err
	}
	if _, err := file.Write(l.content); err != nil {
		return true, errors.Join(err, file.Close())
	}
	if err := file.Close(); err != nil {
		return true, err
	}
	return true, fsys.Inherit(a.o.FS, a.path)
}

// visiblePID is the pid to write into a File lock. A gateway takes a process that
// it may not signal for dead (its isPidAlive returns false on EPERM), and would
// steal the lock of root at once. With pid 0 it skips that test, and the lock is
// good for its 30 s.
func (a *attempt) visiblePID() (int, error) {
	dir, err := a.o.FS.Stat(filepath.Dir(a.path))
	if err != nil {
		return 0, err
	}
	if uid, _, ok := fsys.Owner(dir); ok && uid != os.Geteuid() {
		return 0, nil
	}
	return a.o.PID, nil
}

// isoMillis is what JavaScript's Date.toISOString prints.
const isoMillis = "2006-01-02T15:04:05.000Z"

// payload is the content of a File lock. Token is ours; the gateways ignore it.
type payload struct {
	PID       int    `json:"pid"`
	CreatedAt string `json:"createdAt"`
	Token     string `json:"keyform,omitempty"`
}

// encode gives the layout of JSON.stringify(value, null, 2).
func (p payload) encode() ([]byte, error) { return json.MarshalIndent(p, "", "  ") }
