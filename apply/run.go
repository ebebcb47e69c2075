package apply

import (
	"context"
	"errors"
	"fmt"

	"github.com/keyform/keyform/plan"
)

// Run carries out p. The Report is never nil and says what was done also where
// there is an error, which is, from the outside in:
//
//   - *InterruptedError when ctx ended it,
//   - *PartialError around what follows when a store had been written before,
//   - *LockedError, *StaleError, *SecretsError, *RefusedError, *VerifyError,
//     *ClobberedError, *ReloadError, or what the file system or a store said.
//
// Carrying out a plan without changes writes no store, makes no backup, and records
// what the plan has for the ledger. Concurrent runs keep out of each other's way by
// the lock in each gateway's data directory.
func Run(ctx context.Context, p *plan.Plan, d Deps) (*Report, error) {
	r := &run{plan: p, report: newReport(p)}
	var err error
	if r.deps, err = d.withDefaults(); err != nil {
		return r.report, err
	}
	r.report.Run = r.deps.RunID
	err = r.run(ctx)
	switch written := r.report.written() > 0; {
	case err == nil:
		return r.report, nil
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		return r.report, &InterruptedError{Written: written, Err: err}
	case written:
		return r.report, &PartialError{Err: err}
	}
	return r.report, err
}

type run struct {
	plan   *plan.Plan
	deps   Deps
	report *Report
	vault  vault
}

func newReport(p *plan.Plan) *Report {
	r := &Report{FormatVersion: FormatVersion, Gateways: make([]GatewayReport, len(p.Gateways))}
	for i, g := range p.Gateways {
		r.Gateways[i] = GatewayReport{Name: g.Name, Stores: make([]StoreReport, len(g.Writes))}
		for j, w := range g.Writes {
			r.Gateways[i].Stores[j] = StoreReport{Store: w.Store.Key(), Label: w.Store.Label, Changes: len(w.Changes), State: NotStarted}
		}
	}
	return r
}

func (r *run) run(ctx context.Context) (err error) {
	if r.deps.GOOS == "windows" {
		return &RefusedError{Reason: "apply has not been verified on Windows and does nothing there. Plan here if you like, and apply on Linux or macOS."}
	}
	gateways, err := r.gateways(ctx)
	if err != nil {
		return err
	}
	if r.vault, err = resolve(ctx, r.plan, r.deps); err != nil {
		return err
	}
	for _, g := range gateways {
		g.vault = r.vault
		defer func() { err = together(err, g.close()) }()
	}
	if err := prepareAll(ctx, gateways); err != nil {
		return err
	}
	for _, g := range gateways {
		if err := g.execute(ctx); err != nil {
			return err
		}
	}
	return nil
}

// gateways sets up the gateways that have anything to do, and refuses what cannot
// go well.
func (r *run) gateways(ctx context.Context) ([]*gatewayRun, error) {
	var out []*gatewayRun
	for i := range r.plan.Gateways {
		p := &r.plan.Gateways[i]
		g, err := newGatewayRun(ctx, p, r.plan, r.deps, &r.report.Gateways[i])
		if err != nil {
			return nil, err
		}
		if g != nil {
			out = append(out, g)
		}
	}
	return out, nil
}

// prepareAll looks at every gateway before the first is written. All that is stale
// is reported at once.
func prepareAll(ctx context.Context, gateways []*gatewayRun) error {
	stale := &StaleError{}
	for _, g := range gateways {
		err := g.prepare(ctx)
		var s *StaleError
		if errors.As(err, &s) {
			stale.Moved = append(stale.Moved, s.Moved...)
			continue
		}
		var locked *LockedError
		switch {
		case errors.As(err, &locked):
			return err
		case err != nil:
			return fmt.Errorf("gateway %q: %w", g.plan.Name, err)
		}
	}
	if len(stale.Moved) > 0 {
		return stale
	}
	return nil
}
