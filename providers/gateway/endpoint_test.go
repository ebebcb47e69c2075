package gateway_test

import (
	"os"
	"strings"
	"testing"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/gateway"
)

func (s *sandbox) planned(g plan.GatewaySnapshot) *plan.GatewayPlan {
	return &plan.GatewayPlan{Name: g.Name, Product: g.Product, Release: g.Release, StateDir: g.StateDir, ConfigPath: g.ConfigPath, Home: g.Home, Unit: g.Unit}
}

func TestRPCEndpoint(t *testing.T) {
	for _, test := range []struct {
		name, config, env string
		release           string // "" is 2026.2.26
		unit              string
		process           []string
		url               string
		token, password   string
	}{
		{"nothing", "{}", "", "", "", nil, "ws://127.0.0.1:18789", "", ""},
		{"configuration first", `{gateway: {port: 19001, auth: {token: "FAKE-config"}}}`, "OPENCLAW_GATEWAY_TOKEN=FAKE-env\n", "", "", nil, "ws://127.0.0.1:19001", "FAKE-config", ""},
		{"substituted", `{gateway: {auth: {token: "a-${TOK}-$${TOK}"}}}`, "TOK=FAKE\n", "", "", nil, "ws://127.0.0.1:18789", "a-FAKE-${TOK}", ""},
		{"unit", "{}", "", "", "Environment=OPENCLAW_GATEWAY_PORT=19002 OPENCLAW_GATEWAY_TOKEN=FAKE-unit", nil, "ws://127.0.0.1:19002", "FAKE-unit", ""},
		{"process before unit", "{}", "", "", "Environment=OPENCLAW_GATEWAY_PORT=19002", []string{"OPENCLAW_GATEWAY_PORT=19003", "CLAWDBOT_GATEWAY_TOKEN=FAKE-process"}, "ws://127.0.0.1:19003", "FAKE-process", ""},
		{"password", `{gateway: {auth: {mode: "password", password: "FAKE-pw", token: "FAKE-t"}}}`, "", "", "", nil, "ws://127.0.0.1:18789", "", "FAKE-pw"},
		{"password alone", `{gateway: {auth: {}}}`, "OPENCLAW_GATEWAY_PASSWORD=FAKE-pw\n", "", "", nil, "ws://127.0.0.1:18789", "", "FAKE-pw"},
		{"own variables", "{}", "CLAWDBOT_GATEWAY_PORT=1\nCLAWDBOT_GATEWAY_TOKEN=FAKE-old\nOPENCLAW_GATEWAY_TOKEN=FAKE-env\n", "2026.9.6", "", nil, "ws://127.0.0.1:18789", "FAKE-env", ""},
		{"instance's port", "{}", "", "2026.9.6", "Environment=OPENCLAW_PROFILE=Work", nil, "ws://127.0.0.1:28704", "", ""},
		{"instance's port, earlier", "{}", "", "2026.7.35", "Environment=OPENCLAW_PROFILE=Work", nil, "ws://127.0.0.1:18789", "", ""},
		{"reference to a variable", `{gateway: {auth: {token: {source: "env", provider: "default", id: "TOK"}}}}`, "TOK=FAKE-ref\n", "2026.9.6", "", nil, "ws://127.0.0.1:18789", "FAKE-ref", ""},
		{"short reference", `{gateway: {auth: {token: "$TOK"}}}`, "TOK=FAKE-ref\n", "2026.9.6", "", nil, "ws://127.0.0.1:18789", "FAKE-ref", ""},
		{"no reference", `{gateway: {auth: {token: "$TOK"}}}`, "", "", "", nil, "ws://127.0.0.1:18789", "$TOK", ""},
		{"behind a proxy", `{gateway: {auth: {mode: "trusted-proxy", password: "FAKE-pw"}}}`, "", "2026.9.6", "", nil, "ws://127.0.0.1:18789", "", "FAKE-pw"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newSandbox(t)
			if test.release == "" {
				test.release = "2026.2.26"
			}
			s.write(".openclaw/openclaw.json", test.config)
			s.write(".openclaw/.env", test.env)
			if test.unit != "" {
				s.unit("openclaw-gateway", "/x.js", test.unit)
			}
			if test.process != nil {
				s.process(4711, 121806, "openclaw", s.path(".openclaw/openclaw.json"), test.process, nil)
			}
			ep, err := gateway.RPCEndpoint(t.Context(), s.host, s.planned(s.one(openclaw(test.release))))
			if err != nil {
				t.Fatal(err)
			}
			if ep.URL != test.url || ep.Token.Reveal() != test.token || ep.Password.Reveal() != test.password || ep.Pin != "" {
				t.Errorf("%s, token %q, password %q", ep.URL, ep.Token.Reveal(), ep.Password.Reveal())
			}
			s.noleak(ep)
		})
	}
}

func TestRPCEndpointTLS(t *testing.T) {
	s := newSandbox(t)
	s.write(".openclaw/openclaw.json", `{gateway: {tls: {enabled: true}}}`)
	g := s.planned(s.one(openclaw("2026.2.26")))
	if _, err := gateway.RPCEndpoint(t.Context(), s.host, g); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("without a certificate: %v", err)
	}
	s.write(".openclaw/gateway/tls/gateway-cert.pem", "not a certificate")
	if _, err := gateway.RPCEndpoint(t.Context(), s.host, g); err == nil {
		t.Error("a broken certificate was accepted")
	}
	if err := os.WriteFile(s.path(".openclaw/openclaw.json"), []byte("{token: 'FAKE"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := gateway.RPCEndpoint(t.Context(), s.host, g); err == nil || strings.Contains(err.Error(), "FAKE") {
		t.Errorf("a broken configuration: %v", err)
	}
}

func TestRPCEndpointBehindAReference(t *testing.T) {
	s := newSandbox(t)
	s.write(".openclaw/openclaw.json", `{gateway: {auth: {token: {source: "exec", provider: "op", id: "FAKE"}}}}`)
	_, err := gateway.RPCEndpoint(t.Context(), s.host, s.planned(s.one(openclaw("2026.9.6"))))
	if err == nil || !strings.Contains(err.Error(), `gateway.auth.token is a reference of source "exec"`) || strings.Contains(err.Error(), "FAKE") {
		t.Errorf("%v", err)
	}
}
