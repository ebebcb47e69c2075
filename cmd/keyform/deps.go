package main

import (
	"context"
	"math/rand/v2"
	"os"
	"os/user"
	"strings"
	"time"

	"github.com/keyform/keyform/apply"
	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/fsys"
	"github.com/keyform/keyform/providers/gateway"
	"github.com/keyform/keyform/providers/secrets"
	"github.com/keyform/keyform/providers/secrets/secret"
	"github.com/keyform/keyform/providers/secrets/source"
	"github.com/keyform/keyform/schema"
	"github.com/keyform/keyform/schema/diag"
)

// seams are the ways of the secret sources to this machine.
func (a *app) seams() source.Seams {
	return source.Seams{
		LookupEnv:       a.lookupEnv,
		Files:           a.fs,
		Home:            a.home(),
		Stdin:           a.stdin,
		StdinIsTerminal: isTerminal(a.stdin),
		ClaudeCode:      a.claudeLogin,
		LegacyEntry: func(path, list, id string) (secret.Value, error) {
			return gateway.LegacyEntry(a.host(nil), path, list, id)
		},
		Executable: os.Executable,
		Wait:       fsys.Pause,
		Random:     rand.Float64,
		Warn:       a.secretWarning,
	}
}

// secretWarning tells what a user should know about a reference that did resolve.
func (a *app) secretWarning(w source.Warning) {
	a.tell(diag.Diagnostics{{
		Severity: diag.Warning, Code: "KF0503", Summary: "Secret that others can read",
		Detail: w.Ref.String() + ": " + w.Message + " " + w.Advice,
	}}, nil)
}

func (a *app) lookupEnv(name string) (string, bool) {
	for _, kv := range a.environ {
		if v, ok := strings.CutPrefix(kv, name+"="); ok {
			return v, true
		}
	}
	return "", false
}

// resolver adapts the run's resolver to what apply asks.
type resolver struct{ *secrets.Resolver }

func (r resolver) Resolve(ctx context.Context, uses []plan.SecretUse) (secrets.Values, []source.Failure) {
	refs := make([]schema.Ref, len(uses))
	for i, u := range uses {
		refs[i] = u.Ref
	}
	return r.Resolver.Resolve(ctx, refs)
}

// running asks again, right before the writing, whether a gateway is live.
func (a *app) running(_ context.Context, g *plan.GatewayPlan) (bool, error) {
	_, running, err := gateway.Running(a.host(nil), g)
	return running, err
}

func (a *app) applyDeps(s *staged, lockTimeout time.Duration, p *progress) apply.Deps {
	name := ""
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	return apply.Deps{
		Host:        a.host(nil),
		Secrets:     resolver{s.resolver},
		PlanKey:     s.key,
		LockTimeout: lockTimeout,
		Now:         a.now,
		Reload:      a.reloader(s),
		Running:     a.running,
		Provision: func(ctx context.Context, g *plan.GatewayPlan, agent string) error {
			return gateway.Provision(ctx, a.host(nil), g, agent)
		},
		Commands: func(ctx context.Context, g *plan.GatewayPlan, c gateway.Command) error {
			return gateway.Run(ctx, a.host(nil), g, c)
		},
		Progress: p.event,
		User:     name,
		Hostname: hostname(),
		Command:  "keyform apply",
	}
}
