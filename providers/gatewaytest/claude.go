//go:build gateways && unix

package gatewaytest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// Claude is one published Claude Code, installed.
type Claude struct {
	Version string
	// Old tells that it is one that wrote its files in place.
	Old     bool
	program string
}

// String is the name under which install.sh knows it.
func (c Claude) String() string { return "claude-code-" + c.Version }

// ClaudeStatus is what "claude auth status --json" says, and how it ended.
type ClaudeStatus struct {
	LoggedIn   bool   `json:"loggedIn"`
	AuthMethod string `json:"authMethod"`
	Email      string `json:"email"`
	Code       int    `json:"-"`
}

// EachClaude runs f as a subtest for two releases: the newest whose files keyform knows,
// and an old one.
func EachClaude(t *testing.T, f func(t *testing.T, c Claude)) {
	t.Helper()
	for _, c := range []Claude{{Version: "2.1.328"}, {Version: "2.1.40", Old: true}} {
		t.Run(c.String(), func(t *testing.T) {
			c.program = filepath.Join(install(t, c), c.String(), "claude")
			f(t, c)
		})
	}
}

// Status asks for the status in a working directory, in an environment that has, besides
// home and env, only what keeps the program from the network. It may refresh and blank
// what it finds there: give it placeholders, in a scratch directory.
func (c Claude) Status(t testing.TB, dir, home string, env ...string) ClaudeStatus {
	t.Helper()
	var stdout, stderr bytes.Buffer
	run := func(attr *syscall.SysProcAttr) error {
		ctx, cancel := context.WithTimeout(t.Context(), limit)
		defer cancel()
		cmd := exec.CommandContext(ctx, c.program, "auth", "status", "--json")
		cmd.Dir = dir
		// Nothing listens on the discard port: the second wall, where there is no first.
		cmd.Env = append([]string{"PATH=/usr/bin:/bin", "HOME=" + home, "HTTPS_PROXY=http://127.0.0.1:9", "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1",
			"NODE_COMPILE_CACHE=" + filepath.Join(filepath.Dir(filepath.Dir(c.program)), "cache", "claude-code")}, env...)
		cmd.SysProcAttr = attr
		stdout.Reset()
		stderr.Reset()
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		return cmd.Run()
	}
	err := run(offline())
	if errors.Is(err, syscall.EPERM) {
		t.Log("no network namespace here: a dead proxy is all that keeps the program from the network")
		err = run(nil)
	}
	var s ClaudeStatus
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		s.Code = exit.ExitCode()
	} else if err != nil {
		t.Fatalf("%s: %v\n%s", c, err, stderr.String())
	}
	if err := json.Unmarshal(stdout.Bytes(), &s); err != nil && stdout.Len() > 0 {
		t.Fatalf("%s: %v\n%s%s", c, err, stdout.String(), stderr.String())
	}
	return s
}
