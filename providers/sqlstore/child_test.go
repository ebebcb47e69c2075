package sqlstore_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/keyform/keyform/providers/sqlstore"
	"github.com/keyform/keyform/providers/sqlstore/sqlstoretest"
)

// child is what the other process does.
//
//	live PATH SQL       opens a database, runs SQL and keeps it open
//	count DIR KIND N    adds one to the number in the store cell, N times
//	pairs DIR KIND N    writes the numbers 1 to N to both cells
//	killed DIR KIND OP  replaces both cells and is killed before step OP
//	full DIR KIND N     replaces both cells where no file may grow beyond N bytes
func child(what string, args []string) error {
	switch what {
	case "live":
		return live(args[0], args[1])
	case "count":
		n, err := strconv.Atoi(args[2])
		for range n {
			if err == nil {
				err = addOne(place(args[0], args[1]))
			}
		}
		return err
	case "pairs":
		n, err := strconv.Atoi(args[2])
		for i := 1; i <= n && err == nil; i++ {
			cell := fmt.Sprintf(`{"n":%d}`, i)
			err = sqlstore.Hold(context.Background(), place(args[0], args[1]), held(), put(cells(cell, cell)))
		}
		return err
	case "killed":
		o := held()
		o.Point = func(op sqlstore.Op, _ string) error {
			if string(op) == args[2] {
				return kill()
			}
			return nil
		}
		return sqlstore.Hold(context.Background(), place(args[0], args[1]), o, put(cells(`{"new":1}`, `{"new":2}`)))
	case "full":
		return full(args)
	}
	return errors.New("no such child")
}

// full is where the system has such a limit.
var full = func([]string) error { return errors.ErrUnsupported }

func place(dir, kind string) sqlstore.Place { return places(dir).both()[kind] }

// kill ends this process as SIGKILL does.
func kill() error {
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		return err
	}
	if err := self.Kill(); err != nil {
		return err
	}
	select {}
}

func live(path, statement string) error {
	db, err := sqlstoretest.Open(path)
	if err != nil {
		return err
	}
	if _, err := db.Exec("PRAGMA wal_autocheckpoint = 0; " + statement); err != nil {
		return err
	}
	fmt.Println("ready")
	_, err = io.Copy(io.Discard, os.Stdin)
	return errors.Join(err, db.Close())
}

// addOne is a read, a change and a write that must not lose another's.
func addOne(p sqlstore.Place) error {
	return sqlstore.Hold(context.Background(), p, held(), func(tx *sqlstore.Tx) error {
		n, err := strconv.Atoi(strings.Trim(string(tx.Cells().Store), `{"n:}`))
		if err != nil {
			return err
		}
		return tx.Replace(sqlstore.Cells{Store: fmt.Appendf(nil, `{"n":%d}`, n+1), State: tx.Cells().State})
	})
}
