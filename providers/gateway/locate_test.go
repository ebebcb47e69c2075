package gateway_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/keyform/keyform/providers/gateway"
	"github.com/keyform/keyform/schema"
	"github.com/keyform/keyform/schema/diag"
)

// mkdir makes a state directory.
func (s *sandbox) mkdir(name string, mode os.FileMode) {
	s.t.Helper()
	if err := os.MkdirAll(s.path(name), 0o700); err != nil {
		s.t.Fatal(err)
	}
	if err := os.Chmod(s.path(name), mode); err != nil {
		s.t.Fatal(err)
	}
}

const unitText = "[Unit]\nDescription=x\nEnvironment=IGNORED=here\n\n[Service]\nExecStart=/usr/bin/node %s gateway --port 18789\n%s\n[Install]\nWantedBy=default.target\n"

func (s *sandbox) unit(name, exec, lines string) {
	s.write(".config/systemd/user/"+name+".service", fmt.Sprintf(unitText, exec, lines))
}

// First wins: attribute, service, keyform's own environment, default.
func TestLocatePrecedence(t *testing.T) {
	s := newSandbox(t)
	for _, dir := range []string{"attribute", "service", "own", ".clawdbot"} {
		s.mkdir(dir, 0o700)
	}
	check := func(spec schema.Gateway, want string) {
		t.Helper()
		if g := s.one(spec); g.StateDir != s.path(want) || g.ConfigPath != filepath.Join(s.path(want), "clawdbot.json") {
			t.Errorf("%s with %s, want %s", g.StateDir, g.ConfigPath, want)
		}
	}
	check(clawdbot(), ".clawdbot")
	s.env["CLAWDBOT_STATE_DIR"] = "~/own"
	check(clawdbot(), "own")
	s.unit("clawdbot-gateway", "/x.js", `Environment="CLAWDBOT_STATE_DIR=~/service"`)
	check(clawdbot(), "service")
	spec := clawdbot()
	spec.StateDir = "~/attribute"
	s.env["CLAWDBOT_CONFIG_PATH"] = s.path("own/clawdbot.json") // another gateway's
	check(spec, "attribute")
}

func TestLocateConfig(t *testing.T) {
	s := newSandbox(t)
	s.mkdir(".openclaw", 0o700)
	s.write(".openclaw/clawdbot.json", "{}")
	if g := s.one(openclaw("2026.2.26")); g.ConfigPath != s.path(".openclaw/clawdbot.json") {
		t.Errorf("the predecessor's name is read where the own one is missing: %s", g.ConfigPath)
	}
	s.write(".openclaw/openclaw.json", "{}")
	if g := s.one(openclaw("2026.2.26")); g.ConfigPath != s.path(".openclaw/openclaw.json") {
		t.Errorf("got %s", g.ConfigPath)
	}
	s.env["OPENCLAW_CONFIG_PATH"] = s.path("etc/claw.json")
	if g := s.one(openclaw("2026.2.26")); g.ConfigPath != s.path("etc/claw.json") || g.Config.Label != "~/etc/claw.json" || g.Config.Exists {
		t.Errorf("got %s, %+v", g.ConfigPath, g.Config)
	}
}

func TestLocateInstance(t *testing.T) {
	s := newSandbox(t)
	s.mkdir(".clawdbot-work", 0o700)
	s.mkdir("own", 0o700)
	s.env["CLAWDBOT_STATE_DIR"] = s.path("own") // not this instance's
	spec := clawdbot()
	spec.Instance = "work"
	s.unit("clawdbot-gateway-work", "/x.js", "Environment=ANTHROPIC_API_KEY=sk-ant-FAKE")
	g := s.one(spec)
	if g.StateDir != s.path(".clawdbot-work") || g.Unit != "clawdbot-gateway-work.service" || len(g.Elsewhere) != 1 {
		t.Errorf("%s, %s, %+v", g.StateDir, g.Unit, g.Elsewhere)
	}
	s.env["CLAWDBOT_PROFILE"] = "work"
	if g := s.one(spec); g.StateDir != s.path("own") {
		t.Errorf("the environment of the same instance counts: %s", g.StateDir)
	}
	spec.Instance = "../x"
	_, diags := s.read(spec)
	wantCode(t, diags, diag.Error, "KF0312", "letters")
}

func TestLocateRefusals(t *testing.T) {
	for _, test := range []struct {
		name, code string
		severity   diag.Severity
		spec       schema.Gateway
		prepare    func(*sandbox)
		words      []string
	}{
		{"predecessor", "KF0305", diag.Error, openclaw("2026.2.26"), func(s *sandbox) { s.mkdir(".clawdbot", 0o700) }, []string{"~/.clawdbot", "~/.openclaw", "moves it", "state_dir"}},
		{"predecessor of earlier releases", "KF0305", diag.Error, openclaw("2026.3.28"), func(s *sandbox) { s.mkdir(".moldbot", 0o700) }, []string{"~/.moldbot", "moves it"}},
		{"predecessor of no later release", "KF0310", diag.Warning, openclaw("2026.3.31"), func(s *sandbox) { s.mkdir(".moldbot", 0o700) }, []string{"~/.openclaw"}},
		{"variable of earlier releases", "KF0319", diag.Warning, openclaw("2026.9.6"), func(s *sandbox) {
			s.mkdir(".openclaw", 0o700)
			s.unit("openclaw-gateway", "/x.js", "Environment=CLAWDBOT_CONFIG_PATH=/x.json")
		}, []string{"openclaw-gateway.service sets CLAWDBOT_CONFIG_PATH", "OPENCLAW_CONFIG_PATH"}},
		{"writable", "KF0308", diag.Error, clawdbot(), func(s *sandbox) { s.mkdir(".clawdbot", 0o770) }, []string{"0770", "chmod 700"}},
		{"readable", "KF0309", diag.Warning, clawdbot(), func(s *sandbox) { s.mkdir(".clawdbot", 0o755) }, []string{"0755"}},
		{"missing", "KF0310", diag.Warning, clawdbot(), func(*sandbox) {}, []string{"~/.clawdbot", "0700"}},
		{"file", "KF0311", diag.Error, clawdbot(), func(s *sandbox) { s.write(".clawdbot", "") }, []string{"not a directory"}},
		{"another user", "KF0307", diag.Error, clawdbot(), func(s *sandbox) { s.mkdir(".clawdbot", 0o700); s.host.UID = 4711 }, []string{"user id", "4711"}},
		{"unknown product", "KF0301", diag.Error, schema.Gateway{Name: "x", Product: "moltbot"}, func(*sandbox) {}, []string{"openclaw"}},
		{"another product's directory", "KF0305", diag.Error, schema.Gateway{Name: "x", Product: "opensoul"}, func(s *sandbox) { s.mkdir(".openclaw", 0o700) }, []string{"~/.openclaw (OpenClaw's)", "~/.opensoul", "state_dir"}},
		{"the same, provisioned", "KF0310", diag.Warning, schema.Gateway{Name: "x", Product: "opensoul", StateDir: "~/.opensoul"}, func(s *sandbox) { s.mkdir(".openclaw", 0o700) }, []string{"Until then", "~/.openclaw (OpenClaw's)"}},
		{"a product about to take it over", "KF0315", diag.Warning, openclaw("2026.2.26"), func(s *sandbox) {
			s.mkdir(".openclaw", 0o700)
			s.unit("opensoul-gateway", "/x.js", "")
		}, []string{"OpenSoul", "moves ~/.openclaw there", "0700"}},
		{"taken over already", "KF0314", diag.Error, openclaw("2026.2.26"), func(s *sandbox) {
			s.mkdir(".opensoul", 0o700)
			if err := os.Symlink(".opensoul", s.path(".openclaw")); err != nil {
				s.t.Fatal(err)
			}
		}, []string{"~/.opensoul", "OpenSoul's now"}},
		{"another product's writing", "KF0316", diag.Error, schema.Gateway{Name: "x", Product: "gensparx"}, func(s *sandbox) { s.write(".gensparx/gensparx.json", `{"meta":{"lastTouchedVersion":"2026.2.26"}}`) }, []string{"2026.2.26", "none of GenSparx"}},
		{"the same, declared", "KF0316", diag.Warning, schema.Gateway{Name: "x", Product: "gensparx", Version: "1.0.16-gensparx"}, func(s *sandbox) { s.write(".gensparx/gensparx.json", `{"meta":{"lastTouchedVersion":"2026.2.26"}}`) }, []string{"2026.2.26"}},
		{"a fork's writing", "KF0316", diag.Error, schema.Gateway{Name: "x", Product: "openclaw"}, func(s *sandbox) {
			s.write(".openclaw/openclaw.json", `{"meta":{"lastTouchedVersion":"1.0.3-gensparx"}}`)
		}, []string{"1.0.3-gensparx"}},
		{"a later product's stores", "KF0316", diag.Error, clawdbot(), func(s *sandbox) { s.write(".clawdbot/state/openclaw.sqlite", "") }, []string{"state/openclaw.sqlite", "no release of Clawdbot"}},
		{"a release of another product", "KF0303", diag.Error, schema.Gateway{Name: "x", Product: "opensoul", Version: "2026.2.6"}, func(s *sandbox) { s.mkdir(".opensoul", 0o700) }, []string{"no release of OpenSoul"}},
		{"an earlier release's directory", "KF0310", diag.Warning, schema.Gateway{Name: "x", Product: "gensparx"}, func(s *sandbox) { s.mkdir(".openclaw", 0o700) }, []string{`state_dir = "~/.openclaw"`}},
		{"another product's configuration path", "KF0313", diag.Warning, openclaw("2026.2.26"), func(s *sandbox) { s.mkdir(".openclaw", 0o700); s.env["CLAWDBOT_CONFIG_PATH"] = "/x" }, []string{"config_path"}},
		{"a common agent directory", "KF0313", diag.Warning, openclaw("2026.2.26"), func(s *sandbox) { s.mkdir(".openclaw", 0o700); s.env["PI_CODING_AGENT_DIR"] = "/x" }, []string{"OPENCLAW_AGENT_DIR"}},
		{"another product's variable", "KF0313", diag.Warning, openclaw("2026.2.26"), func(s *sandbox) { s.mkdir(".openclaw", 0o700); s.env["CLAWDBOT_STATE_DIR"] = "/x" }, []string{"CLAWDBOT_STATE_DIR"}},
		{"dangling link", "KF0311", diag.Error, clawdbot(), func(s *sandbox) {
			if err := os.Symlink("nowhere", s.path(".clawdbot")); err != nil {
				s.t.Fatal(err)
			}
		}, []string{"symbolic link"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newSandbox(t)
			test.prepare(s)
			live, diags := s.read(test.spec)
			wantCode(t, diags, test.severity, test.code, test.words...)
			if (len(live.Gateways) == 0) != (test.severity == diag.Error) {
				t.Errorf("%d gateways", len(live.Gateways))
			}
		})
	}
}

// Root manages what belongs to others; their home is where the directory is.
func TestLocateForeignHomeAsRoot(t *testing.T) {
	s := newSandbox(t)
	s.mkdir("users/ann/.clawdbot", 0o700)
	s.host.UID = 0
	spec := clawdbot()
	spec.StateDir = s.path("users/ann/.clawdbot")
	if g := s.one(spec); g.Home != s.path("users/ann") {
		t.Errorf("home %s", g.Home)
	}
}

func TestLocateTwiceInOnePlace(t *testing.T) {
	s := newSandbox(t)
	s.mkdir(".clawdbot", 0o700)
	if err := os.Symlink(".clawdbot", s.path(".openclaw")); err != nil {
		t.Fatal(err)
	}
	live, diags := s.read(clawdbot(), openclaw("2026.2.26"))
	wantCode(t, diags, diag.Error, "KF0306", `"bot"`, `"claw"`)
	if len(live.Gateways) != 1 {
		t.Errorf("%d gateways", len(live.Gateways))
	}
}

// Directories of their own do not help two gateways that keep a file in common.
func TestLocateTwiceInOneFile(t *testing.T) {
	for name, other := range map[string]schema.Gateway{
		"configuration": {Name: "other", Product: "clawdia", ConfigPath: "~/.clawdbot/clawdbot.json"},
		"store":         {Name: "other", Product: "gensparx"},
		"variables":     {Name: "other", Product: "gensparx", StateDir: "~/.openclaw"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSandbox(t)
			for _, dir := range []string{".clawdbot", ".clawdia", ".gensparx", ".openclaw"} {
				s.mkdir(dir, 0o700)
			}
			first := clawdbot()
			switch name {
			case "store":
				s.write(".gensparx/gensparx.json", `{agents: {list: [{id: "ops", agentDir: "~/.clawdbot/agents/main/agent"}]}}`)
			case "variables":
				first = schema.Gateway{Name: "now", Product: "gensparx"}
			}
			live, diags := s.read(first, other)
			wantCode(t, diags, diag.Error, "KF0306", first.Name, `"other"`)
			if len(live.Gateways) != 1 {
				t.Errorf("%d gateways", len(live.Gateways))
			}
		})
	}
}

// A directory has the names of the releases that lived in it.
func TestLocateEarlierDirectory(t *testing.T) {
	for name, prepare := range map[string]func(*sandbox) schema.Gateway{
		"by its name": func(s *sandbox) schema.Gateway {
			return schema.Gateway{Name: "x", Product: "gensparx", StateDir: "~/.openclaw"}
		},
		"by its configuration": func(s *sandbox) schema.Gateway {
			s.write("srv/sparx/openclaw.json", "{}")
			return schema.Gateway{Name: "x", Product: "gensparx", StateDir: "~/srv/sparx"}
		},
		"through a link": func(s *sandbox) schema.Gateway {
			s.mkdir("srv/sparx", 0o700)
			if err := os.Symlink("srv/sparx", s.path(".openclaw")); err != nil {
				s.t.Fatal(err)
			}
			return schema.Gateway{Name: "x", Product: "gensparx", StateDir: "~/.openclaw"}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSandbox(t)
			spec := prepare(s)
			if name == "by its name" {
				s.mkdir(".openclaw", 0o700)
			}
			g := s.one(spec)
			if filepath.Base(g.ConfigPath) != "openclaw.json" || g.Env.Path != s.path(".gensparx/.env") || g.Env.Label != "~/.gensparx/.env" || g.Rules.LockForm != "file" {
				t.Errorf("%s, %+v, %s", g.ConfigPath, g.Env, g.Rules.LockForm)
			}
		})
	}
	s := newSandbox(t)
	s.mkdir(".openclaw", 0o700)
	s.unit("gensparx-gateway", "/x.js", "Environment=OPENCLAW_STATE_DIR="+s.path(".openclaw"))
	if g := s.one(schema.Gateway{Name: "x", Product: "gensparx", StateDir: "~/.openclaw"}); g.Env.Path != s.path(".openclaw/.env") {
		t.Errorf("where the service names the directory, .env is in it: %s", g.Env.Path)
	}
}

func TestDataDir(t *testing.T) {
	s := newSandbox(t)
	if got := gateway.DataDir(s.host, "/srv/a/.openclaw"); got != filepath.Join("/srv/a/.openclaw", ".keyform") {
		t.Error(got)
	}
	s.env["KEYFORM_DATA_DIR"] = "~/data"
	a, b := gateway.DataDir(s.host, "/srv/a/.openclaw"), gateway.DataDir(s.host, "/srv/b/.openclaw")
	if a == b || filepath.Dir(a) != s.path("data") || filepath.Dir(b) != s.path("data") {
		t.Errorf("%s and %s", a, b)
	}
}
