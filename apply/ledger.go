package apply

import (
	"context"
	"fmt"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/gateway"
	"github.com/keyform/keyform/schema"
)

// intents are the pending records of what the run is about to do.
func (g *gatewayRun) intents() ([]plan.Record, error) {
	var records []plan.Record
	for _, s := range g.stores {
		for i := range s.write.Changes {
			r, err := g.intent(s, &s.write.Changes[i])
			if err != nil {
				return nil, err
			}
			if r != nil {
				records = append(records, *r)
			}
		}
	}
	return records, nil
}

// intent is the pending record of a change, nil where the ledger is not concerned.
func (g *gatewayRun) intent(s *storeRun, c *plan.Change) (*plan.Record, error) {
	r := plan.Record{Owner: g.owner, Address: c.Address, Store: s.report.Store}
	known := g.ledger.Find(r.Owner, r.Address, r.Store)
	switch {
	case known != nil:
		r = *known
	case c.Prior != "":
		r.Origin, r.Item = c.Prior, g.item(r.Address, r.Store, s.before)
		r.Value = s.before[r.Item]
	}
	switch {
	case c.Action == plan.Delete && r.Origin == "", c.Action != plan.Delete && c.Origin == "":
		return nil, nil
	case c.Action == plan.Delete:
		r.Pending = &plan.Pending{Run: g.deps.RunID}
		return &r, nil
	}
	r.Item = g.item(r.Address, r.Store, s.after)
	value := s.after[r.Item]
	if value == "" {
		return nil, &RefusedError{Gateway: g.plan.Name, Reason: fmt.Sprintf("the plan's change of %s leaves no %s in %s: it was made by another version, or is damaged. Make a new plan.", c.Address, r.Item, s.report.Label)}
	}
	r.Pending = &plan.Pending{Run: g.deps.RunID, Origin: c.Origin, Value: value}
	return &r, nil
}

// item names the object of an address among the items of a store.
func (g *gatewayRun) item(address, store string, items plan.Items) string {
	a, err := schema.ParseAddress(address)
	if err != nil {
		return ""
	}
	return g.plan.Rules.Item(a, store, items)
}

// entryChanges is what the journal says about a store.
func (g *gatewayRun) entryChanges(s *storeRun) []EntryChange {
	out := make([]EntryChange, 0, len(s.write.Changes))
	for _, c := range s.write.Changes {
		items := s.after
		if c.After == nil {
			items = s.before
		}
		item := g.item(c.Address, s.report.Store, items)
		out = append(out, EntryChange{Address: c.Address, Action: c.Action, Item: item, Before: s.before[item], After: s.after[item]})
	}
	return out
}

// settle records in the ledger what the stores show to have happened, and after a
// run without failure what the plan has for the ledger besides.
func (g *gatewayRun) settle(ctx context.Context, runErr error) error {
	work := context.WithoutCancel(ctx)
	ledger := g.ledger.Settle(func(label, store string) (plan.Items, bool) {
		s := g.byKey[store]
		if s == nil || label != g.plan.Name {
			return nil, false
		}
		return s.live(work)
	})
	if runErr == nil {
		changes, err := g.ledgerChanges(work, ledger)
		if err != nil {
			return err
		}
		ledger = ledger.With(changes...)
	} else if ledger.HasPending() {
		g.unclean = true
	}
	if len(g.stores) == 0 && len(g.plan.Ledger) == 0 {
		return nil
	}
	if err := g.dir.saveLedger(ledger); err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	g.ledger = ledger
	return nil
}

// live gives the items that are in the store now, false where they cannot be known.
func (s *storeRun) live(ctx context.Context) (plan.Items, bool) {
	switch s.report.State {
	case Verified:
		return s.after, true
	case NotStarted:
		return s.before, true
	}
	var doc gateway.Document
	_, err := s.container.Read(ctx, func(c gateway.Content) (err error) {
		doc, err = s.open(c)
		return err
	})
	if err != nil {
		return nil, false
	}
	return doc.Items(s.gateway.plan.Name, s.gateway.hostKey), true
}

// deleted forgets what the run has deleted. Settle does not: after a run that was cut
// short something may still name it.
func (g *gatewayRun) deleted() []plan.Record {
	var out []plan.Record
	for _, s := range g.stores {
		for _, c := range s.write.Changes {
			if c.Action == plan.Delete {
				out = append(out, plan.Record{Owner: g.owner, Address: c.Address, Store: s.report.Store})
			}
		}
	}
	return out
}

// ledgerChanges are the records of what was deleted, adopted and forgotten.
func (g *gatewayRun) ledgerChanges(ctx context.Context, ledger plan.Ledger) ([]plan.Record, error) {
	out := g.deleted()
	known := map[string]plan.Items{}
	for _, c := range g.plan.Ledger {
		r := plan.Record{Owner: g.owner, Address: c.Address, Store: c.Store}
		if c.Origin == "" {
			if ledger.Find(r.Owner, r.Address, r.Store) != nil {
				g.report.Forgotten++
			}
			out = append(out, r)
			continue
		}
		items, err := g.itemsFor(ctx, c, known)
		if err != nil {
			return nil, err
		}
		r.Origin, r.Item = c.Origin, g.item(c.Address, c.Store, items)
		r.Value = items[r.Item]
		if c.Ref != nil && r.Value == "" {
			continue // gone since the plan was made
		}
		g.report.Adopted++
		out = append(out, r)
	}
	return out, nil
}

// itemsFor gives the items of the store of an adopted object, nil where the plan
// does not say where that is.
func (g *gatewayRun) itemsFor(ctx context.Context, c plan.LedgerChange, known map[string]plan.Items) (plan.Items, error) {
	if s := g.byKey[c.Store]; s != nil {
		return s.after, nil
	}
	items, ok := known[c.Store]
	if ok || c.Ref == nil {
		return items, nil
	}
	doc, err := openLive(ctx, g.deps, *c.Ref, g.plan.Rules)
	if err != nil {
		return nil, err
	}
	known[c.Store] = doc.Items(g.plan.Name, g.hostKey)
	return known[c.Store], nil
}
