package lock

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/keyform/keyform/providers/fsys"
)

// LostError says that a lock we took is not ours any more.
type LostError struct {
	// Path is the lock.
	Path string
	// Err is the reason.
	Err error
}

func (e *LostError) Error() string {
	return fmt.Sprintf("the store lock %s was lost: %v; nothing may be written under it: run again", e.Path, e.Err)
}

// Unwrap gives the reason.
func (e *LostError) Unwrap() error { return e.Err }

var (
	errReleased = errors.New("it was released")
	errGone     = errors.New("somebody removed it")
	errReplaced = errors.New("somebody else took it over")
	errTooLong  = errors.New("it was held for too long, and others may take it over now")
)

// retryRefresh is how soon a refresh that failed is tried again, as in proper-lockfile.
const retryRefresh = time.Second

// fileLimit is how long a File lock may be used: what is left is for the rename.
func (l *Lock) fileLimit() time.Duration { return l.o.Stale * 5 / 6 }

// begin starts what a held lock needs: the refreshing of a Dir, the end of a File.
func (l *Lock) begin(ctx context.Context) {
	l.ctx, l.cancel = context.WithCancelCause(ctx)
	if l.o.Form == File {
		l.limit = time.AfterFunc(l.fileLimit(), func() {
			l.cancel(&LostError{Path: l.path, Err: errTooLong})
		})
		return
	}
	l.beating.Add(1)
	go l.beat()
}

// end stops what begin started and waits for it.
func (l *Lock) end() {
	l.cancel(context.Canceled)
	if l.limit != nil {
		l.limit.Stop()
	}
	l.beating.Wait()
}

// beat refreshes a Dir until the lock is released or lost.
func (l *Lock) beat() {
	defer l.beating.Done()
	for delay := l.o.Stale / 2; delay > 0; delay = l.refresh() {
		if l.o.Sleep(l.ctx, delay) != nil {
			return
		}
	}
}

// refresh does one beat and gives the time to the next, 0 for none. Like
// proper-lockfile it keeps trying after a failure until the lock would be stale.
func (l *Lock) refresh() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.released || l.lost != nil {
		return 0
	}
	err := l.verify()
	if err == nil {
		err = l.touch()
	}
	switch {
	case err == nil:
		return l.o.Stale / 2
	case l.lost != nil:
		return 0
	case l.o.Now().Sub(l.touched) > l.o.Stale:
		_ = l.lose(err)
		return 0
	}
	return retryRefresh
}

// verify finds out whether the lock is still the one we made. A *LostError says it
// is not; any other error, that it cannot be known.
func (l *Lock) verify() error {
	if l.lost != nil {
		return l.lost
	}
	info, err := l.o.FS.Lstat(l.path)
	if errors.Is(err, fs.ErrNotExist) {
		return l.lose(errGone)
	}
	if err != nil {
		return fmt.Errorf("check the lock: %w", err)
	}
	if !os.SameFile(info, l.info) || !info.ModTime().Equal(l.mtime) {
		return l.lose(errReplaced)
	}
	if l.o.Form == Dir {
		return nil
	}
	// A new file may have the number and, within a tick of the clock, the time of ours.
	content, err := l.o.FS.ReadFile(l.path)
	if errors.Is(err, fs.ErrNotExist) {
		return l.lose(errGone)
	}
	if err != nil {
		return fmt.Errorf("check the lock: %w", err)
	}
	if !bytes.Equal(content, l.content) {
		return l.lose(errReplaced)
	}
	return nil
}

// touch sets the time of a Dir to now, in whole milliseconds as JavaScript does.
func (l *Lock) touch() error {
	now := l.o.Now()
	mtime := now.Truncate(time.Millisecond)
	err := l.o.FS.Chtimes(l.path, mtime)
	if errors.Is(err, fs.ErrNotExist) {
		return l.lose(errGone)
	}
	if err != nil {
		return fmt.Errorf("refresh the lock: %w", err)
	}
	l.touched, l.mtime = now, mtime
	return l.remember()
}

// remember takes down what the lock looks like on its file system, whose clock may
// be coarser than ours.
func (l *Lock) remember() error {
	info, err := l.o.FS.Lstat(l.path)
	if err != nil {
		return err
	}
	if l.info == nil {
		l.info = info
	}
	l.mtime = info.ModTime()
	l.id.MTime = l.mtime.UnixNano()
	l.id.Device, l.id.Inode, _ = fsys.Inode(info)
	return nil
}

// lose records why the lock is not ours any more, and tells the context.
func (l *Lock) lose(reason error) error {
	l.lost = &LostError{Path: l.path, Err: reason}
	if l.cancel != nil {
		l.cancel(l.lost)
	}
	return l.lost
}

// remove removes the lock if it is ours.
func (l *Lock) remove() error {
	if err := l.verify(); err != nil {
		return err
	}
	err := l.o.FS.Remove(l.path)
	if errors.Is(err, fs.ErrNotExist) {
		return l.lose(errGone)
	}
	if err != nil {
		return fmt.Errorf("release the lock: %w", err)
	}
	return nil
}
