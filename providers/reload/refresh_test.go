package reload_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyform/keyform/providers/reload"
	"github.com/keyform/keyform/providers/secrets/secret"
)

const (
	authRefresh = `models.authRefresh {"operation":"update"}`
	authStatus  = `models.authStatus {"refresh":true}`
)

func TestRefreshTakesTheNextMethodThatTheGatewayHas(t *testing.T) {
	ok := answer{result: map[string]any{"ok": true, "warningCount": 2}}
	noOwner := answer{code: "INVALID_REQUEST", message: "Multiple agents are configured, but model auth has no explicit owner. Pass agentId to select a configured agent."}
	tests := map[string]struct {
		method  string
		methods map[string]answer
		want    reload.Refreshed
		called  []string
	}{
		"the one asked for": {"models.authRefresh", map[string]answer{"models.authRefresh": {result: map[string]any{"refreshed": true}}, "secrets.reload": ok},
			reload.Refreshed{Method: "models.authRefresh"}, []string{authRefresh}},
		"without models.authRefresh": {"models.authRefresh", map[string]answer{"secrets.reload": ok},
			reload.Refreshed{Method: "secrets.reload", Warnings: 2}, []string{authRefresh, "secrets.reload {}"}},
		"agents without an owner": {"models.authRefresh", map[string]answer{"models.authRefresh": noOwner, "secrets.reload": ok},
			reload.Refreshed{Method: "secrets.reload", Warnings: 2}, []string{authRefresh, "secrets.reload {}"}},
		"with models.authStatus alone": {"secrets.reload", map[string]answer{"models.authStatus": {result: map[string]any{"providers": []any{}}}},
			reload.Refreshed{Method: "models.authStatus"}, []string{"secrets.reload {}", authStatus}},
		"a method of its own": {"config.reload", map[string]answer{"config.reload": {}},
			reload.Refreshed{Method: "config.reload"}, []string{"config.reload {}"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			g := &gateway{token: token, methods: tt.methods}
			_, url := g.start(t)
			got, err := reload.Refresh(t.Context(), reload.Endpoint{URL: url, Token: secret.FromString(token)}, tt.method)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if diff := cmp.Diff(tt.called, g.called); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRefreshFailsWhereTheGatewayDid(t *testing.T) {
	unavailable := answer{code: "UNAVAILABLE", message: "secrets.reload failed"}
	tests := map[string]struct {
		method  string
		methods map[string]answer
		kind    reload.Kind
		text    string
		called  []string
	}{
		"a failure is not passed over": {"secrets.reload", map[string]answer{"secrets.reload": unavailable, "models.authStatus": {}},
			reload.Failed, "secrets.reload failed", []string{"secrets.reload {}"}},
		"none of the methods": {"models.authRefresh", nil,
			reload.UnknownMethod, "unknown method: models.authRefresh", []string{authRefresh, "secrets.reload {}", authStatus}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			g := &gateway{token: token, methods: tt.methods}
			_, url := g.start(t)
			_, err := reload.Refresh(t.Context(), reload.Endpoint{URL: url, Token: secret.FromString(token)}, tt.method)
			wantError(t, err, tt.kind, tt.text)
			if diff := cmp.Diff(tt.called, g.called); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
		})
	}
}
