package fsys

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// ErrLocked is what Flock gives when another open file holds the lock.
var ErrLocked = errors.New("the file is locked by another process")

// OS is the FS of the operating system. The zero value is ready, and safe for
// concurrent use.
type OS struct{}

var _ FS = OS{}

// ReadFile reads a whole file, following links.
func (OS) ReadFile(name string) ([]byte, error) { return os.ReadFile(name) }

// ReadDir lists a directory, sorted by name.
func (OS) ReadDir(name string) ([]fs.DirEntry, error) { return os.ReadDir(name) }

// Lstat describes name itself.
func (OS) Lstat(name string) (fs.FileInfo, error) { return os.Lstat(name) }

// Stat describes what name points to.
func (OS) Stat(name string) (fs.FileInfo, error) { return os.Stat(name) }

// EvalSymlinks gives the real path of an existing name.
func (OS) EvalSymlinks(name string) (string, error) { return filepath.EvalSymlinks(name) }

// Mkdir makes one directory. The umask may clear bits of perm.
func (OS) Mkdir(name string, perm fs.FileMode) error { return os.Mkdir(name, perm) }

// Create makes a new file with exactly perm. The file never has more permissions
// than perm, not even for a moment.
func (OS) Create(name string, perm fs.FileMode) (File, error) {
	f, err := create(name, os.O_WRONLY, perm)
	if err != nil {
		return nil, err
	}
	return f, nil
}

// Append opens a file for appending. Only a file that it makes gets perm. A symbolic
// link is refused: root must not be led away from a file of ours.
func (OS) Append(name string, perm fs.FileMode) (File, error) {
	f, err := create(name, os.O_WRONLY|os.O_APPEND, perm)
	if errors.Is(err, fs.ErrExist) {
		f, err = os.OpenFile(name, os.O_WRONLY|os.O_APPEND|noFollow, 0)
	}
	if err != nil {
		return nil, err
	}
	return f, nil
}

// create opens a new file and undoes what the umask took from perm.
func create(name string, flag int, perm fs.FileMode) (*os.File, error) {
	f, err := os.OpenFile(name, flag|os.O_CREATE|os.O_EXCL, perm)
	if err != nil {
		return nil, err
	}
	if err := f.Chmod(perm); err != nil {
		return nil, errors.Join(err, f.Close(), os.Remove(name))
	}
	return f, nil
}

// Rename replaces newname by oldname.
func (OS) Rename(oldname, newname string) error { return os.Rename(oldname, newname) }

// Remove removes a file or an empty directory.
func (OS) Remove(name string) error { return os.Remove(name) }

// Chmod changes the mode of name, following links.
func (OS) Chmod(name string, perm fs.FileMode) error { return os.Chmod(name, perm) }

// Chown changes the owner of name itself, not of what a link points to. On Windows
// it does nothing.
func (OS) Chown(name string, uid, gid int) error {
	err := chown(name, uid, gid)
	if err == nil {
		return nil
	}
	info, statErr := os.Lstat(name)
	if statErr != nil {
		return err
	}
	if u, g, ok := Owner(info); ok && u == uid && g == gid {
		return nil
	}
	return err
}

// Chtimes sets the modification time and leaves the access time.
func (OS) Chtimes(name string, mtime time.Time) error {
	return os.Chtimes(name, time.Time{}, mtime)
}

// SyncDir makes the entries of a directory durable. On Windows, and on a file
// system that knows no such thing, it does nothing.
func (OS) SyncDir(name string) error { return syncDir(name) }

// Flock takes an exclusive lock on the file name until the closer is closed or the
// process ends. Closing twice is harmless. The file stays. A symbolic link is refused.
func (OS) Flock(name string) (io.Closer, error) {
	f, err := create(name, os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrExist) {
		f, err = os.OpenFile(name, os.O_RDWR|noFollow, 0)
	}
	if err != nil {
		return nil, err
	}
	if err := flock(f); err != nil {
		return nil, &fs.PathError{Op: "lock", Path: name, Err: errors.Join(err, f.Close())}
	}
	return flocked{f}, nil
}

// flocked ends the lock by closing the file that holds it.
type flocked struct{ file *os.File }

func (l flocked) Close() error {
	if err := l.file.Close(); !errors.Is(err, os.ErrClosed) {
		return err
	}
	return nil
}
