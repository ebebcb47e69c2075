//go:build gateways && unix

package gateway_test

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/claudecode"
	"github.com/keyform/keyform/providers/fsys"
	"github.com/keyform/keyform/providers/gateway"
	"github.com/keyform/keyform/providers/gatewaytest"
	"github.com/keyform/keyform/providers/secrets/secret"
	"github.com/keyform/keyform/schema"
)

//go:embed testdata/sync.mjs
var syncModule string

// The time of all cases, and what they are made of: minutes from then.
const (
	syncNow   = 1795176000000
	syncID    = "anthropic:claude-cli"
	noExpires = -1 << 20
)

type object = map[string]any

func at(minutes int) any {
	if minutes == noExpires {
		return nil
	}
	return float64(syncNow + minutes*60_000)
}

// storedLogins are what a store may have under the id of the sync.
func storedLogins() []object {
	out := []object{nil, {"type": "api_key", "provider": "anthropic", "key": "FAKE-key"}}
	expiries := []int{noExpires, -60, 0, 1, 9, 10, 11, 60, 1440}
	for _, minutes := range expiries {
		for _, token := range []string{"FAKE-a", "FAKE-b"} {
			entries := []object{
				{"type": "token", "provider": "anthropic", "token": token},
				{"type": "oauth", "provider": "anthropic", "access": token, "refresh": "FAKE-r"},
				{"type": "oauth", "provider": "other", "access": token, "refresh": "FAKE-r"},
				{"type": "oauth", "provider": "anthropic", "access": "FAKE-a", "refresh": token, "accountId": "acct-1"},
			}
			for _, e := range entries {
				if expires := at(minutes); expires != nil {
					e["expires"] = expires
				}
				out = append(out, e)
			}
		}
	}
	return out
}

// claudeFiles are what Claude Code may have, as text; "" is no file.
func claudeFiles(t *testing.T) []string {
	out := []string{
		"", "{", "[]", "{}", `{"claudeAiOauth":null}`, "\ufeff" + `{"claudeAiOauth":{"accessToken":"FAKE-a","expiresAt":1}}`,
		`{"claudeAiOauth":{"accessToken":"","refreshToken":"","expiresAt":0}}`,
		`{"claudeAiOauth":{"accessToken":"FAKE-a","refreshToken":"FAKE-r"}}`,
		`{"claudeAiOauth":{"accessToken":"FAKE-a","refreshToken":"FAKE-r","expiresAt":"1795176000000"}}`,
		`{"claudeAiOauth":{"accessToken":"FAKE-a","refreshToken":"FAKE-r","expiresAt":1795176000}}`,
		`{"claudeAiOauth":{"accessToken":5,"refreshToken":"FAKE-r","expiresAt":1795276000000}}`,
		`{"claudeAiOauth":{"accessToken":"FAKE-a","refreshToken":null,"expiresAt":1795276000000.5}}`,
	}
	for _, minutes := range []int{-61, -60, 0, 1, 10, 60, 1440, 1441} {
		for _, refresh := range []string{"", "FAKE-r"} {
			login := object{"accessToken": "FAKE-a", "expiresAt": at(minutes)}
			if refresh != "" {
				login["refreshToken"] = refresh
			}
			text, err := json.Marshal(object{"claudeAiOauth": login, "mcpOAuth": object{}})
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, string(text))
		}
	}
	return out
}

// TestImportIsTheSyncOfClawdbot compares, case by case, what import = "claude_code"
// makes of a store with what the sync of the real clawdbot makes of it.
func TestImportIsTheSyncOfClawdbot(t *testing.T) {
	release := gatewaytest.NewHome(t, gatewaytest.Clawdbot())
	type oneCase struct {
		Home  string `json:"home"`
		Store object `json:"store"`
	}
	var cases []oneCase
	root := t.TempDir()
	for i, file := range claudeFiles(t) {
		for j, stored := range storedLogins() {
			home := filepath.Join(root, fmt.Sprintf("%d-%d", i, j))
			if err := os.MkdirAll(filepath.Join(home, ".claude"), 0o700); err != nil {
				t.Fatal(err)
			}
			if file != "" {
				if err := os.WriteFile(filepath.Join(home, ".claude", ".credentials.json"), []byte(file), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			profiles := object{"anthropic:default": object{"type": "api_key", "provider": "anthropic", "key": "FAKE-other"}}
			if stored != nil {
				profiles[syncID] = stored
			}
			cases = append(cases, oneCase{home, object{"version": 1, "profiles": profiles}})
		}
	}
	input, err := json.Marshal(object{"now": syncNow, "cases": cases})
	if err != nil {
		t.Fatal(err)
	}
	var want []object
	if err := json.Unmarshal(release.Node(t, syncModule, input), &want); err != nil {
		t.Fatal(err)
	}
	changed := 0
	for i, c := range cases {
		got := imported(t, c.Home, c.Store)
		if diff := cmp.Diff(want[i], got); diff != "" {
			file, _ := os.ReadFile(filepath.Join(c.Home, ".claude", ".credentials.json"))
			t.Fatalf("store %v\nClaude Code %s\nclawdbot (-) and keyform (+):\n%s", c.Store, file, diff)
		}
		if !cmp.Equal(roundTrip(t, c.Store)["profiles"], any(got)) {
			changed++
		}
	}
	t.Logf("%d cases, of which %d change the store", len(cases), changed)
	if changed < 100 || changed > len(cases)-100 {
		t.Error("the cases are not spread")
	}
}

func noPause(context.Context, time.Duration) error { return nil }

func roundTrip(t *testing.T, v object) object {
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var out object
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// imported plans and carries out an import on a store, and gives its profiles.
func imported(t *testing.T, home string, store object) object {
	t.Helper()
	text, err := json.MarshalIndent(store, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(home, ".clawdbot", "agents", "main", "agent")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "auth-profiles.json"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	cfg := &schema.Config{
		Gateways: []schema.Gateway{{Name: "clawdbot", Product: "clawdbot"}},
		Profiles: []schema.Profile{{ID: syncID, Provider: "anthropic", Kind: schema.OAuth, Import: schema.ImportClaudeCode, Gateways: []string{"clawdbot"}}},
	}
	live, diags := gateway.Read(t.Context(), gateway.Host{FS: fsys.OS{}, Home: home, UID: os.Geteuid(), Temp: home, Sleep: noPause}, cfg.Gateways, planKey)
	if diags.HasErrors() {
		t.Fatalf("%+v", diags)
	}
	claude := claudecode.Host{FS: fsys.OS{}, Home: home, Sleep: noPause}
	login, err := claude.Copy(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if login != nil {
		live.Sync = login.Snapshot(claude, planKey)
	}
	p, diags := plan.Diff(plan.Desire(cfg), live, nil, plan.Options{Now: syncNow})
	if diags.HasErrors() {
		t.Fatalf("%+v", diags)
	}
	out := text
	for _, w := range p.Gateways[0].Writes {
		doc, err := gateway.OpenDocument(w.Store, p.Gateways[0].Rules, gateway.Content{Store: text})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range w.Changes {
			for _, op := range c.Ops {
				if err := doc.Do(op, func(*plan.SecretUse) (secret.Value, error) { return login.Pack() }); err != nil {
					t.Fatal(err)
				}
			}
		}
		out = doc.Content().Store
	}
	var after struct{ Profiles object }
	if err := json.NewDecoder(bytes.NewReader(out)).Decode(&after); err != nil {
		t.Fatal(err)
	}
	return after.Profiles
}
