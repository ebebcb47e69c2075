package apply

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/fsys"
	"github.com/keyform/keyform/providers/gateway"
)

// gatewayRun is one gateway in a run.
type gatewayRun struct {
	plan    *plan.GatewayPlan
	owner   string
	keyform string
	deps    Deps
	report  *GatewayReport
	vault   vault
	running bool

	dir     dataDir
	guard   io.Closer // nil until the lock of the data directory is held
	hostKey []byte
	ledger  plan.Ledger
	journal *journal
	stores  []*storeRun
	byKey   map[string]*storeRun // by StoreRef.Key
	// marked tells that lock.json is ours; unclean that something is left for the
	// next run to clear up, which then finds lock.json.
	marked, unclean bool
	// untold is that the gateway has yet to be told, of an earlier run's writes or of
	// this one's; see owe.
	untold bool
}

// newGatewayRun gives nil where there is nothing to do.
func newGatewayRun(ctx context.Context, g *plan.GatewayPlan, p *plan.Plan, d Deps, report *GatewayReport) (*gatewayRun, error) {
	run := &gatewayRun{plan: g, owner: p.Owner, keyform: p.Keyform, deps: d, report: report, running: g.Running,
		byKey: make(map[string]*storeRun, len(g.Writes)),
	}
	run.dir = dataDir{d: d, path: gateway.DataDir(d.Host, g.StateDir)}
	if len(g.Writes) == 0 && len(g.Ledger) == 0 {
		there, err := run.dir.exists()
		if err != nil || !there {
			return nil, err
		}
	}
	if d.Running != nil {
		running, err := d.Running(ctx, g)
		if err != nil {
			return nil, fmt.Errorf("gateway %q: whether it is running: %w", g.Name, err)
		}
		run.running = running
	}
	for i := range g.Writes {
		s, err := newStoreRun(run, &g.Writes[i], &report.Stores[i])
		if err != nil {
			return nil, err
		}
		run.stores = append(run.stores, s)
		run.byKey[s.report.Store] = s
	}
	return run, run.refuse()
}

// refuse says why the gateway cannot be told what it would have to be told.
func (g *gatewayRun) refuse() error {
	reload := g.plan.Reload
	refused := func(reason string) error { return &RefusedError{Gateway: g.plan.Name, Reason: reason} }
	switch {
	case len(g.stores) == 0:
		return nil
	case g.plan.VersionConflict != "":
		return refused(g.plan.VersionConflict + ". The stores of the one are not those of the other: correct version, or leave it out.")
	case g.clobbers() && reload.Mode == "none" && len(g.ofKind(plan.AuthStore)) > 0:
		return refused(`it is running, and this release writes old values over what is written now unless it is told right after. With reload = "none" the change would be lost: use reload = "live", or stop it first.`)
	case g.clobbers() && reload.Mode != "restart" && reload.Mode != "command" && g.plan.Rules.ReloadMethod == "" && len(g.ofKind(plan.AuthStore)) > 0:
		return refused(`it is running, this release writes old values over what is written now, and keyform knows no call that stops it from that. Use reload = "restart" or a command, or stop it first.`)
	case reload.Mode == "restart" && g.running && g.plan.Unit == "":
		return refused(`reload = "restart", but no service unit of it was found. Use reload = "live", or a command.`)
	case reload.Mode == "command" && len(reload.Argv) == 0:
		return refused("its reload command is empty.")
	case g.deps.Reload == nil && g.tells(g.stores):
		return refused("it has to be told to read its stores again, and this run cannot do that.")
	}
	return nil
}

// clobbers reports whether the gateway may write old values back.
func (g *gatewayRun) clobbers() bool { return g.plan.Rules.Clobbers && g.running }

// ofKind gives the stores of the given kinds.
func (g *gatewayRun) ofKind(kinds ...plan.StoreKind) []*storeRun {
	var out []*storeRun
	for _, s := range g.stores {
		for _, k := range kinds {
			if s.write.Store.Kind == k {
				out = append(out, s)
			}
		}
	}
	return out
}

// prepare takes the lock of the data directory, clears up after a killed run, and
// looks at the stores. Nothing of the gateway is written.
func (g *gatewayRun) prepare(ctx context.Context) error {
	err := g.dir.make()
	if err != nil {
		return err
	}
	f := g.deps.fs()
	if g.guard, err = g.dir.acquire(ctx, g.plan.Name); err != nil {
		return err
	}
	for _, name := range []string{keyName, ledgerName, holderName, untoldName} {
		if _, err := fsys.CleanTemps(f, g.dir.file(name)); err != nil {
			return err
		}
	}
	if g.hostKey, err = g.dir.hostKey(); err != nil {
		return err
	}
	if g.ledger, err = g.dir.ledger(); err != nil {
		return err
	}
	g.journal = &journal{fs: f, path: g.dir.file(journalName), run: g.deps.RunID, now: g.deps.Now}
	if err := g.recover(ctx); err != nil {
		return err
	}
	if g.untold, err = g.dir.untold(); err != nil {
		return err
	}
	if len(g.stores) == 0 {
		return nil
	}
	if err := g.dir.writeHolder(); err != nil {
		return err
	}
	g.marked = true
	return g.look(ctx)
}

// look reads and edits every store in memory, so that what is stale is found before
// anything is written, and the ledger's intents are known.
func (g *gatewayRun) look(ctx context.Context) error {
	stale := &StaleError{}
	for _, s := range g.stores {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := s.look(ctx)
		var moved *StaleError
		if errors.As(err, &moved) {
			stale.Moved = append(stale.Moved, moved.Moved...)
			continue
		}
		if err != nil {
			return err
		}
	}
	if len(stale.Moved) > 0 {
		return stale
	}
	return nil
}

// execute writes the gateway's stores and records the outcome in the ledger.
func (g *gatewayRun) execute(ctx context.Context) error {
	if len(g.stores) == 0 {
		return together(g.settle(ctx, nil), g.retell(ctx))
	}
	if err := g.begin(); err != nil {
		return err
	}
	err := g.write(ctx)
	if err == nil {
		g.noteWaiting()
	}
	if settleErr := g.settle(ctx, err); settleErr != nil {
		g.unclean = true
		err = together(err, settleErr)
	}
	if endErr := g.end(ctx, err); endErr != nil {
		g.unclean = true
		err = together(err, endErr)
	}
	return err
}

// begin records what is going to be done, durably and before any store is touched:
// the run in the journal, its intents in the ledger.
func (g *gatewayRun) begin() error {
	records, err := g.intents()
	if err != nil {
		return err
	}
	refs := make([]plan.StoreRef, 0, len(g.stores))
	for _, s := range g.stores {
		refs = append(refs, s.write.Store)
	}
	err = g.journal.append(Entry{
		Kind: EntryBegin, Gateway: g.plan.Name, Owner: g.owner, Keyform: g.keyform,
		User: g.deps.User, Host: g.deps.Hostname, PID: g.deps.PID, Stores: refs,
	}, true)
	if err != nil {
		g.unclean = true
		return fmt.Errorf("journal: %w", err)
	}
	if len(records) == 0 {
		return nil
	}
	g.ledger = g.ledger.With(records...)
	if err := g.dir.saveLedger(g.ledger); err != nil {
		g.unclean = true
		return fmt.Errorf("ledger: %w", err)
	}
	return nil
}

// write writes the stores, in the order that the release wants. A restart tells a gateway
// of all of them, so there the order is the plan's: a store may refer to what is written
// before it.
func (g *gatewayRun) write(ctx context.Context) error {
	if !g.clobbers() || g.plan.Reload.Mode == "restart" {
		return g.converge(ctx, g.stores)
	}
	if err := g.converge(ctx, g.ofKind(plan.AuthStore)); err != nil {
		return err
	}
	return g.converge(ctx, g.ofKind(plan.ConfigStore, plan.EnvStore))
}

// end closes the run in the journal and removes old backups.
func (g *gatewayRun) end(ctx context.Context, runErr error) error {
	state := "done"
	switch {
	case runErr != nil && ctx.Err() != nil:
		state = "interrupted"
	case runErr != nil:
		state = "failed"
	}
	if err := g.journal.append(Entry{Kind: EntryEnd, State: state}, true); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	if runErr == nil {
		if err := g.dir.pruneBackups(); err != nil {
			g.note("old backups could not be removed: " + err.Error())
		}
	}
	return nil
}

// close gives the lock of the data directory back.
func (g *gatewayRun) close() error {
	if g.guard == nil {
		return nil
	}
	if g.journal != nil {
		if err := g.journal.close(); err != nil {
			g.note("the journal could not be closed: " + err.Error())
		}
	}
	if g.marked && !g.unclean {
		if err := g.deps.fs().Remove(g.dir.file(holderName)); err != nil {
			g.note("the next run will clear up after this one: " + err.Error())
		}
	}
	return g.guard.Close()
}

// note says a thing once: a gateway may be told twice in a run.
func (g *gatewayRun) note(text string) {
	if !slices.Contains(g.report.Notes, text) {
		g.report.Notes = append(g.report.Notes, text)
	}
}
