package plan

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/keyform/keyform/schema"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// now is 2026-11-20 12:00 UTC.
const now = 1795176000000

// TestDiff plans every testdata/diff/*.txtar: main.hcl is what is declared, live.json
// the snapshot of one gateway, sync.json what its sync would copy, options.txt the options; want.txt holds the text
// view, the diagnostics and the ledger changes. env("X") has the fingerprint "fp:X".
func TestDiff(t *testing.T) {
	files, err := filepath.Glob("testdata/diff/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			sc := newScenario(t, archive)
			got := sc.render(t)
			if *update {
				sc.set("want.txt", got)
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if d := cmp.Diff(sc.get("want.txt"), got); d != "" {
				t.Errorf("-want +got\n%s", d)
			}
		})
	}
}

type scenario struct {
	archive *txtar.Archive
	want    Desired
	live    Snapshot
	prints  Prints
	opts    Options
}

func newScenario(t *testing.T, archive *txtar.Archive) *scenario {
	sc := &scenario{archive: archive, prints: Prints{}, opts: Options{Version: "0.0.0", Now: now}}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.hcl"), []byte(sc.get("main.hcl")), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, diags := schema.Load(dir, schema.Inputs{})
	if diags.HasErrors() {
		t.Fatalf("main.hcl: %+v", diags)
	}
	sc.want = Desire(cfg)
	g := GatewaySnapshot{
		Name: "clawdbot", Product: "clawdbot", Release: "2026.1.24-3", Evidence: "its package.json",
		StateDir: "/home/gw/.clawdbot", ConfigPath: "/home/gw/.clawdbot/clawdbot.json", Home: "/home/gw",
		Rules: Rules{
			Generation: "json", LockForm: "dir", MainAgent: "main",
			Variables: map[string][]string{"anthropic": {"ANTHROPIC_OAUTH_TOKEN", "ANTHROPIC_API_KEY"}, "openrouter": {"OPENROUTER_API_KEY"}, "zai": {"ZAI_API_KEY", "Z_AI_API_KEY"}},
			NotKeys:   map[string][]string{"anthropic": {"ANTHROPIC_OAUTH_TOKEN"}},
			Aliases:   map[string]string{"z.ai": "zai"}, SyncedIDs: []string{"anthropic:claude-cli", "qwen-portal:qwen-cli"}, ClaudeSync: "anthropic:claude-cli",
			Login: "clawdbot models auth login --provider", Logins: map[string]string{"openai-codex": "clawdbot onboard --auth-choice openai-codex"}, ModeMigrations: []string{"anthropic:claude-cli"},
		},
		Config: ConfigSnapshot{Path: "/home/gw/.clawdbot/clawdbot.json", Label: "clawdbot.json", AuthPath: []string{"auth"}, Exists: true},
		Env:    EnvSnapshot{Path: "/home/gw/.clawdbot/.env", Label: ".env"},
	}
	dec := json.NewDecoder(strings.NewReader(sc.get("live.json")))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&g); err != nil {
		t.Fatalf("live.json: %v", err)
	}
	for i := range g.Stores {
		s := &g.Stores[i]
		s.Label = "agents/" + s.Agent + "/agent/auth-profiles.json"
		s.Path = g.StateDir + "/" + s.Label
		s.Exists = s.Exists || s.Profiles != nil || s.Orders != nil
	}
	sc.live = Snapshot{FormatVersion: FormatVersion, Gateways: []GatewaySnapshot{g}}
	if text := sc.get("sync.json"); text != "" {
		if err := json.Unmarshal([]byte(text), &sc.live.Sync); err != nil {
			t.Fatalf("sync.json: %v", err)
		}
	}
	sc.options(t)
	if !sc.opts.NoResolve {
		for _, u := range Needs(&sc.want.Gateways[0], &sc.live.Gateways[0], sc.opts.Targets) {
			sc.prints[u.PrintKey()] = Fingerprint("fp:" + strings.Join(u.Ref.Args, ","))
		}
	}
	for _, l := range Literals(&sc.want.Gateways[0], &sc.live.Gateways[0]) {
		sc.prints[l.PrintKey()] = Fingerprint("fp:" + l.Text)
	}
	return sc
}

func (sc *scenario) options(t *testing.T) {
	for _, word := range strings.Fields(sc.get("options.txt")) {
		name, value, _ := strings.Cut(word, "=")
		switch name {
		case "-destroy":
			sc.opts.Destroy = true
		case "-no-resolve":
			sc.opts.NoResolve = true
		case "-allow-mass-change":
			sc.opts.AllowMassChange = true
		case "-target":
			a, err := schema.ParseAddress(value, "clawdbot")
			if err != nil {
				t.Fatal(err)
			}
			sc.opts.Targets = append(sc.opts.Targets, a)
		default:
			t.Fatalf("options.txt: %s", word)
		}
	}
}

func (sc *scenario) get(name string) string {
	for _, f := range sc.archive.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

func (sc *scenario) set(name, text string) {
	for i := range sc.archive.Files {
		if sc.archive.Files[i].Name == name {
			sc.archive.Files[i].Data = []byte(text)
			return
		}
	}
	sc.archive.Files = append(sc.archive.Files, txtar.File{Name: name, Data: []byte(text)})
}

func (sc *scenario) render(t *testing.T) string {
	p, diags := Diff(sc.want, sc.live, sc.prints, sc.opts)
	if !diags.HasErrors() {
		if err := Verify(p); err != nil {
			t.Errorf("Verify: %v", err)
		}
	}
	again, _ := Diff(sc.want, sc.live, sc.prints, sc.opts)
	one, two := mustJSON(t, p), mustJSON(t, again)
	if !bytes.Equal(one, two) {
		t.Error("the same input gave two plans")
	}
	var b strings.Builder
	if err := NewView(p, nil, nil).WriteText(&b, Style{}); err != nil {
		t.Fatal(err)
	}
	for _, d := range diags {
		fmt.Fprintf(&b, "%s %s: %s\n  %s\n", d.Severity, d.Code, d.Summary, d.Detail)
	}
	for _, g := range p.Gateways {
		for _, w := range g.Writes {
			for _, c := range w.Changes {
				if c.Origin != "" {
					fmt.Fprintf(&b, "ledger %s %s %s\n", c.Origin, w.Store.Key(), c.Address)
				}
				if c.Prior != "" {
					fmt.Fprintf(&b, "ledger before that %s %s %s\n", c.Prior, w.Store.Key(), c.Address)
				}
			}
		}
		for _, l := range g.Ledger {
			fmt.Fprintf(&b, "ledger %s %s %s\n", map[bool]string{true: "forgets", false: string(l.Origin)}[l.Origin == ""], l.Store, l.Address)
		}
	}
	return b.String()
}

func mustJSON(t *testing.T, v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
