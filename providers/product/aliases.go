package product

import "maps"

// The spellings of provider ids, from normalizeProviderId (and, from 2026.3.13 on,
// normalizeProviderIdForAuth) of the releases named.

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
	return plus(aliases226(), map[string]string{
		"opencode-go-auth": "opencode-go", "volcengine-plan": "volcengine", "byteplus-plan": "byteplus",
	})
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
