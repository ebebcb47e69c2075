package gateway_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/keyform/keyform/providers/gateway"
	"github.com/keyform/keyform/schema/diag"
)

// alive lays out a process with a name and, if it is known, a parent.
func (s *sandbox) alive(pid, parent int, comm string, environ ...string) {
	s.t.Helper()
	s.write(fmt.Sprintf("proc/%d/stat", pid), fmt.Sprintf("%d (%s) S %d %s121806 0", pid, comm, parent, strings.Repeat("0 ", 17)))
	s.write(fmt.Sprintf("proc/%d/comm", pid), comm+"\n")
	s.write(fmt.Sprintf("proc/%d/environ", pid), strings.Join(environ, "\x00")+"\x00")
}

// lock lays out an instance lock in the form of OpenClaw 2026.9.6, below the directory
// for temporary files; more is further members.
func (s *sandbox) lock(temp, name string, pid int, more string) string {
	s.t.Helper()
	path := fmt.Sprintf("%s/openclaw-%d/%s", temp, os.Geteuid(), name)
	s.write(path, fmt.Sprintf("{\n  \"pid\": %d,\n  \"ownerId\": \"386dc1f9\",\n  \"configPath\": %q,\n  \"startTime\": 121806%s\n}\n \t\t \t \n", pid, s.path(".openclaw/openclaw.json"), more))
	s.write(path+".sqlite", "")
	return path
}

func (s *sandbox) stateDirMember() string {
	return fmt.Sprintf(",\n  \"stateDir\": %q", s.path(".openclaw"))
}

// From 2026.8.1 on the lock is in the state directory, and there are two of it.
func TestRunningByTheLockInTheStateDirectory(t *testing.T) {
	s := newSandbox(t)
	s.write(".openclaw/openclaw.json", "{gateway: {port: 19000}}")
	for _, name := range []string{"gateway.0a1b2c3d.lock", "gateway.state.lock"} {
		s.lock(".openclaw/tmp", name, 4711, s.stateDirMember()+`, "port": 19007`)
	}
	if g := s.one(openclaw("2026.9.6")); g.Running {
		t.Error("running without a process")
	}
	s.alive(4711, 1, "openclaw-gatewa", "HOME="+s.home)
	g := s.one(openclaw("2026.9.6"))
	if !g.Running || g.PID != 4711 {
		t.Errorf("running %v, pid %d", g.Running, g.PID)
	}
	ep, err := gateway.RPCEndpoint(t.Context(), s.host, s.planned(g))
	if err != nil || ep.URL != "ws://127.0.0.1:19007" {
		t.Errorf("%s, %v, want the port that the lock names", ep.URL, err)
	}
	// Where processes cannot be read, the lock is all there is.
	s.host.Proc, s.host.Alive = nil, func(pid int) bool { return pid == 4711 }
	if g := s.one(openclaw("2026.9.6")); !g.Running || g.PID != 4711 {
		t.Errorf("without /proc: running %v, pid %d", g.Running, g.PID)
	}
}

func TestOtherHoldersOfTheLockAreNoGateway(t *testing.T) {
	s := newSandbox(t)
	s.write(".openclaw/openclaw.json", "{}")
	s.alive(4711, 1, "openclaw-agent", "HOME="+s.home)
	lock := s.lock(".openclaw/tmp", "gateway.state.lock", 4711, s.stateDirMember()+`, "role": "agent-embedded"`)
	if g := s.one(openclaw("2026.9.6")); g.Running {
		t.Error("an embedded agent was taken for a gateway")
	}
	s.lock(".openclaw/tmp", filepath.Base(lock), 4711, s.stateDirMember()+`, "role": "sqlite-maintenance"`)
	_, diags := s.read(openclaw("2026.9.6"))
	wantCode(t, diags, diag.Error, "KF0318", "openclaw doctor (pid 4711)", "~/.openclaw")
}

func TestTwoGatewaysInOneDirectory(t *testing.T) {
	s := newSandbox(t)
	s.write(".openclaw/openclaw.json", "{}")
	s.alive(4711, 1, "openclaw-gatewa", "HOME="+s.home)
	s.lock(".openclaw/tmp", "gateway.state.lock", 4711, s.stateDirMember())
	s.alive(4712, 1, "openclaw-gatewa", "HOME=/elsewhere", "OPENCLAW_STATE_DIR="+s.path(".openclaw"))
	_, diags := s.read(openclaw("2026.9.6"))
	wantCode(t, diags, diag.Error, "KF0317", "pid 4711 (~/.openclaw/openclaw.json) and pid 4712 both work in ~/.openclaw")

	gone := func(context.Context, time.Duration) error {
		return os.RemoveAll(s.path("proc/4712"))
	}
	s.host.Sleep = gone
	if g := s.one(openclaw("2026.9.6")); g.PID != 4711 {
		t.Errorf("after the other one ended: pid %d", g.PID)
	}
	// A launcher and what it launched go by one name in some releases.
	s.alive(4713, 4711, "openclaw-gatewa", "HOME="+s.home)
	if g := s.one(openclaw("2026.9.6")); g.PID != 4711 {
		t.Errorf("with a child: pid %d", g.PID)
	}
	// One of another directory, or of another user's home, is none of ours.
	s.alive(4714, 1, "openclaw-gatewa", "HOME="+s.home, "OPENCLAW_PROFILE=work")
	s.alive(4715, 1, "openclaw-gatewa", "HOME=/elsewhere")
	if g := s.one(openclaw("2026.9.6")); g.PID != 4711 {
		t.Errorf("with gateways elsewhere: pid %d", g.PID)
	}
}

// The package behind a running 2026.9.6 is known by the addon of a package beside it.
func TestReleaseOfTheRunningPackage(t *testing.T) {
	s := newSandbox(t)
	s.write(".openclaw/openclaw.json", "{}")
	s.write("lib/node_modules/openclaw/package.json", `{"name": "openclaw", "version": "2026.9.6"}`)
	s.alive(4711, 1, "openclaw-gatewa", "HOME="+s.home)
	s.lock(".openclaw/tmp", "gateway.state.lock", 4711, s.stateDirMember())
	s.write("proc/4711/maps", "7f00-7f01 r-xp 0 fe:00 1  "+s.path("lib/node_modules/@openclaw/fs-safe-linux-x64-gnu/fs-safe-native.node")+"\n")
	if g := s.one(openclaw("")); g.Release != "2026.9.6" || g.Evidence != "the package of the running gateway (pid 4711)" {
		t.Errorf("%s from %s", g.Release, g.Evidence)
	}
}

// Processes that have the name of any command of the product tell where the lock is.
func TestRunningByTheLockInAPrivateDirectory(t *testing.T) {
	s := newSandbox(t)
	s.write(".openclaw/openclaw.json", "{}")
	s.alive(4711, 1, "openclaw", "HOME="+s.home)
	if g := s.one(openclaw("2026.6.11")); g.Running {
		t.Error("a command was taken for a gateway")
	}
	s.lock("proc/4711/root/tmp", "gateway.0a1b2c3d.lock", 4711, "")
	if g := s.one(openclaw("2026.6.11")); g.PID != 4711 {
		t.Errorf("pid %d by the lock in a /tmp of its own", g.PID)
	}
	s.alive(4711, 1, "openclaw", "HOME="+s.home, "TMPDIR="+s.path("private"))
	if g := s.one(openclaw("2026.6.11")); g.Running {
		t.Error("the lock of another directory was read")
	}
	s.lock("private", "gateway.0a1b2c3d.lock", 4711, "")
	if g := s.one(openclaw("2026.6.11")); g.PID != 4711 {
		t.Errorf("pid %d by the lock in its TMPDIR", g.PID)
	}
}
