package product

// The forks below have rows, so that they are known by name and their directories
// are not taken for another's; what their releases do is not filled in.

const notYet = "it is not supported yet"

// clawdia is known from its documentation alone, which fits clawdbot of 2026-01-25;
// the program was never published.
func clawdia() Product {
	return Product{
		Name: "clawdia", Title: "Clawdia", Unsupported: notYet, Bins: []string{"clawdia"},
		StateDir: ".clawdia", StateDirEnv: []string{"CLAWDIA_STATE_DIR"},
		Config: "clawdia.json", ConfigEnv: []string{"CLAWDIA_CONFIG_PATH"},
		ProfileEnv: "CLAWDIA_PROFILE", AgentDirEnv: []string{"CLAWDIA_AGENT_DIR", "PI_CODING_AGENT_DIR"},
		Unit: "clawdia-gateway", Launchd: "com.clawdia", LockDir: "clawdia", Port: defaultPort,
		Releases: []Release{{
			Generation: storeJSON, LockForm: lockDir,
			SyncedIDs: []string{claudeCLI, codexCLI, qwenCLI}, ClaudeSync: claudeCLI, ModeMigrations: []string{claudeCLI},
			Variables: clawdbotVars(), Aliases: aliases124(), Include: includeAnywhere(),
		}},
	}
}

// opensoul is NJX-njx/opensoul 0.2.3, a fork of OpenClaw between 2026.2.6 and 2026.2.9.
func opensoul() Product {
	return Product{
		Name: "opensoul", Title: "OpenSoul", Unsupported: notYet, Bins: []string{"opensoul"},
		StateDir: ".opensoul", StateDirEnv: []string{"OPENSOUL_STATE_DIR", "OPENCLAW_STATE_DIR"},
		Config: "opensoul.json", ConfigEnv: []string{"OPENSOUL_CONFIG_PATH", "OPENCLAW_CONFIG_PATH"},
		LegacyDirs:    []string{".openclaw", ".clawdbot", ".moltbot", ".moldbot"},
		LegacyConfigs: []string{"openclaw.json", "clawdbot.json", "moltbot.json", "moldbot.json"},
		ProfileEnv:    "OPENSOUL_PROFILE", AgentDirEnv: []string{"OPENSOUL_AGENT_DIR", "PI_CODING_AGENT_DIR"},
		Unit: "opensoul-gateway", Launchd: "ai.opensoul", LockDir: "opensoul", Port: defaultPort,
		Releases: []Release{{Generation: storeJSON, LockForm: lockDir, SyncedIDs: []string{qwenCLI, minimaxCLI}, Variables: vars130(), Aliases: aliases130(), Include: includeAnywhere()}},
	}
}

// gensparx is gensparx/GenSparx 1.0.16, a fork of OpenClaw 2026.3.3.
func gensparx() Product {
	return Product{
		Name: "gensparx", Title: "GenSparx", Unsupported: notYet, Bins: []string{"gensparx"},
		StateDir: ".gensparx", StateDirEnv: []string{"GENSPARX_STATE_DIR", "CLAWDBOT_STATE_DIR"}, HomeEnv: "GENSPARX_HOME",
		Config: "gensparx.json", ConfigEnv: []string{"GENSPARX_CONFIG_PATH", "CLAWDBOT_CONFIG_PATH"},
		LegacyDirs:    []string{".clawdbot", ".moldbot", ".moltbot"},
		LegacyConfigs: []string{"clawdbot.json", "moldbot.json", "moltbot.json"},
		ProfileEnv:    "GENSPARX_PROFILE", AgentDirEnv: []string{"GENSPARX_AGENT_DIR", "PI_CODING_AGENT_DIR"},
		Unit: "gensparx-gateway", Launchd: "ai.gensparx", LockDir: "gensparx", Port: defaultPort,
		Releases: []Release{{
			Generation: storeJSON, LockForm: lockFile, Clobbers: true, ReloadMethod: "secrets.reload", References: true, ListedFallback: true,
			SyncedIDs: []string{qwenCLI, minimaxCLI}, Variables: vars223(), Aliases: aliases226(),
			Include: Include{Depth: 10, MaxBytes: 2 << 20, Confined: true},
		}},
	}
}
