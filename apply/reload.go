package apply

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/reload"
)

const (
	// A gateway that restarts itself after a change of its configuration is away for
	// some seconds, and may finish running turns first (30 s in OpenClaw 2026.2.26). On a
	// busy machine 2026.9.6 took 55 s until it answered again.
	reloadWait  = 120 * time.Second
	reloadPause = 500 * time.Millisecond
	// reloadNews is how often a run that waits says so.
	reloadNews = 10 * time.Second
	// A gateway that takes in new entries of secrets.providers as it runs does so about a
	// second after they were written (OpenClaw 2026.9.6), and resolves nothing through them
	// before.
	learnWait = 10 * time.Second
	// goneFor is how long nothing may be running before it counts as ended.
	goneFor = 5 * time.Second
)

// way gives how the gateway is to be told about the stores: "rpc", "restart",
// "command", or "" if it is not, and what carries that out.
func (g *gatewayRun) way(stores []*storeRun) (how, what string) {
	r := g.plan.Reload
	auth := g.untold
	for _, s := range stores {
		auth = auth || s.write.Store.Kind == plan.AuthStore
	}
	switch {
	case len(stores) == 0 && !g.untold || r.Mode == "none":
		return "", ""
	case r.Mode == "command":
		// The program's name, not its arguments, which are the user's own.
		return "command", r.Argv[0]
	case !g.running:
		return "", ""
	case r.Mode == "restart":
		return "restart", g.plan.Unit
	case auth && g.plan.Rules.ReloadMethod != "":
		return "rpc", g.plan.Rules.ReloadMethod
	}
	return "", ""
}

func (g *gatewayRun) tells(stores []*storeRun) bool {
	how, _ := g.way(stores)
	return how != ""
}

// tell makes the gateway read its stores again and says whether it had to.
func (g *gatewayRun) tell(ctx context.Context, stores []*storeRun) (bool, error) {
	how, what := g.way(stores)
	if how == "" {
		// One that does not run reads its stores when it starts.
		g.told()
		return false, nil
	}
	if err := ctx.Err(); err != nil {
		return false, err
	}
	rep := ReloadReport{How: how, What: what}
	if g.report.Reload != nil {
		rep.Milliseconds = g.report.Reload.Milliseconds
	}
	g.report.Reload = &rep
	g.deps.Progress(Event{Kind: ReloadStarted, Gateway: g.plan.Name, Reload: rep})
	start := g.deps.Now()
	gone, err := g.call(ctx, how, what)
	rep.Milliseconds += ms(g.deps.Now().Sub(start))
	kind := ReloadDone
	switch {
	case err != nil:
		kind, rep.State = ReloadFailed, "failed"
	case gone:
		rep.State = "not_running"
	default:
		rep.State = "done"
	}
	g.deps.Progress(Event{Kind: kind, Gateway: g.plan.Name, Reload: rep})
	if journalErr := g.journal.append(Entry{Kind: EntryReload, State: rep.State, Detail: what}, false); journalErr != nil {
		g.unclean = true
		if err == nil {
			return true, journalErr
		}
	}
	if err != nil {
		if ctx.Err() != nil {
			return true, ctx.Err()
		}
		return true, &ReloadError{Gateway: g.plan.Name, How: how, What: what, Err: err}
	}
	g.told()
	return true, nil
}

// call tells the gateway once, or for a while if it is away. gone means that it has
// ended.
func (g *gatewayRun) call(ctx context.Context, how, what string) (gone bool, err error) {
	switch how {
	case "restart":
		return false, g.deps.Reload.Restart(ctx, g.plan)
	case "command":
		return false, g.deps.Reload.Command(ctx, g.plan, g.plan.Reload.Argv)
	}
	start := g.deps.Now()
	alive, news := start, start
	for {
		unresolved, err := g.deps.Reload.RPC(ctx, g.plan, what)
		if (unresolved > 0 || reload.Is(err, reload.Failed)) && g.learning(g.deps.Now().Sub(start)) {
			if err := g.deps.Sleep(ctx, reloadPause); err != nil {
				return false, err
			}
			continue
		}
		if unresolved > 0 {
			g.note(fmt.Sprintf(
				"the gateway could not resolve references (%d, each counted for every agent that sees it): of one that it had resolved before it keeps the value, of another it has no credential. Its log says which.", unresolved))
		}
		now := g.deps.Now()
		if err == nil || !reload.Is(err, reload.NotRunning) || now.Sub(start) >= reloadWait {
			return false, err
		}
		if g.deps.Running == nil {
			alive = now
		} else if running, askErr := g.deps.Running(ctx, g.plan); askErr != nil || running {
			alive = now
		}
		if now.Sub(alive) >= goneFor {
			return true, nil
		}
		if now.Sub(news) >= reloadNews {
			news = now
			g.deps.Progress(Event{
				Kind: ReloadWaiting, Gateway: g.plan.Name, Reload: ReloadReport{How: how, What: what, Milliseconds: ms(now.Sub(start))},
				Detail: fmt.Sprintf("%v now, %v at most", now.Sub(start).Round(time.Second), reloadWait),
			})
		}
		if err := g.deps.Sleep(ctx, reloadPause); err != nil {
			return false, err
		}
	}
}

// noteWaiting tells of changes that the gateway does not have yet: it reads .env at its
// start, in some reload modes its configuration, and in some releases an order, too.
func (g *gatewayRun) noteWaiting() {
	now := *g.plan
	now.Running = g.running
	for _, s := range g.stores {
		const waits = " when it starts, so what is new there waits for a restart"
		switch {
		case now.ConfigWaits(s.write):
			g.note("with its gateway.reload.mode the gateway reads " + s.report.Label + waits)
		case now.OrdersWait(s.write):
			g.note("a running " + now.Product + " " + now.Release + " goes on with the order that it had, so the new one in " + s.report.Label + " waits for a restart")
		case now.EnvWaits(s.write):
			g.note("the gateway reads " + s.report.Label + waits)
		}
	}
}

// learning tells that the gateway may not have seen yet what this run has entered in
// secrets.providers.
func (g *gatewayRun) learning(since time.Duration) bool {
	return since < learnWait && slices.ContainsFunc(g.plan.Writes, func(w plan.StoreWrite) bool {
		return slices.ContainsFunc(w.Changes, func(c plan.Change) bool {
			return slices.ContainsFunc(c.Ops, func(op plan.Op) bool { _, is := op.(plan.PutSecretProvider); return is })
		})
	})
}
