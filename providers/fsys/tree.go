package fsys

import (
	"errors"
	"io/fs"
	"path/filepath"
)

// RemoveTree removes a directory with all in it. Links are removed, not followed, also one
// in the place of dir: root may clear up in another user's directory. Where nothing is,
// there is nothing to do.
func RemoveTree(f FS, dir string) error {
	info, err := f.Lstat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return f.Remove(dir)
	}
	entries, err := f.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := RemoveTree(f, filepath.Join(dir, e.Name())); err != nil {
			return err
		}
	}
	return f.Remove(dir)
}
