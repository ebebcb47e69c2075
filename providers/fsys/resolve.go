package fsys

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
)

// Resolve gives the path that path really names, links followed, and whether there
// is something. A name that does not exist yet is resolved by its directory, which
// must exist. A link that points nowhere is a *LinkError.
func Resolve(f FS, path string) (real string, exists bool, err error) {
	real, err = f.EvalSymlinks(path)
	if err == nil {
		return real, true, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", false, err
	}
	switch _, lerr := f.Lstat(path); {
	case lerr == nil:
		return "", false, &LinkError{Path: path}
	case !errors.Is(lerr, fs.ErrNotExist):
		return "", false, lerr
	}
	dir, err := f.EvalSymlinks(filepath.Dir(path))
	if err != nil {
		return "", false, err
	}
	return filepath.Join(dir, filepath.Base(path)), false, nil
}

// LinkError says that a symbolic link points to nothing.
type LinkError struct {
	// Path is the link, as it was asked for.
	Path string
}

func (e *LinkError) Error() string {
	return fmt.Sprintf("%s is a symbolic link to a file that does not exist: "+
		"create the file it points to, or remove the link", e.Path)
}
