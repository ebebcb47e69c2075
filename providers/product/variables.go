package product

import "maps"

// table is provider to variables, highest precedence first.
type table map[string][]string

// with gives a new table with more in it; entries of more replace those of t.
func (t table) with(more table) table {
	out := maps.Clone(t)
	maps.Copy(out, more)
	return out
}

// without gives a new table that lacks some providers.
func (t table) without(providers ...string) table {
	out := maps.Clone(t)
	for _, p := range providers {
		delete(out, p)
	}
	return out
}

// common is what all one-file releases share, from resolveEnvApiKey of clawdbot
// 2026.1.24-3 and OpenClaw 2026.2.26. google-vertex is left out: it signs in with
// Google's application default credentials, not with a key.
func common() table {
	return table{
		"github-copilot":    {"COPILOT_GITHUB_TOKEN", "GH_TOKEN", "GITHUB_TOKEN"},
		"anthropic":         {"ANTHROPIC_OAUTH_TOKEN", "ANTHROPIC_API_KEY"},
		"chutes":            {"CHUTES_OAUTH_TOKEN", "CHUTES_API_KEY"},
		"zai":               {"ZAI_API_KEY", "Z_AI_API_KEY"},
		"opencode":          {"OPENCODE_API_KEY", "OPENCODE_ZEN_API_KEY"},
		"qwen-portal":       {"QWEN_OAUTH_TOKEN", "QWEN_PORTAL_API_KEY"},
		"openai":            {"OPENAI_API_KEY"},
		"google":            {"GEMINI_API_KEY"},
		"groq":              {"GROQ_API_KEY"},
		"deepgram":          {"DEEPGRAM_API_KEY"},
		"cerebras":          {"CEREBRAS_API_KEY"},
		"xai":               {"XAI_API_KEY"},
		"openrouter":        {"OPENROUTER_API_KEY"},
		"vercel-ai-gateway": {"AI_GATEWAY_API_KEY"},
		"moonshot":          {"MOONSHOT_API_KEY"},
		"minimax":           {"MINIMAX_API_KEY"},
		"synthetic":         {"SYNTHETIC_API_KEY"},
		"venice":            {"VENICE_API_KEY"},
		"mistral":           {"MISTRAL_API_KEY"},
	}
}

// clawdbotVars is read from clawdbot 2026.1.24-3.
func clawdbotVars() table { return common().with(table{"kimi-code": {"KIMICODE_API_KEY"}}) }

// vars130 is read from OpenClaw 2026.1.30.
func vars130() table {
	return common().with(table{
		"minimax-portal": {"MINIMAX_OAUTH_TOKEN", "MINIMAX_API_KEY"},
		"kimi-coding":    {"KIMI_API_KEY", "KIMICODE_API_KEY"},
		"xiaomi":         {"XIAOMI_API_KEY"},
	})
}

// vars212 is read from OpenClaw 2026.2.12.
func vars212() table {
	return vars130().with(table{
		"voyage":                {"VOYAGE_API_KEY"},
		"litellm":               {"LITELLM_API_KEY"},
		"cloudflare-ai-gateway": {"CLOUDFLARE_AI_GATEWAY_API_KEY"},
		"together":              {"TOGETHER_API_KEY"},
		"qianfan":               {"QIANFAN_API_KEY"},
		"ollama":                {"OLLAMA_API_KEY"},
	})
}

// vars217 is read from OpenClaw 2026.2.17.
func vars217() table {
	return vars212().with(table{
		"huggingface": {"HUGGINGFACE_HUB_TOKEN", "HF_TOKEN"},
		"nvidia":      {"NVIDIA_API_KEY"},
		"vllm":        {"VLLM_API_KEY"},
	})
}

// vars221 is read from OpenClaw 2026.2.22; 2026.2.21 has the new variables too.
func vars221() table {
	return vars217().with(table{
		"volcengine":      {"VOLCANO_ENGINE_API_KEY"},
		"volcengine-plan": {"VOLCANO_ENGINE_API_KEY"},
		"byteplus":        {"BYTEPLUS_API_KEY"},
		"byteplus-plan":   {"BYTEPLUS_API_KEY"},
	})
}

// vars223 is read from OpenClaw 2026.2.26; 2026.2.23 has the new variable too.
func vars223() table { return vars221().with(table{"kilocode": {"KILOCODE_API_KEY"}}) }

// vars313 is read from OpenClaw 2026.3.13.
func vars313() table {
	return vars223().with(table{
		"opencode-go": {"OPENCODE_API_KEY", "OPENCODE_ZEN_API_KEY"},
		"modelstudio": {"MODELSTUDIO_API_KEY"},
		"sglang":      {"SGLANG_API_KEY"},
	})
}

// vars322 is read from OpenClaw 2026.3.22. From here on the plans of volcengine and
// byteplus are spellings of these (see aliases322).
func vars322() table {
	return vars313().without("volcengine-plan", "byteplus-plan").with(table{
		"brave":      {"BRAVE_API_KEY"},
		"exa":        {"EXA_API_KEY"},
		"fal":        {"FAL_KEY"},
		"firecrawl":  {"FIRECRAWL_API_KEY"},
		"google":     {"GEMINI_API_KEY", "GOOGLE_API_KEY"},
		"kimi":       {"KIMI_API_KEY", "KIMICODE_API_KEY"},
		"perplexity": {"PERPLEXITY_API_KEY", "OPENROUTER_API_KEY"},
		"tavily":     {"TAVILY_API_KEY"},
	})
}

// vars328 is read from the plugin manifests of OpenClaw 2026.3.28.
func vars328() table {
	return vars322().without("qwen-portal").with(table{
		"deepseek":          {"DEEPSEEK_API_KEY"},
		"microsoft-foundry": {"AZURE_OPENAI_API_KEY"},
	})
}

// vars45 is read from the plugin manifests of OpenClaw 2026.4.5.
func vars45() table {
	return vars328().without("modelstudio").with(table{
		"alibaba":          {"MODELSTUDIO_API_KEY", "DASHSCOPE_API_KEY", "QWEN_API_KEY"},
		"anthropic-openai": {"ANTHROPIC_API_KEY"},
		"chutes":           {"CHUTES_API_KEY", "CHUTES_OAUTH_TOKEN"},
		"comfy":            {"COMFY_API_KEY", "COMFY_CLOUD_API_KEY"},
		"fal":              {"FAL_KEY", "FAL_API_KEY"},
		"fireworks":        {"FIREWORKS_API_KEY"},
		"qwen":             {"QWEN_API_KEY", "MODELSTUDIO_API_KEY", "DASHSCOPE_API_KEY"},
		"qwen-dashscope":   {"DASHSCOPE_API_KEY"},
		"runway":           {"RUNWAYML_API_SECRET", "RUNWAY_API_KEY"},
		"stepfun":          {"STEPFUN_API_KEY"},
		"stepfun-plan":     {"STEPFUN_API_KEY"},
		"vydra":            {"VYDRA_API_KEY"},
	})
}
