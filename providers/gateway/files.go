package gateway

import (
	"context"
	"errors"
	"io/fs"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/fsys"
	"github.com/keyform/keyform/providers/lock"
)

// files is the container of one file, or of a credential store in two.
type files struct {
	host        Host
	path, state string
	// split tells that state is a cell of the store.
	split bool
	// form is that of the store's lock, "" where the gateways take none.
	form lock.Form
}

// lockForm translates the product table's word.
func lockForm(r plan.Rules) lock.Form {
	if r.LockForm == "dir" {
		return lock.Dir
	}
	return lock.File
}

// Read gives what is there.
func (c *files) Read(ctx context.Context, parse func(Content) error) (Content, error) {
	var out Content
	var err error
	_, err = fsys.ReadStable(ctx, c.host.FS, c.path, c.host.Sleep, func(raw []byte) error {
		if out = (Content{Store: raw}); c.split {
			if out.State, err = c.file(c.state); err != nil {
				return err
			}
		}
		return parse(out)
	})
	if errors.Is(err, fs.ErrNotExist) {
		out = Content{}
		if c.split {
			if out.State, err = c.file(c.state); err != nil {
				return out, err
			}
		}
		return out, parse(out)
	}
	return out, err
}

// file is a file's content, nil where there is none.
func (c *files) file(path string) ([]byte, error) {
	raw, err := c.host.FS.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil && raw == nil {
		raw = []byte{}
	}
	return raw, err
}

// Hold takes the lock beside the file, in the form of the release. A lock that is lost
// after the content is in place does no harm by itself: the proof by reading tells.
func (c *files) Hold(ctx context.Context, o HoldOptions, f func(Held) error) error {
	return c.locked(ctx, o, func(check func() error) error { return f(&heldFiles{c, o, check}) })
}

// locked calls f while the lock is held; check tells that it still is.
func (c *files) locked(ctx context.Context, o HoldOptions, f func(check func() error) error) error {
	if c.form == "" {
		if err := o.Announce(nil); err != nil {
			return &LockError{Err: err}
		}
		return f(func() error { return nil })
	}
	l, err := lock.Acquire(ctx, lock.Options{
		FS: c.host.FS, Form: c.form, Target: c.path, Timeout: o.Timeout, PID: o.PID, Now: o.Now, Sleep: c.host.Sleep,
		Announce: func(id lock.Identity) error { return o.Announce(&id) },
	})
	if err != nil {
		return &LockError{Err: err}
	}
	err = f(l.Check)
	var lost *lock.LostError
	if releaseErr := l.Release(); releaseErr != nil && !(err == nil && errors.As(releaseErr, &lost)) {
		return errors.Join(err, &LockError{Release: true, Err: releaseErr})
	}
	return err
}

// Clean removes temporary files.
func (c *files) Clean() error {
	_, err := fsys.CleanTemps(c.host.FS, c.path)
	if c.split {
		_, stateErr := fsys.CleanTemps(c.host.FS, c.state)
		err = errors.Join(err, stateErr)
	}
	return err
}

// heldFiles are files whose lock is held.
type heldFiles struct {
	*files
	options HoldOptions
	check   func() error
}

// Swap replaces each file that differs, as a whole. The credentials come first: an
// order that names what is not there yet is skipped by the gateways, and a credential
// that no order names does no harm.
func (h *heldFiles) Swap(was, now Content) (placed bool, err error) {
	if !sameText(was.Store, now.Store) {
		if placed, err = h.swap(h.path, was.Store, now.Store); err != nil {
			return placed, err
		}
	}
	if !h.split || sameText(was.State, now.State) {
		return placed, nil
	}
	state, err := h.swap(h.state, was.State, now.State)
	return placed || state, err
}

func (h *heldFiles) swap(path string, was, now []byte) (placed bool, err error) {
	unmoved := func() error {
		if err := h.check(); err != nil {
			return err
		}
		live, err := h.file(path)
		if err == nil && !sameText(live, was) {
			err = ErrMoved
		}
		return err
	}
	if now == nil {
		if err := unmoved(); err != nil {
			return false, err
		}
		err := h.host.FS.Remove(path)
		return err == nil, err
	}
	err = fsys.WriteAtomic(h.host.FS, path, now, fsys.WriteOptions{Rand: h.options.Rand, Before: unmoved})
	var failed *fsys.WriteError
	return err == nil || errors.As(err, &failed) && failed.Replaced, err
}
