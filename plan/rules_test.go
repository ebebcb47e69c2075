package plan

import "testing"

func laterRules() Rules {
	return Rules{
		Variables: map[string][]string{
			"openai": {"CODEX_API_KEY", "OPENAI_API_KEY"}, "openai-codex": {"CODEX_API_KEY", "OPENAI_API_KEY"},
			"minimax": {"MINIMAX_CODE_PLAN_KEY", "MINIMAX_API_KEY"}, "only-login": {"ONLY_OAUTH_TOKEN"},
		},
		NotKeys: map[string][]string{
			"openai": {"CODEX_API_KEY"}, "minimax": {"MINIMAX_CODE_PLAN_KEY"}, "only-login": {"ONLY_OAUTH_TOKEN"},
		},
		Aliases:     map[string]string{"anthropic-cli": "claude-cli", "z.ai": "zai"},
		AuthAliases: map[string]string{"claude-cli": "anthropic", "minimax-cn": "minimax"},
	}
}

// A key that moved to the variable of another product would be sent by that product, and
// by this one no more.
func TestKeyVariable(t *testing.T) {
	for provider, want := range map[string]string{
		"openai": "OPENAI_API_KEY", " OpenAI": "OPENAI_API_KEY", "openai-codex": "CODEX_API_KEY",
		"minimax": "MINIMAX_API_KEY", "minimax-cn": "MINIMAX_API_KEY", "only-login": "", "unknown": "",
	} {
		if got := laterRules().KeyVariable(provider); got != want {
			t.Errorf("%q: %q, want %q", provider, got, want)
		}
	}
}

// A provider that uses another's credentials has orders of its own name nevertheless:
// what such an order says is not said of the other provider.
func TestOrderOfAnAlias(t *testing.T) {
	rules := laterRules()
	for id, want := range map[string]string{"anthropic-cli": "anthropic", "claude-cli": "anthropic", "Z.AI": "zai", "x": "x"} {
		if got := rules.Provider(id); got != want {
			t.Errorf("%s: %s, want %s", id, got, want)
		}
	}
	orders := map[string][]string{"claude-cli": {"a"}, "z.ai": {"b"}}
	for provider, want := range map[string]string{"anthropic": "anthropic", "zai": "z.ai"} {
		if got := orderKey(orders, provider, rules); got != want {
			t.Errorf("the order of %s is under %s, want %s", provider, got, want)
		}
	}
}
