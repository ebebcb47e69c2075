package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Something else adds a profile once the plan is shown and before the lock is free: an
// apply that nobody approves plans again, and keeps it.
func TestApplyPlansAgain(t *testing.T) {
	dir := t.TempDir()
	agent := filepath.Join(dir, "home", ".clawdbot", "agents", "main", "agent")
	store, lock := filepath.Join(agent, "auth-profiles.json"), filepath.Join(agent, "auth-profiles.json.lock")
	if err := errors.Join(os.MkdirAll(lock, 0o700), closeHome(filepath.Join(dir, "home")),
		os.WriteFile(filepath.Join(dir, "main.hcl"), []byte("gateway \"clawdbot\" {}\nprofile \"anthropic:a\" { api_key = env(\"A\") }\n"), 0o600),
		os.WriteFile(store, []byte(`{"version":1,"profiles":{}}`), 0o600)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "keyform", "-chdir="+dir, "apply", "-auto-approve", "-lock-timeout=60s")
	cmd.Env = append(os.Environ(), "HOME="+filepath.Join(dir, "home"), "A=sk-ant-api03-AAAAaaaaAAAAaaaaAAAAaaaa")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	shown := bufio.NewReader(stdout)
	for line := ""; !strings.HasPrefix(line, "Plan:"); {
		if line, err = shown.ReadString('\n'); err != nil {
			t.Fatalf("no plan: %v\n%s", err, stderr.String())
		}
	}
	if err := errors.Join(os.WriteFile(store, []byte(`{"version":1,"profiles":{"openrouter:x":{"type":"api_key","provider":"openrouter","key":"x"}}}`), 0o600), os.Remove(lock)); err != nil {
		t.Fatal(err)
	}
	rest, _ := io.ReadAll(shown)
	if err := cmd.Wait(); err != nil || !strings.Contains(stderr.String(), "planning again") || !strings.Contains(string(rest), "Applied 1 change") {
		t.Errorf("%v\n%s%s", err, rest, stderr.String())
	}
	after, err := os.ReadFile(store)
	if err != nil || !strings.Contains(string(after), "openrouter:x") || !strings.Contains(string(after), "anthropic:a") {
		t.Errorf("%v: the store is %s", err, after)
	}
}
