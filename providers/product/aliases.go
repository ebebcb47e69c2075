package product

import "maps"

// The spellings of provider ids, from normalizeProviderId of the releases named. OpenClaw
// 2026.5.28 and later have none but lower case.

// aliases124 is that of clawdbot 2026.1.24-3.
func aliases124() map[string]string {
	return map[string]string{"z.ai": "zai", "z-ai": "zai", "opencode-zen": "opencode", "qwen": "qwen-portal"}
}

func plus(base, more map[string]string) map[string]string {
	maps.Copy(base, more)
	return base
}

// aliases130 is that of OpenClaw 2026.1.30 to 2026.2.17.
func aliases130() map[string]string {
	return plus(aliases124(), map[string]string{"kimi-code": "kimi-coding"})
}

// aliases222 is that of OpenClaw 2026.2.22.
func aliases222() map[string]string {
	return plus(aliases130(), map[string]string{"bytedance": "volcengine", "doubao": "volcengine"})
}

// aliases226 is that of OpenClaw 2026.2.26.
func aliases226() map[string]string {
	return plus(aliases222(), map[string]string{"bedrock": "amazon-bedrock", "aws-bedrock": "amazon-bedrock"})
}

// aliases313 is that of OpenClaw 2026.3.13.
func aliases313() map[string]string {
	return plus(aliases226(), map[string]string{"opencode-go-auth": "opencode-go"})
}

// aliases322 is that of OpenClaw 2026.3.22.
func aliases322() map[string]string {
	return plus(aliases313(), map[string]string{"kimi-code": "kimi", "kimi-coding": "kimi"})
}

// aliases328 is that of OpenClaw 2026.3.28.
func aliases328() map[string]string {
	out := aliases322()
	delete(out, "qwen")
	return out
}

// aliases45 is that of OpenClaw 2026.4.5.
func aliases45() map[string]string {
	return plus(aliases328(), map[string]string{"modelstudio": "qwen", "qwencloud": "qwen"})
}

// aliases512 is that of OpenClaw 2026.5.12, and the last one.
func aliases512() map[string]string {
	return plus(aliases45(), map[string]string{"anthropic-cli": "claude-cli", "moonshotai": "moonshot", "moonshot-ai": "moonshot"})
}

// The providers whose credentials and variables are those of another one, in every lookup of a
// credential and in no other. Up to 2026.4.8 they are in normalizeProviderIdForAuth,
// from then on in the plugins' manifests: providerAuthAliases and, from 2026.4.24 on, the
// earlier ids of ways to log in (providerAuthChoices[].deprecatedChoiceIds). Those of
// plugins that left the package stay, as their variables do.

// auth313 is that of OpenClaw 2026.3.13.
func auth313() map[string]string {
	return map[string]string{"volcengine-plan": "volcengine", "byteplus-plan": "byteplus"}
}

// auth424 is that of OpenClaw 2026.4.24.
func auth424() map[string]string {
	return plus(auth313(), map[string]string{
		"claude-cli": "anthropic", "codex-cli": "openai-codex", "openai-codex-import": "openai-codex",
		"minimax-api": "minimax", "minimax-cloud": "minimax", "minimax-api-lightning": "minimax", "minimax-api-key-cn": "minimax",
		"modelstudio-api-key": "qwen", "modelstudio-api-key-cn": "qwen",
		"modelstudio-standard-api-key": "qwen", "modelstudio-standard-api-key-cn": "qwen",
	})
}

// auth518 is that of OpenClaw 2026.5.18.
func auth518() map[string]string {
	return plus(auth424(), map[string]string{"minimax-cn": "minimax", "minimax-portal-cn": "minimax-portal"})
}

// auth528 is that of OpenClaw 2026.5.28.
func auth528() map[string]string {
	return plus(auth518(), map[string]string{"moonshotai": "moonshot", "moonshot-ai": "moonshot"})
}

// auth61 is that of OpenClaw 2026.6.1.
func auth61() map[string]string {
	out := plus(auth528(), map[string]string{
		"gmi-cloud": "gmi", "gmicloud": "gmi", "novita-ai": "novita", "novitaai": "novita",
		"qwen-portal": "qwen-oauth", "qwen-cli": "qwen-oauth",
	})
	delete(out, "codex-cli")
	delete(out, "openai-codex-import")
	return out
}

// auth81 is that of OpenClaw 2026.8.1.
func auth81() map[string]string {
	out := plus(auth61(), map[string]string{"x-ai": "xai"})
	delete(out, "qwen-portal")
	delete(out, "qwen-cli")
	return out
}
