package main

import (
	"context"
	"fmt"
	"os"
	"os/user"
	"runtime"
	"strconv"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/fsys"
	"github.com/keyform/keyform/providers/gateway"
	"github.com/keyform/keyform/providers/reload"
	"github.com/keyform/keyform/providers/secrets/secret"
	"github.com/keyform/keyform/schema"
)

// reloader tells gateways of what was written.
type reloader struct {
	host gateway.Host
	svc  reload.Host
	// known gives the secrets of the run, for masking what others print.
	known func() []secret.Value
}

func (a *app) reloader(s *staged) *reloader {
	return &reloader{
		host:  a.host(nil),
		svc:   reload.Host{GOOS: runtime.GOOS, UID: os.Geteuid(), Getenv: a.getenv, Run: reload.Exec},
		known: func() []secret.Value { return s.known() },
	}
}

// known are the secrets that this run has resolved.
func (s *staged) known() []secret.Value {
	var refs []schema.Ref
	for _, u := range s.plan.Secrets() {
		refs = append(refs, u.Ref)
	}
	values, _ := s.resolver.Resolve(context.Background(), refs)
	var out []secret.Value
	for _, v := range values {
		out = append(out, v)
	}
	return out
}

func (r *reloader) RPC(ctx context.Context, g *plan.GatewayPlan, method string) (unresolved int, err error) {
	ep, err := gateway.RPCEndpoint(ctx, r.host, g)
	if err != nil {
		return 0, err
	}
	ep.Known = append(ep.Known, r.known()...)
	done, err := reload.Refresh(ctx, ep, method)
	return done.Warnings, err
}

func (r *reloader) Restart(ctx context.Context, g *plan.GatewayPlan) error {
	if g.Unit == "" {
		return fmt.Errorf("gateway %q has no service unit that keyform knows of: restart it yourself, or give reload a command, as reload = [\"program\", \"argument\"]", g.Name)
	}
	info, err := r.host.FS.Stat(g.StateDir)
	if err != nil {
		return err
	}
	u := reload.Unit{Name: g.Unit, OwnerUID: r.svc.UID}
	if uid, _, ok := fsys.Owner(info); ok {
		u.OwnerUID = uid
		if who, err := user.LookupId(strconv.Itoa(uid)); err == nil {
			u.Owner = who.Username
		}
	}
	return r.svc.Restart(ctx, u)
}

func (r *reloader) Command(ctx context.Context, _ *plan.GatewayPlan, argv []string) error {
	return r.svc.Command(ctx, argv, r.known())
}
