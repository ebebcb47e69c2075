package apply

import (
	"context"
	"fmt"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/gateway"
	"github.com/keyform/keyform/providers/lock"
)

// remains is what the journal tells of killed runs.
type remains struct {
	stores map[string]plan.StoreRef
	// backups are the names of backups that may have been being written.
	backups []string
	// locks are those that may still be there.
	locks []lock.Identity
}

// recover clears up after a run that was killed or could not clear up itself. It
// must be called with the lock of the data directory held, which shows that no such
// run is alive.
func (g *gatewayRun) recover(ctx context.Context) error {
	held, err := g.dir.readHolder()
	if err != nil {
		return err
	}
	if held == nil && !g.ledger.HasPending() {
		return nil
	}
	dead, runs := "", map[string]bool{}
	if held != nil {
		dead = held.Run
		runs[dead] = true
	}
	for _, r := range g.ledger.Records {
		if r.Pending != nil {
			dead = r.Pending.Run
			runs[dead] = true
		}
	}
	journal, err := g.dir.read(journalName)
	if err != nil {
		return err
	}
	found := findRemains(DecodeJournal(journal), runs)
	if err := g.clear(found); err != nil {
		return fmt.Errorf("cannot clear up after run %s: %w", dead, err)
	}
	if err := g.settleRemains(ctx, found); err != nil {
		return fmt.Errorf("cannot clear up after run %s: %w", dead, err)
	}
	g.journal.torn = true
	if err := g.journal.append(Entry{Kind: EntryRecovered, Of: dead}, true); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	g.report.Recovered = dead
	g.deps.Progress(Event{Kind: Recovered, Gateway: g.plan.Name, Detail: dead})
	if len(g.stores) == 0 && held != nil {
		return g.deps.fs().Remove(g.dir.file(holderName))
	}
	return nil
}

func findRemains(entries []Entry, runs map[string]bool) remains {
	out := remains{stores: map[string]plan.StoreRef{}}
	open := map[[2]string][]lock.Identity{}
	for _, e := range entries {
		if !runs[e.Run] {
			continue
		}
		for _, ref := range e.Stores {
			out.stores[ref.Key()] = ref
			out.backups = append(out.backups, backupName(e.Run, ref.Key()))
		}
		key := [2]string{e.Run, e.Store}
		switch e.Kind {
		case EntryStore:
			if e.Lock != nil {
				open[key] = append(open[key], *e.Lock)
			}
		case EntryDone:
			delete(open, key)
		}
	}
	for _, ids := range open {
		out.locks = append(out.locks, ids...)
	}
	return out
}

// clear removes locks and temporary files.
func (g *gatewayRun) clear(r remains) error {
	f := g.deps.fs()
	for _, id := range r.locks {
		if _, err := lock.ReleaseStale(f, id, nil); err != nil {
			return err
		}
	}
	if err := gateway.CleanCommands(g.deps.host(), g.plan); err != nil {
		return err
	}
	for _, ref := range r.stores {
		c, err := g.container(ref)
		if err != nil {
			return err
		}
		if err := c.Clean(); err != nil {
			return err
		}
	}
	for _, name := range r.backups {
		if err := g.dir.cleanBackup(name); err != nil {
			return err
		}
	}
	return nil
}

// settleRemains decides by the live stores what killed runs did. What cannot be read
// now stays pending.
func (g *gatewayRun) settleRemains(ctx context.Context, r remains) error {
	if !g.ledger.HasPending() {
		return nil
	}
	docs := map[string]gateway.Document{}
	ledger := g.ledger.Settle(func(label, store string) (plan.Items, bool) {
		ref, known := r.stores[store]
		if !known {
			return nil, false
		}
		if _, open := docs[store]; !open {
			doc, err := openLive(ctx, g.deps, ref, g.plan.Rules)
			if err != nil {
				return nil, false
			}
			docs[store] = doc
		}
		return docs[store].Items(label, g.hostKey), true
	})
	if err := g.dir.saveLedger(ledger); err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	g.ledger = ledger
	return nil
}

// openLive reads a store that is not being written.
func openLive(ctx context.Context, d Deps, ref plan.StoreRef, rules plan.Rules) (gateway.Document, error) {
	doc, err := gateway.ReadDocument(ctx, d.host(), ref, rules)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", ref.Label, err)
	}
	return doc, nil
}
