package credential

// prefix is one vendor's mark at the beginning of its keys.
type prefix struct {
	text string
	// dashes tells that '-' and '_' belong to the vendor's alphabet beside letters
	// and digits.
	dashes bool
}

// startingWith gives the prefixes that begin with c.
//
// Where they come from: the rules of gitleaks (config/gitleaks.toml) for Anthropic,
// OpenAI, GitHub, Google, Hugging Face, Perplexity, 1Password, age and Vault; the
// vendors' own pages on API keys for OpenRouter (sk-or-v1-), xAI (xai-), Groq
// (gsk_), Replicate (r8_), NVIDIA (nvapi-), Cerebras (csk-), Together (tgp_v1_) and
// Fireworks (fw_); GitHub's "new authentication token formats" for gh?_. "sk-"
// alone is OpenAI's first form, and what DeepSeek, Moonshot and others took over;
// it includes sk-ant-, sk-or-, sk-proj-, sk-svcacct- and sk-admin-.
func startingWith(c byte) []prefix {
	switch c {
	case 's':
		return []prefix{{"sk-", true}}
	case 'g':
		return []prefix{
			{"ghp_", false}, {"gho_", false}, {"ghu_", false}, {"ghs_", false}, {"ghr_", false},
			{"github_pat_", true}, {"gsk_", false},
		}
	case 'x':
		return []prefix{{"xai-", true}}
	case 'A':
		return []prefix{{"AIza", true}, {"AGE-SECRET-KEY-1", false}}
	case 'o':
		return []prefix{{"ops_", true}}
	case 'h':
		return []prefix{{"hf_", false}, {"hvs.", true}}
	case 'r':
		return []prefix{{"r8_", false}}
	case 'n':
		return []prefix{{"nvapi-", true}}
	case 'p':
		return []prefix{{"pplx-", false}}
	case 'c':
		return []prefix{{"csk-", false}}
	case 't':
		return []prefix{{"tgp_v1_", true}}
	case 'f':
		return []prefix{{"fw_", false}}
	case 'y':
		return []prefix{{"ya29.", true}}
	}
	return nil
}
