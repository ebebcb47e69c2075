package apply

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"time"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/fsys"
	"github.com/keyform/keyform/providers/lock"
)

// EntryKind is the kind of a journal entry.
type EntryKind string

// The kinds of entries. A run is one EntryBegin, for each store an EntryStore
// followed by an EntryDone or EntryFailed, perhaps an EntryReload, and an EntryEnd. A
// run without an EntryEnd was killed; the run that cleared up after it leaves an
// EntryRecovered.
const (
	EntryBegin     EntryKind = "begin"
	EntryStore     EntryKind = "store"
	EntryDone      EntryKind = "done"
	EntryFailed    EntryKind = "failed"
	EntryReload    EntryKind = "reload"
	EntryEnd       EntryKind = "end"
	EntryRecovered EntryKind = "recovered"
)

// Entry is one line of journal.jsonl. It holds no secret; images are under the
// host's key.
type Entry struct {
	Time time.Time `json:"ts"`
	Run  string    `json:"run"`
	Kind EntryKind `json:"event"`
	// Who, in EntryBegin.
	Gateway string `json:"gateway,omitempty"`
	Owner   string `json:"owner,omitempty"`
	User    string `json:"user,omitempty"`
	Host    string `json:"host,omitempty"`
	PID     int    `json:"pid,omitempty"`
	Keyform string `json:"keyform_version,omitempty"`
	// Stores are the stores that the run is going to write, in EntryBegin.
	Stores []plan.StoreRef `json:"stores,omitempty"`
	// Store is a StoreRef.Key, in the entries of a store.
	Store string `json:"store,omitempty"`
	// Lock is the store's lock that is about to be taken, in EntryStore.
	Lock *lock.Identity `json:"lock,omitempty"`
	// Backup is where the old content is, relative to the data directory; "" where
	// there was none.
	Backup  string        `json:"backup,omitempty"`
	Changes []EntryChange `json:"changes,omitempty"`
	// State is how EntryReload and EntryEnd went: "done", "failed", "interrupted",
	// "not_running".
	State string `json:"state,omitempty"`
	// Detail is the method, unit or program of EntryReload.
	Detail string `json:"detail,omitempty"`
	// Of is the killed run of EntryRecovered.
	Of string `json:"of,omitempty"`
}

// EntryChange is what a run does to one object.
type EntryChange struct {
	Address string      `json:"address"`
	Action  plan.Action `json:"action"`
	// Item is the object's name among plan.Items; Before and After are its images
	// there, "" where there is none.
	Item   string           `json:"item"`
	Before plan.Fingerprint `json:"before,omitempty"`
	After  plan.Fingerprint `json:"after,omitempty"`
}

// DecodeJournal gives the entries of a journal.jsonl. Lines that are no entries are
// left out: a kill or a full disk tears them.
func DecodeJournal(b []byte) []Entry {
	var out []Entry
	for line := range bytes.Lines(b) {
		var e Entry
		if json.Unmarshal(line, &e) == nil && e.Kind != "" {
			out = append(out, e)
		}
	}
	return out
}

const journalName = "journal.jsonl"

// journal appends the entries of one run.
type journal struct {
	fs   fsys.FS
	path string
	run  string
	now  func() time.Time
	file fsys.File
	// torn tells that the last line in the file may be cut, so that the next one has
	// to begin on a new line.
	torn bool
}

// append writes one entry, durably if asked to.
func (j *journal) append(e Entry, durable bool) error {
	if err := j.open(); err != nil {
		return err
	}
	e.Time, e.Run = j.now().UTC(), j.run
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	line = append(line, '\n')
	if j.torn {
		line = append([]byte{'\n'}, line...)
	}
	j.torn = true
	if _, err := j.file.Write(line); err != nil {
		return err
	}
	j.torn = false
	if durable {
		return j.file.Sync()
	}
	return nil
}

func (j *journal) open() error {
	if j.file != nil {
		return nil
	}
	file, err := j.fs.Append(j.path, 0o600)
	if err != nil {
		return err
	}
	j.file = file
	return together(fsys.Inherit(j.fs, j.path), j.fs.SyncDir(filepath.Dir(j.path)))
}

func (j *journal) close() error {
	if j.file == nil {
		return nil
	}
	err := j.file.Close()
	j.file = nil
	return err
}
