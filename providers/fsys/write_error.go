package fsys

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
)

// WriteError says that WriteAtomic failed, where, and what is on disk now.
type WriteError struct {
	// Path is the file as the caller named it.
	Path string
	// Step is what was being done, as in "write a temporary file".
	Step string
	// Replaced is true when the new content is in place and only its durability
	// across a power failure is in doubt; false when the file is as it was.
	Replaced bool
	// Err is the cause.
	Err error
}

func (e *WriteError) Error() string {
	state := "the file is as it was"
	if e.Replaced {
		state = "the new content is in place, but a power failure now might undo it"
	}
	text := fmt.Sprintf("cannot write %s: %s: %v; %s", e.Path, e.Step, e.Err, state)
	if advice := advice(e.Err); advice != "" {
		text += "; " + advice
	}
	return text
}

// Unwrap gives the cause.
func (e *WriteError) Unwrap() error { return e.Err }

// advice says what to do about the ordinary reasons that a write fails.
func advice(err error) string {
	var owner *OwnerError
	switch {
	case errors.As(err, &owner):
		return ""
	case errors.Is(err, syscall.ENOSPC):
		return "free some space on that file system and run again"
	case errors.Is(err, syscall.EROFS):
		return "the file system is mounted read-only: mount it writable, or run where it is"
	case errors.Is(err, fs.ErrPermission):
		return "run as the user that owns the directory"
	}
	return ""
}

// OwnerError says that a replacement file could not be given the owner of the old.
type OwnerError struct {
	Path     string
	UID, GID int
	Err      error
}

func (e *OwnerError) Error() string {
	return fmt.Sprintf("%s belongs to user %d and group %d, which its replacement cannot be given (%v): "+
		"run as that user, or as root", e.Path, e.UID, e.GID, e.Err)
}

// Unwrap gives what the system said.
func (e *OwnerError) Unwrap() error { return e.Err }

// HardLinkError says that a file to be replaced has other names, which would keep
// the old content.
type HardLinkError struct {
	Path  string
	Links uint64
}

func (e *HardLinkError) Error() string {
	return fmt.Sprintf("%s has %d names (hard links), and the others would keep the old content: "+
		"make it a file of its own (cp -p it to a new name, then mv that over it), "+
		"or turn the other names into symbolic links", e.Path, e.Links)
}
