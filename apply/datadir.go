package apply

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/fsys"
	"github.com/keyform/keyform/providers/gateway"
)

// The files of a data directory, besides the journal and the backups.
const (
	ledgerName = gateway.LedgerFile
	keyName    = gateway.KeyFile
	lockName   = "lock"
	holderName = "lock.json"
	untoldName = gateway.UntoldFile
)

const keyBytes = 32

// dataDir is keyform's own directory beside a gateway's stores.
type dataDir struct {
	d    Deps
	path string
}

func (dir dataDir) file(name string) string { return filepath.Join(dir.path, name) }

// make makes the directory, or takes from one that is there what others may do in it.
func (dir dataDir) make() error {
	f := dir.d.fs()
	if err := fsys.MkdirAll(f, dir.path, 0o700); err != nil {
		return err
	}
	info, err := f.Stat(dir.path)
	if err != nil || info.Mode().Perm() == 0o700 {
		return err
	}
	return f.Chmod(dir.path, 0o700)
}

func (dir dataDir) exists() (bool, error) {
	_, err := dir.d.fs().Stat(dir.path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// read gives a file's content, nil where there is none.
func (dir dataDir) read(name string) ([]byte, error) {
	b, err := dir.d.fs().ReadFile(dir.file(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return b, err
}

func (dir dataDir) write(name string, content []byte) error {
	return fsys.WriteAtomic(dir.d.fs(), dir.file(name), content, fsys.WriteOptions{Rand: dir.d.Rand})
}

// hostKey reads the key of the ledger's fingerprints, making it when there is none.
func (dir dataDir) hostKey() ([]byte, error) {
	text, err := dir.read(keyName)
	if err != nil {
		return nil, err
	}
	if text != nil {
		key, err := hex.DecodeString(strings.TrimSpace(string(text)))
		if err != nil || len(key) != keyBytes {
			return nil, fmt.Errorf("%s is not a key of %d bytes in hexadecimal digits: restore it from a copy, or remove it, after which changes from outside are not told from declared ones until the next apply", dir.file(keyName), keyBytes)
		}
		return key, nil
	}
	key := make([]byte, keyBytes)
	if _, err := io.ReadFull(dir.d.Rand, key); err != nil {
		return nil, fmt.Errorf("random key: %w", err)
	}
	return key, dir.write(keyName, []byte(hex.EncodeToString(key)+"\n"))
}

func (dir dataDir) ledger() (plan.Ledger, error) {
	b, err := dir.read(ledgerName)
	if err != nil {
		return plan.Ledger{}, err
	}
	l, err := plan.DecodeLedger(b)
	if err != nil {
		return l, fmt.Errorf("%s: %w", dir.file(ledgerName), err)
	}
	return l, nil
}

func (dir dataDir) saveLedger(l plan.Ledger) error {
	b, err := plan.EncodeLedger(l)
	if err != nil {
		return err
	}
	return dir.write(ledgerName, b)
}

// holder says who holds the lock of a data directory: the content of lock.json. It
// is removed at the end of a run; one without a holder of the lock is of a run that
// was killed or could not clear up.
type holder struct {
	Run     string    `json:"run"`
	PID     int       `json:"pid"`
	Started time.Time `json:"started"`
	Command string    `json:"command,omitempty"`
	User    string    `json:"user,omitempty"`
	Host    string    `json:"host,omitempty"`
}

func (h holder) String() string {
	s := fmt.Sprintf("keyform run %s (pid %d", h.Run, h.PID)
	if h.Command != "" {
		s += ", " + h.Command
	}
	if h.User != "" {
		s += ", user " + h.User
	}
	return s + ")"
}

// readHolder gives nil where there is no lock.json or it cannot be understood.
func (dir dataDir) readHolder() (*holder, error) {
	b, err := dir.read(holderName)
	if err != nil || b == nil {
		return nil, err
	}
	var h holder
	if json.Unmarshal(b, &h) != nil {
		return &holder{}, nil
	}
	return &h, nil
}

func (dir dataDir) writeHolder() error {
	d := dir.d
	b, err := json.Marshal(holder{Run: d.RunID, PID: d.PID, Started: d.Now().UTC(), Command: d.Command, User: d.User, Host: d.Hostname})
	if err != nil {
		return err
	}
	return dir.write(holderName, append(b, '\n'))
}

const lockPause = 100 * time.Millisecond

// acquire takes the lock that keeps keyform's runs on one gateway apart.
func (dir dataDir) acquire(ctx context.Context, gateway string) (io.Closer, error) {
	d := dir.d
	start := d.Now()
	for told := false; ; {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		guard, err := d.fs().Flock(dir.file(lockName))
		if err == nil {
			return guard, fsys.Inherit(d.fs(), dir.file(lockName))
		}
		if !errors.Is(err, fsys.ErrLocked) {
			return nil, err
		}
		held, readErr := dir.readHolder()
		if readErr != nil {
			return nil, readErr
		}
		if left := d.LockTimeout - d.Now().Sub(start); left <= 0 {
			return nil, dir.locked(gateway, held, err)
		}
		if !told && held != nil {
			d.Progress(Event{Kind: LockWaiting, Gateway: gateway, Detail: held.String()})
			told = true
		}
		if err := d.Sleep(ctx, lockPause); err != nil {
			return nil, err
		}
	}
}

func (dir dataDir) locked(gateway string, h *holder, err error) *LockedError {
	e := &LockedError{
		Gateway: gateway, What: "keyform's own lock", Path: dir.file(lockName), Holder: "another run of keyform", Err: err,
		Advice: "Wait for it, or give more time with -lock-timeout. The lock ends with that process; there is nothing to remove.",
	}
	if h != nil && h.Run != "" {
		e.Holder, e.PID, e.Since, e.Age = h.String(), h.PID, h.Started, dir.d.Now().Sub(h.Started)
	}
	return e
}
