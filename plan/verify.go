package plan

import (
	"fmt"
	"slices"

	"github.com/keyform/keyform/schema"
)

// Verify derives again, without Diff, what must hold of every plan, and names the
// first thing that does not: a broken invariant is a bug of keyform, and such a
// plan is not carried out. nil means that all is well.
func Verify(p *Plan) error {
	for i := range p.Gateways {
		g := &p.Gateways[i]
		seen := map[string]bool{}
		last := -1
		for j := range g.Writes {
			w := &g.Writes[j]
			if err := w.verify(); err != nil {
				return fmt.Errorf("gateway %s, %s: %w", g.Name, w.Store.Label, err)
			}
			if key := w.Store.Key() + " " + w.Store.Path; seen[key] {
				return fmt.Errorf("gateway %s: %s is written twice", g.Name, w.Store.Label)
			} else {
				seen[key] = true
			}
			if w.first() || w.feeds(g.Writes) || w.Store.Kind == LegacyStore {
				continue
			}
			rank := map[StoreKind]int{AuthStore: 0, ConfigStore: 1, EnvStore: 2}[w.Store.Kind]
			if rank < last {
				return fmt.Errorf("gateway %s: %s is written after a store that comes later", g.Name, w.Store.Label)
			}
			last = rank
		}
	}
	return nil
}

// first tells that the write comes before the credential stores: it makes an entry that
// stored references need, without which a gateway up to OpenClaw 2026.7.35 does not
// start; or it corrects what keeps the gateway's command line from working.
func (w *StoreWrite) first() bool {
	return slices.ContainsFunc(w.Changes, func(c Change) bool {
		return slices.ContainsFunc(c.Ops, func(op Op) bool {
			switch op.(type) {
			case PutSecretProvider, DropTouchedAt:
				return true
			}
			return false
		})
	})
}

func (w *StoreWrite) verify() error {
	if w.Before == nil || w.Store.Path == "" || len(w.Changes) == 0 {
		return fmt.Errorf("a write without a precondition, a path or a change")
	}
	cells := map[string]bool{}
	for i := range w.Changes {
		c := &w.Changes[i]
		if _, err := schema.ParseAddress(c.Address); err != nil {
			return err
		}
		if len(c.Ops) == 0 || c.Before == nil && c.After == nil {
			return fmt.Errorf("%s: a change that does nothing", c.Address)
		}
		for _, op := range c.Ops {
			cell, kind := target(op)
			if kind != w.Store.Kind && !(kind == "" && (w.Store.Kind == AuthStore || w.Store.Kind == ConfigStore)) {
				return fmt.Errorf("%s: an op for another kind of store", c.Address)
			}
			if cells[cell] {
				return fmt.Errorf("%s: %s is edited twice", c.Address, cell)
			}
			cells[cell] = true
		}
	}
	return nil
}

// target gives what an op edits, and the kind of store that it is for; orders are
// in credential stores and in the configuration, which is "".
func target(op Op) (cell string, kind StoreKind) {
	switch op := op.(type) {
	case PutProfile:
		return "profile " + op.ID, AuthStore
	case ImportLogin:
		return "profile " + op.ID, AuthStore
	case ImportEntry:
		return "profile " + op.ID, AuthStore
	case ImportUsage:
		return "usage " + op.ID, AuthStore
	case SetLastGood:
		return "last good " + op.Provider, AuthStore
	case PutAside:
		return legacyItem, LegacyStore
	case DropProfile:
		return "profile " + op.ID, AuthStore
	case SetOrder:
		return "order " + op.Provider, ""
	case DropOrder:
		return "order " + op.Provider, ""
	case PutListing:
		return "listing " + op.ID, ConfigStore
	case DropListing:
		return "listing " + op.ID, ConfigStore
	case PutSecretProvider:
		return secretItem(op.Name), ConfigStore
	case DropSecretProvider:
		return secretItem(op.Name), ConfigStore
	case DropTouchedAt:
		return "meta", ConfigStore
	case SetVar:
		return "variable " + op.Name, EnvStore
	case DropVar:
		return "variable " + op.Name, EnvStore
	}
	return "", "unknown"
}
