package apply

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"time"

	"github.com/keyform/keyform/providers/fsys"
	"github.com/keyform/keyform/providers/gateway"
)

const (
	backupsName = "backups"
	// What a run replaced is kept for keepFor, and for the last keepRuns runs.
	keepRuns = 5
	keepFor  = 30 * 24 * time.Hour
)

// backupName is where a run keeps the old content of a store, relative to the data
// directory.
func backupName(run, storeKey string) string {
	return filepath.Join(backupsName, run, filepath.FromSlash(storeKey))
}

// stateSuffix names the backup of a store's state, beside that of the store. No agent's
// id has a dot.
const stateSuffix = ".state"

// backUp keeps the old content of a store.
func (dir dataDir) backUp(storeKey string, content gateway.Content) error {
	name := backupName(dir.d.RunID, storeKey)
	if err := fsys.MkdirAll(dir.d.fs(), filepath.Dir(dir.file(name)), 0o700); err != nil {
		return err
	}
	if content.Store != nil {
		if err := dir.write(name, content.Store); err != nil {
			return err
		}
	}
	if content.State == nil {
		return nil
	}
	return dir.write(name+stateSuffix, content.State)
}

// cleanBackup removes temporary files of a backup that was being made.
func (dir dataDir) cleanBackup(name string) error {
	_, err := fsys.CleanTemps(dir.d.fs(), dir.file(name))
	_, stateErr := fsys.CleanTemps(dir.d.fs(), dir.file(name+stateSuffix))
	return together(err, stateErr)
}

// pruneBackups removes the backups that are old and not among the last ones.
func (dir dataDir) pruneBackups() error {
	f := dir.d.fs()
	root := dir.file(backupsName)
	entries, err := f.ReadDir(root)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	type aged struct {
		path string
		made time.Time
	}
	var runs []aged
	for _, e := range entries {
		info, err := f.Lstat(filepath.Join(root, e.Name()))
		if err != nil {
			return err
		}
		if info.IsDir() {
			runs = append(runs, aged{filepath.Join(root, e.Name()), info.ModTime()})
		}
	}
	slices.SortFunc(runs, func(a, b aged) int { return b.made.Compare(a.made) })
	for i, r := range runs {
		if i < keepRuns || dir.d.Now().Sub(r.made) <= keepFor {
			continue
		}
		if err := fsys.RemoveTree(f, r.path); err != nil {
			return err
		}
	}
	return nil
}
