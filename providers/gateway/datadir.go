package gateway

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/schema/diag"
)

// DataDirEnv moves keyform's own files out of the state directories.
const DataDirEnv = "KEYFORM_DATA_DIR"

// LedgerFile and KeyFile are the ledger, as plan.EncodeLedger writes it, and the
// host's key for its fingerprints, 64 hexadecimal digits, in a data directory.
// UntoldFile is there while the gateway has new stores that it was not told of.
const (
	LedgerFile = "ledger.json"
	KeyFile    = "key"
	UntoldFile = "untold"
)

// hostKeyBytes is the length of the host's key.
const hostKeyBytes = 32

// DataDir is where keyform keeps its own files about the gateway of a state
// directory (real and absolute): .keyform in it, or where KEYFORM_DATA_DIR is set, a
// directory in that one, whose name tells the state directories of a host apart.
func DataDir(h Host, stateDir string) string {
	base := strings.TrimSpace(h.getenv(DataDirEnv))
	if base == "" {
		return filepath.Join(stateDir, ".keyform")
	}
	sum := sha256.Sum256([]byte(stateDir))
	name := strings.TrimLeft(filepath.Base(stateDir), ".")
	return filepath.Join(h.expand(base, h.Home), name+"-"+hex.EncodeToString(sum[:6]))
}

// readLedger reads the ledger and the key of its fingerprints, both of which may be
// missing: everything is unmanaged then. It reports whether reading can go on.
func (r *reader) readLedger() (ledger plan.Ledger, hostKey []byte, ok bool) {
	dir := DataDir(*r.host, r.place.stateDir)
	raw, err := r.host.FS.ReadFile(filepath.Join(dir, LedgerFile))
	if errors.Is(err, fs.ErrNotExist) {
		return ledger, nil, true
	}
	if err == nil {
		ledger, err = plan.DecodeLedger(raw)
	}
	if err != nil {
		r.errorf("KF0431", "Ledger that cannot be read", diag.Range{},
			"%s: %s. Without it keyform does not know what it made here. Restore the file, or remove it: then all that is on this host counts as unmanaged.",
			r.show(filepath.Join(dir, LedgerFile)), reason(err))
		return ledger, nil, false
	}
	text, err := r.host.FS.ReadFile(filepath.Join(dir, KeyFile))
	key, bad := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || bad != nil || len(key) != hostKeyBytes {
		r.warnf("KF0432", "Key of the ledger that cannot be read", diag.Range{},
			"%s is missing or damaged, so that changes from outside are not told from declared ones.", r.show(filepath.Join(dir, KeyFile)))
		return ledger, nil, true
	}
	return ledger, key, true
}
