package fsys

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/windows"
)

const noFollow = 0

func chown(string, int, int) error { return nil }

func syncDir(string) error { return nil }

func flock(f *os.File) error {
	const flags = windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY
	err := windows.LockFileEx(windows.Handle(f.Fd()), flags, 0, 1, 0, &windows.Overlapped{})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) || errors.Is(err, windows.ERROR_IO_PENDING) {
		return ErrLocked
	}
	return err
}

// Owner gives the user and group of a file. ok is false where the system has none
// (Windows) or info does not come from OS.
func Owner(fs.FileInfo) (uid, gid int, ok bool) { return 0, 0, false }

// Inode gives what identifies a file among those that exist now: the device and
// the number on it. A number may be used again once its file is gone. ok is false
// as with Owner.
func Inode(fs.FileInfo) (device, inode uint64, ok bool) { return 0, 0, false }

// Links gives how many names a file has, and 1 where that is not known.
func Links(fs.FileInfo) uint64 { return 1 }
