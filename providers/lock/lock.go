// Package lock takes the lock of a gateway's credential store, as the gateways'
// own programs take it, so that keyform and a live gateway never overwrite each
// other. There are two forms on one path, the store's name and ".lock":
//
//   - Dir: clawdbot 2026.1.24-3 and OpenClaw to 2026.2.12, which use the npm package
//     proper-lockfile 4.1.2: an empty directory. Its holder sets its modification
//     time every 15 s; 30 s without that make it stale.
//   - File: OpenClaw 2026.2.17 to 2026.6.1 (src/plugin-sdk/file-lock.ts): a file made
//     with O_EXCL that holds {"pid","createdAt"}. It is stale when that process is
//     gone, or 30 s after createdAt or its modification time. Nothing refreshes it,
//     so nobody may hold it longer.
//
// The two do not understand each other: what has the wrong form is reported as a
// *PoisonError and never removed.
//
// A holder works in this order: Acquire; read the store; write, and right before the
// rename compare the store with what was read and then call Check; Release, whose
// error says whether the lock was held to the end.
//
// The last two matter for File: while a lock changes hands, a gateway may remove one
// that another program has just made. Its isStaleLock (2026.2.26) reports a lock that
// disappears under it as stale, and what lies there by then is removed. Measured
// with one gateway process under load: about once in a thousand contended rounds,
// up to 6 ms after we made the lock. So Acquire watches a File lock for 25 ms if it
// met another one on the way, and Check and Release find what is left.
package lock

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/keyform/keyform/providers/fsys"
)

// Form is how a gateway release locks its store.
type Form string

const (
	// Dir is the directory of proper-lockfile 4.
	Dir Form = "directory"
	// File is the O_EXCL file with a pid.
	File Form = "file"
)

// DefaultStale is the age at which the gateways take a lock over: 30 s in all of
// them (AUTH_STORE_LOCK_OPTIONS).
const DefaultStale = 30 * time.Second

// Options say which lock to take, and bring the seams.
type Options struct {
	// FS is the file system; it is required.
	FS fsys.FS
	// Form is the form of the installed release; it is required.
	Form Form
	// Target is the absolute path of the store. Its directory must exist; the store
	// need not. The gateways create an empty store before they lock; we do not,
	// because the path of the lock is the same without, and the write under the lock
	// creates the store whole.
	Target string
	// Timeout is how long to wait for a lock that is held; 0 tries once.
	Timeout time.Duration
	// Stale is the age at which a lock is taken over; 0 is DefaultStale.
	Stale time.Duration
	// PID names this process in the lock and the Identity; 0 is the real one.
	PID int
	// Now and Sleep are the clock; nil is the real one. Sleep is also called on the
	// goroutine that refreshes a Dir lock.
	Now   func() time.Time
	Sleep fsys.Sleep
	// Jitter gives a number in [0,1) that spreads the retries; nil is random.
	Jitter func() float64
	// Token is a name for this one lock, unique among all; "" is a random one.
	Token string
	// Alive says whether a process exists; nil asks the system. See Alive.
	Alive func(pid int) bool
	// Announce, when not nil, is called before a lock is made, with the Identity it
	// is going to have as far as that is known. A caller that makes it durable can
	// give the lock back with Reclaim after being killed at any moment. An error
	// ends Acquire with nothing made.
	Announce func(Identity) error
}

// Lock is a lock that is held. Its methods are safe for concurrent use.
type Lock struct {
	o       Options
	path    string
	content []byte // of a File lock
	ctx     context.Context
	cancel  context.CancelCauseFunc
	beating sync.WaitGroup // Dir: the goroutine that refreshes
	limit   *time.Timer    // File: the end of its time

	mu       sync.Mutex
	id       Identity
	info     fs.FileInfo // of the lock when it was made
	mtime    time.Time   // that the lock must still have
	touched  time.Time   // when we made or last refreshed it, by Now
	lost     error
	released bool
	result   error // of Release
}

// Acquire takes the lock, waiting for a holder up to Timeout. It gives
//   - a *HeldError when somebody still holds it then,
//   - a *PoisonError at once when what is there has the wrong form,
//   - the error of ctx when that ends first,
//   - what the file system said otherwise.
func Acquire(ctx context.Context, o Options) (*Lock, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	path, err := Path(o.FS, o.Form, o.Target)
	if err != nil {
		return nil, fmt.Errorf("lock of %s: %w", o.Target, err)
	}
	a := &attempt{o: o, path: path}
	start := o.Now()
	for try := 0; ; try++ {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		l, err := a.try()
		if err == nil {
			err = a.settle(ctx, l)
		}
		if err == nil {
			l.begin(ctx)
			return l, nil
		}
		var held *HeldError
		if !errors.As(err, &held) {
			return nil, err
		}
		left := o.Timeout - o.Now().Sub(start)
		if left <= 0 {
			held.Waited = o.Now().Sub(start)
			return nil, held
		}
		if err := o.Sleep(ctx, min(left, o.pause(try))); err != nil {
			return nil, err
		}
	}
}

// Path gives where the lock of a store lies. Dir resolves the store itself, so that
// a symbolic link is locked where it points; File resolves only its directory.
func Path(f fsys.FS, form Form, target string) (string, error) {
	if form == Dir {
		real, _, err := fsys.Resolve(f, target)
		return real + suffix, err
	}
	dir, err := f.EvalSymlinks(filepath.Dir(target))
	return filepath.Join(dir, filepath.Base(target)) + suffix, err
}

const suffix = ".lock"

// Context ends when the lock is lost or released; context.Cause then is a *LostError
// or context.Canceled. It also ends with the context given to Acquire. A File lock,
// which nobody refreshes, counts as lost after five sixths of Stale.
func (l *Lock) Context() context.Context { return l.ctx }

// Path is the lock itself.
func (l *Lock) Path() string { return l.path }

// Identity says which lock this is, for a journal. A Dir lock changes its time when
// it is refreshed.
func (l *Lock) Identity() Identity {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.id
}

// Check gives a *LostError when the lock is not ours any more, or too old to finish
// a write under it, and what the file system said when that cannot be found out.
// Call it right before the rename.
func (l *Lock) Check() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.released {
		return &LostError{Path: l.path, Err: errReleased}
	}
	if err := l.verify(); err != nil {
		return err
	}
	age := l.o.Now().Sub(l.touched)
	if l.o.Form == File && age >= l.fileLimit() {
		return &LostError{Path: l.path, Err: errTooLong}
	}
	if l.o.Form == Dir && age >= l.o.Stale/2 {
		return l.touch()
	}
	return nil
}

// Release gives the lock up and ends its context. A lock that was lost is left to
// whoever holds it now, and that is the *LostError it gives: take the lock again,
// read the store, and write again what is not in it. Later calls give the same result.
func (l *Lock) Release() error {
	l.mu.Lock()
	if l.released {
		defer l.mu.Unlock()
		return l.result
	}
	l.released = true
	l.result = l.remove()
	l.mu.Unlock()
	l.end()
	return l.result
}

func (o Options) withDefaults() (Options, error) {
	if o.FS == nil || (o.Form != Dir && o.Form != File) || !filepath.IsAbs(o.Target) {
		return o, fmt.Errorf("lock: a file system, a form (%s or %s) and an absolute path are needed, not %q and %q",
			Dir, File, o.Form, o.Target)
	}
	if o.Stale == 0 {
		o.Stale = DefaultStale
	}
	if o.PID == 0 {
		o.PID = os.Getpid()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Sleep == nil {
		o.Sleep = fsys.Pause
	}
	if o.Alive == nil {
		o.Alive = Alive
	}
	return o.withRandom()
}
