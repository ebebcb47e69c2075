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
// They are what the vendors' keys are seen to begin with: Anthropic, OpenRouter and
// OpenAI (sk-), GitHub (gh?_, github_pat_), Groq (gsk_), xAI, Google (AIza), age,
// 1Password (ops_), Hugging Face (hf_), Vault (hvs.), Replicate (r8_), NVIDIA (nvapi-),
// Cerebras (csk-), Together (tgp_v1_), Fireworks (fw_), Perplexity (pplx-). A vendor that
// changes its form costs a refusal that would have been right, not a leak: secrets are
// masked by where they stand. "sk-" alone is OpenAI's first form, and what others took
// over; it includes sk-ant-, sk-or-, sk-proj-, sk-svcacct- and sk-admin-.
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
