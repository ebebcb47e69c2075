package lock

import (
	"encoding/json"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyform/keyform/providers/fsys"
)

func TestAnnounceComesFirstAndEndsAcquireWithItsError(t *testing.T) {
	for _, form := range []Form{Dir, File} {
		o := options(t, form, newClock())
		var said Identity
		o.Announce = func(id Identity) error {
			if _, err := os.Lstat(id.Path); err == nil {
				t.Errorf("%s: announced after it was made", form)
			}
			said = id
			return nil
		}
		l := acquire(t, o)
		full := l.Identity()
		release(t, l)
		bare := full
		bare.Device, bare.Inode, bare.MTime = 0, 0, 0
		if diff := cmp.Diff(bare, said); diff != "" {
			t.Errorf("%s: announced (-held +announced):\n%s", form, diff)
		}
		if full.MTime == 0 {
			t.Errorf("%s: identity %+v says no time", form, full)
		}
		o.Announce = func(Identity) error { return errors.New("journal full") }
		if _, err := Acquire(t.Context(), o); err == nil {
			t.Errorf("%s: no error", form)
		}
		if _, err := os.Lstat(o.Target + ".lock"); err == nil {
			t.Errorf("%s: a lock that could not be announced was made", form)
		}
	}
}

func TestReleaseStaleRemovesExactlyOurs(t *testing.T) {
	now := time.Now().Truncate(time.Millisecond)
	id := Identity{PID: 77, Created: now.UnixMilli(), Token: "0123456789abcdef"}
	ours, err := payload{PID: 77, CreatedAt: now.UTC().Format(isoMillis), Token: id.Token}.encode()
	if err != nil {
		t.Fatal(err)
	}
	theirs := []byte(`{"pid":77,"createdAt":"2026-01-24T12:00:00.000Z"}`)
	tests := []struct {
		name    string
		form    Form
		perm    os.FileMode
		content []byte
		age     time.Duration
		alive   bool
		known   bool // the journal holds the full identity
		removed bool
	}{
		{name: "a directory just made", form: Dir, perm: dirMark, removed: true},
		{name: "a directory with full identity", form: Dir, perm: dirMark, known: true, removed: true},
		{name: "a directory with full identity, its mode changed", form: Dir, perm: 0o755, known: true, removed: true},
		{name: "a directory of a gateway", form: Dir, perm: 0o755},
		{name: "a directory older than the run", form: Dir, perm: dirMark, age: time.Minute},
		{name: "a directory of a run that lives", form: Dir, perm: dirMark, alive: true},
		{name: "a file written", form: File, perm: fileMark, content: ours, removed: true},
		{name: "a file with full identity", form: File, perm: fileMark, content: ours, known: true, removed: true},
		{name: "a file still empty", form: File, perm: fileMark, removed: true},
		{name: "a file half written", form: File, perm: fileMark, content: ours[:len(ours)/2], removed: true},
		{name: "an empty file of a gateway", form: File, perm: 0o644},
		{name: "a file of a gateway with that pid", form: File, perm: 0o644, content: theirs},
		{name: "a file of a run that lives", form: File, perm: fileMark, content: ours, alive: true},
		{name: "an empty file older than the run", form: File, perm: fileMark, age: time.Minute},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			o := options(t, test.form, newClock())
			id := id
			id.Path, id.Form = o.Target+".lock", test.form
			makeLeft(t, id.Path, test.form, test.perm, test.content, now.Add(-test.age))
			if test.known {
				l, err := look(o.FS, id.Path, test.form)
				if err != nil {
					t.Fatal(err)
				}
				id.MTime = l.info.ModTime().UnixNano()
				id.Device, id.Inode, _ = fsys.Inode(l.info)
			}
			id = throughJSON(t, id)
			removed, err := ReleaseStale(o.FS, id, func(int) bool { return test.alive })
			if err != nil || removed != test.removed {
				t.Errorf("removed %v, %v; want %v", removed, err, test.removed)
			}
			if _, err := os.Lstat(id.Path); (err != nil) != test.removed {
				t.Errorf("afterwards: %v", err)
			}
			if test.removed {
				if removed, err := ReleaseStale(o.FS, id, nil); removed || err != nil {
					t.Errorf("a second time: %v, %v", removed, err)
				}
			}
		})
	}
}

func makeLeft(t *testing.T, path string, form Form, perm os.FileMode, content []byte, mtime time.Time) {
	t.Helper()
	var err error
	if form == Dir {
		err = os.Mkdir(path, perm)
	} else {
		err = os.WriteFile(path, content, perm)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, mtime, mtime); err != nil {
		t.Fatal(err)
	}
}

func throughJSON(t *testing.T, id Identity) Identity {
	t.Helper()
	b, err := json.Marshal(id)
	if err != nil {
		t.Fatal(err)
	}
	var back Identity
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(id, back); diff != "" {
		t.Errorf("identity through JSON (-want +got):\n%s", diff)
	}
	return back
}

func TestReleaseStaleLeavesTheOtherForm(t *testing.T) {
	o := options(t, Dir, newClock())
	path := o.Target + ".lock"
	if err := os.Mkdir(path, dirMark); err != nil {
		t.Fatal(err)
	}
	id := Identity{Path: path, Form: File, PID: 77, Token: "t"}
	if removed, err := ReleaseStale(o.FS, id, nil); removed || err != nil {
		t.Errorf("removed %v, %v", removed, err)
	}
}
