package gateway

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/fsys"
	"github.com/keyform/keyform/providers/product"
)

// legacyFile is the container of a file of an earlier form: it is read like any file, and
// where the others are replaced this one is renamed.
type legacyFile struct {
	files
	suffix string
}

// Hold takes no lock: the releases that find such a file do not write it.
func (c *legacyFile) Hold(_ context.Context, o HoldOptions, f func(Held) error) error {
	if err := o.Announce(nil); err != nil {
		return &LockError{Err: err}
	}
	return f(&heldLegacy{c, o})
}

// Clean has nothing to do: a rename leaves nothing behind.
func (c *legacyFile) Clean() error { return nil }

type heldLegacy struct {
	*legacyFile
	options HoldOptions
}

// Swap renames the file to the name that OpenClaw's own importer would give it. It never
// replaces what is there.
func (h *heldLegacy) Swap(was, now Content) (placed bool, err error) {
	live, err := h.file(h.path)
	switch {
	case err != nil:
		return false, err
	case !now.Missing():
		return false, fmt.Errorf("%s is only ever put aside", filepath.Base(h.path))
	case !sameText(live, was.Store):
		return false, ErrMoved
	}
	name, err := h.archive()
	if err != nil {
		return false, err
	}
	if err := h.host.FS.Rename(h.path, name); err != nil {
		return false, err
	}
	return true, h.host.FS.SyncDir(filepath.Dir(h.path))
}

// archive is the name that the importer of the release gives to what it has imported:
// .sqlite-import.MILLISECONDS.bak in OpenClaw 2026.6.11, .migrated-TIME-UUID in 2026.9.6,
// with dashes for the colons of the time.
func (h *heldLegacy) archive() (string, error) {
	if h.suffix == importSuffix {
		return h.free(h.path + importSuffix + strconv.FormatInt(h.options.Now().UnixMilli(), 10) + ".bak")
	}
	var id [16]byte
	if _, err := io.ReadFull(h.options.Rand, id[:]); err != nil {
		return "", fmt.Errorf("name of the archive: %w", err)
	}
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
	x := hex.EncodeToString(id[:])
	at := strings.ReplaceAll(h.options.Now().UTC().Format("2006-01-02T15:04:05.000Z"), ":", "-")
	return h.free(h.path + migratedSuffix + at + "-" + strings.Join([]string{x[:8], x[8:12], x[12:16], x[16:20], x[20:]}, "-"))
}

// free refuses a name that something has.
func (h *heldLegacy) free(name string) (string, error) {
	if _, err := h.host.FS.Lstat(name); err == nil {
		return "", fmt.Errorf("%s is there already", filepath.Base(name))
	}
	return name, nil
}

// What the importers append, see archive.
const (
	migratedSuffix = ".migrated-"
	importSuffix   = ".sqlite-import."
)

func archiveSuffix(rules plan.Rules) string {
	if rules.Generation == product.AgentTables {
		return importSuffix
	}
	return migratedSuffix
}

var _ Container = (*legacyFile)(nil)

// onlyRegular refuses links and the like, which an importer of the gateway's does not
// follow either.
func (h *Host) onlyRegular(path string) bool {
	info, err := h.FS.Lstat(path)
	return err == nil && info.Mode().IsRegular() && fsys.Links(info) <= 1
}
