//go:build gateways && unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/keyform/keyform/examples/sandbox"
	"github.com/keyform/keyform/providers/gatewaytest"
)

// claudeHome is a home of the real clawdbot with a Claude Code login beside it, and a
// configuration of keyform.
type claudeHome struct {
	*gatewaytest.Home
	bin, config string
}

const (
	claudeAccess  = "sk-ant-oat01-claude-code-access"
	claudeRefresh = "sk-ant-ort01-claude-code-refresh"
	storedKey     = "sk-ant-api03-stored-in-profile-a"
	environKey    = "sk-ant-api03-in-the-environment-file"
)

func newClaudeHome(t *testing.T, bin, config string) *claudeHome {
	h := &claudeHome{Home: gatewaytest.NewHome(t, gatewaytest.Clawdbot()), bin: bin, config: t.TempDir()}
	h.configure(t, config)
	h.login(t, claudeAccess, claudeRefresh, 8*time.Hour)
	return h
}

func (h *claudeHome) configure(t *testing.T, config string) {
	if err := os.WriteFile(filepath.Join(h.config, "main.hcl"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
}

// login is what a claude that logs in, or refreshes, leaves.
func (h *claudeHome) login(t *testing.T, access, refresh string, lives time.Duration) {
	dir := filepath.Join(h.Dir, ".claude")
	text := fmt.Sprintf(`{"claudeAiOauth":{"accessToken":%q,"refreshToken":%q,"expiresAt":%d,"scopes":["user:inference"],"subscriptionType":"max"}}`,
		access, refresh, time.Now().Add(lives).UnixMilli())
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, ".credentials.json"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// keyform runs it, wants this exit code, and gives what it printed.
func (h *claudeHome) keyform(t *testing.T, want int, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), h.bin, append([]string{"-chdir=" + h.config}, args...)...)
	cmd.Env = append(h.Env(), "A="+storedKey, "E="+environKey)
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	for _, secret := range []string{claudeAccess, claudeRefresh, storedKey, environKey} {
		if strings.Contains(string(out), secret) {
			t.Errorf("keyform %q shows a secret", args)
		}
	}
	if code := cmd.ProcessState.ExitCode(); code != want {
		t.Fatalf("keyform %q: exit %d, want %d\n%s", args, code, want, out)
	}
	return string(out)
}

const claudeImport = `
gateway "clawdbot" {}

profile "anthropic:claude-cli" {
  import = "claude_code"
}
`

// TestClawdbotSendsTheImportedLogin reproduces, with keyform's declarations, what the
// real clawdbot 2026.1.24-3 sends with a Claude Code login on the host: that login
// before a variable and before a stored key, unless an order says otherwise. What its own
// sync does at every turn leaves keyform nothing to do.
func TestClawdbotSendsTheImportedLogin(t *testing.T) {
	bin := sandbox.Build(t)
	const key = "\nprofile \"anthropic:a\" {\n  api_key = env(\"A\")\n}\n"
	for _, c := range []struct{ name, config, header, credential string }{
		{"the login alone", claudeImport, "bearer", claudeAccess},
		{"and a variable", claudeImport + "\nprovider \"anthropic\" {\n  api_key = env(\"E\")\n}\n", "bearer", claudeAccess},
		{"and a stored key", claudeImport + key, "bearer", claudeAccess},
		{"and an order with the key", claudeImport + key + "\nagent \"main\" {\n  order = { anthropic = [\"anthropic:a\"] }\n}\n", "x-api-key", storedKey},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newClaudeHome(t, bin, c.config)
			planned := h.keyform(t, 2, "plan", "-detailed-exitcode")
			if !strings.Contains(planned, "+ anthropic:claude-cli   oauth (sensitive)  Claude Code") {
				t.Errorf("the plan does not say that the login is imported:\n%s", planned)
			}
			h.keyform(t, 0, "apply", "-auto-approve")
			h.keyform(t, 0, "plan", "-detailed-exitcode")
			h.Sends(t, "main", c.header, c.credential)
			h.CLI(t, "models", "status", "--json") // loads the store, and syncs
			h.keyform(t, 0, "plan", "-detailed-exitcode")
		})
	}
}

// TestClawdbotKeepsTheImportInStep lets the login move on: in the store by clawdbot's
// sync, from Claude Code by keyform. Each finds done what the other did.
func TestClawdbotKeepsTheImportInStep(t *testing.T) {
	h := newClaudeHome(t, sandbox.Build(t), claudeImport)
	h.login(t, claudeAccess, claudeRefresh, 5*time.Minute)
	h.keyform(t, 0, "apply", "-auto-approve")

	h.login(t, claudeAccess+"-2", claudeRefresh+"-2", 7*time.Minute)
	h.CLI(t, "models", "status", "--json")
	if store := h.Read(t, gatewaytest.StoreName("main")); !strings.Contains(store, claudeRefresh+"-2") {
		t.Fatalf("clawdbot's own sync did not take the newer login:\n%s", store)
	}
	h.keyform(t, 0, "plan", "-detailed-exitcode")

	h.login(t, claudeAccess+"-3", claudeRefresh+"-3", 8*time.Hour)
	if planned := h.keyform(t, 2, "plan", "-detailed-exitcode"); !strings.Contains(planned, "Claude Code's is newer") {
		t.Errorf("the plan does not say why:\n%s", planned)
	}
	h.keyform(t, 0, "apply", "-auto-approve")
	before := h.Read(t, gatewaytest.StoreName("main"))
	h.CLI(t, "models", "status", "--json")
	if after := h.Read(t, gatewaytest.StoreName("main")); after != before {
		t.Errorf("clawdbot's own sync changed what keyform had written:\n%s\nnow\n%s", before, after)
	}
	h.Sends(t, "main", "bearer", claudeAccess+"-3")
	h.keyform(t, 0, "plan", "-detailed-exitcode")

	// Deleted, it comes back by clawdbot itself, as the plan said.
	h.configure(t, "gateway \"clawdbot\" {}\n")
	out := h.keyform(t, 0, "apply", "-auto-approve", "-allow-mass-change")
	if !strings.Contains(out, "brings it back at its next start") {
		t.Errorf("the plan does not say that the login comes back:\n%s", out)
	}
	h.CLI(t, "models", "status", "--json")
	if store := h.Read(t, gatewaytest.StoreName("main")); !strings.Contains(store, claudeRefresh+"-3") {
		t.Errorf("the login did not come back:\n%s", store)
	}
	if planned := h.keyform(t, 0, "plan", "-detailed-exitcode"); !strings.Contains(planned, "copies that clawdbot itself makes") {
		t.Errorf("the copy goes without a note:\n%s", planned)
	}
}

// TestLiveClawdbotWithImport imports beside a running gateway. A turn of another agent
// makes clawdbot store the login once more: that is told, and nothing to change.
func TestLiveClawdbotWithImport(t *testing.T) {
	h := newClaudeHome(t, sandbox.Build(t), claudeImport)
	live := h.Serve(t)
	h.keyform(t, 0, "apply", "-auto-approve")
	gatewaytest.Sent(t, live.Turn(t, "main"), "bearer", claudeAccess)
	if out := h.keyform(t, 0, "plan", "-detailed-exitcode"); strings.Contains(out, "KF0619") {
		t.Errorf("Claude Code and its one copy count as two places:\n%s", out)
	}
	gatewaytest.Sent(t, live.Turn(t, "ops"), "bearer", claudeAccess)
	if out := h.keyform(t, 0, "plan", "-detailed-exitcode"); !strings.Contains(out, "KF0619") || !strings.Contains(out, "agents/ops/agent") {
		t.Errorf("the copy of agent ops is not told:\n%s", out)
	}
}
