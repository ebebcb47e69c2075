package plan

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/keyform/keyform/schema"
)

// TestClaudeCode plans every testdata/claude_code/*.txtar: main.hcl is what is
// declared, live.json what was found; want.txt holds the text view, whether it is as
// declared, and the diagnostics with their places.
func TestClaudeCode(t *testing.T) {
	files, err := filepath.Glob("testdata/claude_code/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			sc := &scenario{archive: archive}
			want, live := claudeScenario(t, sc)
			got := renderClaude(t, want, live)
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

func claudeScenario(t *testing.T, sc *scenario) (Desired, Snapshot) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.hcl"), []byte(sc.get("main.hcl")), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, diags := schema.Load(dir, schema.Inputs{})
	if diags.HasErrors() {
		t.Fatalf("main.hcl: %+v", diags)
	}
	live := &ClaudeCodeSnapshot{ClaudeCodeState: ClaudeCodeState{
		Where: "file", Path: "/home/gw/.claude/.credentials.json", Label: "~/.claude/.credentials.json",
	}}
	dec := json.NewDecoder(strings.NewReader(sc.get("live.json")))
	dec.DisallowUnknownFields()
	if err := dec.Decode(live); err != nil {
		t.Fatalf("live.json: %v", err)
	}
	return Desire(cfg), Snapshot{FormatVersion: FormatVersion, ClaudeCode: live}
}

func renderClaude(t *testing.T, want Desired, live Snapshot) string {
	t.Helper()
	p, diags := Diff(want, live, Prints{}, Options{Version: "0.0.0", Now: now})
	if p.HasChanges() || diags.HasErrors() {
		t.Errorf("Claude Code is a change, or an error: %+v", diags)
	}
	if err := Verify(p); err != nil {
		t.Error(err)
	}
	raw, err := EncodeFile(p, "id", []byte("k"))
	if err != nil {
		t.Fatal(err)
	}
	saved, err := DecodeFile(raw, func(string, []string) ([]byte, error) { return []byte("k"), nil })
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(p.ClaudeCode, saved.ClaudeCode); d != "" {
		t.Errorf("saved otherwise: %s", d)
	}
	var b strings.Builder
	if err := NewView(p, nil, nil).WriteText(&b, Style{}); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(&b, "as declared: %t\n", p.ClaudeCode.AsDeclared)
	for _, d := range diags {
		fmt.Fprintf(&b, "%s %s: %s (line %d, %s)\n  %s\n", d.Severity, d.Code, d.Summary, d.Range.Start.Line, d.Address, d.Detail)
	}
	return b.String()
}

func TestClaudeCodeIsATarget(t *testing.T) {
	want := Desired{ClaudeCode: &schema.ClaudeCode{Expect: schema.ExpectLogin}}
	live := Snapshot{ClaudeCode: &ClaudeCodeSnapshot{ClaudeCodeState: ClaudeCodeState{Form: ClaudeAbsent}}}
	for text, there := range map[string]bool{"claude_code": true, `gateway.clawdbot.profile["a:b"]`: false, "": true} {
		var opts Options
		if text != "" {
			a, err := schema.ParseAddress(text)
			if err != nil {
				t.Fatal(err)
			}
			opts.Targets = []schema.Address{a}
		}
		p, diags := Diff(want, live, nil, opts)
		if (p.ClaudeCode != nil) != there || there == diags.HasErrors() {
			t.Errorf("target %q: %+v, %+v", text, p.ClaudeCode, diags)
		}
	}
	if p, _ := Diff(want, live, nil, Options{Destroy: true}); p.ClaudeCode != nil {
		t.Error("-destroy is about what keyform owns")
	}
	want.ClaudeCode = nil
	a := schema.Address{Kind: schema.KindClaudeCode}
	p, diags := Diff(want, live, nil, Options{Targets: []schema.Address{a}})
	if p.ClaudeCode != nil || len(diags) != 1 || diags[0].Code != "KF0615" {
		t.Errorf("not declared: %+v, %+v", p.ClaudeCode, diags)
	}
}

func TestClaudeCodeInTheLiveView(t *testing.T) {
	ends := float64(now + 9*day)
	live := Snapshot{ClaudeCode: &ClaudeCodeSnapshot{Refresh: "fp", ClaudeCodeState: ClaudeCodeState{
		Label: "~/.claude/.credentials.json", Form: ClaudeLogin, Email: "a@example.com", LoginExpires: &ends,
	}}}
	v := NewLiveView(live, now, nil)
	var text, doc strings.Builder
	if err := v.WriteText(&text, Style{}); err != nil {
		t.Fatal(err)
	}
	if err := v.WriteJSON(&doc); err != nil {
		t.Fatal(err)
	}
	want := "Claude Code at ~/.claude/.credentials.json\n  login of a@example.com, expires 2026-11-29 12:00 UTC (9 days)\n"
	if d := cmp.Diff(want, text.String()); d != "" {
		t.Error(d)
	}
	if strings.Contains(doc.String(), "fp") || !strings.Contains(doc.String(), `"email": "a@example.com"`) {
		t.Errorf("%s", doc.String())
	}
}
