package fsys

import (
	"errors"
	"io/fs"
	"path/filepath"
)

// RemoveTree removes a directory with all in it; links in it are removed, not followed.
// Where there is no such directory, there is nothing to do.
func RemoveTree(f FS, dir string) error {
	entries, err := f.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		name := filepath.Join(dir, e.Name())
		if e.IsDir() {
			err = RemoveTree(f, name)
		} else {
			err = f.Remove(name)
		}
		if err != nil {
			return err
		}
	}
	return f.Remove(dir)
}
