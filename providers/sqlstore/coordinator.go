package sqlstore

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strconv"

	"github.com/keyform/keyform/providers/fsys"
)

// The coordinator is an SQLite file that stays empty: who has an exclusive transaction
// on it may write the state database. As OpenClaw 2026.9.6 does
// (src/infra/sqlite-coordinator.ts): journal_mode=MEMORY, BEGIN EXCLUSIVE, and ROLLBACK
// at the end, so nothing is ever written to it.

// coordinatorPath gives the lock file of a state database.
func (p Place) coordinatorPath() string {
	root := p.LockRoot
	if root == "" {
		root = "/tmp"
	}
	dir := "openclaw-state-locks"
	if p.UID >= 0 {
		dir += "-" + strconv.Itoa(p.UID)
	}
	sum := sha256.Sum256([]byte(p.state()))
	return filepath.Join(root, dir, fmt.Sprintf("state-lifecycle.%x.lock.sqlite", sum[:4]))
}

// prepareCoordinator makes the directory and the file if they are not there, such that
// the gateway's user can use them even if we are root, and refuses what the gateway
// refuses.
func (p Place) prepareCoordinator(path string) error {
	if err := p.prepareLockDir(filepath.Dir(path)); err != nil {
		return err
	}
	info, err := p.fs().Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		// SQLite would make it as root's, which locks the gateway's user out.
		switch err = p.makeLock(path); {
		case err == nil:
			return nil
		case !errors.Is(err, fs.ErrExist):
			return fmt.Errorf("make the gateway's lock: %w", err)
		}
		info, err = p.fs().Lstat(path)
	}
	if err != nil {
		return fmt.Errorf("look at the gateway's lock: %w", err)
	}
	uid, _, known := fsys.Owner(info)
	switch {
	case !info.Mode().IsRegular() || fsys.Links(info) > 1:
		return &FileError{Path: path, Reason: "is not a plain file"}
	case known && uid != p.UID:
		return &FileError{Path: path, Reason: fmt.Sprintf("belongs to user %d, not to the gateway's user %d, who therefore cannot lock it", uid, p.UID)}
	}
	return nil
}

// prepareLockDir is ensurePrivateSqliteCoordinatorDirectory of OpenClaw 2026.9.6.
func (p Place) prepareLockDir(dir string) error {
	f := p.fs()
	err := f.Mkdir(dir, 0o700)
	made := err == nil
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make the directory of the gateway's locks: %w", err)
	}
	if made && p.UID >= 0 {
		if err := f.Chown(dir, p.UID, -1); err != nil {
			_ = f.Remove(dir)
			return fmt.Errorf("give the directory of the gateway's locks to user %d: %w", p.UID, err)
		}
	}
	info, err := f.Lstat(dir)
	if err != nil {
		return fmt.Errorf("look at the directory of the gateway's locks: %w", err)
	}
	uid, _, known := fsys.Owner(info)
	switch {
	case !info.IsDir():
		return &FileError{Path: dir, Reason: "is not a directory"}
	case known && uid != p.UID:
		return &FileError{Path: dir, Reason: fmt.Sprintf("belongs to user %d, not to the gateway's user %d", uid, p.UID)}
	case known && info.Mode().Perm() != 0o700:
		if err := f.Chmod(dir, 0o700); err != nil {
			return fmt.Errorf("make the directory of the gateway's locks private: %w", err)
		}
	}
	return nil
}

// makeLock makes the empty lock file, for the gateway's user alone.
func (p Place) makeLock(path string) error {
	file, err := p.fs().Create(path, 0o600)
	if err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	if p.UID < 0 {
		return nil
	}
	return p.fs().Chown(path, p.UID, -1)
}

// coordinate tries once to take the coordinator. errBusy when somebody has it.
func (p Place) coordinate(path string) (*conn, error) {
	if err := p.prepareCoordinator(path); err != nil {
		return nil, err
	}
	c, err := open(path, "mode=rw")
	if err != nil {
		return nil, err
	}
	err = c.exec("PRAGMA journal_mode = MEMORY")
	if err == nil {
		err = c.exec("BEGIN EXCLUSIVE")
	}
	if err != nil {
		_ = c.close()
		return nil, err
	}
	return c, nil
}

// uncoordinate gives the coordinator back.
func uncoordinate(c *conn) error {
	if c == nil {
		return nil
	}
	return errors.Join(c.exec("ROLLBACK"), c.close())
}
