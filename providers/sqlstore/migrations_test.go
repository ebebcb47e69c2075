package sqlstore_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyform/keyform/providers/sqlstore"
	"github.com/keyform/keyform/providers/sqlstore/sqlstoretest"
)

// receipt is a row of migration_sources.
func receipt(key, kind, source, status string, removed int, report string) string {
	return fmt.Sprintf("INSERT INTO migration_sources VALUES ('%s', '%s', '%s', 'x', NULL, NULL, NULL, 'run', '%s', 1, %d, '%s')",
		key, kind, source, status, removed, report)
}

const (
	anImport     = "auth-profile-json-to-sqlite-v2"
	aRelocation  = "shared-auth-store-state-db"
	archivedWith = `{"archivePath":"/h/b.json.migrated-x"}`
)

func TestReadFindsUnfinishedImports(t *testing.T) {
	h := makeHome(t)
	must(t, sqlstoretest.Exec(h.state.Path,
		receipt("a", anImport, "/h/a.json", "imported", 0, marker), receipt("b", anImport, "/h/b.json", "imported", 0, archivedWith),
		receipt("c", anImport, "/h/c.json", "completed", 1, "{}"), receipt("d", anImport, "/h/d.json", "retryable", 0, "{}"),
		receipt("e", anImport, "/h/e.json", "superseded", 0, "{}"), receipt("f", "another-kind", "/h/f.json", "imported", 0, "{}")))
	untouched(t, h.state.Path, func() {
		v := read(t, h.state)
		if diff := cmp.Diff([]sqlstore.Import{{Source: "/h/a.json"}, {Source: "/h/b.json", Archive: "/h/b.json.migrated-x"}}, v.Imports); diff != "" || v.Relocating {
			t.Errorf("relocating %v, imports %s", v.Relocating, diff)
		}
	})
	must(t, sqlstore.Hold(context.Background(), h.state, held(), put(cells(`{"z":1}`, ""))))
}

// In the middle of the move of main's rows neither they nor the shared ones may be
// written; those of others, and a move between other databases, are no matter.
func TestUnfinishedRelocation(t *testing.T) {
	for _, status := range []string{"copied", "ownership-flipped"} {
		h := makeHome(t)
		main := h.agent
		main.Path, main.Agent = filepath.Join(filepath.Dir(filepath.Dir(h.state.Path)), "agents", "main", "agent", "openclaw-agent.sqlite"), "main"
		must(t, sqlstoretest.MakeAgent(main.Path, sqlstoretest.R9, "main", cells(`{"m":1}`, "")))
		must(t, sqlstoretest.Exec(h.state.Path, receipt("x", aRelocation, "/elsewhere/openclaw-agent.sqlite", status, 0, "{}"), receipt("y", aRelocation, main.Path, "completed", 1, "{}")))
		if read(t, h.state).Relocating {
			t.Error("what is done, or of another home, counts")
		}
		must(t, sqlstoretest.Exec(h.state.Path, receipt("z", aRelocation, main.Path, status, 0, "{}")))
		if !read(t, h.state).Relocating {
			t.Errorf("%s does not count", status)
		}
		for name, p := range map[string]sqlstore.Place{"the shared rows": h.state, "main's": main} {
			untouched(t, p.Path, func() {
				judge(t, name, sqlstore.Hold(context.Background(), p, held(), put(cells(`{"z":1}`, ""))), isA[*sqlstore.RelocationError])
			})
		}
		must(t, sqlstore.Hold(context.Background(), h.agent, held(), put(cells(`{"z":1}`, ""))))
	}
}

// A table of another shape is none that OpenClaw made.
func TestOddMigrations(t *testing.T) {
	h := makeHome(t)
	must(t, sqlstoretest.Exec(h.state.Path, "DROP TABLE migration_sources", "CREATE TABLE migration_sources (a)"))
	_, err := sqlstore.Read(context.Background(), h.state)
	judge(t, "Read", err, isA[*sqlstore.ShapeError])
	must(t, sqlstoretest.Exec(h.state.Path, "DROP TABLE migration_sources"))
	if v := read(t, h.state); v.Imports != nil || v.Relocating {
		t.Errorf("%+v", v)
	}
}
