//go:build gateways && unix

package gatewaytest

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Token is the RPC token in the configuration of every [Home].
const Token = "fake-rpc-token-5f0d2c"

// limit is how long a program may run before its test fails.
const limit = 3 * time.Minute

// Home is a sandbox home directory with a configuration a gateway can run in: local
// mode on a port of its own, agents main and ops, one model, an RPC token, no
// credential.
type Home struct {
	Release Release
	// Dir is the home directory, State the state directory in it, Config the file.
	Dir, State, Config string
	// Temp is the directory for temporary files.
	Temp string
	// Port is where a gateway listens or would listen.
	Port int
	// API is the stand-in for the model hosts.
	API *API

	oracles, wire string
}

//go:embed wire.mjs
var wire []byte

// NewHome installs r if needed and makes a home. Both it and what runs in it end
// with the test. A release that keeps databases finds those of a fresh installation,
// its own work, with agents main and ops.
func NewHome(t testing.TB, r Release) *Home {
	t.Helper()
	h := NewBareHome(t, r)
	if r.SQLite() {
		h.databases(t)
	}
	return h
}

// NewBareHome is a [NewHome] without databases, in which nothing ever ran.
func NewBareHome(t testing.TB, r Release) *Home {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	h := &Home{Release: r, Dir: filepath.Join(dir, "home"), Port: freePort(t), API: startAPI(t), oracles: install(t, r), wire: filepath.Join(dir, "wire.mjs")}
	h.State = filepath.Join(h.Dir, r.StateDir)
	h.Config = filepath.Join(h.State, r.ConfigName)
	h.Temp = filepath.Join(dir, "tmp")
	if err := os.Mkdir(h.Temp, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, cache := range []string{"jiti", "node-compile-cache"} { // compiled code; without it a turn takes four times as long
		shared := filepath.Join(h.oracles, "cache", cache)
		if err := errors.Join(os.MkdirAll(shared, 0o755), os.Symlink(shared, filepath.Join(h.Temp, cache))); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(h.wire, wire, 0o600); err != nil {
		t.Fatal(err)
	}
	if r.Generation == SharedSQLite {
		t.Cleanup(h.removeCoordinators)
	}
	h.WriteConfig(t, h.config())
	return h
}

// As is this home as another release has it, which is installed if needed: what an
// upgrade in place leaves.
func (h *Home) As(t testing.TB, r Release) *Home {
	t.Helper()
	other := *h
	other.Release, other.oracles = r, install(t, r)
	return &other
}

// config is the configuration of a new home. From 2026.8.1 on, agents are entries of an
// object, and where there are several the configuration has to say whose the gateway's
// own doings are.
func (h *Home) config() map[string]any {
	agents := map[string]any{"list": []any{map[string]any{"id": "main", "default": true}, map[string]any{"id": "ops"}}}
	defaults := map[string]any{"model": map[string]any{"primary": h.Release.Model}}
	if h.Release.Generation == SharedSQLite {
		agents = map[string]any{"ownership": "explicit", "entries": map[string]any{"main": map[string]any{}, "ops": map[string]any{}}}
		defaults["systemAgent"] = map[string]any{"agentId": "main"}
	}
	agents["defaults"] = defaults
	return map[string]any{
		"gateway": map[string]any{"mode": "local", "bind": "loopback", "port": h.Port, "auth": map[string]any{"mode": "token", "token": Token}},
		"agents":  agents,
	}
}

// WriteConfig replaces the configuration.
func (h *Home) WriteConfig(t testing.TB, config map[string]any) {
	t.Helper()
	text, err := json.MarshalIndent(config, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	h.Write(t, h.Release.ConfigName, string(text)+"\n")
}

// ReadConfig gives the configuration, which must be plain JSON.
func (h *Home) ReadConfig(t testing.TB) map[string]any {
	t.Helper()
	var config map[string]any
	if err := json.Unmarshal([]byte(h.Read(t, h.Release.ConfigName)), &config); err != nil {
		t.Fatal(err)
	}
	return config
}

// Write replaces a file of the state directory, mode 0600, by renaming.
func (h *Home) Write(t testing.TB, name, content string) {
	t.Helper()
	path := filepath.Join(h.State, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path+".new", []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

// Read gives a file of the state directory.
func (h *Home) Read(t testing.TB, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(h.State, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

const (
	storeFile = "auth-profiles.json"
	stateFile = "auth-state.json"
)

// StoreName is the credential store of an agent within the state directory, where that
// is a file.
func StoreName(agent string) string { return inAgent(agent, storeFile) }

func inAgent(agent, name string) string { return filepath.Join("agents", agent, "agent", name) }

// Env is a clean environment in which the gateway's command and node are found, the
// home is this one, and temporary files, the gateway's instance lock among them, are
// the test's own.
func (h *Home) Env() []string {
	path := filepath.Join(h.oracles, h.Release.String(), "node_modules", ".bin") + ":" + filepath.Join(h.oracles, "node24", "bin") + ":/usr/bin:/bin"
	return []string{"PATH=" + path, "HOME=" + h.Dir, "TMPDIR=" + h.Temp, "TERM=dumb", "NO_COLOR=1"}
}

// Result is what a command printed and how it ended.
type Result struct {
	Stdout, Stderr string
	Code           int
}

// CLI runs the gateway's command to its end. Whatever its exit status, the test goes
// on; it fails only if the command does not run or end.
func (h *Home) CLI(t testing.TB, args ...string) Result {
	t.Helper()
	return h.run(t, "", nil, args)
}

// CLIInput is CLI with a text on standard input.
func (h *Home) CLIInput(t testing.TB, stdin string, args ...string) Result {
	t.Helper()
	return h.run(t, stdin, nil, args)
}

func (h *Home) run(t testing.TB, stdin string, env, args []string) Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	cmd := h.command(ctx, args)
	cmd.Env = append(cmd.Env, env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if ctx.Err() != nil || err != nil && !errors.As(err, &exit) {
		t.Fatalf("%s %q: %v\n%s%s", h.Release, args, err, stdout.String(), stderr.String())
	}
	return Result{Stdout: stdout.String(), Stderr: stderr.String(), Code: cmd.ProcessState.ExitCode()}
}

// JSON runs the gateway's command, which must succeed, and decodes what it printed.
func (h *Home) JSON(t testing.TB, into any, args ...string) {
	t.Helper()
	r := h.CLI(t, args...)
	if r.Code != 0 {
		t.Fatalf("%s %q: exit status %d\n%s%s", h.Release, args, r.Code, r.Stdout, r.Stderr)
	}
	if err := json.Unmarshal([]byte(r.Stdout), into); err != nil {
		t.Fatalf("%s %q: %v\n%s", h.Release, args, err, r.Stdout)
	}
}

// Node runs a JavaScript module with the release's node, and gives what it printed. The
// directory of the release's package is in its environment as KEYFORM_PACKAGE. It must
// succeed.
func (h *Home) Node(t testing.TB, module string, stdin []byte, args ...string) []byte {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(h.oracles, "node24", "bin", "node"), append([]string{"--input-type=module", "-e", module, "--"}, args...)...)
	cmd.Dir, cmd.Stdin = h.Dir, bytes.NewReader(stdin)
	cmd.Env = append(h.Env(), "KEYFORM_PACKAGE="+filepath.Join(h.oracles, h.Release.String(), "node_modules", h.Release.Product))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: node: %v\n%s", h.Release, err, end(stderr.String()))
	}
	return out
}

// command is the gateway's command in a process group of its own, which ends with
// ctx. A launcher of it starts node anew, so the group is what has to end.
func (h *Home) command(ctx context.Context, args []string) *exec.Cmd {
	entry := filepath.Join(h.oracles, h.Release.String(), "node_modules", h.Release.Product, h.Release.Entry)
	cmd := exec.CommandContext(ctx, filepath.Join(h.oracles, "node24", "bin", "node"), append([]string{entry}, args...)...)
	cmd.Dir = h.Dir
	// clawdbot knows the port by its variable only
	cmd.Env = append(h.Env(), "NODE_OPTIONS=--import="+h.wire, "KEYFORM_WIRE="+h.API.Addr, "CLAWDBOT_GATEWAY_PORT="+strconv.Itoa(h.Port))
	if h.Release.Product == "clawdbot" { // the others see to that themselves
		cmd.Env = append(cmd.Env, "NODE_COMPILE_CACHE="+filepath.Join(h.oracles, "cache", "clawdbot"))
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

func freePort(t testing.TB) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
