// Package fsys is the one door through which keyform touches the file system of
// a gateway: every store, lock, journal, ledger and backup goes through FS. Tests
// put a file system there that fails or kills the process at the n-th operation.
//
// Reading the user's own configuration (*.hcl) does not go through it.
package fsys

import (
	"io"
	"io/fs"
	"time"
)

// FS is what keyform needs of a file system. Names are absolute paths of the
// operating system. Errors are those of package os, so errors.Is with
// fs.ErrNotExist, fs.ErrExist, fs.ErrPermission and syscall errors works. An FS is
// safe for concurrent use.
type FS interface {
	// ReadFile reads a whole file, following links.
	ReadFile(name string) ([]byte, error)
	// ReadDir lists a directory, sorted by name.
	ReadDir(name string) ([]fs.DirEntry, error)
	// Lstat describes name itself, Stat what it points to.
	Lstat(name string) (fs.FileInfo, error)
	Stat(name string) (fs.FileInfo, error)
	// EvalSymlinks gives the real path of an existing name.
	EvalSymlinks(name string) (string, error)
	// Mkdir makes one directory, failing with fs.ErrExist where there is one.
	Mkdir(name string, perm fs.FileMode) error
	// Create makes and opens a new file for writing with exactly this mode,
	// whatever the umask, failing with fs.ErrExist where there is one (O_EXCL).
	Create(name string, perm fs.FileMode) (File, error)
	// Append opens a file for appending and makes it, with exactly this mode, if needed.
	Append(name string, perm fs.FileMode) (File, error)
	// Rename replaces newname by oldname, atomically within a directory.
	Rename(oldname, newname string) error
	// Remove removes a file or an empty directory.
	Remove(name string) error
	// Chmod, Chown and Chtimes change name. Chown with the values that name
	// already has is not an error for an ordinary user.
	Chmod(name string, perm fs.FileMode) error
	Chown(name string, uid, gid int) error
	Chtimes(name string, mtime time.Time) error
	// SyncDir makes what was created, renamed or removed in a directory durable.
	SyncDir(name string) error
	// Flock takes an exclusive advisory lock on a file of ours (made 0600 if
	// needed) that ends with the process. It does not wait: a lock held elsewhere
	// is ErrLocked.
	Flock(name string) (io.Closer, error)
}

// File is an open file. Write may be called several times.
type File interface {
	io.Writer
	// Sync makes the content durable.
	Sync() error
	Close() error
}

// Point is a step of work that changes files by another way than an FS, such as a
// statement of a database. An FS that counts operations, and breaks one of them, counts
// it too; for others it is nothing.
func Point(f FS, op, name string) error {
	if counting, ok := f.(interface{ Point(op, name string) error }); ok {
		return counting.Point(op, name)
	}
	return nil
}
