//go:build gateways && unix

package gateway_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/fsys"
	"github.com/keyform/keyform/providers/gateway"
	"github.com/keyform/keyform/providers/gatewaytest"
	"github.com/keyform/keyform/schema"
)

// reread is what keyform makes of a home.
func reread(t *testing.T, h *gatewaytest.Home) plan.GatewaySnapshot {
	t.Helper()
	host := gateway.Host{FS: fsys.OS{}, Home: h.Dir, UID: os.Geteuid(), Temp: h.Temp, Sleep: noPause}
	spec := schema.Gateway{Name: "claw", Product: h.Release.Product, Version: h.Release.Version}
	live, diags := gateway.Read(t.Context(), host, []schema.Gateway{spec}, planKey)
	if diags.HasErrors() || len(live.Gateways) != 1 {
		t.Fatalf("%+v", diags)
	}
	return live.Gateways[0]
}

// TestGatewayRefusesWhatKeyformTells holds what keyform says of a configuration against the
// program's own check of it.
func TestGatewayRefusesWhatKeyformTells(t *testing.T) {
	entries := func(ownership string, agents ...string) map[string]any {
		set := map[string]any{}
		for _, id := range agents {
			entry := map[string]any{}
			if name, marked := strings.CutSuffix(id, "*"); marked {
				id, entry = name, map[string]any{"default": true}
			}
			set[id] = entry
		}
		out := map[string]any{"entries": set}
		if ownership != "" {
			out["ownership"] = ownership
		}
		return out
	}
	gatewaytest.EachLater(t, func(t *testing.T, r gatewaytest.Release) {
		for name, part := range map[string]map[string]any{
			"nothing":           {},
			"flat env":          {"env": map[string]any{"GROQ_API_KEY": "FAKE"}},
			"env.vars":          {"env": map[string]any{"vars": map[string]any{"GROQ_API_KEY": "FAKE"}, "shellEnv": map[string]any{"enabled": false}}},
			"entries":           {"agents": entries("", "main")},
			"two entries":       {"agents": entries("", "main", "ops")},
			"explicit":          {"agents": entries("explicit", "main", "ops")},
			"marked":            {"agents": entries("", "main*", "ops")},
			"two marked":        {"agents": entries("", "main*", "ops*")},
			"explicit and mark": {"agents": entries("explicit", "main*", "ops")},
		} {
			h := gatewaytest.NewBareHome(t, r)
			h.WriteConfig(t, part)
			got := h.CLI(t, "config", "validate")
			faults := reread(t, h).Config.Faults
			if (got.Code != 0) != (len(faults) > 0) {
				t.Errorf("%s %s: exit status %d, and keyform says %q\n%s%s", r, name, got.Code, faults, got.Stdout, got.Stderr)
			}
		}
	})
}

// TestGatewayReadsFilesBesideEnv holds the columns about environment files against what a
// turn sends.
func TestGatewayReadsFilesBesideEnv(t *testing.T) {
	const cwd, env, beside = "sk-ant-api03-FAKE-cwd", "sk-ant-api03-FAKE-env", "sk-ant-oat01-FAKE-beside"
	gatewaytest.EachTurning(t, func(t *testing.T, r gatewaytest.Release) {
		h := gatewaytest.NewHome(t, r)
		files := map[string]string{".env": "ANTHROPIC_API_KEY=" + cwd, ".config/openclaw/gateway.env": "ANTHROPIC_OAUTH_TOKEN=" + beside}
		for name, text := range files {
			path := filepath.Join(h.Dir, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		h.Write(t, ".env", "ANTHROPIC_API_KEY="+env+"\n")
		// Its unit starts it in the home directory, which is where turns of this test run.
		unit := filepath.Join(h.Dir, ".config/systemd/user", r.Product+"-gateway.service")
		if err := os.MkdirAll(filepath.Dir(unit), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(unit, []byte("[Service]\nExecStart=/usr/bin/"+r.Product+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		g := reread(t, h)
		has := func(name string, after bool) bool {
			return slices.ContainsFunc(g.Elsewhere, func(e plan.EnvElsewhere) bool { return e.Name == name && e.After == after })
		}
		switch {
		case has("ANTHROPIC_OAUTH_TOKEN", true):
			h.Sends(t, "main", "bearer", beside)
		case has("ANTHROPIC_API_KEY", false):
			h.Sends(t, "main", "x-api-key", cwd)
		default:
			t.Fatalf("keyform found neither: %+v", g.Elsewhere)
		}
		if err := os.Remove(filepath.Join(h.Dir, ".config/openclaw/gateway.env")); err != nil {
			t.Fatal(err)
		}
		if has("ANTHROPIC_API_KEY", false) {
			h.Sends(t, "main", "x-api-key", cwd)
			return
		}
		h.Sends(t, "main", "x-api-key", env)
	})
}

// TestGatewayImportsLoginsAsForeseen lets agents load their stores beside an oauth.json.
func TestGatewayImportsLoginsAsForeseen(t *testing.T) {
	gatewaytest.EachLater(t, func(t *testing.T, r gatewaytest.Release) {
		h := gatewaytest.NewBareHome(t, r)
		h.Write(t, "credentials/oauth.json", `{"openai-codex":{"access":"FAKEa","refresh":"FAKEr","expires":4083955200000}}`)
		foreseen := map[string]bool{}
		before := reread(t, h)
		for _, s := range before.Stores {
			foreseen[s.Agent] = s.Import != nil
		}
		h.CLI(t, "models", "status", "--agent", "ops")
		for _, s := range reread(t, h).Stores {
			if got := s.Profile("openai-codex:default") != nil; s.Agent != "" && got != foreseen[s.Agent] {
				t.Errorf("agent %s: the login is there: %v; keyform foresaw %v", s.Agent, got, foreseen[s.Agent])
			}
		}
	})
}

// TestGatewayHonoursWhatForbidsItsWrites sets a variable in .env and lets the program's own
// command change the configuration.
func TestGatewayHonoursWhatForbidsItsWrites(t *testing.T) {
	gatewaytest.EachLater(t, func(t *testing.T, r gatewaytest.Release) {
		for _, line := range []string{"A=1", "OPENCLAW_CONFIG_READONLY=1", "OPENCLAW_CONFIG_READONLY=true", "OPENCLAW_NIX_MODE=1"} {
			h := gatewaytest.NewBareHome(t, r)
			h.Write(t, ".env", line+"\n")
			got := h.CLI(t, "config", "set", "gateway.port", "19001")
			if says := reread(t, h).ConfigReadOnly; (got.Code != 0) != (says != "") {
				t.Errorf("%s: exit status %d, and keyform says %q\n%s%s", line, got.Code, says, got.Stdout, got.Stderr)
			}
		}
	})
}
