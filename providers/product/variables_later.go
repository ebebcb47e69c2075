package product

// The variables of OpenClaw's releases with several stores. They are in the manifests of
// the plugins inside the package, providerAuthEnvVars and, from 2026.4.24 on,
// setup.providers[].envVars, and in a table of the core that wins over them.
//
// Providers of plugins that left the package (brave in 2026.5.2; many in 2026.6.9,
// 2026.6.11 and 2026.8.1) stay: the plugin is installed on its own then, with the same
// variables. The catalogue of such plugins, which is in the package from 2026.7.1-beta.1
// on, agrees wherever it lists one.

// notKeys are the variables of a provider that carry something else than an API key of
// it: the token of a login, or the key of another product or plan. Releases look at some
// of them first. All products and releases agree on what they are for.
func notKeys() table {
	return table{
		"anthropic":      {"ANTHROPIC_OAUTH_TOKEN"},
		"chutes":         {"CHUTES_OAUTH_TOKEN"},
		"minimax":        {"MINIMAX_CODE_PLAN_KEY", "MINIMAX_CODING_API_KEY"},
		"minimax-portal": {"MINIMAX_OAUTH_TOKEN"},
		"openai":         {"CODEX_API_KEY"},
		"qwen-portal":    {"QWEN_OAUTH_TOKEN"},
	}
}

// vars47 is read from OpenClaw 2026.4.7.
func vars47() table { return vars45().with(table{"arcee": {"ARCEEAI_API_KEY"}}) }

// vars412 is read from OpenClaw 2026.4.12.
func vars412() table { return vars47().with(table{"lmstudio": {"LM_API_TOKEN"}}) }

// vars422 is read from OpenClaw 2026.4.22.
func vars422() table {
	return vars412().with(table{
		"elevenlabs":       {"ELEVENLABS_API_KEY", "XI_API_KEY"},
		"minimax":          {"MINIMAX_CODE_PLAN_KEY", "MINIMAX_CODING_API_KEY", "MINIMAX_API_KEY"},
		"tencent-tokenhub": {"TOKENHUB_API_KEY"},
	})
}

// vars424 is read from OpenClaw 2026.4.24.
func vars424() table {
	return vars422().with(table{
		"gradium":  {"GRADIUM_API_KEY"},
		"moonshot": {"MOONSHOT_API_KEY", "KIMI_API_KEY"},
	})
}

// vars425 is read from OpenClaw 2026.4.25.
func vars425() table {
	speech := []string{"AZURE_SPEECH_KEY", "AZURE_SPEECH_API_KEY", "SPEECH_KEY", "AZURE_SPEECH_REGION", "SPEECH_REGION"}
	return vars424().with(table{
		"azure":          speech,
		"azure-speech":   speech,
		"inworld":        {"INWORLD_API_KEY"},
		"senseaudio":     {"SENSEAUDIO_API_KEY"},
		"volcengine-tts": {"VOLCENGINE_TTS_API_KEY", "BYTEPLUS_SEED_SPEECH_API_KEY", "VOLCENGINE_TTS_APPID", "VOLCENGINE_TTS_TOKEN"},
	})
}

// vars427 is read from OpenClaw 2026.4.27.
func vars427() table { return vars425().with(table{"deepinfra": {"DEEPINFRA_API_KEY"}}) }

// vars429 is read from OpenClaw 2026.4.29, in which google-vertex takes a key too.
func vars429() table { return vars427().with(table{"google-vertex": {"GOOGLE_CLOUD_API_KEY"}}) }

// vars526 is read from OpenClaw 2026.5.26.
func vars526() table {
	return vars429().with(table{"openai-codex": {"CODEX_API_KEY", "OPENAI_API_KEY"}})
}

// vars61 is read from OpenClaw 2026.6.1, in which openai-codex is openai.
func vars61() table {
	return vars526().without("openai-codex").with(table{
		"gmi":               {"GMI_API_KEY"},
		"novita":            {"NOVITA_API_KEY"},
		"ollama-cloud":      {"OLLAMA_API_KEY"},
		"openai":            {"CODEX_API_KEY", "OPENAI_API_KEY"},
		"qwen-oauth":        {"QWEN_API_KEY"},
		"xiaomi-token-plan": {"XIAOMI_TOKEN_PLAN_API_KEY"},
	})
}

// vars65 is read from OpenClaw 2026.6.5.
func vars65() table { return vars61().with(table{"parallel": {"PARALLEL_API_KEY"}}) }

// vars69 is read from OpenClaw 2026.6.9.
func vars69() table { return vars65().with(table{"cohere": {"COHERE_API_KEY"}}) }

// vars71 is read from OpenClaw 2026.7.1; the last three are in its catalogue alone.
func vars71() table {
	return vars69().with(table{
		"clawrouter":        {"CLAWROUTER_API_KEY"},
		"meta":              {"MODEL_API_KEY"},
		"featherless":       {"FEATHERLESS_API_KEY"},
		"longcat":           {"LONGCAT_API_KEY"},
		"tencent-tokenplan": {"TOKENPLAN_API_KEY"},
	})
}

// vars81 is read from the manifests and the catalogue of OpenClaw 2026.8.1, which has no
// qwen-oauth any more.
func vars81() table {
	return vars71().without("qwen-oauth").with(table{
		"baseten":         {"BASETEN_API_KEY"},
		"qwen-token-plan": {"QWEN_TOKEN_PLAN_API_KEY"},
	})
}

// vars95 is read from OpenClaw 2026.9.5, whose github-copilot has no other variable any more.
func vars95() table {
	return vars81().with(table{
		"github-copilot": {"COPILOT_GITHUB_TOKEN"},
		"radius":         {"RADIUS_API_KEY"},
	})
}
