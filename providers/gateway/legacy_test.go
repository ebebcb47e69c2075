package gateway_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/schema"
)

const (
	legacyAuth  = `{"anthropic": {"type": "api_key", "provider": "anthropic", "key": "sk-ant-FAKE"}, "bad": {"key": "sk-ant-FAKE"}}`
	legacyOAuth = `{"openai-codex": {"access": "FAKE", "refresh": "FAKE", "expires": 1}, "anthropic": {"access": "FAKE"}}`
	someStore   = `{"version": 1, "profiles": {"anthropic:x": {"type": "api_key", "provider": "anthropic", "key": "sk-ant-FAKE"}}}`
)

func TestImports(t *testing.T) {
	sparx := schema.Gateway{Name: "x", Product: "gensparx"}
	whole := &plan.LegacyImport{
		Files: []string{"agents/main/agent/auth.json", "credentials/oauth.json"},
		IDs:   []string{"anthropic:default", "openai-codex:default"},
		Load:  "running clawdbot models status",
	}
	for name, test := range map[string]struct {
		spec    schema.Gateway
		prepare func(*sandbox)
		want    *plan.LegacyImport
		remarks []string
	}{
		"both files": {clawdbot(), func(s *sandbox) {
			s.write(".clawdbot/agents/main/agent/auth.json", legacyAuth)
			s.write(".clawdbot/credentials/oauth.json", legacyOAuth)
		}, whole, []string{"makes anthropic:default of it", "deletes the file", "makes openai-codex:default of it", "keeps the file"}},
		"an empty store": {clawdbot(), func(s *sandbox) {
			s.write(".clawdbot/agents/main/agent/auth-profiles.json", "")
			s.write(".clawdbot/agents/main/agent/auth.json", legacyAuth)
			s.write(".clawdbot/credentials/oauth.json", legacyOAuth)
		}, whole, nil},
		"a store": {clawdbot(), func(s *sandbox) {
			s.write(".clawdbot/agents/main/agent/auth-profiles.json", someStore)
			s.write(".clawdbot/agents/main/agent/auth.json", legacyAuth)
			s.write(".clawdbot/credentials/oauth.json", legacyOAuth)
		}, nil, []string{"auth.json is of an older form, and Clawdbot does not read it", "oauth.json is of an older form, and Clawdbot does not read it"}},
		"the variable": {clawdbot(), func(s *sandbox) {
			s.mkdir(".clawdbot", 0o700)
			s.write("logins/oauth.json", legacyOAuth)
			s.env["CLAWDBOT_OAUTH_DIR"] = "~/logins"
		}, &plan.LegacyImport{Files: []string{"~/logins/oauth.json"}, IDs: []string{"anthropic:default", "openai-codex:default"}, Load: "running clawdbot models status"}, nil},
		"another spelling": {sparx, func(s *sandbox) {
			s.write(".gensparx/agents/main/agent/auth.json", `{"a": {"mode": "token", "token": "FAKE"}}`)
		}, &plan.LegacyImport{Files: []string{"agents/main/agent/auth.json"}, IDs: []string{"a:default"}, Load: "running gensparx models status"}, nil},
		"a store under a wrong name": {clawdbot(), func(s *sandbox) { s.write(".clawdbot/agents/main/agent/auth.json", someStore) }, nil, nil},
		"no JSON":                    {clawdbot(), func(s *sandbox) { s.write(".clawdbot/agents/main/agent/auth.json", `{"anthropic": FAKE`) }, nil, []string{"cannot be read"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSandbox(t)
			test.prepare(s)
			g := s.one(test.spec)
			if diff := cmp.Diff(test.want, g.Stores[0].Import); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			for _, words := range test.remarks {
				if !strings.Contains(strings.Join(g.Legacy, "\n"), words) {
					t.Errorf("no remark has %q: %q", words, g.Legacy)
				}
			}
		})
	}
}

// An agent without a store gets a copy of main's, and its own older file is never read.
func TestImportOfAgents(t *testing.T) {
	s := newSandbox(t)
	s.write(".clawdbot/agents/ops/agent/auth.json", legacyAuth)
	if g := s.one(clawdbot()); g.Stores[1].Import == nil {
		t.Error("without a store of main's the file is read")
	}
	s.write(".clawdbot/agents/main/agent/auth-profiles.json", someStore)
	if g := s.one(clawdbot()); g.Stores[1].Import != nil || len(g.Legacy) != 1 {
		t.Errorf("%+v, %q", g.Stores[1].Import, g.Legacy)
	}
}

func TestRemarksOnPredecessors(t *testing.T) {
	link := func(s *sandbox, to, from string) {
		if err := os.Symlink(to, s.path(from)); err != nil {
			s.t.Fatal(err)
		}
	}
	soul := schema.Gateway{Name: "soul", Product: "opensoul"}
	for name, test := range map[string]struct {
		specs   []schema.Gateway
		prepare func(*sandbox)
		want    []string
	}{
		"beside": {[]schema.Gateway{openclaw("2026.2.26")}, func(s *sandbox) { s.mkdir(".clawdbot", 0o700); s.mkdir(".openclaw", 0o700) },
			[]string{"~/.clawdbot, Clawdbot's name, is beside ~/.openclaw."}},
		"declared": {[]schema.Gateway{openclaw("2026.2.26"), clawdbot()}, func(s *sandbox) { s.mkdir(".clawdbot", 0o700); s.mkdir(".openclaw", 0o700) }, nil},
		"link left behind": {[]schema.Gateway{soul}, func(s *sandbox) { s.mkdir(".opensoul", 0o700); link(s, ".opensoul", ".openclaw") },
			[]string{"~/.openclaw, OpenClaw's name, is a link to this directory"}},
		"configuration": {[]schema.Gateway{soul}, func(s *sandbox) {
			s.write(".opensoul/openclaw.json", `{"meta":{"lastTouchedVersion":"2026.2.6"}}`)
		}, []string{"openclaw.json was last written by release 2026.2.6, which is a predecessor's.", "openclaw.json is a predecessor's name. OpenSoul reads it as long as there is no opensoul.json."}},
		"configuration that is copied": {[]schema.Gateway{openclaw("2026.2.26")}, func(s *sandbox) { s.write(".openclaw/clawdbot.json", "{}") },
			[]string{"may copy it"}},
		"configuration beside": {[]schema.Gateway{openclaw("2026.2.26")}, func(s *sandbox) { s.write(".openclaw/clawdbot.json", "{}"); s.write(".openclaw/openclaw.json", "{}") },
			[]string{"does not read it beside openclaw.json"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSandbox(t)
			test.prepare(s)
			live, diags := s.read(test.specs...)
			if diags.HasErrors() || len(live.Gateways) == 0 {
				t.Fatalf("%+v", diags)
			}
			got := live.Gateways[0].Legacy
			if len(got) != len(test.want) {
				t.Fatalf("got %q", got)
			}
			for i, want := range test.want {
				if !strings.Contains(got[i], want) {
					t.Errorf("got %q, want %q in it", got[i], want)
				}
			}
		})
	}
}
