package product_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/product"
)

// What changed on the way to OpenClaw 2026.9.6, at the releases where it did: each boundary
// with the release before it.
func TestColumnsOfLaterReleases(t *testing.T) {
	const minimax, codex, openai, claude, qwen = "minimax-portal:minimax-cli", "openai-codex:default", "openai:default", "anthropic:claude-cli", "qwen-portal:qwen-cli"
	type row struct {
		Model           string
		Synced, Retired []string
	}
	both := []string{claude, "openai-codex:codex-cli"}
	for release, want := range map[string]row{
		"2026.2.25": {"", []string{qwen, minimax}, both},
		"2026.2.26": {"anthropic/claude-opus-4-6", []string{qwen, minimax}, both},
		"2026.4.2":  {"anthropic/claude-opus-4-6", []string{minimax, codex}, both},
		"2026.4.5":  {"openai/gpt-5.4", nil, both[1:]},
		"2026.4.7":  {"openai/gpt-5.4", []string{minimax, codex}, nil},
		"2026.4.15": {"openai/gpt-5.4", []string{minimax, codex}, nil},
		"2026.4.20": {"openai/gpt-5.4", []string{minimax}, nil},
		"2026.4.22": {"openai/gpt-5.4", []string{minimax}, nil},
		"2026.4.23": {"openai/gpt-5.5", []string{minimax}, nil},
		"2026.4.24": {"openai/gpt-5.5", []string{minimax, codex}, nil},
		"2026.4.25": {"openai/gpt-5.5", []string{minimax, codex, claude}, nil},
		"2026.5.28": {"openai/gpt-5.5", []string{minimax, codex, claude}, nil},
		"2026.6.1":  {"openai/gpt-5.5", []string{minimax, openai, claude}, nil},
		"2026.6.33": {"openai/gpt-5.5", []string{minimax, openai, claude}, nil},
		"2026.6.34": {"openai/gpt-5.6-sol", []string{minimax, openai, claude}, nil},
		"2026.7.1":  {"openai/gpt-5.5", []string{minimax, openai, claude}, nil},
		"2026.7.35": {"openai/gpt-5.5", []string{minimax, openai, claude}, nil},
		"2026.8.1":  {"openai/gpt-5.6-sol", []string{minimax, openai}, both[:1]},
		"2026.9.4":  {"openai/gpt-5.6-sol", []string{minimax, openai}, both[:1]},
		"2026.9.5":  {"openai/gpt-6-astra", []string{minimax}, both[:1]},
		"2026.9.6":  {"openai/gpt-6-astra", []string{minimax}, both[:1]},
	} {
		r, err := product.Find("openclaw").At(release)
		if err != nil {
			t.Fatal(err)
		}
		rules := r.Rules()
		if diff := cmp.Diff(want, row{rules.DefaultModel, rules.SyncedIDs, rules.RetiredIDs}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", release, diff)
		}
	}
}

// A user who upgrades must not see a key move to another variable, and a provider that a
// release has must have one.
func TestKeysStayWhereTheyAre(t *testing.T) {
	p := product.Find("openclaw")
	var before plan.Rules
	for _, r := range p.Releases() {
		c, err := product.Compare(r.From, "2026.4.5")
		if err != nil || c < 0 || r.Unsupported != "" {
			continue
		}
		after := r.Rules()
		for provider := range before.Variables {
			// openai-codex became openai, and what qwen-oauth signed in to went away.
			gone := provider == "openai-codex" || provider == "qwen-oauth"
			if was, is := before.KeyVariable(provider), after.KeyVariable(provider); was != is && !(is == "" && gone) {
				t.Errorf("%s: the key of %s moves from %q to %q", r.From, provider, was, is)
			}
		}
		before = after
	}
	for _, p := range product.Products() {
		for _, r := range p.Releases() {
			rules := r.Rules()
			for provider := range rules.Variables {
				if rules.KeyVariable(provider) == "" && rules.Provider(provider) == provider {
					t.Errorf("%s %s: %s has no variable for a key", p.Name, r.From, provider)
				}
			}
		}
	}
}

func TestProvidersOfLaterReleases(t *testing.T) {
	for _, test := range []struct{ release, provider, spelt, uses, key string }{
		{"2026.4.8", "volcengine-plan", "volcengine-plan", "volcengine", "VOLCANO_ENGINE_API_KEY"},
		{"2026.4.22", "claude-cli", "claude-cli", "claude-cli", ""},
		{"2026.4.24", "claude-cli", "claude-cli", "anthropic", "ANTHROPIC_API_KEY"},
		{"2026.5.7", "moonshotai", "moonshotai", "moonshotai", ""},
		{"2026.5.12", "moonshotai", "moonshot", "moonshot", "MOONSHOT_API_KEY"},
		{"2026.5.12", "anthropic-cli", "claude-cli", "anthropic", "ANTHROPIC_API_KEY"},
		{"2026.5.27", "z.ai", "zai", "zai", "ZAI_API_KEY"},
		{"2026.5.28", "z.ai", "z.ai", "z.ai", ""},
		{"2026.5.28", "moonshotai", "moonshotai", "moonshot", "MOONSHOT_API_KEY"},
		{"2026.5.28", "kimi-coding", "kimi-coding", "kimi-coding", "KIMI_API_KEY"},
		{"2026.5.26", "openai-codex", "openai-codex", "openai-codex", "CODEX_API_KEY"},
		{"2026.6.1", "openai", "openai", "openai", "OPENAI_API_KEY"},
		{"2026.6.1", "openai-codex", "openai-codex", "openai-codex", ""},
		{"2026.4.22", "minimax", "minimax", "minimax", "MINIMAX_API_KEY"},
		{"2026.9.6", "minimax-cn", "minimax-cn", "minimax", "MINIMAX_API_KEY"},
		{"2026.7.35", "x-ai", "x-ai", "x-ai", ""},
		{"2026.8.1", "x-ai", "x-ai", "xai", "XAI_API_KEY"},
		{"2026.7.35", "qwen-portal", "qwen-portal", "qwen-oauth", "QWEN_API_KEY"},
		{"2026.9.6", "qwen-portal", "qwen-portal", "qwen-portal", ""},
		{"2026.9.6", "github-copilot", "github-copilot", "github-copilot", "COPILOT_GITHUB_TOKEN"},
	} {
		r, err := product.Find("openclaw").At(test.release)
		if err != nil {
			t.Fatal(err)
		}
		rules := r.Rules()
		if s, u, k := rules.Spelling(test.provider), rules.Provider(test.provider), rules.KeyVariable(test.provider); s != test.spelt || u != test.uses || k != test.key {
			t.Errorf("%s %s: spelt %s, of %s, in %q; want %s, %s, %q", test.release, test.provider, s, u, k, test.spelt, test.uses, test.key)
		}
	}
}

// A variable that the gateway does not read leads to another directory than its own.
func TestNamesOfAPlace(t *testing.T) {
	p := product.Find("openclaw")
	for release, want := range map[string]struct{ env, dirs, configs int }{
		"": {2, 3, 3}, "2026.3.13": {2, 3, 3}, "2026.3.22": {1, 2, 2}, "2026.3.28": {1, 2, 2}, "2026.3.31": {1, 1, 1}, "2026.9.6": {1, 1, 1},
		"2026.7.2-beta.1": {2, 3, 3}, // not supported, so it is refused later
	} {
		got := p.For(release)
		if len(got.StateDirEnv) != want.env || len(got.ConfigEnv) != want.env || len(got.LegacyDirs) != want.dirs || len(got.LegacyConfigs) != want.configs || got.LegacyDirs[0] != ".clawdbot" {
			t.Errorf("%q: %q %q %q %q", release, got.StateDirEnv, got.ConfigEnv, got.LegacyDirs, got.LegacyConfigs)
		}
		dropped := []product.Replaced{{Name: "CLAWDBOT_CONFIG_PATH", By: "OPENCLAW_CONFIG_PATH"}, {Name: "CLAWDBOT_STATE_DIR", By: "OPENCLAW_STATE_DIR"}}
		if want.env == 2 {
			dropped = nil
		}
		if !slices.Equal(got.Dropped(), dropped) || !slices.Equal(got.For(release).Dropped(), dropped) {
			t.Errorf("%q drops %v", release, got.Dropped())
		}
	}
	if got := product.Find("gensparx").For("1.0.16-gensparx"); len(got.StateDirEnv) != 2 || len(got.LegacyDirs) != 3 {
		t.Errorf("gensparx: %q %q", got.StateDirEnv, got.LegacyDirs)
	}
}
