package fsys

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"syscall"
)

// MkdirAll makes path and what is missing above it, each with perm, durably, and
// with the owner that Inherit gives. What exists is left as it is; something that
// is not a directory there is an error.
func MkdirAll(f FS, path string, perm fs.FileMode) error {
	info, err := f.Stat(path)
	if err == nil {
		if !info.IsDir() {
			return notDirectory(path)
		}
		return nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	parent := filepath.Dir(path)
	if parent == path {
		return err
	}
	if err := MkdirAll(f, parent, perm); err != nil {
		return err
	}
	if err := f.Mkdir(path, perm); err != nil {
		return madeMeanwhile(f, path, err)
	}
	if err := Inherit(f, path); err != nil {
		return err
	}
	return f.SyncDir(parent)
}

// madeMeanwhile forgives that somebody else made the directory first.
func madeMeanwhile(f FS, path string, mkdirErr error) error {
	if !errors.Is(mkdirErr, fs.ErrExist) {
		return mkdirErr
	}
	info, err := f.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &LinkError{Path: path}
	}
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return notDirectory(path)
	}
	return nil
}

func notDirectory(path string) error {
	return fmt.Errorf("a directory is needed, but something else is there: %w",
		&fs.PathError{Op: "mkdir", Path: path, Err: syscall.ENOTDIR})
}

// Inherit gives name, which this process has just made, the owner of the directory
// it lies in, when this process is root and that owner is not: what root makes for
// a gateway must stay usable by the gateway's user. For anybody else, and where the
// system has no owners, it does nothing.
func Inherit(f FS, name string) error {
	made, err := f.Lstat(name)
	if err != nil {
		return err
	}
	uid, gid, ok := Owner(made)
	if !ok || uid != 0 {
		return nil
	}
	dir, err := f.Stat(filepath.Dir(name))
	if err != nil {
		return err
	}
	dirUID, dirGID, ok := Owner(dir)
	if !ok || (dirUID == uid && dirGID == gid) || dirUID == 0 {
		return nil
	}
	return f.Chown(name, dirUID, dirGID)
}
