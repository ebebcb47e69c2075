package sqlstore

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/keyform/keyform/providers/fsys"
)

// Kind says which of the two databases one is.
type Kind int

const (
	// Agent is agents/ID/agent/openclaw-agent.sqlite: the rows "primary" of
	// auth_profile_store and auth_profile_state.
	Agent Kind = iota
	// State is state/openclaw.sqlite: the rows authProfiles.store and
	// authProfiles.state of config_machine_state.
	State
	// quarantine is state/openclaw-quarantine.sqlite, see Quarantined.
	quarantine
)

// Place says where a database is and what it has to be.
type Place struct {
	// Path is the database: absolute, with no symbolic link in it.
	Path string
	Kind Kind
	// Agent is the agent that schema_meta has to name; "" is not checked.
	Agent string
	// MaxVersion is the newest schema that is known for this Kind (2026.9.6: State 18,
	// Agent 23); 0 is not checked.
	MaxVersion int
	// Coordinated says that the release has the coordinator: 2026.8.1 on. Only Hold
	// heeds it and what follows.
	Coordinated bool
	// StatePath is state/openclaw.sqlite of the same gateway, whose coordinator is held
	// and whose ownership rows are heeded. For State it is Path and may be "".
	StatePath string
	// UID is the gateway's user, who owns the database; -1 where users have no number
	// (Windows). Only Hold heeds it.
	UID int
	// LockRoot is where the coordinator's directory lies; "" is /tmp, which is what
	// the gateways use on every Unix, whatever TMPDIR says.
	LockRoot string
	// FS is the file system for all that is not SQLite's own; nil is the real one.
	FS fsys.FS
}

// Cells are the two cells of a credential store as JSON texts; nil is a row that is
// not there. They hold plaintext.
type Cells struct{ Store, State []byte }

// table is where a cell lies. All names are constants, so they may stand in SQL.
type table struct {
	name, key, value, updated string
	row                       string
}

// tables gives the places of the Store and the State cell.
func (k Kind) tables() (store, state table) {
	if k == State {
		const name = "config_machine_state"
		return table{name, "state_key", "value_json", "updated_at_ms", "authProfiles.store"},
			table{name, "state_key", "value_json", "updated_at_ms", "authProfiles.state"}
	}
	return table{"auth_profile_store", "store_key", "store_json", "updated_at", "primary"},
		table{"auth_profile_state", "state_key", "state_json", "updated_at", "primary"}
}

// role is what schema_meta calls the database.
func (k Kind) role() string {
	if k == State {
		return "global"
	}
	return "agent"
}

func (p Place) fs() fsys.FS {
	if p.FS == nil {
		return fsys.OS{}
	}
	return p.FS
}

// state gives the database whose coordinator is the one to hold, "" for none.
func (p Place) state() string {
	if !p.Coordinated {
		return ""
	}
	if p.Kind == State {
		return p.Path
	}
	return p.StatePath
}

// stamp is what a database and the files beside it look like from outside. Sizes are
// -1 for what is not there.
type stamp struct {
	info          fs.FileInfo
	wal, journal  int64
	shm           bool
	walTime       time.Time
	walDev, walNo uint64
}

// look takes the stamp of a database and refuses what is not a plain file of its own.
// The error is fs.ErrNotExist when there is none.
func (p Place) look() (stamp, error) {
	if !filepath.IsAbs(p.Path) {
		return stamp{}, fmt.Errorf("sqlstore: %q is not an absolute path", p.Path)
	}
	s := stamp{wal: -1, journal: -1}
	var err error
	if s.info, err = p.plain(p.Path); err != nil {
		return s, err
	}
	wal, err := p.plain(p.Path + "-wal")
	switch {
	case err == nil:
		s.wal, s.walTime = wal.Size(), wal.ModTime()
		s.walDev, s.walNo, _ = fsys.Inode(wal)
	case !errors.Is(err, fs.ErrNotExist):
		return s, err
	}
	journal, err := p.plain(p.Path + "-journal")
	switch {
	case err == nil:
		s.journal = journal.Size()
	case !errors.Is(err, fs.ErrNotExist):
		return s, err
	}
	_, err = p.plain(p.Path + "-shm")
	s.shm = err == nil
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return s, err
	}
	return s, nil
}

// plain describes a file that has to be a regular one with one name. A second name
// would have a -wal of its own, and SQLite would corrupt the file.
func (p Place) plain(path string) (fs.FileInfo, error) {
	info, err := p.fs().Lstat(path)
	if err != nil {
		return nil, err
	}
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		return nil, &FileError{Path: path, Reason: "is a symbolic link"}
	case !info.Mode().IsRegular():
		return nil, &FileError{Path: path, Reason: "is not a regular file"}
	case fsys.Links(info) > 1:
		return nil, &FileError{Path: path, Reason: "has a second name (a hard link)"}
	}
	return info, nil
}

// same says whether nothing has changed since another stamp was taken.
func (s stamp) same(o stamp) bool {
	dev, no, _ := fsys.Inode(s.info)
	odev, ono, _ := fsys.Inode(o.info)
	return dev == odev && no == ono && s.info.Size() == o.info.Size() && s.info.ModTime().Equal(o.info.ModTime()) &&
		s.wal == o.wal && s.journal == o.journal && s.walTime.Equal(o.walTime) && s.walDev == o.walDev && s.walNo == o.walNo
}

// settled says that all there is to read lies in the main file: no page waits in a
// write-ahead log and no journal may have to be rolled back.
func (s stamp) settled() bool { return s.wal <= 0 && s.journal <= 0 }
