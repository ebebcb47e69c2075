package gateway_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/gateway"
	"github.com/keyform/keyform/schema"
	"github.com/keyform/keyform/schema/diag"
)

// config reads the configuration of a sandbox in which these files are.
func config(t *testing.T, version string, files map[string]string) (plan.ConfigSnapshot, diag.Diagnostics, *sandbox) {
	t.Helper()
	s := newSandbox(t)
	for name, content := range files {
		s.write(".openclaw/"+name, content)
	}
	live, diags := s.read(openclaw(version))
	if len(live.Gateways) == 0 {
		return plan.ConfigSnapshot{}, diags, s
	}
	return live.Gateways[0].Config, diags, s
}

func TestConfigJSON5(t *testing.T) {
	got, diags, s := config(t, "2026.2.26", map[string]string{"openclaw.json": `// mine
{
  auth: {
    profiles: { 'anthropic:work': { provider: "anthropic", mode: "token", email: "a@b.c", }, broken: "x" },
    order: { anthropic: [" anthropic:work ", ""], openai: [], xai: "x" },
  },
  env: { vars: { ANTHROPIC_API_KEY: "sk-ant-FAKE", OTHER: "x" }, OPENAI_API_KEY: "${FROM_SHELL}", shellEnv: { enabled: true } },
  models: { providers: { openrouter: { apiKey: "sk-or-FAKE" }, local: { baseUrl: "http://x" }, xai: { apiKey: { source: "env" } } } },
}`})
	want := plan.ConfigSnapshot{
		Path: s.path(".openclaw/openclaw.json"), Label: "openclaw.json", AuthPath: []string{"auth"}, Exists: true,
		Listings: []plan.Listing{{ID: "anthropic:work", Provider: "anthropic", Mode: "token", Email: "a@b.c"}},
		Orders:   map[string][]string{"anthropic": {"anthropic:work"}},
		EnvVars: map[string]plan.Fingerprint{
			"ANTHROPIC_API_KEY": print("sk-ant-FAKE", "gateway.claw env ANTHROPIC_API_KEY"),
			"OPENAI_API_KEY":    "",
		},
		ModelKeys: []string{"openrouter", "xai"},
	}
	if diff := cmp.Diff(want, got); diff != "" || diags != nil {
		t.Errorf("(-want +got):\n%s%+v", diff, diags)
	}
}

// The auth object may live in an included file, and is edited there.
func TestConfigIncludes(t *testing.T) {
	const listed = `profiles: {"a:b": {provider: "a", mode: "token"}}, order: {a: ["a:b"]}`
	for _, test := range []struct {
		name, file string
		path       []string
		refusal    string
		files      map[string]string
	}{
		{"beside", "openclaw.json", []string{"auth"}, "", map[string]string{"openclaw.json": `{$include: "./base.json5", auth: {` + listed + `}}`, "base.json5": `{agents: {}}`}},
		{"wholly included", "parts/auth.json5", nil, "", map[string]string{"openclaw.json": `{auth: {$include: "./parts/auth.json5"}}`, "parts/auth.json5": `{` + listed + `}`}},
		{"in an included root", "base.json5", []string{"auth"}, "", map[string]string{"openclaw.json": `{$include: ["./base.json5", "./other.json5"]}`, "base.json5": `{auth: {` + listed + `}}`, "other.json5": `{}`}},
		{"two deep", "b.json5", []string{"auth"}, "", map[string]string{"openclaw.json": `{$include: "a.json5"}`, "a.json5": `{$include: "./b.json5", x: 1}`, "b.json5": `{auth: {` + listed + `}}`}},
		{"two files", "openclaw.json", []string{"auth"}, "several files", map[string]string{"openclaw.json": `{$include: "a.json5", auth: {order: {a: ["a:b"]}}}`, "a.json5": `{auth: {profiles: {"a:b": {provider: "a", mode: "token"}}}}`}},
		{"inside auth", "openclaw.json", []string{"auth"}, "several files", map[string]string{"openclaw.json": `{auth: {profiles: {$include: "a.json5"}, order: {a: ["a:b"]}}}`, "a.json5": `{"a:b": {provider: "a", mode: "token"}}`}},
		{"array joined", "openclaw.json", []string{"auth"}, "several files", map[string]string{"openclaw.json": `{auth: {$include: ["a.json5"], profiles: {"a:b": {provider: "a", mode: "token"}}}}`, "a.json5": `{order: {a: ["a:b"]}}`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, diags, s := config(t, "2026.2.26", test.files)
			if diags != nil {
				t.Fatalf("%+v", diags)
			}
			if got.Path != s.path(".openclaw/"+test.file) || got.Label != test.file || got.Refusal == "" != (test.refusal == "") || !strings.Contains(got.Refusal, test.refusal) {
				t.Errorf("%s, label %s, refusal %q", got.Path, got.Label, got.Refusal)
			}
			if diff := cmp.Diff(append([]string{}, test.path...), got.AuthPath); diff != "" {
				t.Errorf("path (-want +got):\n%s", diff)
			}
			if got.Listing("a:b") == nil || len(got.Orders["a"]) != 1 {
				t.Errorf("listings %+v, orders %+v", got.Listings, got.Orders)
			}
			if test.refusal == "" {
				agrees(t, got)
			}
		})
	}
}

// agrees compares a snapshot with the document of the file that it names.
func agrees(t *testing.T, c plan.ConfigSnapshot) {
	t.Helper()
	raw, err := os.ReadFile(c.Path)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := gateway.OpenDocument(plan.StoreRef{Kind: plan.ConfigStore, AuthPath: c.AuthPath}, plan.Rules{}, gateway.Content{Store: raw})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(c.Items(), doc.Items("claw", planKey)); diff != "" {
		t.Errorf("snapshot and document differ (-snapshot +document):\n%s", diff)
	}
}

func TestConfigMergesAsTheProducts(t *testing.T) {
	got, diags, _ := config(t, "2026.2.26", map[string]string{
		"openclaw.json": `{$include: ["a.json5", "b.json5"], agents: {list: [{id: "c"}]}, auth: {order: {z: ["z:own"]}}}`,
		"a.json5":       `{agents: {list: [{id: "a"}]}, auth: {order: {z: ["z:a"]}}}`,
		"b.json5":       `{agents: {list: [{id: "b"}]}, env: {vars: {XAI_API_KEY: "FAKE"}}}`,
	})
	if diags != nil {
		t.Fatalf("%+v", diags)
	}
	if diff := cmp.Diff([]string{"a", "b", "c"}, got.Agents); diff != "" {
		t.Errorf("arrays are joined (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string][]string{"z": {"z:a", "z:own"}}, got.Orders); diff != "" {
		t.Errorf("orders (-want +got):\n%s", diff)
	}
	if _, ok := got.EnvVars["XAI_API_KEY"]; !ok {
		t.Error("env of an included file is missing")
	}
}

func TestConfigRefusals(t *testing.T) {
	deep := map[string]string{"openclaw.json": `{$include: "0.json5"}`, "12.json5": `{}`}
	for i := range 12 {
		deep[fmt.Sprintf("%d.json5", i)] = fmt.Sprintf(`{$include: "%d.json5"}`, i+1)
	}
	for _, test := range []struct {
		name, code string
		files      map[string]string
		words      []string
	}{
		{"not JSON5", "KF0412", map[string]string{"openclaw.json": "{\n  env: { X: 'sk-ant-FAKE }\n}"}, []string{"line 2"}},
		{"no object", "KF0412", map[string]string{"openclaw.json": "[]"}, []string{"object"}},
		{"missing", "KF0413", map[string]string{"openclaw.json": "{\n$include: 'gone.json5'}"}, []string{"openclaw.json, line 2", "no such file"}},
		{"circle", "KF0413", map[string]string{"openclaw.json": "{$include: 'a.json5'}", "a.json5": "{$include: 'openclaw.json'}"}, []string{"circle"}},
		{"number", "KF0413", map[string]string{"openclaw.json": "{$include: 7}"}, []string{"path"}},
		{"broken", "KF0413", map[string]string{"openclaw.json": "{$include: 'a.json5'}", "a.json5": "{x: 'sk-ant-FAKE"}, []string{"a.json5", "line 1"}},
		{"siblings of a list", "KF0413", map[string]string{"openclaw.json": "{x: 1, $include: 'a.json5'}", "a.json5": "[]"}, []string{"object"}},
		{"outside", "KF0413", map[string]string{"openclaw.json": "{$include: '../a.json5'}", "../a.json5": "{}"}, []string{"leads out"}},
		{"deep", "KF0413", deep, []string{"10 files deep"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, diags, s := config(t, "2026.2.26", test.files)
			wantCode(t, diags, diag.Error, test.code, test.words...)
			s.noleak(diags)
		})
	}
	if _, diags, _ := config(t, "2026.2.12", map[string]string{"openclaw.json": "{$include: '../a.json5'}", "../a.json5": "{}"}); diags != nil {
		t.Errorf("2026.2.12 follows includes anywhere: %+v", diags)
	}
}

func TestReloadModeOfConfiguration(t *testing.T) {
	s := newSandbox(t)
	for content, want := range map[string]string{`{}`: "", `{"gateway": {"reload": {"mode": "off"}}}`: "off", `{"gateway": {"reload": {"mode": 1}}}`: ""} {
		s.write(".clawdbot/clawdbot.json", content)
		if g := s.one(schema.Gateway{Name: "claw", Product: "clawdbot"}); g.Config.ReloadMode != want {
			t.Errorf("%s: %q", content, g.Config.ReloadMode)
		}
	}
}
