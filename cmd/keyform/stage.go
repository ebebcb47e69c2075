package main

import (
	"context"
	"fmt"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/gateway"
	"github.com/keyform/keyform/providers/product"
	"github.com/keyform/keyform/providers/secrets"
	"github.com/keyform/keyform/providers/secrets/secret"
	"github.com/keyform/keyform/providers/secrets/source"
	"github.com/keyform/keyform/schema"
	"github.com/keyform/keyform/schema/diag"
)

// staged is a plan with what it was made of.
type staged struct {
	plan  *plan.Plan
	diags diag.Diagnostics
	files map[string][]byte
	// key is the key of the plan's fingerprints.
	key []byte
	// resolver keeps what it resolved, so that an apply asks for nothing twice.
	resolver *secrets.Resolver
	cost     []string
	failed   bool
}

// stage goes from the configuration to the plan: load, read what is live, resolve,
// compare. Problems are in the diagnostics; the error is a mistake in the arguments.
func (a *app) stage(ctx context.Context, args *planArgs) (*staged, error) {
	key, err := a.planKey(args.keyFile)
	if err != nil {
		return nil, err
	}
	s := &staged{key: key}
	cfg, diags := a.load(args.vars)
	s.diags, s.files = diags, cfg.Files
	if diags.HasErrors() {
		s.failed = true
		return s, nil
	}
	names := make([]string, len(cfg.Gateways))
	for i, g := range cfg.Gateways {
		names[i] = g.Name
	}
	targets, err := args.addresses(names)
	if err != nil {
		return nil, err
	}
	host := a.host(watched(cfg))
	host.StoredRefs = storedRefs(cfg)
	live, diags := gateway.Read(ctx, host, cfg.Gateways, s.key)
	s.diags = append(s.diags, diags...)
	s.diags = append(s.diags, a.readClaudeCode(ctx, &live, cfg.ClaudeCode, s.key)...)
	if live.Sync, err = a.syncLogin(ctx, &live, s.key); err != nil {
		return nil, err
	}
	want := plan.Desire(cfg)
	s.resolver = secrets.New(a.seams(), cfg.Sources)
	opts := plan.Options{
		Version: version, Targets: targets, Destroy: args.destroy, NoResolve: args.noResolve,
		AllowMassChange: args.allowMassChange, Now: a.now().UnixMilli(),
	}
	prints := s.prints(ctx, host, cfg, want, live, opts)
	s.plan, diags = plan.Diff(want, live, prints, opts)
	s.diags = append(s.diags, diags...)
	if !s.diags.HasErrors() {
		if err := plan.Verify(s.plan); err != nil {
			return nil, fmt.Errorf("this plan breaks a rule of keyform's own, which is a bug: %w", err)
		}
	}
	s.failed = s.diags.HasErrors()
	return s, nil
}

func (a *app) load(vars []schema.VarInput) (*schema.Config, diag.Diagnostics) {
	return schema.Load(a.dir, schema.Inputs{Vars: vars, Environ: a.environ, Version: version, Host: schema.Host{Name: hostname()}, Products: product.Names(), Constructors: secrets.Constructors()})
}

// prints resolves what the comparison needs and turns it into fingerprints.
func (s *staged) prints(ctx context.Context, host gateway.Host, cfg *schema.Config, want plan.Desired, live plan.Snapshot, opts plan.Options) plan.Prints {
	prints := plan.Prints{}
	var uses []plan.SecretUse
	var stored []storedCheck
	for i := range want.Gateways {
		for j := range live.Gateways {
			if live.Gateways[j].Name != want.Gateways[i].Gateway.Name {
				continue
			}
			if !opts.Destroy && !opts.NoResolve {
				uses = append(uses, plan.Needs(&want.Gateways[i], &live.Gateways[j], opts.Targets)...)
			}
			stored = append(stored, storedChecks(&want.Gateways[i], &live.Gateways[j], opts)...)
			for _, l := range plan.Literals(&want.Gateways[i], &live.Gateways[j]) {
				prints[l.PrintKey()] = plan.Fingerprint(secret.FromString(l.Text).Fingerprint(s.key, l.Domain))
			}
		}
	}
	if len(uses)+len(stored) == 0 {
		return prints
	}
	refs := make([]schema.Ref, len(uses))
	for i, u := range uses {
		refs[i] = u.Ref
	}
	all := refs[:len(refs):len(refs)]
	for _, c := range stored {
		if c.resolves() {
			all = append(all, c.Use.Ref)
		}
	}
	s.cost = s.resolver.Cost(all)
	values, failures := s.resolver.Resolve(ctx, all)
	s.diags = append(s.diags, failureDiags(others(failures, refs), cfg)...)
	s.check(uses, values, cfg)
	s.checkStored(host, stored, values, failures, cfg)
	for _, u := range uses {
		if v, ok := values.Get(u.Ref); ok {
			prints[u.PrintKey()] = plan.Fingerprint(v.Fingerprint(s.key, u.Domain))
		}
	}
	return prints
}

// check holds resolved secrets against the pattern and min_length of the secret
// blocks that they go through, each once.
func (s *staged) check(uses []plan.SecretUse, values secrets.Values, cfg *schema.Config) {
	done := map[string]bool{}
	for _, u := range uses {
		v, ok := values.Get(u.Ref)
		if !ok || u.Via == "" || done[u.Via] {
			continue
		}
		done[u.Via] = true
		for i := range cfg.Secrets {
			block := &cfg.Secrets[i]
			if block.Name != u.Via {
				continue
			}
			if err := secrets.Check(v, *block); err != nil {
				s.diags = append(s.diags, diag.Diagnostic{
					Code: "KF0502", Summary: "Secret that fails its check", Range: block.Range, Within: fmt.Sprintf("secret %q", block.Name),
					Detail: fmt.Sprintf("%s: %s. Correct what is stored there, or the check.", u.Ref, err),
				})
			}
		}
	}
}

// failureDiags tells every reference that did not resolve, where it is used first.
// Those with one cause are told together: a token that is missing fails them all.
func failureDiags(failures []source.Failure, cfg *schema.Config) diag.Diagnostics {
	var out diag.Diagnostics
	causes := map[[3]string]int{}
	for _, f := range failures {
		cause := [3]string{string(f.Kind), f.Message, f.Advice}
		if i, ok := causes[cause]; ok {
			out[i].Detail = f.Ref.String() + "\n" + out[i].Detail
			continue
		}
		causes[cause] = len(out)
		out = append(out, diag.Diagnostic{
			Code: "KF0501", Summary: "Reference that does not resolve: " + string(f.Kind), Range: firstUse(cfg, f.Ref),
			Detail: f.Ref.String() + "\n\n" + f.Message + " " + f.Advice,
		})
	}
	return out
}

// firstUse finds where a reference is declared.
func firstUse(cfg *schema.Config, ref schema.Ref) diag.Range {
	key := ref.Key()
	for _, s := range cfg.Secrets {
		if s.From.Key() == key {
			return s.Range
		}
	}
	for _, p := range cfg.Profiles {
		if p.Use.Ref.Key() == key {
			return p.Use.Range
		}
	}
	for _, p := range cfg.Providers {
		if p.APIKey != nil && p.APIKey.Ref.Key() == key {
			return p.APIKey.Range
		}
		for _, e := range p.Env {
			if e.Use != nil && e.Use.Ref.Key() == key {
				return e.Range
			}
		}
	}
	return diag.Range{}
}
