package gateway

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/lock"
)

// Container is where a store's content is, and how it is written beside a live
// gateway. A Container is safe for concurrent use as far as its file system is.
type Container interface {
	// Read gives what is there, the zero Content where nothing is. Without the locks
	// it can meet half of what a gateway is writing, so it reads again while parse
	// refuses what it met.
	Read(ctx context.Context, parse func(Content) error) (Content, error)
	// Hold takes the locks that the store's gateway takes, calls f with them held, and
	// gives them back. What f did is in place when Hold returns nil. An error of f is
	// returned as it is, one of the locks as a *LockError.
	Hold(ctx context.Context, o HoldOptions, f func(Held) error) error
	// Clean removes what a killed or failed write has left.
	Clean() error
}

// Held is a store whose locks are held.
type Held interface {
	// Read is Container.Read.
	Read(ctx context.Context, parse func(Content) error) (Content, error)
	// Swap replaces was, which the store is known to hold, by now; ErrMoved if it holds
	// something else by then. placed tells that the new content is in place already,
	// whatever else went wrong, or of a Limited that a part of it is; else it is when Hold
	// returns nil.
	Swap(was, now Content) (placed bool, err error)
}

// ErrMoved tells that a store changed between reading and replacing it.
var ErrMoved = errors.New("the store changed while it was being written")

// HoldOptions are what taking locks needs of the world.
type HoldOptions struct {
	// Live tells that the gateway runs.
	Live bool
	// Timeout is how long to wait for a lock, 0 to try once.
	Timeout time.Duration
	PID     int
	Now     func() time.Time
	Rand    io.Reader
	// Announce is called before a lock is made, so that it can be found and removed
	// after a crash; with nil where there is none to remove.
	Announce func(*lock.Identity) error
}

// LockError says that the locks of a store could not be taken, or not be given back.
type LockError struct {
	// Release tells that the store was written and its lock is still there.
	Release bool
	Err     error
}

func (e *LockError) Error() string { return e.Err.Error() }

// Unwrap gives the cause, a *lock.HeldError where somebody else has the lock.
func (e *LockError) Unwrap() error { return e.Err }

// OpenContainer gives the container of a store. Nothing is read yet. The error is that
// of a generation of stores that is not known.
func OpenContainer(host Host, ref plan.StoreRef, rules plan.Rules) (Container, error) {
	c := &files{host: host, path: ref.Path, state: ref.StatePath}
	if ref.Kind == plan.LegacyStore {
		if rules.SourceLock {
			c.form = lock.File
		}
		return &legacyFile{*c, rules.Archive}, nil
	}
	if ref.Kind != plan.AuthStore {
		return c, nil
	}
	f, err := formOf(rules)
	switch {
	case err != nil:
		return nil, err
	case f.sql:
		return openDatabase(host, ref, rules), nil
	}
	c.form, c.split = lockForm(rules), f.split
	return c, nil
}

// ReadContent reads a store that is not being written and can be parsed.
func ReadContent(ctx context.Context, host Host, ref plan.StoreRef, rules plan.Rules) (Content, error) {
	content, _, err := readStore(ctx, host, ref, rules)
	return content, err
}

// ReadDocument reads and parses a store that is not being written.
func ReadDocument(ctx context.Context, host Host, ref plan.StoreRef, rules plan.Rules) (Document, error) {
	_, doc, err := readStore(ctx, host, ref, rules)
	return doc, err
}

func readStore(ctx context.Context, host Host, ref plan.StoreRef, rules plan.Rules) (content Content, doc Document, err error) {
	c, err := OpenContainer(host, ref, rules)
	if err != nil {
		return content, nil, err
	}
	content, err = c.Read(ctx, func(c Content) (err error) {
		doc, err = OpenDocument(ref, rules, c)
		return err
	})
	return content, doc, err
}
