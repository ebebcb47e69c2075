package product

// opensoul is NJX-njx/opensoul 0.2.3, a fork of OpenClaw between 2026.2.6 and
// 2026.2.9. Every command of it takes a predecessor's directory over, even
// "models status".
func opensoul() Product {
	return Product{
		Name: "opensoul", Title: "OpenSoul", Package: "opensoul", Bins: []string{"opensoul"},
		StateDir: ".opensoul", StateDirEnv: []string{"OPENSOUL_STATE_DIR", "OPENCLAW_STATE_DIR"},
		Config: "opensoul.json", ConfigEnv: []string{"OPENSOUL_CONFIG_PATH", "OPENCLAW_CONFIG_PATH"}, OAuthDirEnv: "OPENSOUL_OAUTH_DIR",
		LegacyDirs:    []string{".openclaw", ".clawdbot", ".moltbot", ".moldbot"},
		LegacyConfigs: []string{"openclaw.json", "clawdbot.json", "moltbot.json", "moldbot.json"},
		ProfileEnv:    "OPENSOUL_PROFILE", AgentDirEnv: []string{"OPENSOUL_AGENT_DIR", "PI_CODING_AGENT_DIR"},
		Unit: "opensoul-gateway", Launchd: "ai.opensoul",
		UnitEnv: "OPENSOUL_SYSTEMD_UNIT", VersionEnv: "OPENSOUL_SERVICE_VERSION", LockDir: "opensoul",
		Port: defaultPort, PortEnv: []string{"OPENSOUL_GATEWAY_PORT", "OPENCLAW_GATEWAY_PORT"},
		TokenEnv:    []string{"OPENSOUL_GATEWAY_TOKEN", "OPENCLAW_GATEWAY_TOKEN"},
		PasswordEnv: []string{"OPENSOUL_GATEWAY_PASSWORD", "OPENCLAW_GATEWAY_PASSWORD"},
		Until:       "2026.1.0", ForeignEvidence: laterOpenClaw(), Known: "0.2.3",
		Releases: opensoulReleases,
	}
}

func opensoulReleases() []Release {
	return []Release{{
		Generation: OneFile, IdleModes: idleModes(), LockForm: lockDir, ImportsLegacyFiles: true,
		SyncedIDs: []string{qwenCLI, minimaxCLI}, RetiredIDs: retired(), DefaultModel: "openai/gpt-5.2",
		Variables: opensoulVars, Aliases: aliases130, Include: includeAnywhere(),
	}}
}

func opensoulVars() table { return vars212().without("litellm", "together") }
