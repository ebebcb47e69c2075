package main

import (
	"context"
	"slices"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/secrets/secret"
)

// syncLogin is what a gateway's own sync would copy from Claude Code, nil for nothing. A
// keychain, which may ask somebody, is looked into only for a gateway that has that sync.
func (a *app) syncLogin(ctx context.Context, live *plan.Snapshot, key []byte) (*plan.SyncLogin, error) {
	h := a.claudeHost()
	if !slices.ContainsFunc(live.Gateways, func(g plan.GatewaySnapshot) bool { return g.Rules.ClaudeSync != "" }) {
		h.Run = nil
	}
	login, err := h.Copy(ctx)
	if err != nil || login == nil {
		return nil, err
	}
	return login.Snapshot(h, key), nil
}

// claudeLogin is that login itself, for an import; zero for none.
func (a *app) claudeLogin(ctx context.Context) (secret.Value, error) {
	login, err := a.claudeHost().Copy(ctx)
	if err != nil || login == nil {
		return secret.Value{}, err
	}
	return login.Pack()
}
