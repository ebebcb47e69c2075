package gateway

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/keyform/keyform/providers/fsys"
)

// legacyFile is the container of a file of an earlier form: it is read like any file, and
// where the others are replaced this one is renamed.
type legacyFile struct {
	files
	// archive is Rules.Archive.
	archive string
}

// Hold takes the lock that the release's importer takes, where it takes one: no gateway
// writes such a file, but a doctor may be importing it.
func (c *legacyFile) Hold(ctx context.Context, o HoldOptions, f func(Held) error) error {
	return c.locked(ctx, o, func(check func() error) error { return f(&heldLegacy{c, o, check}) })
}

// Clean has nothing to do: a rename leaves nothing behind.
func (c *legacyFile) Clean() error { return nil }

type heldLegacy struct {
	*legacyFile
	options HoldOptions
	check   func() error
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
	name, err := h.asideName()
	if err != nil {
		return false, err
	}
	if err := h.check(); err != nil {
		return false, err
	}
	if err := h.host.FS.Rename(h.path, name); err != nil {
		return false, err
	}
	return true, h.host.FS.SyncDir(filepath.Dir(h.path))
}

// asideName is the name that the importer of the release gives to what it has imported.
// OpenClaw 2026.9.6 writes dashes for the colons of the time.
func (h *heldLegacy) asideName() (string, error) {
	if h.archive == "" {
		return "", fmt.Errorf("this release does not put %s aside", filepath.Base(h.path))
	}
	var id [16]byte
	if _, err := io.ReadFull(h.options.Rand, id[:]); err != nil {
		return "", fmt.Errorf("name of the archive: %w", err)
	}
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
	x := hex.EncodeToString(id[:])
	now := h.options.Now()
	name := h.path + strings.NewReplacer(
		"TIME", strings.ReplaceAll(now.UTC().Format("2006-01-02T15:04:05.000Z"), ":", "-"),
		"UUID", strings.Join([]string{x[:8], x[8:12], x[12:16], x[16:20], x[20:]}, "-"),
		"MILLIS", strconv.FormatInt(now.UnixMilli(), 10),
	).Replace(h.archive)
	if _, err := h.host.FS.Lstat(name); err == nil {
		return "", fmt.Errorf("%s is there already", filepath.Base(name))
	}
	return name, nil
}

var _ Container = (*legacyFile)(nil)

// onlyRegular refuses links and the like, which an importer of the gateway's does not
// follow either.
func (h *Host) onlyRegular(path string) bool {
	info, err := h.FS.Lstat(path)
	return err == nil && info.Mode().IsRegular() && fsys.Links(info) <= 1
}
