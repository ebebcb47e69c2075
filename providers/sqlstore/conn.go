package sqlstore

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"strings"

	sqlite "modernc.org/sqlite"
)

// conn is one connection, used without the pool of database/sql: that one would open
// more of them, keep them, and start goroutines. Its calls get a context that never
// ends, because the driver starts a goroutine for any other.
type conn struct {
	c    driver.Conn
	path string
}

// SQLite's primary result codes that matter here (sqlite3.h).
const (
	codeBusy     = 5
	codeLocked   = 6
	codeReadOnly = 8
	codeIOErr    = 10
	codeCorrupt  = 11
	codeFull     = 13
	codeCantOpen = 14
	codeNotADB   = 26
	codeSQL      = 1
)

// dsn gives the URI of a database. Nothing of its path can be taken for a parameter.
func dsn(path, params string) string {
	slashed := filepath.ToSlash(path)
	if !strings.HasPrefix(slashed, "/") {
		slashed = "/" + slashed // C:/...
	}
	u := url.URL{Scheme: "file", Path: slashed, RawQuery: params}
	return u.String()
}

// open opens a database that exists. params are those of SQLite's URIs.
func open(path, params string) (*conn, error) {
	connector, err := sqlite.NewConnector(dsn(path, params))
	if err != nil {
		return nil, fmt.Errorf("sqlstore: the path %q cannot be given to SQLite", path)
	}
	c, err := connector.Connect(context.Background())
	if err != nil {
		return nil, classify(path, err)
	}
	return &conn{c: c, path: path}, nil
}

func (c *conn) close() error {
	if err := c.c.Close(); err != nil {
		return classify(c.path, err)
	}
	return nil
}

func named(args []any) []driver.NamedValue {
	out := make([]driver.NamedValue, len(args))
	for i, arg := range args {
		out[i] = driver.NamedValue{Ordinal: i + 1, Value: arg}
	}
	return out
}

// exec runs a statement that gives no rows.
func (c *conn) exec(query string, args ...any) error {
	_, err := c.c.(driver.ExecerContext).ExecContext(context.Background(), query, named(args))
	if err != nil {
		return classify(c.path, err)
	}
	return nil
}

// rows calls f for each row of a query. What it is given is only good until f returns.
func (c *conn) rows(query string, f func(row []driver.Value) error, args ...any) error {
	rows, err := c.c.(driver.QueryerContext).QueryContext(context.Background(), query, named(args))
	if err != nil {
		return classify(c.path, err)
	}
	row := make([]driver.Value, len(rows.Columns()))
	for err == nil {
		if err = rows.Next(row); err == nil {
			err = f(row)
		}
	}
	if closed := rows.Close(); errors.Is(err, io.EOF) {
		err = closed
	}
	if err != nil {
		return classify(c.path, err)
	}
	return nil
}

// integer gives the only value of a query that gives one whole number.
func (c *conn) integer(query string) (int, error) {
	var n int64
	err := c.rows(query, func(row []driver.Value) error {
		n, _ = row[0].(int64)
		return nil
	})
	return int(n), err
}

// sqlError is a failure that no error of this package stands for. SQLite's text is
// left out: it may repeat what the statement or the schema says.
type sqlError struct {
	path string
	code int
}

func (e *sqlError) Error() string {
	return fmt.Sprintf("SQLite gave result code %d for %s", e.code, e.path)
}

// errReadOnly and errCantOpen are for the two codes whose meaning the caller knows.
var (
	errReadOnly = errors.New("SQLite may not write")
	errCantOpen = errors.New("SQLite cannot open it, or a file beside it")
)

// classify turns an error of the driver into one of ours, without its text. An error
// that is ours already stays.
func classify(path string, err error) error {
	var rc *sqlite.Error
	if !errors.As(err, &rc) {
		return err
	}
	switch rc.Code() & 0xff {
	case codeBusy, codeLocked:
		return errBusy
	case codeCorrupt, codeNotADB:
		return &CorruptError{Path: path, Code: rc.Code()}
	case codeIOErr, codeFull:
		return &DiskError{Path: path, Code: rc.Code()}
	case codeReadOnly:
		return fmt.Errorf("%s: %w (result code %d)", path, errReadOnly, rc.Code())
	case codeCantOpen:
		return fmt.Errorf("%s: %w (result code %d); check its permissions", path, errCantOpen, rc.Code())
	}
	return &sqlError{path: path, code: rc.Code()}
}
