package product

// Ids that the syncs from the logins of other programs bring back.
const (
	claudeCLI     = "anthropic:claude-cli"
	codexCLI      = "openai-codex:codex-cli"
	codexDefault  = "openai-codex:default"
	openaiDefault = "openai:default"
	qwenCLI       = "qwen-portal:qwen-cli"
	minimaxCLI    = "minimax-portal:minimax-cli"
)

// retired are the ids that the doctor of the products after clawdbot removes: those of
// syncs that they do not have any more.
func retired() []string { return []string{claudeCLI, codexCLI} }

// The forms of store locks.
const (
	lockDir  = "dir"
	lockFile = "file"
)

// idleModes are gateway.reload.mode of clawdbot 2026.1.24-3: "off" looks at no change of
// the configuration, "hot" at none that wants a restart, as those of auth do.
func idleModes() []string { return []string{"off", "hot"} }

// defaultPort is the gateway's port in all five products.
const defaultPort = 18789

// includeAnywhere is the $include of clawdbot 2026.1.24-3: any file, any size.
func includeAnywhere() Include { return Include{Depth: 10} }

// clawdbot is clawdbot, read from npm clawdbot 2026.1.24-3, the last release under
// that name. Its releases differ in nothing that is in this table.
func clawdbot() Product {
	return Product{
		Name: "clawdbot", Title: "Clawdbot", Package: "clawdbot", Bins: []string{"clawdbot"},
		StateDir: ".clawdbot", StateDirEnv: []string{"CLAWDBOT_STATE_DIR"},
		Config: "clawdbot.json", ConfigEnv: []string{"CLAWDBOT_CONFIG_PATH"}, OAuthDirEnv: "CLAWDBOT_OAUTH_DIR",
		ProfileEnv: "CLAWDBOT_PROFILE", AgentDirEnv: []string{"CLAWDBOT_AGENT_DIR", "PI_CODING_AGENT_DIR"},
		Unit: "clawdbot-gateway", Launchd: "com.clawdbot",
		UnitEnv: "CLAWDBOT_SYSTEMD_UNIT", VersionEnv: "CLAWDBOT_SERVICE_VERSION", LockDir: "clawdbot",
		Port: defaultPort, PortEnv: []string{"CLAWDBOT_GATEWAY_PORT"},
		TokenEnv: []string{"CLAWDBOT_GATEWAY_TOKEN"}, PasswordEnv: []string{"CLAWDBOT_GATEWAY_PASSWORD"},
		Logins: map[string]string{"openai-codex": "onboard --auth-choice openai-codex"},
		Until:  "2026.1.29", ForeignEvidence: laterOpenClaw(),
		Releases: clawdbotReleases,
	}
}

func clawdbotReleases() []Release {
	return []Release{{
		Generation: OneFile, IdleModes: idleModes(), LockForm: lockDir, ImportsLegacyFiles: true, DefaultModel: "anthropic/claude-opus-4-5",
		SyncedIDs: []string{claudeCLI, codexCLI, qwenCLI}, ClaudeSync: claudeCLI, ModeMigrations: []string{claudeCLI},
		Variables: clawdbotVars, Aliases: aliases124, Include: includeAnywhere(),
	}}
}
