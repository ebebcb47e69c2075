package gateway_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/gateway"
)

// elsewhere are the found variables as "NAME where", in their order.
func elsewhere(g *plan.GatewaySnapshot) []string {
	var out []string
	for _, e := range g.Elsewhere {
		text := e.Name + " " + e.Where
		if e.After {
			text += " (after)"
		}
		out = append(out, text)
	}
	return out
}

// Which files a release reads besides its own .env, and what it takes from them.
func TestFilesBesideTheEnvFile(t *testing.T) {
	const (
		cwd   = "~/.env, in the gateway's working directory,"
		after = "~/.config/openclaw/gateway.env (after)"
	)
	all := []string{"ANTHROPIC_API_KEY " + cwd, "GITHUB_TOKEN " + cwd, "OPENROUTER_API_KEY " + cwd}
	last := []string{"ANTHROPIC_OAUTH_TOKEN " + after}
	for release, want := range map[string][]string{
		"2026.3.24": all, "2026.3.28": all,
		"2026.4.2":  {"GITHUB_TOKEN " + cwd, "OPENROUTER_API_KEY " + cwd},
		"2026.4.9":  append([]string{"GITHUB_TOKEN " + cwd, "OPENROUTER_API_KEY " + cwd}, last...),
		"2026.5.27": append([]string{"OPENROUTER_API_KEY " + cwd}, append(last, "ANTHROPIC_API_KEY "+after)...),
		"2026.5.28": append(last, "ANTHROPIC_API_KEY "+after, "OPENROUTER_API_KEY "+after),
		"2026.9.6":  append(last, "ANTHROPIC_API_KEY "+after, "OPENROUTER_API_KEY "+after),
	} {
		s := newSandbox(t)
		s.mkdir(".openclaw", 0o700)
		s.unit("openclaw-gateway", "/usr/bin/openclaw", "")
		s.write(".env", "ANTHROPIC_API_KEY=sk-ant-FAKE-cwd\nGITHUB_TOKEN=FAKE\nOPENROUTER_API_KEY=FAKE\nUNWATCHED=FAKE\n")
		s.write(".config/openclaw/gateway.env", "ANTHROPIC_OAUTH_TOKEN=FAKE\n")
		if strings.HasPrefix(release, "2026.5.2") || release == "2026.9.6" {
			s.write(".config/openclaw/gateway.env", "ANTHROPIC_OAUTH_TOKEN=FAKE\nANTHROPIC_API_KEY=FAKE\nOPENROUTER_API_KEY=FAKE\n")
		}
		g := s.one(openclaw(release))
		got := elsewhere(&g)
		less := func(a []string) map[string]bool {
			set := map[string]bool{}
			for _, x := range a {
				set[x] = true
			}
			return set
		}
		if diff := cmp.Diff(less(want), less(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", release, diff)
		}
	}
}

// What the gateway has before it reads a file wins over the file; the working directory is
// the process's own, or that of its unit, and the state directory's file is none of these.
func TestWorkingDirectories(t *testing.T) {
	const release = "2026.4.29"
	for name, test := range map[string]struct {
		prepare func(*sandbox)
		want    []string
	}{
		"of the process": {func(s *sandbox) {
			s.process(4711, 121806, "openclaw", s.path(".openclaw/openclaw.json"), []string{"GROQ_API_KEY=FAKE"}, nil)
			if err := os.Symlink(s.path("desk"), s.path("proc/4711/cwd")); err != nil {
				s.t.Fatal(err)
			}
			s.write("desk/.env", "GROQ_API_KEY=FAKE2\nXAI_API_KEY=FAKE\n")
		}, []string{"GROQ_API_KEY the running gateway (pid 4711)", "XAI_API_KEY ~/desk/.env, in the gateway's working directory,"}},
		"of the unit": {func(s *sandbox) {
			s.unit("openclaw-gateway", "/usr/bin/openclaw", "WorkingDirectory=-%h/desk\nEnvironment=GROQ_API_KEY=FAKE\n")
			s.write("desk/.env", "GROQ_API_KEY=FAKE2\nXAI_API_KEY=FAKE\n")
			s.write(".env", "MISTRAL_API_KEY=FAKE\n")
		}, []string{"GROQ_API_KEY openclaw-gateway.service", "XAI_API_KEY ~/desk/.env, in the gateway's working directory,"}},
		"the state directory": {func(s *sandbox) {
			s.unit("openclaw-gateway", "/usr/bin/openclaw", "WorkingDirectory=%h/.openclaw\n")
			s.write(".openclaw/.env", "GROQ_API_KEY=FAKE\n")
		}, nil},
		"no service": {func(s *sandbox) { s.write(".env", "GROQ_API_KEY=FAKE\n") }, nil},
		"a file that is none": {func(s *sandbox) {
			s.unit("openclaw-gateway", "/usr/bin/openclaw", "")
			s.mkdir(".env", 0o700)
		}, nil},
	} {
		s := newSandbox(t)
		s.mkdir(".openclaw", 0o700)
		test.prepare(s)
		g := s.one(openclaw(release))
		if diff := cmp.Diff(test.want, elsewhere(&g)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// gateway.env belongs to the default state directory alone.
func TestGatewayEnvOfAnotherDirectory(t *testing.T) {
	s := newSandbox(t)
	s.mkdir("claw", 0o700)
	s.write(".config/openclaw/gateway.env", "GROQ_API_KEY=FAKE\nOPENCLAW_CONFIG_READONLY=1\n")
	spec := openclaw("2026.9.6")
	spec.StateDir = "~/claw"
	if g := s.one(spec); g.Elsewhere != nil || g.ConfigReadOnly != "" {
		t.Errorf("%+v, %q", g.Elsewhere, g.ConfigReadOnly)
	}
}

// OpenClaw 2026.8.1 and later let .env win over what the installation put in the unit.
func TestVariablesThatYield(t *testing.T) {
	for release, want := range map[string][]string{
		"2026.7.35": {"GROQ_API_KEY openclaw-gateway.service", "XAI_API_KEY openclaw-gateway.service"},
		"2026.8.1":  {"GROQ_API_KEY openclaw-gateway.service (after)", "XAI_API_KEY openclaw-gateway.service"},
	} {
		s := newSandbox(t)
		s.mkdir(".openclaw", 0o700)
		s.unit("openclaw-gateway", "/usr/bin/openclaw", "Environment=OPENCLAW_SERVICE_MANAGED_ENV_KEYS=OPENCLAW_GATEWAY_TOKEN,GROQ_API_KEY\nEnvironment=GROQ_API_KEY=FAKE\nEnvironment=XAI_API_KEY=FAKE\n")
		g := s.one(openclaw(release))
		if diff := cmp.Diff(want, elsewhere(&g)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", release, diff)
		}
	}
}

func TestConfigReadOnly(t *testing.T) {
	inUnit := func(value string) func(*sandbox) {
		return func(s *sandbox) { s.unit("openclaw-gateway", "/usr/bin/openclaw", "Environment="+value+"\n") }
	}
	for name, test := range map[string]struct {
		release string
		prepare func(*sandbox)
		want    string
	}{
		"the unit":     {"2026.9.6", inUnit("OPENCLAW_CONFIG_READONLY=1"), "OPENCLAW_CONFIG_READONLY=1 in openclaw-gateway.service"},
		"too early":    {"2026.9.3", inUnit("OPENCLAW_CONFIG_READONLY=1"), ""},
		"another text": {"2026.9.6", inUnit("OPENCLAW_CONFIG_READONLY=true"), ""},
		"Nix":          {"2026.6.11", inUnit("OPENCLAW_NIX_MODE=1"), "OPENCLAW_NIX_MODE=1 in openclaw-gateway.service"},
		"Nix, early":   {"2026.5.7", inUnit("OPENCLAW_NIX_MODE=1"), ""},
		"the file":     {"2026.9.6", func(s *sandbox) { s.write(".openclaw/.env", "OPENCLAW_CONFIG_READONLY=1\n") }, "OPENCLAW_CONFIG_READONLY=1 in .env"},
		"the other file": {"2026.9.6", func(s *sandbox) { s.write(".config/openclaw/gateway.env", "OPENCLAW_CONFIG_READONLY=1\n") },
			"OPENCLAW_CONFIG_READONLY=1 in ~/.config/openclaw/gateway.env"},
		"the process": {"2026.9.6", func(s *sandbox) {
			s.process(4711, 121806, "openclaw", s.path(".openclaw/openclaw.json"), []string{"OPENCLAW_CONFIG_READONLY=1"}, nil)
		}, "OPENCLAW_CONFIG_READONLY=1 in the running gateway's environment"},
		"the unit before the file": {"2026.9.6", func(s *sandbox) {
			inUnit("OPENCLAW_CONFIG_READONLY=0")(s)
			s.write(".openclaw/.env", "OPENCLAW_CONFIG_READONLY=1\n")
		}, ""},
		"keyform's own": {"2026.9.6", func(s *sandbox) { s.env["OPENCLAW_CONFIG_READONLY"] = "1" }, ""},
	} {
		s := newSandbox(t)
		s.mkdir(".openclaw", 0o700)
		test.prepare(s)
		if g := s.one(openclaw(test.release)); g.ConfigReadOnly != test.want {
			t.Errorf("%s: got %q, want %q", name, g.ConfigReadOnly, test.want)
		}
	}
}

func TestNewerThanKnown(t *testing.T) {
	for release, want := range map[string]string{"2026.9.6": "", "2026.9.7": "2026.9.6", "2026.10.1-beta.1": "2026.9.6"} {
		s := newSandbox(t)
		s.mkdir(".openclaw", 0o700)
		if g := s.one(openclaw(release)); g.TreatedAs != want {
			t.Errorf("%s: %q", release, g.TreatedAs)
		}
	}
}

// What OpenClaw 2026.4.29, 2026.6.11 and 2026.9.6 were seen to refuse or to take.
func TestConfigFaults(t *testing.T) {
	for _, test := range []struct{ release, config, want, agents string }{
		{"2026.7.35", `{env: {GROQ_API_KEY: "FAKE", shellEnv: {}}}`, "", ""},
		{"2026.9.6", `{env: {GROQ_API_KEY: "FAKE", vars: {A: "FAKE"}, shellEnv: {}}}`, "env.GROQ_API_KEY is not in env.vars", ""},
		{"2026.6.11", `{agents: {entries: {b: {}}, list: [{id: "a"}]}}`, "agents.entries is of later releases; this one has agents.list", "a"},
		{"2026.9.6", `{agents: {entries: {b: {}}, list: [{id: "a"}]}}`, "", "b"},
		{"2026.9.6", `{agents: {list: [{id: "a"}, {id: "b"}]}}`, "", "a,b"},
		{"2026.9.6", `{agents: {entries: {}, list: [{id: "a"}]}}`, "", ""},
		{"2026.9.6", `{agents: {entries: {a: {}, b: {}}}}`, "neither is agents.ownership", "a,b"},
		{"2026.9.6", `{agents: {ownership: "explicit", entries: {a: {}, b: {}}}}`, "", "a,b"},
		{"2026.9.6", `{agents: {entries: {a: {default: true}, b: {}}}}`, "", "a,b"},
		{"2026.9.6", `{agents: {entries: {a: {default: true}, b: {default: true}}}}`, "several with default: true (a, b)", "a,b"},
		{"2026.9.6", `{agents: {ownership: "explicit", entries: {a: {default: true}, b: {}}}}`, "agents.entries.a has default: true", "a,b"},
	} {
		s := newSandbox(t)
		s.write(".openclaw/openclaw.json", test.config)
		live, diags := s.read(openclaw(test.release))
		if diags.HasErrors() || len(live.Gateways) != 1 {
			t.Fatalf("%+v", diags)
		}
		c := live.Gateways[0].Config
		got := strings.Join(c.Faults, "; ")
		if test.want == "" != (got == "") || !strings.Contains(got, test.want) || strings.Join(c.Agents, ",") != test.agents {
			t.Errorf("%s %s: %q, agents %q", test.release, test.config, got, c.Agents)
		}
	}
}

// Who takes a file of logins in, by release.
func TestImportOfLogins(t *testing.T) {
	for release, want := range map[string]string{"2026.4.27": "main", "2026.4.29": "main ops", "2026.6.11": "main ops", "2026.7.35": "main ops", "2026.8.1": ""} {
		s := newSandbox(t)
		s.mkdir(".openclaw/agents/ops/agent", 0o700)
		s.write(".openclaw/credentials/oauth.json", legacyOAuth)
		live, diags := s.read(openclaw(release))
		if diags.HasErrors() || len(live.Gateways) != 1 {
			t.Fatalf("%+v", diags)
		}
		var got []string
		for _, store := range live.Gateways[0].Stores {
			if store.Import != nil {
				got = append(got, store.Agent)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %q", release, got)
		}
	}
}

// The token of the RPC may be in the file that is read after .env.
func TestEndpointOfGatewayEnv(t *testing.T) {
	s := newSandbox(t)
	s.write(".openclaw/openclaw.json", "{}")
	s.write(".config/openclaw/gateway.env", "OPENCLAW_GATEWAY_TOKEN=FAKE-beside\n")
	for env, want := range map[string]string{"": "FAKE-beside", "OPENCLAW_GATEWAY_TOKEN=FAKE-env\n": "FAKE-env"} {
		s.write(".openclaw/.env", env)
		ep, err := gateway.RPCEndpoint(t.Context(), s.host, s.planned(s.one(openclaw("2026.9.6"))))
		if err != nil {
			t.Fatal(err)
		}
		if got := ep.Token.Reveal(); got != want {
			t.Errorf("%q: token %q", env, got)
		}
		s.noleak(ep)
	}
}
