//go:build unix

package sqlstore_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyform/keyform/providers/fsys"
	"github.com/keyform/keyform/providers/sqlstore"
	"github.com/keyform/keyform/providers/sqlstore/sqlstoretest"
)

// imageOf is a database as OpenClaw describes it in the quarantine.
func imageOf(t *testing.T, path string) string {
	t.Helper()
	info, err := os.Stat(path)
	must(t, err)
	dev, ino, _ := fsys.Inode(info)
	return fmt.Sprintf(`{"database":{"birthtimeNs":"1","ctimeNs":"1","dev":"%d","ino":"%d","mtimeNs":"%d","sha256":"x","size":"%d"}}`,
		dev, ino, info.ModTime().UnixNano(), info.Size())
}

func quarantined(t *testing.T, h home) []string {
	t.Helper()
	got, err := sqlstore.Quarantined(context.Background(), nil, h.state.Path)
	must(t, err)
	return got
}

// A row counts as long as its database is as it was.
func TestQuarantined(t *testing.T) {
	h := makeHome(t)
	if got := quarantined(t, h); got != nil {
		t.Errorf("without a quarantine: %q", got)
	}
	must(t, sqlstoretest.Quarantine(h.state.Path, h.agent.Path, imageOf(t, h.agent.Path)))
	must(t, sqlstoretest.Quarantine(h.state.Path, h.state.Path, ""))
	untouched(t, h.state.Path, func() {
		if diff := cmp.Diff([]string{h.agent.Path, h.state.Path}, quarantined(t, h)); diff != "" {
			t.Error(diff)
		}
	})
	at := time.Now().Add(-time.Minute)
	must(t, os.Chtimes(h.agent.Path, at, at))
	if diff := cmp.Diff([]string{h.state.Path}, quarantined(t, h)); diff != "" {
		t.Error(diff)
	}
}

// With a log beside it a database is another one.
func TestQuarantineHeedsTheLog(t *testing.T) {
	h := makeHome(t)
	must(t, sqlstoretest.Quarantine(h.state.Path, h.agent.Path, imageOf(t, h.agent.Path)))
	must(t, os.WriteFile(h.agent.Path+"-wal", nil, 0o600))
	if got := quarantined(t, h); got != nil {
		t.Errorf("%q", got)
	}
}

// What OpenClaw cannot read is no quarantine to it.
func TestOddQuarantine(t *testing.T) {
	h := makeHome(t)
	must(t, sqlstoretest.Quarantine(h.state.Path, h.agent.Path, marker))
	if got := quarantined(t, h); got != nil {
		t.Errorf("%q", got)
	}
	path := filepath.Join(filepath.Dir(h.state.Path), "openclaw-quarantine.sqlite")
	for _, spoil := range []string{"DROP TABLE quarantined_databases", "CREATE TABLE quarantined_databases (path)"} {
		must(t, sqlstoretest.Exec(path, spoil))
		if got := quarantined(t, h); got != nil {
			t.Errorf("%s: %q", spoil, got)
		}
	}
	must(t, os.WriteFile(path, []byte(marker), 0o600))
	if got := quarantined(t, h); got != nil {
		t.Errorf("%q", got)
	}
}
