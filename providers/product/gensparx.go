package product

// gensparx is gensparx/GenSparx 1.0.6 to 1.0.16, a fork of OpenClaw of 2026-03-06.
func gensparx() Product {
	return Product{
		Name: "gensparx", Title: "GenSparx", Package: "gensparx", Bins: []string{"gensparx"},
		StateDir: ".gensparx", StateDirEnv: []string{"GENSPARX_STATE_DIR", "CLAWDBOT_STATE_DIR"}, HomeEnv: "GENSPARX_HOME",
		Config: "gensparx.json", ConfigEnv: []string{"GENSPARX_CONFIG_PATH", "CLAWDBOT_CONFIG_PATH"}, OAuthDirEnv: "GENSPARX_OAUTH_DIR",
		LegacyDirs:    []string{".clawdbot", ".moldbot", ".moltbot"},
		LegacyConfigs: []string{"clawdbot.json", "moldbot.json", "moltbot.json"}, CopiesLegacyConfig: true,
		ProfileEnv: "GENSPARX_PROFILE", AgentDirEnv: []string{"GENSPARX_AGENT_DIR", "PI_CODING_AGENT_DIR"},
		Unit: "gensparx-gateway", Launchd: "ai.gensparx",
		UnitEnv: "GENSPARX_SYSTEMD_UNIT", VersionEnv: "GENSPARX_SERVICE_VERSION", LockDir: "gensparx",
		Port: defaultPort, PortEnv: []string{"GENSPARX_GATEWAY_PORT", "CLAWDBOT_GATEWAY_PORT"},
		TokenEnv: []string{"GENSPARX_GATEWAY_TOKEN"}, PasswordEnv: []string{"GENSPARX_GATEWAY_PASSWORD"},
		Until: "2026.1.0", ForeignEvidence: laterOpenClaw(), Known: "1.0.16",
		Releases: gensparxReleases,
		Earlier:  []Product{gensparxMarch()},
	}
}

// gensparxMarch is GenSparx 1.0.0 to 1.0.5, of 2026-03-03 to 2026-03-07, which was
// imported anew from OpenClaw and had its names again, but not for .env.
func gensparxMarch() Product {
	return Product{
		Name: "gensparx", Title: "GenSparx", Package: "gensparx", Bins: []string{"gensparx"},
		StateDir: ".openclaw", StateDirEnv: []string{"OPENCLAW_STATE_DIR", "CLAWDBOT_STATE_DIR"}, HomeEnv: "OPENCLAW_HOME",
		Config: "openclaw.json", ConfigEnv: []string{"OPENCLAW_CONFIG_PATH", "CLAWDBOT_CONFIG_PATH"}, OAuthDirEnv: "OPENCLAW_OAUTH_DIR",
		EnvDir: ".gensparx", LegacyDirs: []string{".clawdbot", ".moldbot", ".moltbot"},
		LegacyConfigs: []string{"clawdbot.json", "moldbot.json", "moltbot.json"}, CopiesLegacyConfig: true,
		ProfileEnv: "OPENCLAW_PROFILE", AgentDirEnv: []string{"OPENCLAW_AGENT_DIR", "GENSPARX_AGENT_DIR", "PI_CODING_AGENT_DIR"},
		Unit: "gensparx-gateway", Launchd: "ai.gensparx",
		UnitEnv: "OPENCLAW_SYSTEMD_UNIT", VersionEnv: "OPENCLAW_SERVICE_VERSION", LockDir: "openclaw",
		Port: defaultPort, PortEnv: []string{"OPENCLAW_GATEWAY_PORT", "GENSPARX_GATEWAY_PORT", "CLAWDBOT_GATEWAY_PORT"},
		TokenEnv: []string{"OPENCLAW_GATEWAY_TOKEN"}, PasswordEnv: []string{"OPENCLAW_GATEWAY_PASSWORD"},
		Until: "2026.1.0", ForeignEvidence: laterOpenClaw(),
		Releases: gensparxReleases,
	}
}

// gensparxReleases are alike in what they do to stores. The last commit before the
// new import, of 2026-03-01, has the lock that is a file already.
func gensparxReleases() []Release {
	return []Release{{
		Generation: OneFile, IdleModes: idleModes(), LockForm: lockFile, Clobbers: true, ReloadMethod: "secrets.reload", References: true, ListedFallback: true,
		ImportsLegacyFiles: true, SyncedIDs: []string{qwenCLI, minimaxCLI}, RetiredIDs: retired(), DefaultModel: "anthropic/claude-opus-4-6",
		Variables: vars223, Aliases: aliases226,
		Include: Include{Depth: 10, MaxBytes: 2 << 20, Confined: true},
	}}
}
