package gateway_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/keyform/keyform/providers/fsys"
	"github.com/keyform/keyform/providers/gateway"
	"github.com/keyform/keyform/schema"
)

// agentHome lays out a gateway with n agents besides main, each with a store of six
// profiles as a gateway that has copied main's store has.
func agentHome(b *testing.B, n int) gateway.Host {
	b.Helper()
	home, err := filepath.EvalSymlinks(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	store := map[string]any{"version": 1, "order": map[string]any{"anthropic": []string{"anthropic:p0", "anthropic:p1"}}}
	profiles, usage := map[string]any{}, map[string]any{}
	for i := range 6 {
		id := fmt.Sprintf("anthropic:p%d", i)
		profiles[id] = map[string]any{"type": "api_key", "provider": "anthropic", "key": fmt.Sprintf("sk-ant-api03-FAKE-%090d", i)}
		usage[id] = map[string]any{"lastUsed": 1795168463959, "errorCount": 0}
	}
	store["profiles"], store["usageStats"] = profiles, usage
	content, err := json.MarshalIndent(store, "", "  ")
	if err != nil {
		b.Fatal(err)
	}
	put := func(agent string) {
		dir := filepath.Join(home, ".clawdbot", "agents", agent, "agent")
		if err := os.MkdirAll(dir, 0o700); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "auth-profiles.json"), content, 0o600); err != nil {
			b.Fatal(err)
		}
	}
	put("main")
	for i := range n - 1 {
		put(fmt.Sprintf("agent-%05d", i))
	}
	return gateway.Host{
		FS: fsys.OS{}, Home: home, UID: os.Geteuid(), Temp: home, Proc: gateway.NewProc("/proc"),
		Getenv: func(string) string { return "" },
	}
}

func BenchmarkRead(b *testing.B) {
	for _, n := range []int{1, 100, 1000, 10000} {
		b.Run(fmt.Sprintf("agents=%d", n), func(b *testing.B) {
			host := agentHome(b, n)
			b.ReportAllocs()
			for b.Loop() {
				live, diags := gateway.Read(context.Background(), host, []schema.Gateway{clawdbot()}, planKey)
				if diags.HasErrors() || len(live.Gateways[0].Stores) != n {
					b.Fatal(diags)
				}
			}
		})
	}
}

// BenchmarkBareRead is what a bare Go program takes that reads and parses the same files.
func BenchmarkBareRead(b *testing.B) {
	for _, n := range []int{1, 100, 1000, 10000} {
		b.Run(fmt.Sprintf("agents=%d", n), func(b *testing.B) {
			host := agentHome(b, n)
			root := filepath.Join(host.Home, ".clawdbot", "agents")
			b.ReportAllocs()
			for b.Loop() {
				entries, err := os.ReadDir(root)
				if err != nil {
					b.Fatal(err)
				}
				for _, e := range entries {
					raw, err := os.ReadFile(filepath.Join(root, e.Name(), "agent", "auth-profiles.json"))
					if err != nil {
						b.Fatal(err)
					}
					var store map[string]any
					if err := json.Unmarshal(raw, &store); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
