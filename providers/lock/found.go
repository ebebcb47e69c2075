package lock

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"time"

	"github.com/keyform/keyform/providers/fsys"
)

// found is a lock that somebody made.
type found struct {
	path    string
	info    fs.FileInfo
	content []byte // of a File that can be read
	pid     float64
	created string
	ours    bool // made by a keyform
}

// look describes the lock at path. fs.ErrNotExist when there is none, *PoisonError
// when it has another form.
func look(f fsys.FS, path string, form Form) (*found, error) {
	info, err := f.Lstat(path)
	if err != nil {
		return nil, err
	}
	if form == Dir {
		if !info.IsDir() {
			return nil, &PoisonError{Path: path, Want: Dir, Found: kind(info)}
		}
		return &found{path: path, info: info, ours: info.Mode().Perm() == dirMark}, nil
	}
	if !info.Mode().IsRegular() {
		return nil, &PoisonError{Path: path, Want: File, Found: kind(info)}
	}
	l := &found{path: path, info: info, ours: info.Mode().Perm() == fileMark}
	content, err := f.ReadFile(path)
	if errors.Is(err, fs.ErrPermission) {
		return l, nil // the gateways go by its time then
	}
	if err != nil {
		return nil, err
	}
	l.read(content)
	return l, nil
}

func kind(info fs.FileInfo) string {
	switch {
	case info.IsDir():
		return "a directory"
	case info.Mode().IsRegular():
		return "a file"
	case info.Mode()&fs.ModeSymlink != 0:
		return "a symbolic link"
	}
	return "something that is neither a file nor a directory"
}

// read takes pid and createdAt from a File. Like the gateways it believes neither
// unless both have their type.
func (l *found) read(content []byte) {
	l.content = content
	var p struct {
		PID       *float64 `json:"pid"`
		CreatedAt *string  `json:"createdAt"`
	}
	if json.Unmarshal(content, &p) == nil && p.PID != nil && p.CreatedAt != nil {
		l.pid, l.created = *p.PID, *p.CreatedAt
	}
}

// stale says whether the gateways would take the lock over now: a Dir by its time;
// a File when its process is gone, or by createdAt, or by its time. A createdAt that
// is no ISO date is ignored here, where the gateways call it stale: we wait longer.
func (l *found) stale(o Options) bool {
	if o.Form == File && l.pid != 0 && !l.alive(o) {
		return true
	}
	return o.Now().After(l.since().Add(o.Stale))
}

// since is the moment that the age of the lock counts from.
func (l *found) since() time.Time {
	since := time.UnixMilli(l.info.ModTime().Round(time.Millisecond).UnixMilli())
	if created, err := time.Parse(time.RFC3339, l.created); err == nil && created.Before(since) {
		since = created
	}
	return since
}

func (l *found) alive(o Options) bool {
	whole := l.pid > 0 && l.pid <= math.MaxInt32 && l.pid == math.Trunc(l.pid)
	return whole && o.Alive(int(l.pid))
}

func (l *found) held(o Options) *HeldError {
	age := o.Now().Sub(l.since())
	held := &HeldError{Path: l.path, Form: o.Form, Age: age, StaleIn: max(0, o.Stale-age), Keyform: l.ours}
	if l.pid > 0 && l.pid <= math.MaxInt32 {
		held.PID, held.Alive = int(l.pid), l.alive(o)
	}
	return held
}

// HeldError says that somebody held the lock for the whole Timeout.
type HeldError struct {
	// Path is the lock.
	Path string
	Form Form
	// PID is the holder's, or 0: a directory names nobody.
	PID int
	// Alive says whether PID is a running process.
	Alive bool
	// Keyform is true when the lock looks like one that a keyform made.
	Keyform bool
	// Age is the time since the lock was made or last refreshed. It is negative when
	// a clock was set back.
	Age time.Duration
	// StaleIn is when others may take the lock over unless it is refreshed.
	StaleIn time.Duration
	// Waited is how long Acquire waited.
	Waited time.Duration
}

func (e *HeldError) Error() string {
	who := "another program, most likely the gateway"
	switch {
	case e.Keyform && e.PID == 0:
		who = "another keyform"
	case e.PID != 0 && !e.Alive:
		who = fmt.Sprintf("process %d, which is gone", e.PID)
	case e.Keyform:
		who = fmt.Sprintf("another keyform, process %d", e.PID)
	case e.PID != 0:
		who = fmt.Sprintf("process %d", e.PID)
	}
	since := "made"
	if e.Form == Dir {
		since = "made or refreshed"
	}
	if e.Age < -time.Second {
		return fmt.Sprintf("the store lock %s is held by %s, and its time is %s in the future: set the clock right; "+
			"if nothing uses the store, remove the %s", e.Path, who, seconds(-e.Age), e.Form)
	}
	return fmt.Sprintf("the store lock %s is held by %s; it was %s %s ago (waited %s). "+
		"Unless its holder refreshes it, it is stale in %s and the next run takes it over: "+
		"run again, or wait longer with -lock-timeout", e.Path, who, since, seconds(e.Age), seconds(e.Waited), seconds(e.StaleIn))
}

func seconds(d time.Duration) string {
	if d < 10*time.Second {
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}

// PoisonError says that what lies where the lock belongs is of another form. No
// program that uses Want ever removes it, so neither do we.
type PoisonError struct {
	// Path is where the lock belongs.
	Path string
	// Want is the form that the installed release uses.
	Want Form
	// Found says what is there, as in "a directory".
	Found string
}

func (e *PoisonError) Error() string {
	return fmt.Sprintf("%s is %s, but the installed release locks its store with a %s there, and would never get it: "+
		"another release or product has locked this store, or crashed while it had. "+
		"Find out which one uses this directory; when none does, remove it by hand", e.Path, e.Found, e.Want)
}
