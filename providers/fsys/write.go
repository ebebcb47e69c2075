package fsys

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
)

// storeMode is the mode of everything that WriteAtomic leaves: it may hold secrets.
const storeMode fs.FileMode = 0o600

// WriteOptions are the seams of WriteAtomic.
type WriteOptions struct {
	// Rand names the temporary file; nil is crypto/rand.
	Rand io.Reader
	// Before runs when the new content is on disk under its temporary name, right
	// before it takes the place of the old. An error ends the write with the old
	// file in place. It is where a caller checks that its lock is still held and
	// that the file is still what it read. nil checks nothing.
	Before func() error
}

// WriteAtomic gives path the content data, so that at any moment, a crash included,
// there is either the whole old file or the whole new one.
//
// A symbolic link stays one: the file it points to is replaced. The new file has
// mode 0600 from its first moment on, and the owner of the old one; a new file made
// by root has its directory's. A file with several names (hard links) is refused
// with a *HardLinkError, for the rename would part them. Access lists and extended
// attributes are not carried over.
//
// Every failure is a *WriteError, which wraps its cause and knows whether the old
// or the new content is in place. The temporary file is gone unless removing it
// failed too, or the process was killed: CleanTemps finds those.
func WriteAtomic(f FS, path string, data []byte, o WriteOptions) error {
	w := &write{fs: f, path: path}
	err := w.run(data, o)
	if err == nil {
		return nil
	}
	if w.temp != "" && !w.replaced {
		err = errors.Join(err, ignoreMissing(f.Remove(w.temp)))
	}
	return &WriteError{Path: path, Step: w.step, Replaced: w.replaced, Err: err}
}

// write is one run of WriteAtomic. step is what it is doing, for the error.
type write struct {
	fs       FS
	path     string
	real     string
	old      fs.FileInfo // nil when there is no old file
	temp     string      // "" until it may exist
	step     string
	replaced bool
}

func (w *write) run(data []byte, o WriteOptions) error {
	w.step = "look at the file"
	if err := w.look(); err != nil {
		return err
	}
	w.step = "write a temporary file"
	if err := w.fill(data, o.Rand); err != nil {
		return err
	}
	if o.Before != nil {
		w.step = "check once more"
		if err := o.Before(); err != nil {
			return err
		}
	}
	w.step = "replace the file"
	if err := w.fs.Rename(w.temp, w.real); err != nil {
		return err
	}
	w.replaced = true
	w.step = "make it durable"
	return w.fs.SyncDir(filepath.Dir(w.real))
}

// look finds the file to replace and what must be kept of it.
func (w *write) look() error {
	real, exists, err := Resolve(w.fs, w.path)
	if err != nil {
		return err
	}
	w.real = real
	if !exists {
		return nil
	}
	info, err := w.fs.Lstat(real)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a regular file (%s)", real, info.Mode().Type())
	}
	if n := Links(info); n > 1 {
		return &HardLinkError{Path: real, Links: n}
	}
	w.old = info
	return nil
}

// fill makes the temporary file, owned as the old one, with data in it and on disk.
func (w *write) fill(data []byte, random io.Reader) error {
	name, err := tempName(w.real, random)
	if err != nil {
		return err
	}
	file, err := w.fs.Create(name, storeMode)
	if err != nil {
		return err
	}
	w.temp = name
	if err := w.own(); err != nil {
		return errors.Join(err, file.Close())
	}
	if _, err := file.Write(data); err != nil {
		return errors.Join(err, file.Close())
	}
	if err := file.Sync(); err != nil {
		return errors.Join(err, file.Close())
	}
	return file.Close()
}

// own gives the temporary file the owner of the old file.
func (w *write) own() error {
	if w.old == nil {
		return Inherit(w.fs, w.temp)
	}
	uid, gid, ok := Owner(w.old)
	if !ok {
		return nil
	}
	made, err := w.fs.Lstat(w.temp)
	if err != nil {
		return err
	}
	if u, g, _ := Owner(made); u == uid && g == gid {
		return nil
	}
	if err := w.fs.Chown(w.temp, uid, gid); err != nil {
		return &OwnerError{Path: w.real, UID: uid, GID: gid, Err: err}
	}
	return nil
}

const (
	tempMiddle = ".keyform-"
	tempSuffix = ".tmp"
	tempRandom = 8 // bytes, in hex in the name
)

// tempName names a temporary file beside real: hidden, of this program, unique.
func tempName(real string, random io.Reader) (string, error) {
	if random == nil {
		random = rand.Reader
	}
	var b [tempRandom]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("random name: %w", err)
	}
	name := "." + filepath.Base(real) + tempMiddle + hex.EncodeToString(b[:]) + tempSuffix
	return filepath.Join(filepath.Dir(real), name), nil
}

// CleanTemps removes the temporary files that killed runs of WriteAtomic left for
// path, and says how many. Call it under the lock that writers of path take. A
// missing file or directory is 0 and no error.
func CleanTemps(f FS, path string) (int, error) {
	real, _, err := Resolve(f, path)
	if err != nil {
		return 0, ignoreMissing(err)
	}
	dir, base := filepath.Split(real)
	entries, err := f.ReadDir(filepath.Clean(dir))
	if err != nil {
		return 0, ignoreMissing(err)
	}
	n := 0
	for _, e := range entries {
		if !isTemp(e.Name(), base) || !e.Type().IsRegular() {
			continue
		}
		if err := ignoreMissing(f.Remove(filepath.Join(dir, e.Name()))); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

func isTemp(name, base string) bool {
	random, ok := strings.CutPrefix(name, "."+base+tempMiddle)
	if !ok {
		return false
	}
	random, ok = strings.CutSuffix(random, tempSuffix)
	if !ok {
		return false
	}
	b, err := hex.DecodeString(random)
	return err == nil && len(b) == tempRandom
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
