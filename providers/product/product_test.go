package product_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyform/keyform/providers/product"
)

func TestCompareOrdersReleasesAsTheyAppeared(t *testing.T) {
	// The order of publication on npm, with a later build after its release.
	ordered := []string{
		"2026.1.24", "2026.1.24-0", "2026.1.24-1", "2026.1.24-3", "2026.1.27-beta.1", "2026.1.27-beta.2", "2026.1.27-beta.10", "2026.1.27",
		"2026.1.29", "2026.2.2", "2026.2.2-3", "2026.2.12", "v2026.2.26", "2026.10.1",
	}
	for i, a := range ordered {
		for j, b := range ordered {
			got, err := product.Compare(a, b)
			if err != nil {
				t.Fatal(err)
			}
			want := 0
			if i < j {
				want = -1
			} else if i > j {
				want = 1
			}
			if a == "2026.1.24" && b == "2026.1.24-0" || a == "2026.1.24-0" && b == "2026.1.24" {
				want = 0
			}
			if got != want {
				t.Errorf("Compare(%s, %s) = %d, want %d", a, b, got, want)
			}
		}
	}
}

func TestCompareRefusesWhatIsNoRelease(t *testing.T) {
	for _, bad := range []string{"", "v", "2026", "2026.1", "2026.1.x", "2026.1.24.5", "2026.1.-4", "2026.1.24-", "latest", "2026..1", "2026.+1.3"} {
		if _, err := product.Compare(bad, "2026.1.24"); err == nil {
			t.Errorf("%q was taken for a release", bad)
		}
	}
}

func TestOpenClawReleases(t *testing.T) {
	p := product.Find("openclaw")
	type row struct {
		Lock, Reload               string
		Clobbers, Refs, Fall, Wait bool
		Variables, Err, Store      string
	}
	for _, test := range []struct {
		release string
		want    row
	}{
		{"2026.1.24-3", row{Err: "is unknown"}},
		{"2026.1.29", row{Lock: "dir"}},
		{"2026.2.12", row{Lock: "dir", Variables: "ollama"}},
		{"2026.2.14", row{Err: "never published"}},
		{"2026.2.17", row{Lock: "file", Variables: "vllm"}},
		{"2026.2.19", row{Lock: "file", Variables: "vllm"}},
		{"2026.2.21", row{Lock: "file", Fall: true, Variables: "volcengine-plan"}},
		{"2026.2.25", row{Lock: "file", Fall: true, Variables: "kilocode"}},
		{"2026.2.26", row{Lock: "file", Fall: true, Refs: true, Clobbers: true, Reload: "secrets.reload", Variables: "kilocode"}},
		{"2026.3.2", row{Lock: "file", Fall: true, Refs: true, Clobbers: true, Reload: "secrets.reload", Variables: "kilocode"}},
		{"2026.3.13", row{Lock: "file", Fall: true, Refs: true, Clobbers: true, Reload: "secrets.reload", Variables: "sglang"}},
		{"2026.3.24-beta.2", row{Lock: "file", Fall: true, Refs: true, Clobbers: true, Reload: "secrets.reload", Variables: "tavily"}},
		{"2026.3.28", row{Lock: "file", Fall: true, Refs: true, Reload: "secrets.reload", Variables: "deepseek"}},
		{"2026.4.5", row{Lock: "file", Fall: true, Refs: true, Reload: "secrets.reload", Variables: "vydra"}},
		{"2026.4.7", row{Store: "json+state", Lock: "file", Fall: true, Refs: true, Reload: "secrets.reload", Variables: "vydra"}},
		{"2026.4.29", row{Store: "json+state", Lock: "file", Fall: true, Refs: true, Reload: "secrets.reload", Variables: "vydra"}},
		{"2026.6.11", row{Store: "agent-sqlite", Fall: true, Refs: true, Reload: "secrets.reload", Variables: "vydra"}},
		{"2026.7.2-beta.7", row{Err: "only betas had"}},
		{"2026.7.35", row{Store: "agent-sqlite", Fall: true, Refs: true, Reload: "secrets.reload", Variables: "vydra"}},
		{"2026.8.1-beta.3", row{Err: "only betas had"}},
		{"2026.8.1", row{Store: "shared-sqlite", Fall: true, Refs: true, Wait: true, Reload: "secrets.reload", Variables: "vydra"}},
		{"2026.9.1-beta.1", row{Err: "only betas had"}},
		{"2026.9.1", row{Store: "shared-sqlite", Fall: true, Refs: true, Reload: "secrets.reload", Variables: "vydra"}},
		{"2026.9.6", row{Store: "shared-sqlite", Fall: true, Refs: true, Reload: "models.authRefresh", Variables: "vydra"}},
		{"nonsense", row{Err: "is not a release"}},
	} {
		r, err := p.At(test.release)
		if test.want.Err != "" {
			if err == nil || !strings.Contains(err.Error(), test.want.Err) {
				t.Errorf("%s: got %v, want a mention of %q", test.release, err, test.want.Err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", test.release, err)
			continue
		}
		rules := r.Rules()
		got := row{Lock: rules.LockForm, Reload: rules.ReloadMethod, Store: rules.Generation, Clobbers: rules.Clobbers, Refs: rules.References, Fall: rules.ListedFallback, Wait: rules.OrdersWait}
		if rules.Variables[test.want.Variables] != nil {
			got.Variables = test.want.Variables
		}
		if test.want.Store == "" {
			test.want.Store = "json"
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.release, diff)
		}
	}
	if _, err := p.At(""); !errors.Is(err, product.ErrNoRelease) {
		t.Errorf("without a release: %v", err)
	}
}

func TestClawdbotNeedsNoRelease(t *testing.T) {
	p := product.Find("clawdbot")
	for _, release := range []string{"", "2026.1.24-3", "2026.1.14"} {
		r, err := p.At(release)
		if err != nil {
			t.Fatalf("%q: %v", release, err)
		}
		if got := r.Rules(); got.LockForm != "dir" || got.References || !slices.Equal(got.ModeMigrations, []string{"anthropic:claude-cli"}) {
			t.Errorf("%q: %+v", release, got)
		}
	}
	if _, err := p.At("soon"); err == nil {
		t.Error("a text that is no release was accepted")
	}
}

// A database of a newer form is one that the release refuses, so nothing may be written
// to it; an order without a store beside it is one that the release ignores.
func TestFormsOfStores(t *testing.T) {
	type row struct {
		State, Agent int
		Order, Fixed bool
	}
	for release, want := range map[string]row{
		"2026.4.5": {}, "2026.4.7": {Order: true}, "2026.5.7": {Order: true}, "2026.5.12": {Order: true, Fixed: true},
		"2026.6.11": {Agent: 1, Order: true, Fixed: true}, "2026.7.35": {Agent: 1, Order: true, Fixed: true},
		"2026.8.2": {State: 15, Agent: 19, Order: true, Fixed: true}, "2026.9.3": {State: 16, Agent: 19, Order: true, Fixed: true},
		"2026.9.4": {State: 17, Agent: 19, Order: true, Fixed: true}, "2026.9.5": {State: 17, Agent: 21, Order: true, Fixed: true},
		"2026.9.6": {State: 18, Agent: 23, Order: true, Fixed: true}, "2026.12.1": {State: 18, Agent: 23, Order: true, Fixed: true},
	} {
		r, err := product.Find("openclaw").At(release)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, row{State: r.SchemaState, Agent: r.SchemaAgent, Order: r.OrderNeedsStore, Fixed: r.FixedAgentDir}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", release, diff)
		}
	}
}

// A precedence that is lost would write a key where a login's variable hides it.
func TestVariablesKeepTheirPrecedence(t *testing.T) {
	for _, test := range []struct {
		product, release, provider string
		want                       []string
	}{
		{"clawdbot", "2026.1.24-3", "anthropic", []string{"ANTHROPIC_OAUTH_TOKEN", "ANTHROPIC_API_KEY"}},
		{"clawdbot", "2026.1.24-3", "kimi-code", []string{"KIMICODE_API_KEY"}},
		{"openclaw", "2026.2.26", "anthropic", []string{"ANTHROPIC_OAUTH_TOKEN", "ANTHROPIC_API_KEY"}},
		{"openclaw", "2026.2.26", "github-copilot", []string{"COPILOT_GITHUB_TOKEN", "GH_TOKEN", "GITHUB_TOKEN"}},
		{"openclaw", "2026.2.26", "kimi-code", nil},
		{"openclaw", "2026.3.28", "chutes", []string{"CHUTES_OAUTH_TOKEN", "CHUTES_API_KEY"}},
		{"openclaw", "2026.3.28", "google", []string{"GEMINI_API_KEY", "GOOGLE_API_KEY"}},
		{"openclaw", "2026.4.5", "chutes", []string{"CHUTES_API_KEY", "CHUTES_OAUTH_TOKEN"}},
	} {
		r, err := product.Find(test.product).At(test.release)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, r.Rules().Variables[test.provider]); diff != "" {
			t.Errorf("%s %s %s (-want +got):\n%s", test.product, test.release, test.provider, diff)
		}
	}
}

func TestTableIsWhole(t *testing.T) {
	seen := map[string]string{}
	for _, p := range product.Products() {
		for _, name := range []string{p.Name, p.StateDir, p.Config, p.Unit, p.LockDir} {
			if name == "" {
				t.Errorf("%s lacks a name", p.Name)
			}
		}
		for kind, name := range map[string]string{"state directory": p.StateDir, "unit": p.Unit, "lock directory": p.LockDir, "variable": p.StateDirEnv[0]} {
			if other, taken := seen[kind+name]; taken {
				t.Errorf("%s and %s share the %s %s", p.Name, other, kind, name)
			}
			seen[kind+name] = p.Name
		}
		rows := p.Releases()
		for i := 1; i < len(rows); i++ {
			if c, err := product.Compare(rows[i-1].From, rows[i].From); err != nil || c >= 0 {
				t.Errorf("%s: release %d does not follow the one before: %v", p.Name, i, err)
			}
		}
		for _, r := range rows {
			rules := r.Rules()
			for alias, to := range rules.Aliases {
				if rules.Aliases[to] != "" {
					t.Errorf("%s %s: %s leads to %s, which is an alias too", p.Name, r.From, alias, to)
				}
			}
			for id, to := range rules.AuthAliases {
				if rules.AuthAliases[to] != "" || rules.Aliases[to] != "" || id == to {
					t.Errorf("%s %s: %s leads to %s, which is an alias too", p.Name, r.From, id, to)
				}
			}
		}
	}
	if got := product.Find("openclaw").Supported(); got != "2026.1.29 to before 2026.2.13, and 2026.2.17 to before 2026.7.2-beta.1, and 2026.7.33 to before 2026.8.1-beta.1, and 2026.8.1 to before 2026.9.1-beta.1, and 2026.9.1 and later" {
		t.Errorf("supported: %s", got)
	}
	if product.Find("moltbot") != nil {
		t.Error("a product that is none was found")
	}
}

// What tells the forks apart: each of these would break a store or lose a credential
// if it were wrong.
func TestForks(t *testing.T) {
	type row struct {
		Lock, Reload   string
		Clobbers, Refs bool
		Synced         []string
		Retired        int
		Sync, Model    string
		Has, HasNot    string
	}
	for name, want := range map[string]row{
		"clawdia":  {Lock: "dir", Synced: []string{"anthropic:claude-cli", "openai-codex:codex-cli", "qwen-portal:qwen-cli"}, Sync: "anthropic:claude-cli", Model: "anthropic/claude-opus-4-5", Has: "kimi-code", HasNot: "kimi-coding"},
		"opensoul": {Lock: "dir", Synced: []string{"qwen-portal:qwen-cli", "minimax-portal:minimax-cli"}, Retired: 2, Model: "openai/gpt-5.2", Has: "qianfan", HasNot: "litellm"},
		"gensparx": {Lock: "file", Reload: "secrets.reload", Clobbers: true, Refs: true, Synced: []string{"qwen-portal:qwen-cli", "minimax-portal:minimax-cli"}, Retired: 2, Model: "anthropic/claude-opus-4-6", Has: "kilocode", HasNot: "sglang"},
	} {
		r, err := product.Find(name).At("")
		if err != nil {
			t.Fatal(err)
		}
		rules := r.Rules()
		got := row{
			Lock: rules.LockForm, Reload: rules.ReloadMethod, Clobbers: rules.Clobbers, Refs: rules.References, Synced: rules.SyncedIDs,
			Retired: len(rules.RetiredIDs), Sync: rules.ClaudeSync, Model: rules.DefaultModel, Has: want.Has, HasNot: want.HasNot,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if rules.Variables[want.Has] == nil || rules.Variables[want.HasNot] != nil {
			t.Errorf("%s: variables of %s: %q, of %s: %q", name, want.Has, rules.Variables[want.Has], want.HasNot, rules.Variables[want.HasNot])
		}
	}
}

func TestRowOfADirectory(t *testing.T) {
	p := product.Find("gensparx")
	for _, test := range []struct{ dir, config, want string }{
		{"/home/gw/.gensparx", "/home/gw/.gensparx/gensparx.json", "gensparx.json"},
		{"/home/gw/.gensparx-work", "", "gensparx.json"},
		{"/home/gw/.openclaw", "", "openclaw.json"},
		{"/home/gw/.openclaw-work", "", "openclaw.json"},
		{"/srv/x", "/srv/x/openclaw.json", "openclaw.json"},
		{"/srv/x", "/srv/x/clawdbot.json", "gensparx.json"},
	} {
		if got := p.In(test.dir, test.config); got.Config != test.want || got.Name != "gensparx" {
			t.Errorf("%s, %s: %s %s", test.dir, test.config, got.Name, got.Config)
		}
	}
	for base, want := range map[string]string{".openclaw": "openclaw", ".clawdbot-work": "clawdbot", ".clawdbots": "", "x": "", ".opensoul": "opensoul"} {
		got := ""
		if p := product.OwnerOf(base); p != nil {
			got = p.Name
		}
		if got != want {
			t.Errorf("%s is of %q, want %q", base, got, want)
		}
	}
}

func TestForeignReleases(t *testing.T) {
	for _, test := range []struct {
		product, release string
		want             bool
	}{
		{"clawdbot", "2026.1.24-3", false}, {"clawdbot", "2026.1.14", false}, {"clawdbot", "2026.2.26", true},
		{"openclaw", "2026.1.24-3", true}, {"openclaw", "1.0.4-gensparx", true}, {"openclaw", "2026.9.6", false},
		{"opensoul", "0.2.3", false}, {"opensoul", "2026.2.6", true},
		{"gensparx", "1.0.16-gensparx", false}, {"gensparx", "2026.3.2", true},
		{"gensparx", "dev", false}, {"clawdia", "", false},
	} {
		if got := product.Find(test.product).Foreign(test.release); got != test.want {
			t.Errorf("%s, %s: %v", test.product, test.release, got)
		}
	}
}
