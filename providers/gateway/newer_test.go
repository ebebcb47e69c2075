package gateway_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyform/keyform/schema"
)

// Commands that write are those of the very release that the gateway is: any other may
// refuse its databases, or bring them into another form.
func TestCommandsOfAnotherRelease(t *testing.T) {
	s := newSandbox(t)
	s.write(".openclaw/openclaw.json", "{}")
	spec := schema.Gateway{Name: "claw", Product: "openclaw", Version: "2026.9.6", Writer: schema.WriterGateway}
	if g := s.one(spec); g.CommandLine != nil || g.CommandRefusal != "" || !g.Rules.Commands || g.Rules.Newer {
		t.Errorf("without a command: %q, %q, %+v", g.CommandLine, g.CommandRefusal, g.Rules)
	}
	s.install("path", "openclaw", "2026.9.6", "openclaw")
	s.env["PATH"] = s.path("path/bin")
	want := []string{s.path("path/bin/openclaw")}
	if g := s.one(spec); g.CommandRefusal != "" || cmp.Diff(want, g.CommandLine) != "" {
		t.Errorf("the command in PATH: %q, %q", g.CommandLine, g.CommandRefusal)
	}
	// What is declared is not what is there.
	spec.Version = "2026.9.5"
	if g := s.one(spec); g.CommandRefusal != "" {
		t.Errorf("with another version declared: %s", g.CommandRefusal)
	}
	s.alive(4711, 1, "openclaw-gatewa", "HOME="+s.home)
	s.lock(".openclaw/tmp", "gateway.state.lock", 4711, s.stateDirMember())
	s.write("run/node_modules/openclaw/package.json", `{"name": "openclaw", "version": "2026.9.5"}`)
	s.write("proc/4711/maps", "7f00-7f01 r-xp 0 fe:00 1  "+s.path("run/node_modules/@openclaw/fs-safe-linux-x64-gnu/fs-safe-native.node")+"\n")
	if g := s.one(spec); !strings.Contains(g.CommandRefusal, "openclaw is of release 2026.9.6, and the package of the running gateway (pid 4711) says 2026.9.5") {
		t.Errorf("with another release running: %q", g.CommandRefusal)
	}
	spec.Writer = schema.WriterStore
	if g := s.one(spec); g.Rules.Commands {
		t.Error("with another writer the commands write")
	}
}
