package apply

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"sort"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/fsys"
	"github.com/keyform/keyform/providers/gateway"
)

// storeRun is one store in a run.
type storeRun struct {
	gateway *gatewayRun
	write   *plan.StoreWrite
	report  *StoreReport

	// raw is the content that out was made from, nil where there was no file; out is
	// the content as planned.
	raw, out []byte
	// before and after are the items of raw and out under the host's key.
	before, after plan.Items
}

func (s *storeRun) fs() fsys.FS { return s.gateway.deps.fs() }

// errEmptied tells of a file that was truncated: gateways before OpenClaw 2026.3.28
// write by truncating and filling, and an empty store would parse.
var errEmptied = errors.New("the file is empty, which it was not: something else is writing it, or has cut it")

func (s *storeRun) open(raw []byte) (gateway.Document, error) {
	if raw != nil && len(raw) == 0 && (len(s.write.Before) > 0 || len(s.out) > 0) {
		return nil, fmt.Errorf("%s: %w", s.write.Store.Label, errEmptied)
	}
	doc, err := gateway.OpenDocument(s.write.Store, s.gateway.plan.Rules, raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.write.Store.Label, err)
	}
	return doc, nil
}

// read gives the store's content, nil where there is no file. It reads again while
// parse refuses what it meets.
func (s *storeRun) read(ctx context.Context, parse func([]byte) error) ([]byte, error) {
	raw, err := fsys.ReadStable(ctx, s.fs(), s.write.Store.Path, s.gateway.deps.Sleep, parse)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, parse(nil)
	}
	return raw, err
}

// look reads the store and edits it in memory.
func (s *storeRun) look(ctx context.Context) error {
	var doc gateway.Document
	raw, err := s.read(ctx, func(b []byte) (err error) {
		doc, err = s.open(b)
		return err
	})
	if err != nil {
		return err
	}
	return s.edit(raw, doc)
}

// reread reads the store again and edits it again if it is not what look read.
func (s *storeRun) reread(ctx context.Context) error {
	var doc gateway.Document
	raw, err := s.read(ctx, func(b []byte) (err error) {
		if doc = nil; same(b, s.raw) || same(b, s.out) {
			return nil
		}
		doc, err = s.open(b)
		return err
	})
	if err != nil {
		return err
	}
	if doc == nil {
		if !same(raw, s.raw) {
			s.raw = raw
		}
		return nil
	}
	return s.edit(raw, doc)
}

// edit checks the precondition and carries the plan's ops out on doc, which holds raw.
func (s *storeRun) edit(raw []byte, doc gateway.Document) error {
	g := s.gateway
	if moved := s.write.Moved(doc.Items(g.plan.Name, g.deps.PlanKey)); len(moved) > 0 {
		e := &StaleError{}
		for _, what := range moved {
			e.Moved = append(e.Moved, Stale{Gateway: g.plan.Name, Store: s.write.Store.Label, What: what})
		}
		return e
	}
	before := doc.Items(g.plan.Name, g.hostKey)
	for _, c := range s.write.Changes {
		for _, op := range c.Ops {
			if err := doc.Do(op, g.vault.get); err != nil {
				return fmt.Errorf("%s: %s: %w", s.write.Store.Label, c.Address, err)
			}
		}
	}
	s.raw, s.out = raw, doc.Bytes()
	s.before, s.after = before, doc.Items(g.plan.Name, g.hostKey)
	return nil
}

// same compares contents; nil is no file, which an empty one is not.
func same(a, b []byte) bool { return (a == nil) == (b == nil) && bytes.Equal(a, b) }

// errMovedUnder tells that the store changed between reading and replacing it.
var errMovedUnder = errors.New("the file changed while it was being written")

// rereads bounds how often a store that keeps moving is read and edited again.
const rereads = 5

// replace writes the store, with its lock held where it has one. check is asked
// right before the new content takes the place of the old.
func (s *storeRun) replace(ctx context.Context, check func() error) error {
	for try := 1; ; try++ {
		if err := s.reread(ctx); err != nil {
			return err
		}
		if same(s.raw, s.out) {
			s.report.State = Written
			return nil
		}
		err := s.swap(check)
		if err == nil || !errors.Is(err, errMovedUnder) || try == rereads {
			return err
		}
	}
}

func (s *storeRun) swap(check func() error) error {
	path := s.write.Store.Path
	if s.raw != nil && s.report.State != Written {
		if err := s.gateway.dir.backUp(s.write.Store.Key(), s.raw); err != nil {
			return fmt.Errorf("backup: %w", err)
		}
	}
	err := fsys.WriteAtomic(s.fs(), path, s.out, fsys.WriteOptions{
		Rand: s.gateway.deps.Rand,
		Before: func() error {
			if err := check(); err != nil {
				return err
			}
			now, err := s.fs().ReadFile(path)
			if errors.Is(err, fs.ErrNotExist) {
				now, err = nil, nil
			}
			if err == nil && !same(now, s.raw) {
				err = errMovedUnder
			}
			return err
		},
	})
	var failed *fsys.WriteError
	if err == nil || errors.As(err, &failed) && failed.Replaced {
		s.report.State = Written
	}
	return err
}

// lost reads the store and names what the run changed that is not as it should be.
func (s *storeRun) lost(ctx context.Context) ([]string, error) {
	var doc gateway.Document
	_, err := s.read(ctx, func(b []byte) (err error) {
		if doc = nil; same(b, s.out) {
			return nil
		}
		doc, err = s.open(b)
		return err
	})
	if err != nil || doc == nil {
		return nil, err
	}
	now := doc.Items(s.gateway.plan.Name, s.gateway.hostKey)
	var out []string
	for _, item := range s.touched() {
		if now[item] != s.after[item] {
			out = append(out, item)
		}
	}
	return out, nil
}

// touched names the items that the run changes, sorted.
func (s *storeRun) touched() []string {
	var out []string
	for item, image := range s.after {
		if s.before[item] != image {
			out = append(out, item)
		}
	}
	for item := range s.before {
		if _, ok := s.after[item]; !ok {
			out = append(out, item)
		}
	}
	sort.Strings(out)
	return out
}

// clean removes temporary files that a failed write may have left.
func (s *storeRun) clean() error {
	_, err := fsys.CleanTemps(s.fs(), s.write.Store.Path)
	_, backupErr := fsys.CleanTemps(s.fs(), s.gateway.dir.file(backupName(s.gateway.deps.RunID, s.write.Store.Key())))
	return together(err, backupErr)
}

func (s *storeRun) dir() string { return filepath.Dir(s.write.Store.Path) }

// hasLock reports whether the gateways lock this kind of store.
func (s *storeRun) hasLock() bool { return s.write.Store.Kind == plan.AuthStore }
