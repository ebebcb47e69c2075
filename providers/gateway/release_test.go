package gateway_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/gateway"
	"github.com/keyform/keyform/providers/sqlstore"
	"github.com/keyform/keyform/providers/sqlstore/sqlstoretest"
	"github.com/keyform/keyform/schema"
	"github.com/keyform/keyform/schema/diag"
)

// install puts a package in place, as npm does, with its binary below bin.
func (s *sandbox) install(prefix, name, version, bin string) {
	s.t.Helper()
	root := prefix + "/lib/node_modules/" + name
	s.write(root+"/package.json", fmt.Sprintf(`{"name": %q, "version": %q}`, name, version))
	s.write(root+"/dist/package.json", `{"type": "module"}`)
	s.write(root+"/dist/index.js", "")
	if bin == "" {
		return
	}
	if err := os.MkdirAll(s.path(prefix+"/bin"), 0o700); err != nil {
		s.t.Fatal(err)
	}
	if err := os.Symlink("../lib/node_modules/"+name+"/dist/index.js", s.path(prefix+"/bin/"+bin)); err != nil {
		s.t.Fatal(err)
	}
}

// process lays out a live gateway: its lock and its /proc entry.
func (s *sandbox) process(pid, start int, lockDir, configPath string, environ, maps []string) {
	s.t.Helper()
	stat := fmt.Sprintf("%d (claw) gate) S %s%d 0", pid, strings.Repeat("0 ", 18), start)
	s.write(fmt.Sprintf("proc/%d/stat", pid), stat)
	s.write(fmt.Sprintf("proc/%d/environ", pid), strings.Join(environ, "\x00")+"\x00")
	s.write(fmt.Sprintf("proc/%d/maps", pid), strings.Join(maps, "\n"))
	s.write(fmt.Sprintf("tmp/%s-%d/gateway.0a1b2c3d.lock", lockDir, os.Geteuid()),
		fmt.Sprintf(`{"pid":%d,"createdAt":"2026-11-21T06:39:06.322Z","configPath":%q,"startTime":121806}`, pid, configPath))
}

func TestReleaseEvidence(t *testing.T) {
	s := newSandbox(t)
	s.mkdir(".openclaw", 0o700)
	spec := schema.Gateway{Name: "claw", Product: "openclaw"}
	check := func(release, evidence string) {
		t.Helper()
		if g := s.one(spec); g.Release != release || g.Evidence != evidence || g.VersionConflict != "" {
			t.Errorf("%s from %q (%s), want %s from %q", g.Release, g.Evidence, g.VersionConflict, release, evidence)
		}
	}
	_, diags := s.read(spec)
	wantCode(t, diags, diag.Error, "KF0302", "openclaw --version", "Set version")
	s.write(".openclaw/openclaw.json", `{meta: {lastTouchedVersion: "2026.3.2"}}`)
	check("2026.3.2", "openclaw.json's meta")
	s.install("path", "openclaw", "2026.3.8", "openclaw")
	s.env["PATH"] = "relative:" + s.path("missing") + ":" + s.path("path/bin")
	check("2026.3.8", "the package behind openclaw in PATH")
	s.install("run", "openclaw", "2026.3.7", "")
	s.process(4711, 121806, "openclaw", s.path(".openclaw/openclaw.json"), []string{"PATH=/x"}, []string{
		"7f00-7f01 r-xp 0 08:01 1 /usr/lib/libc.so.6",
		"7f00-7f01 r-xp 0 08:01 1 " + s.path("run/lib/node_modules/openclaw/node_modules/@snazzah/davey/davey.node"),
	})
	check("2026.3.7", "the package of the running gateway (pid 4711)")
	s.install("unit", "openclaw", "2026.2.26", "")
	s.unit("openclaw-gateway", s.path("unit/lib/node_modules/openclaw/dist/index.js"), "")
	check("2026.2.26", "the package behind openclaw-gateway.service")
	spec.Version = "2026.2.26"
	check("2026.2.26", "its version attribute")
}

func TestReleaseOfRunningServiceWithoutPackage(t *testing.T) {
	s := newSandbox(t)
	s.mkdir(".openclaw", 0o700)
	s.process(4711, 121806, "openclaw", s.path(".openclaw/openclaw.json"), []string{"OPENCLAW_SERVICE_VERSION=2026.3.1"}, nil)
	g := s.one(schema.Gateway{Name: "claw", Product: "openclaw"})
	if g.Release != "2026.3.1" || !strings.Contains(g.Evidence, "environment of the running") {
		t.Errorf("%s from %q", g.Release, g.Evidence)
	}
}

// A live gateway that somebody else runs says nothing about this one.
func TestProcessOfAnotherHome(t *testing.T) {
	s := newSandbox(t)
	s.mkdir(".clawdbot", 0o700)
	s.mkdir("elsewhere", 0o700)
	environ := []string{"HOME=" + s.home, "CLAWDBOT_STATE_DIR=" + s.path("elsewhere")}
	s.process(4711, 121806, "clawdbot", s.path("elsewhere/clawdbot.json"), environ, nil)
	if g := s.one(clawdbot()); g.StateDir != s.path("elsewhere") || !g.Running {
		t.Errorf("the environment of the service counts: %s", g.StateDir)
	}
	s.process(4711, 121806, "clawdbot", s.path("elsewhere/clawdbot.json"), []string{"HOME=/nowhere", environ[1]}, nil)
	if g := s.one(clawdbot()); g.StateDir != s.path(".clawdbot") || g.Running {
		t.Errorf("got %s", g.StateDir)
	}
}

// What is declared may look ahead, and apply is told where that matters.
func TestReleaseConflict(t *testing.T) {
	for _, test := range []struct{ declared, found, later, want string }{
		{"2026.2.26", "2026.3.2", "", ""},
		{"2026.2.12", "2026.2.26", "", "differ in how their stores are kept or locked"},
		{"2026.4.5", "2026.9.6", "", "differ in how their stores are kept"},
		{"2026.9.6", "2026.4.29", "", "differ in how their stores are kept"},
		{"2026.4.29", "2026.4.29", "agents/main/agent/openclaw-agent.sqlite", "openclaw-agent.sqlite is there"},
		{"2026.4.5", "2026.4.5", "agents/main/agent/auth-state.json", "auth-state.json is there"},
		{"2026.4.5", "2026.4.5", "state/openclaw.sqlite", "openclaw.sqlite is there"},
	} {
		s := newSandbox(t)
		s.write(".openclaw/openclaw.json", fmt.Sprintf(`{"meta":{"lastTouchedVersion":%q}}`, test.found))
		if test.later != "" {
			s.write(".openclaw/"+test.later, "")
		}
		g := s.one(openclaw(test.declared))
		if got := g.VersionConflict; got == "" != (test.want == "") || !strings.Contains(got, test.want) {
			t.Errorf("%+v: got %q", test, got)
		}
	}
}

func TestReleaseRefusals(t *testing.T) {
	s := newSandbox(t)
	s.mkdir(".openclaw", 0o700)
	for version, word := range map[string]string{"2026.1.1": "unknown", "latest": "not a release", "2026.2.14": "never published"} {
		_, diags := s.read(openclaw(version))
		wantCode(t, diags, diag.Error, "KF0303", word, "its version attribute")
	}
}

// Nothing but its stores tells the release of this one.
func TestReleaseByTheFormOfItsStores(t *testing.T) {
	s := newSandbox(t)
	s.write(".openclaw/agents/main/agent/auth-state.json", "{}")
	if g := s.one(schema.Gateway{Name: "claw", Product: "openclaw"}); g.Release != "2026.6.1" || g.Evidence != "the form of its stores" {
		t.Errorf("release %s, from %s", g.Release, g.Evidence)
	}
}

// A host whose agents all use the shared store has no agent's database at all, and one
// of OpenClaw 2026.6.1 has a state database beside its files.
func TestReleaseByTheStateDatabase(t *testing.T) {
	for _, test := range []struct {
		name, file, want string
		make             sqlstoretest.Release
	}{
		{"shared store alone", "", "2026.9.6", sqlstoretest.R9},
		{"files beside a state database", "agents/main/agent/auth-state.json", "2026.6.1", sqlstoretest.R6},
	} {
		s := newSandbox(t)
		s.mkdir(".openclaw", 0o700)
		location := ""
		if test.make == sqlstoretest.R9 {
			location = "state-db"
		}
		if err := sqlstoretest.MakeState(s.path(".openclaw/state/openclaw.sqlite"), test.make, location, sqlstore.Cells{}); err != nil {
			t.Fatal(err)
		}
		if test.file != "" {
			s.write(".openclaw/"+test.file, "{}")
		}
		g := s.one(schema.Gateway{Name: "claw", Product: "openclaw"})
		if g.Release != test.want || g.Evidence != "the form of its stores" || g.VersionConflict != "" {
			t.Errorf("%s: release %s, from %s, %s", test.name, g.Release, g.Evidence, g.VersionConflict)
		}
	}
}

func TestRunning(t *testing.T) {
	s := newSandbox(t)
	s.mkdir(".clawdbot", 0o700)
	if err := os.Symlink(".clawdbot", s.path("link")); err != nil {
		t.Fatal(err)
	}
	config := s.path("link/clawdbot.json") // as the gateway spells it
	s.process(4711, 121806, "clawdbot", config, nil, nil)
	g := s.one(clawdbot())
	if !g.Running || g.PID != 4711 {
		t.Errorf("running %v, pid %d", g.Running, g.PID)
	}
	of := func(g plan.GatewaySnapshot) *plan.GatewayPlan {
		return &plan.GatewayPlan{Name: g.Name, Product: g.Product, Release: g.Release, StateDir: g.StateDir, ConfigPath: g.ConfigPath, Home: g.Home, Unit: g.Unit}
	}
	if pid, running, err := gateway.Running(s.host, of(g)); err != nil || !running || pid != 4711 {
		t.Errorf("%d, %v, %v", pid, running, err)
	}
	s.process(4711, 99, "clawdbot", config, nil, nil) // the id was used again
	if g := s.one(clawdbot()); g.Running {
		t.Error("another process of the same id was taken for the gateway")
	}
	s.process(4711, 121806, "clawdbot", s.path("other/clawdbot.json"), []string{"CLAWDBOT_PROFILE=other"}, nil)
	if g := s.one(clawdbot()); g.Running {
		t.Error("the gateway of another directory was taken for this one")
	}
}

// A service may have a temporary directory of its own, with the lock in it.
func TestRunningWithoutVisibleLock(t *testing.T) {
	s := newSandbox(t)
	s.mkdir(".clawdbot", 0o700)
	s.mkdir(".clawdbot-work", 0o700)
	s.write("proc/4711/comm", "clawdbot-gatewa\n")
	s.write("proc/4711/environ", "HOME="+s.home+"\x00CLAWDBOT_PROFILE=work\x00")
	s.write("proc/4712/comm", "clawdbot-agent\n")
	s.write("proc/4712/environ", "HOME="+s.home+"\x00")
	work := clawdbot()
	work.Name, work.Instance = "work", "work"
	live, diags := s.read(clawdbot(), work)
	if diags != nil || live.Gateways[0].Running || !live.Gateways[1].Running || live.Gateways[1].PID != 4711 {
		t.Errorf("%+v, %+v", live.Gateways, diags)
	}
}

func TestElsewhere(t *testing.T) {
	s := newSandbox(t)
	s.write(".clawdbot/.env", "ANTHROPIC_API_KEY=sk-ant-FAKE-file\nTHEIRS=x\n")
	s.write("secrets.env", "# comment\nGEMINI_API_KEY='FAKE gem'\n")
	s.unit("clawdbot-gateway", "/x.js", "Environment=HOME=/x \"OPENAI_API_KEY=FAKE a b\" THEIRS=1\nEnvironmentFile=-"+s.path("secrets.env"))
	s.write(".config/systemd/user/clawdbot-gateway.service.d/key.conf", "[Service]\nEnvironment=XAI_API_KEY=FAKE\\\nEnvironment=\n")
	s.process(4711, 121806, "clawdbot", s.path(".clawdbot/clawdbot.json"),
		[]string{"GEMINI_API_KEY=FAKE gem", "ANTHROPIC_API_KEY=sk-ant-FAKE-file", "DECLARED=1", "SHELL=/bin/sh", "GROQ_API_KEY="}, nil)
	s.host.Watch = []string{"DECLARED"}
	// The drop-in's last line is a part of the one before it: nothing is reset.
	want := []plan.EnvElsewhere{
		{Name: "GEMINI_API_KEY", Where: "clawdbot-gateway.service", Value: print("FAKE gem", "gateway.bot env GEMINI_API_KEY")},
		{Name: "OPENAI_API_KEY", Where: "clawdbot-gateway.service", Value: print("FAKE a b", "gateway.bot env OPENAI_API_KEY")},
		{Name: "THEIRS", Where: "clawdbot-gateway.service", Value: print("1", "gateway.bot env THEIRS")},
		{Name: "XAI_API_KEY", Where: "clawdbot-gateway.service", Value: print("FAKE", "gateway.bot env XAI_API_KEY")},
		{Name: "ANTHROPIC_API_KEY", Where: "the running gateway (pid 4711)", Value: print("sk-ant-FAKE-file", "gateway.bot env ANTHROPIC_API_KEY"), Process: true},
		{Name: "DECLARED", Where: "the running gateway (pid 4711)", Value: print("1", "gateway.bot env DECLARED"), Process: true},
		{Name: "GROQ_API_KEY", Where: "the running gateway (pid 4711)", Process: true}, // empty, and left so
	}
	if diff := cmp.Diff(want, s.one(clawdbot()).Elsewhere); diff != "" {
		t.Errorf("elsewhere (-want +got):\n%s", diff)
	}
}
