package reload_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyform/keyform/providers/reload"
	"github.com/keyform/keyform/providers/secrets/secret"
)

// recorder is a Runner that answers with fixed output and keeps what it was given.
type recorder struct {
	got    reload.Process
	output string
	err    error
}

func (r *recorder) run(_ context.Context, p reload.Process) ([]byte, error) {
	r.got = p
	return []byte(r.output), r.err
}

func host(r *recorder, goos string, uid int, env map[string]string) reload.Host {
	return reload.Host{GOOS: goos, UID: uid, Run: r.run, Getenv: func(name string) string { return env[name] }}
}

func TestRestart(t *testing.T) {
	const unit = "openclaw-gateway.service"
	session := map[string]string{"PATH": "/usr/bin", "HOME": "/home/u", "XDG_RUNTIME_DIR": "/run/user/1000", "ANTHROPIC_API_KEY": token}
	tests := map[string]struct {
		goos string
		uid  int
		env  map[string]string
		unit reload.Unit
		want reload.Process
	}{
		"own service": {goos: "linux", uid: 1000, env: session, unit: reload.Unit{Name: unit, Owner: "u", OwnerUID: 1000}, want: reload.Process{
			Argv: []string{"systemctl", "--user", "restart", "--", unit}, Env: []string{"PATH=/usr/bin", "HOME=/home/u", "XDG_RUNTIME_DIR=/run/user/1000"}}},
		"without a session": {goos: "linux", uid: 1000, env: map[string]string{"PATH": "/usr/bin"}, unit: reload.Unit{Name: unit, OwnerUID: 1000}, want: reload.Process{
			Argv: []string{"systemctl", "--user", "restart", "--", unit}, Env: []string{"PATH=/usr/bin", "XDG_RUNTIME_DIR=/run/user/1000"}}},
		"root for another owner": {goos: "linux", uid: 0, env: map[string]string{"PATH": "/usr/bin"}, unit: reload.Unit{Name: unit, Owner: "claw", OwnerUID: 1001}, want: reload.Process{
			Argv: []string{"systemctl", "--user", "--machine=claw@.host", "restart", "--", unit}, Env: []string{"PATH=/usr/bin"}}},
		"macOS": {goos: "darwin", uid: 501, env: map[string]string{"PATH": "/bin"}, unit: reload.Unit{Name: "ai.openclaw.gateway", OwnerUID: 501}, want: reload.Process{
			Argv: []string{"launchctl", "kickstart", "-k", "gui/501/ai.openclaw.gateway"}, Env: []string{"PATH=/bin"}}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := &recorder{}
			if err := host(r, tt.goos, tt.uid, tt.env).Restart(t.Context(), tt.unit); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, r.got); diff != "" {
				t.Errorf("process (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRestartRefused(t *testing.T) {
	tests := map[string]struct {
		goos string
		uid  int
		unit reload.Unit
		kind reload.Kind
		text string
	}{
		"another owner": {"linux", 1000, reload.Unit{Name: "a.service", OwnerUID: 1001}, reload.Unauthorized, "belongs to user 1001 and keyform runs as user 1000"},
		"an option":     {"linux", 1000, reload.Unit{Name: "--now", OwnerUID: 1000}, reload.Failed, "name is not valid"},
		"no name":       {"linux", 1000, reload.Unit{OwnerUID: 1000}, reload.Failed, "name is not valid"},
		"Windows":       {"windows", -1, reload.Unit{Name: "a", OwnerUID: -1}, reload.Failed, "Linux and macOS only"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := &recorder{}
			wantError(t, host(r, tt.goos, tt.uid, nil).Restart(t.Context(), tt.unit), tt.kind, tt.text)
			if r.got.Argv != nil {
				t.Errorf("ran %q", r.got.Argv)
			}
		})
	}
}

func TestRestartFails(t *testing.T) {
	tests := map[string]struct {
		output string
		err    error
		kind   reload.Kind
		text   string
	}{
		"no systemd session": {"Failed to connect to bus: No medium found", errors.New("exit status 1"), reload.NotRunning, "No medium found"},
		"no such unit":       {"Failed to restart a.service: Unit a.service not found.", errors.New("exit status 5"), reload.Failed, "exit status 5: Failed to restart a.service"},
		"no systemctl":       {"", exec.ErrNotFound, reload.Failed, "the program was not found"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := &recorder{output: tt.output, err: tt.err}
			wantError(t, host(r, "linux", 1000, nil).Restart(t.Context(), reload.Unit{Name: "a.service", OwnerUID: 1000}), tt.kind, tt.text)
		})
	}
}

func TestCommandIsRunWithASmallEnvironment(t *testing.T) {
	r := &recorder{output: "all good " + token}
	env := map[string]string{"PATH": "/usr/bin", "LANG": "C.UTF-8", "OPENCLAW_GATEWAY_TOKEN": token, "OP_SERVICE_ACCOUNT_TOKEN": token}
	if err := host(r, "linux", 1000, env).Command(t.Context(), []string{"docker", "restart", "gateway"}, nil); err != nil {
		t.Fatal(err)
	}
	want := reload.Process{Argv: []string{"docker", "restart", "gateway"}, Env: []string{"PATH=/usr/bin", "LANG=C.UTF-8"}}
	if diff := cmp.Diff(want, r.got); diff != "" {
		t.Errorf("process (-want +got):\n%s", diff)
	}
}

func TestCommandOutputIsMasked(t *testing.T) {
	r := &recorder{output: "1\n2\n3\n4\n5\nlabel " + token[:8] + "..." + token[len(token)-8:] + "\n", err: errors.New("exit status 3")}
	err := host(r, "linux", 1000, nil).Command(t.Context(), []string{"/opt/bin/reload-it"}, []secret.Value{secret.FromString(token)})
	want := "reload at reload-it: failed: 2 3 4 5 label (sensitive)...(sensitive)"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestCommandEmpty(t *testing.T) {
	for _, argv := range [][]string{nil, {""}} {
		wantError(t, host(&recorder{}, "linux", 1000, nil).Command(t.Context(), argv, nil), reload.Failed, "the command is empty")
	}
}

func TestMain(m *testing.M) {
	switch os.Getenv("RELOAD_TEST_CHILD") {
	case "fail":
		os.Stdout.WriteString(strings.Repeat("x", 100<<10))
		os.Stderr.WriteString("\nthe reason\n")
		os.Exit(3)
	case "hang":
		select {}
	}
	os.Exit(m.Run())
}

func TestExec(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	output, err := reload.Exec(t.Context(), reload.Process{Argv: []string{self}, Env: []string{"RELOAD_TEST_CHILD=fail", "GOCOVERDIR=" + t.TempDir()}})
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 3 {
		t.Errorf("error %v, want exit status 3", err)
	}
	if len(output) != 64<<10 || !strings.HasSuffix(string(output), "\nthe reason\n") {
		t.Errorf("%d bytes of output, ending in %q", len(output), output[max(0, len(output)-20):])
	}
	if _, err := reload.Exec(t.Context(), reload.Process{Argv: []string{filepath.Join(t.TempDir(), "none")}}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v, want os.ErrNotExist", err)
	}
}

func TestCommandInterrupted(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	h := reload.Host{GOOS: "linux", UID: 1000, Getenv: func(string) string { return "" }, Run: func(ctx context.Context, p reload.Process) ([]byte, error) {
		cancel()
		p.Env = append(p.Env, "RELOAD_TEST_CHILD=hang")
		return reload.Exec(ctx, p)
	}}
	err = h.Command(ctx, []string{self}, nil)
	wantError(t, err, reload.Failed, "interrupted")
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v does not wrap context.Canceled", err)
	}
}
