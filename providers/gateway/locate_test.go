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
		{"writable", "KF0308", diag.Error, clawdbot(), func(s *sandbox) { s.mkdir(".clawdbot", 0o770) }, []string{"0770", "chmod 700"}},
		{"readable", "KF0309", diag.Warning, clawdbot(), func(s *sandbox) { s.mkdir(".clawdbot", 0o755) }, []string{"0755"}},
		{"missing", "KF0310", diag.Warning, clawdbot(), func(*sandbox) {}, []string{"~/.clawdbot", "0700"}},
		{"file", "KF0311", diag.Error, clawdbot(), func(s *sandbox) { s.write(".clawdbot", "") }, []string{"not a directory"}},
		{"another user", "KF0307", diag.Error, clawdbot(), func(s *sandbox) { s.mkdir(".clawdbot", 0o700); s.host.UID = 4711 }, []string{"user id", "4711"}},
		{"unknown product", "KF0301", diag.Error, schema.Gateway{Name: "x", Product: "moltbot"}, func(*sandbox) {}, []string{"openclaw"}},
		{"later product", "KF0301", diag.Error, schema.Gateway{Name: "x", Product: "opensoul"}, func(*sandbox) {}, []string{"not supported yet"}},
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
