package sqlstoretest

import (
	"fmt"
	"strings"

	"github.com/keyform/keyform/providers/sqlstore"
)

// size is what a database has besides the tables that hold credentials.
type size struct {
	tables, indexes, triggers int
	// columns are more columns in each table.
	columns int
}

// sizeOf gives what was counted in databases that 2026.9.6 wrote. An agent's has 55
// tables with 21522 characters of SQL, 51 indexes with 5819, 23 triggers with 6903, and
// 161 pages; a state database 105 tables with 52237, 111 indexes with 11612, no trigger,
// and 354 pages.
func sizeOf(kind sqlstore.Kind) size {
	if kind == sqlstore.State {
		return size{tables: 101, indexes: 111, columns: 4}
	}
	return size{tables: 52, indexes: 51, triggers: 23}
}

// Grow gives a closed database tables, indexes and triggers of the number and length that
// one of 2026.9.6 has besides, without rows. SQLite parses all of it whenever a connection
// opens the file, which is most of the time that reading takes: grown, an agent's takes as
// long to read as a real one, and three times as long as it took before.
func Grow(path string, kind sqlstore.Kind) error {
	s := sizeOf(kind)
	var b strings.Builder
	b.WriteString("BEGIN;")
	for i := range s.tables {
		b.WriteString(s.table(i))
	}
	for i := range s.indexes {
		fmt.Fprintf(&b, "CREATE INDEX idx_grown_%03d_updated_at\n  ON grown_%02d(status, updated_at DESC, record_key)\n  WHERE status IS NOT NULL;", i, i%s.tables)
	}
	for i := range s.triggers {
		fmt.Fprintf(&b, `CREATE TRIGGER grown_%02d_status_guard
BEFORE UPDATE OF status ON grown_%02d
WHEN OLD.status IS NOT NULL AND NEW.status IS NOT OLD.status
BEGIN
  SELECT RAISE(ABORT, 'status is final')
  WHERE OLD.status = 'done' AND EXISTS (
    SELECT 1 FROM grown_%02d WHERE parent_key = NEW.record_key AND status = 'open');
END;`, i, i, i)
	}
	b.WriteString("COMMIT")
	return Exec(path, b.String())
}

func (s size) table(i int) string {
	more, parent := "", ""
	for c := range s.columns {
		more += fmt.Sprintf("\n  detail_%d TEXT NOT NULL,", c)
	}
	if i > 0 {
		parent = fmt.Sprintf(",\n  FOREIGN KEY (parent_key) REFERENCES grown_%02d(record_key) ON DELETE CASCADE", i-1)
	}
	// Some of the real ones have a whole number for a key, and no index for that.
	key := "TEXT NOT NULL PRIMARY KEY"
	if i%5 == 4 {
		key = "INTEGER NOT NULL PRIMARY KEY"
	}
	return fmt.Sprintf(`CREATE TABLE grown_%02d (
  record_key %s,
  parent_key TEXT,
  status TEXT CHECK (status IS NULL OR status IN ('open', 'done', 'failed')),%s
  payload_json TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL%s
) STRICT;`, i, key, more, parent)
}
