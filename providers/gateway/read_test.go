package gateway_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/secrets/secret"
	"github.com/keyform/keyform/schema"
	"github.com/keyform/keyform/schema/diag"
)

// print is a fingerprint as a snapshot has it.
func print(value, domain string) plan.Fingerprint {
	return plan.Fingerprint(secret.FromString(value).Fingerprint(planKey, domain))
}

func ptr[T any](v T) *T { return &v }

const manualToken = "sk-ant-oat01-FAKEfakeFAKEfakeFAKEfakeFAKEfakeFAKEfakeFAKEfakeFAKEfakeFAKEfakeFAKEfakeFAKEfakeFA"

// What the released programs wrote is read whole.
func TestReadClawdbotHome(t *testing.T) {
	s := newSandbox(t)
	s.copyHome("clawdbot-50", ".clawdbot")
	s.write(".clawdbot/.env", "# keys\nOPENROUTER_API_KEY='sk-or-v1-FAKE'\nUNKNOWN=1\nUNKNOWN=2\n")
	g := s.one(clawdbot())
	state := s.path(".clawdbot")
	want := plan.GatewaySnapshot{
		Name: "bot", Product: "clawdbot", Release: "2026.1.24-3", Evidence: "clawdbot.json's meta",
		StateDir: state, ConfigPath: filepath.Join(state, "clawdbot.json"), Home: s.home,
		Stores: []plan.StoreSnapshot{{
			Agent: "main", Path: filepath.Join(state, "agents", "main", "agent", "auth-profiles.json"),
			Label: "agents/main/agent/auth-profiles.json", Exists: true,
			Profiles: []plan.LiveProfile{{
				ID: "anthropic:manual", Provider: "anthropic", Kind: schema.Token, Expires: ptr(float64(1795168418403)),
				Credential: print(manualToken, "gateway.bot profile anthropic:manual"),
			}},
		}},
		Config: plan.ConfigSnapshot{
			Path: filepath.Join(state, "clawdbot.json"), Label: "clawdbot.json", AuthPath: []string{"auth"}, Exists: true,
			Listings: []plan.Listing{{ID: "anthropic:manual", Provider: "anthropic", Mode: "token"}},
			EnvVars:  map[string]plan.Fingerprint{"OPENROUTER_API_KEY": print("sk-or-v1-FAKEfakeFAKE", "gateway.bot env OPENROUTER_API_KEY")},
			Model:    "anthropic/claude-opus-4-5",
		},
		Env: plan.EnvSnapshot{
			Path: filepath.Join(state, ".env"), Label: ".env", Exists: true,
			Vars: []plan.EnvLive{
				{Name: "OPENROUTER_API_KEY", Value: print("sk-or-v1-FAKE", "gateway.bot env OPENROUTER_API_KEY"), Count: 1},
				{Name: "UNKNOWN", Value: print("2", "gateway.bot env UNKNOWN"), Count: 2},
			},
		},
	}
	if g.Rules.LockForm != "dir" || g.Rules.MainAgent != "main" {
		t.Errorf("rules: %+v", g.Rules)
	}
	g.Rules = plan.Rules{}
	if diff := cmp.Diff(want, g); diff != "" {
		t.Errorf("snapshot (-want +got):\n%s", diff)
	}
}

func TestReadOpenClawHome(t *testing.T) {
	s := newSandbox(t)
	s.copyHome("openclaw-14", ".openclaw")
	g := s.one(schema.Gateway{Name: "claw", Product: "openclaw"})
	if g.Release != "2026.2.26" || g.Rules.LockForm != "file" || !g.Rules.Clobbers || g.Rules.ReloadMethod != "secrets.reload" {
		t.Errorf("release %s: %+v", g.Release, g.Rules)
	}
	if diff := cmp.Diff(map[string][]string{"anthropic": {"anthropic:manual"}}, g.Stores[0].Orders); diff != "" {
		t.Errorf("orders (-want +got):\n%s", diff)
	}
}

func TestReadUsage(t *testing.T) {
	s := newSandbox(t)
	s.copyHome("openclaw-used", ".openclaw")
	g := s.one(schema.Gateway{Name: "claw", Product: "openclaw"})
	if diff := cmp.Diff([]string{"anthropic:manual"}, g.Stores[0].Usage); diff != "" {
		t.Errorf("usage (-want +got):\n%s", diff)
	}
}

// Which entries count depends on the release; the others are told, by id only.
func TestReadSpellings(t *testing.T) {
	for _, test := range []struct {
		spec    schema.Gateway
		dir     string
		ids     []string
		ignored string
	}{
		{clawdbot(), ".clawdbot", []string{"anthropic:frac"}, `"anthropic:default", "anthropic:bad"`},
		{openclaw("2026.2.26"), ".openclaw", []string{"anthropic:default", "anthropic:frac"}, `"anthropic:bad"`},
	} {
		s := newSandbox(t)
		s.copyHome("clawdbot-aliases", test.dir)
		live, diags := s.read(test.spec)
		wantCode(t, diags, diag.Warning, "KF0404", test.ignored)
		var ids []string
		for _, p := range live.Gateways[0].Stores[0].Profiles {
			ids = append(ids, p.ID)
			if p.ID == "anthropic:frac" && *p.Expires != 1802943797346.1233 {
				t.Errorf("a fractional expiry was read as %v", *p.Expires)
			}
		}
		if diff := cmp.Diff(test.ids, ids); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.spec.Product, diff)
		}
	}
}

// A login's fingerprint is that of its account, which a refresh leaves alone.
func TestReadOAuthAccount(t *testing.T) {
	s := newSandbox(t)
	s.copyHome("clawdbot-claude", ".clawdbot")
	g := s.one(clawdbot())
	codex, claude := g.Stores[0].Profile("openai-codex:codex-cli"), g.Stores[0].Profile("anthropic:claude-cli")
	if codex.Credential == "" || claude.Credential != "" || claude.Kind != schema.OAuth {
		t.Errorf("codex %+v, claude %+v", codex, claude)
	}
	store := s.path(".clawdbot/agents/main/agent/auth-profiles.json")
	raw, err := os.ReadFile(store)
	if err != nil {
		t.Fatal(err)
	}
	s.write(".clawdbot/agents/main/agent/auth-profiles.json", strings.ReplaceAll(string(raw), "FAKE-codex-access", "FAKE-refreshed"))
	again := s.one(clawdbot()).Stores[0].Profile("openai-codex:codex-cli")
	if again.Credential != codex.Credential || again.Refresh != codex.Refresh || codex.Refresh == "" {
		t.Error("another access token changed the fingerprint of the account, or of the refresh token")
	}
	if again.Access == codex.Access || again.Account != "acct-7" {
		t.Errorf("another access token went unnoticed, or the account is %q", again.Account)
	}
	s.write(".clawdbot/agents/main/agent/auth-profiles.json", strings.ReplaceAll(string(raw), "acct-7", "acct-8"))
	if again := s.one(clawdbot()).Stores[0].Profile("openai-codex:codex-cli"); again.Credential == codex.Credential {
		t.Error("another account has the same fingerprint")
	}
}

func TestReadReferences(t *testing.T) {
	const store = `{"version":1,"profiles":{"a:b":{"type":"api_key","provider":"a","keyRef":{"source":"env","provider":"default","id":"X"}}}}`
	for version, want := range map[string]bool{"2026.2.22": false, "2026.2.26": true} {
		s := newSandbox(t)
		s.write(".openclaw/agents/main/agent/auth-profiles.json", store)
		p := s.one(openclaw(version)).Stores[0].Profiles[0]
		if (p.Reference != nil) != want || p.Credential != "" {
			t.Errorf("%s: %+v", version, p)
		}
	}
}

// The agents are those on disk and those of the configuration; main comes first.
func TestReadAgents(t *testing.T) {
	s := newSandbox(t)
	const store = `{"version":1,"profiles":{}}`
	s.write(".clawdbot/clawdbot.json", `{agents: {list: [{id: "Ops Team", default: true}, {id: "away", agentDir: "~/elsewhere"}, {id: "planned"}]}}`)
	s.write(".clawdbot/agents/zoe/agent/auth-profiles.json", store)
	s.write(".clawdbot/agents/main/agent/auth-profiles.json", store)
	s.write(".clawdbot/agents/empty/sessions/x", "")
	s.write(".clawdbot/agents/Not An Agent/agent/auth-profiles.json", store)
	s.write("elsewhere/auth-profiles.json", store)
	g := s.one(clawdbot())
	var got []string
	for _, st := range g.Stores {
		got = append(got, fmt.Sprintf("%s %s %v", st.Agent, st.Label, st.Exists))
	}
	want := []string{
		"main agents/main/agent/auth-profiles.json true",
		"away ~/elsewhere/auth-profiles.json true",
		"empty agents/empty/agent/auth-profiles.json false",
		"ops-team agents/ops-team/agent/auth-profiles.json false",
		"planned agents/planned/agent/auth-profiles.json false",
		"zoe agents/zoe/agent/auth-profiles.json true",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("stores (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"away", "ops-team", "planned"}, g.Config.Agents); diff != "" {
		t.Errorf("agents (-want +got):\n%s", diff)
	}
}

// A variable parts the shared store from the main agent's own, which still shadows it.
func TestReadSharedStoreOfVariable(t *testing.T) {
	s := newSandbox(t)
	s.env["CLAWDBOT_AGENT_DIR"] = s.path("shared")
	s.write(".clawdbot/agents/main/agent/auth-profiles.json", `{"profiles":{}}`)
	s.write("shared/auth-profiles.json", `{"profiles":{}}`)
	g := s.one(clawdbot())
	if len(g.Stores) != 2 || g.Stores[0].Path != s.path("shared/auth-profiles.json") || g.Stores[1].Agent != "main/own" {
		t.Errorf("stores: %+v", g.Stores)
	}
}

func TestReadLinks(t *testing.T) {
	s := newSandbox(t)
	s.write("real/agents/main/agent/auth-profiles.json", `{"profiles":{}}`)
	s.write("vault/store.json", `{"profiles":{}}`)
	s.write("real/agents/ops/agent/.keep", "")
	for link, to := range map[string]string{".clawdbot": "real", "real/agents/ops/agent/auth-profiles.json": "../../../../vault/store.json"} {
		if err := os.Symlink(to, s.path(link)); err != nil {
			t.Fatal(err)
		}
	}
	g := s.one(clawdbot())
	if g.StateDir != s.path("real") || g.Stores[1].Path != s.path("vault/store.json") || g.Stores[1].Label != "agents/ops/agent/auth-profiles.json" {
		t.Errorf("%s, %+v", g.StateDir, g.Stores)
	}
	if err := os.Remove(s.path("vault/store.json")); err != nil {
		t.Fatal(err)
	}
	_, diags := s.read(clawdbot())
	wantCode(t, diags, diag.Error, "KF0401", "agents/ops/agent/auth-profiles.json", "link to a file that does not exist")
}

func TestReadBadStores(t *testing.T) {
	for _, test := range []struct {
		name, store, code string
		words             []string
	}{
		{"torn", `{"version": 1,` + "\n" + ` "profiles": {"a:b": {"type": "api_key", "key": "sk-ant-FAKE`, "KF0402", []string{"line 2", "not closed"}},
		{"comment", "{} // sk-ant-FAKE", "KF0402", []string{"line 1", "comments"}},
		{"array", "[]", "KF0401", []string{"line 1, column 1", "not an object"}},
		{"profiles", `{"profiles": "sk-ant-FAKE"}`, "KF0401", []string{`"profiles" is not an object`}},
		{"version", `{"version": 2, "profiles": {}}`, "KF0403", []string{"not 1"}},
	} {
		s := newSandbox(t)
		s.write(".clawdbot/agents/ops/agent/auth-profiles.json", test.store)
		live, diags := s.read(clawdbot())
		wantCode(t, diags, diag.Error, test.code, append(test.words, "agents/ops/agent/auth-profiles.json")...)
		if len(live.Gateways) != 0 {
			t.Errorf("%s: there is a snapshot all the same", test.name)
		}
	}
}

func TestReadEmptyStore(t *testing.T) {
	s := newSandbox(t)
	s.write(".clawdbot/agents/main/agent/auth-profiles.json", "")
	if st := s.one(clawdbot()).Stores[0]; !st.Exists || st.Profiles != nil {
		t.Errorf("%+v", st)
	}
}
