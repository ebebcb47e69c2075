package lock

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/keyform/keyform/providers/fsys"
)

// Identity says which lock a run took, well enough to know it again after that run
// was killed. It holds nothing secret and is plain data for a journal.
type Identity struct {
	// Path is the lock itself.
	Path string `json:"path"`
	Form Form   `json:"form"`
	// PID is the process that made it.
	PID int `json:"pid"`
	// Created is when, in ms since the epoch.
	Created int64 `json:"created"`
	// Token is in the content of a File lock.
	Token string `json:"token"`
	// Device, Inode and MTime (ns since the epoch) describe what was made. They are 0
	// in what Announce gets, and Device and Inode on Windows.
	Device uint64 `json:"device,omitempty"`
	Inode  uint64 `json:"inode,omitempty"`
	MTime  int64  `json:"mtime,omitempty"`
}

// clockSlack is how far the clock of a file system may lag behind ours.
const clockSlack = 2 * time.Second

// ReleaseStale removes the lock that id names if it is still there and is that very
// one, and says whether it removed it. Anything else, a lock of another form or of
// anybody else, is left alone, and so is everything while the process id.PID runs,
// unless that is this process; alive is as in Options, nil asks the system.
//
// Call it only when the run that made id is known to have ended: holding the lock
// that keeps keyform's own runs apart shows that.
func ReleaseStale(f fsys.FS, id Identity, alive func(pid int) bool) (removed bool, err error) {
	if alive == nil {
		alive = Alive
	}
	l, err := look(f, id.Path, id.Form)
	var poison *PoisonError
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.As(err, &poison):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("look at a lock of an earlier run: %w", err)
	case id.PID != os.Getpid() && alive(id.PID), !id.names(l):
		return false, nil
	}
	switch err := f.Remove(id.Path); {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("remove the lock of an earlier run: %w", err)
	}
	return true, nil
}

// names says whether l is the lock of id.
func (id Identity) names(l *found) bool {
	if dev, ino, ok := fsys.Inode(l.info); ok && id.Inode != 0 && (dev != id.Device || ino != id.Inode) {
		return false
	}
	mtime := l.info.ModTime()
	recent := !mtime.Before(time.UnixMilli(id.Created).Add(-clockSlack))
	if id.Form == Dir {
		return (l.ours && recent) || (id.MTime != 0 && mtime.UnixNano() == id.MTime)
	}
	var p payload
	if json.Unmarshal(l.content, &p) == nil {
		return p.Token == id.Token && id.Token != ""
	}
	// Killed while it wrote: a content that no gateway leaves, with our mark.
	return l.ours && recent
}
