package sqlstore

import (
	"database/sql/driver"
	"encoding/json"
	"path/filepath"
)

// Import is a file of an earlier form in the middle of OpenClaw's own import: what it
// holds is in the target or is about to be. OpenClaw goes on with it at "openclaw doctor
// --fix", and stops at it for ever if neither of the two paths is there then
// (resumePendingAuthProfileMigrationArchives, 2026.9.6; the receipts are the same in
// 2026.8.1).
type Import struct {
	// Source is the file, Archive what it is going to be renamed to, "" where that is not
	// known. Both are as OpenClaw spells them: absolute, links not followed.
	Source, Archive string
}

// The kinds of migration in migration_sources that matter here.
const (
	kindImport     = "auth-profile-json-to-sqlite-v2"
	kindRelocation = "shared-auth-store-state-db"
)

// gatherMigrations takes the unfinished migrations of credentials. OpenClaw sets
// removed_source when it is done with a source; an import that it gives up has another
// status than imported, and its file is an ordinary one again.
func (c *conn) gatherMigrations(f *found) error {
	if f.tables["migration_sources"] != "table" {
		return nil
	}
	return c.shaped("migration_sources", "SELECT migration_kind, source_path, report_json FROM migration_sources WHERE removed_source = 0 AND"+
		" (migration_kind = '"+kindRelocation+"' OR migration_kind = '"+kindImport+"' AND status = 'imported') ORDER BY source_key",
		func(row []driver.Value) error {
			kind, _ := row[0].(string)
			source, _ := row[1].(string)
			if kind == kindRelocation {
				f.relocations = append(f.relocations, source)
				return nil
			}
			var report struct {
				Archive string `json:"archivePath"`
			}
			text, _ := row[2].(string)
			_ = json.Unmarshal([]byte(text), &report) // without it there is no second name
			f.imports = append(f.imports, Import{source, report.Archive})
			return nil
		})
}

// isMains says whether a path is that of main's database, of the same gateway.
func (p Place) isMains(path string) bool {
	state := p.StatePath
	if p.Kind == State {
		state = p.Path
	}
	main := filepath.Join(filepath.Dir(filepath.Dir(state)), "agents", "main", "agent", "openclaw-agent.sqlite")
	return path == main || p.real(path) == p.real(main)
}

// real is a path with the links to it followed, as far as it is there.
func (p Place) real(path string) string {
	if real, err := p.fs().EvalSymlinks(path); err == nil {
		return real
	}
	if dir, err := p.fs().EvalSymlinks(filepath.Dir(path)); err == nil {
		return filepath.Join(dir, filepath.Base(path))
	}
	return filepath.Clean(path)
}
