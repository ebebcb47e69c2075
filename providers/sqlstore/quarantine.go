package sqlstore

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/keyform/keyform/providers/fsys"
)

// quarantineFile is beside the state database; OpenClaw has it since 2026.8.1.
const quarantineFile = "openclaw-quarantine.sqlite"

// Quarantined gives the databases of a gateway that OpenClaw has found damaged and does
// not open for writing any more, by the paths that it goes by, sorted; it goes on reading
// the credentials in an agent's. statePath is its state database. A running gateway
// verifies its databases from time to time and puts one that fails into the table
// quarantined_databases with an image of the file and its log; the row counts as long as
// these are as they were, or until "openclaw doctor --fix" clears it
// (src/state/openclaw-quarantine-store.ts, 2026.9.6, the same in 2026.8.1). So a write by
// somebody else would lift the quarantine and repair nothing.
//
// OpenClaw works without a table that it cannot read, and so does this: it gives nothing
// then. fsys nil is the real file system. It changes no byte, like Read.
func Quarantined(ctx context.Context, files fsys.FS, statePath string) ([]string, error) {
	p := Place{Path: filepath.Join(filepath.Dir(statePath), quarantineFile), Kind: quarantine, FS: files}
	f, _, err := p.find(ctx)
	if err != nil {
		return nil, ctx.Err()
	}
	var out []string
	for path, row := range f.rows {
		if p.holds(path, row.text) {
			out = append(out, path)
		}
	}
	slices.Sort(out)
	return out, nil
}

// gatherQuarantine takes the rows by path, each with its image of the database, or
// without one. The first version of the table has none.
func (c *conn) gatherQuarantine(f *found) error {
	image := "NULL"
	if f.version >= 2 {
		image = "verified_generation"
	}
	return c.shaped("quarantined_databases", "SELECT path, "+image+" FROM quarantined_databases", func(row []driver.Value) error {
		path, _ := row[0].(string)
		text, _ := row[1].(string)
		f.rows[path] = value{text: []byte(text)}
		return nil
	})
}

// generation is an image of a database. Of what OpenClaw compares, the numbers tell two
// states apart well enough, without reading the whole file.
type generation struct {
	Database     *fileImage
	Journal, Wal *fileImage
}

type fileImage struct{ Dev, Ino, Size, MtimeNs string }

// holds tells that a database still is as an image of it says.
func (p Place) holds(path string, text []byte) bool {
	if len(text) == 0 {
		return true
	}
	var g generation
	if json.Unmarshal(text, &g) != nil || g.Database == nil {
		return false
	}
	return p.is(path, g.Database) && p.is(path+"-journal", g.Journal) && p.is(path+"-wal", g.Wal)
}

// is tells that a file is as an image of it says; nil is one that is not there.
func (p Place) is(path string, image *fileImage) bool {
	info, err := p.fs().Stat(path)
	if err != nil || image == nil {
		return image == nil && errors.Is(err, fs.ErrNotExist)
	}
	dev, ino, known := fsys.Inode(info)
	return image.Size == strconv.FormatInt(info.Size(), 10) && image.MtimeNs == strconv.FormatInt(info.ModTime().UnixNano(), 10) &&
		(!known || image.Dev == strconv.FormatUint(dev, 10) && image.Ino == strconv.FormatUint(ino, 10))
}
