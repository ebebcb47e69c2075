package product

// clawdia is Clawdia, of which only the documentation was ever published: it fits
// clawdbot of 2026-01-25 to the word, so the row is clawdbot's with the names changed.
// The same pages also put the configuration in ~/.nelsonmuntz-c, where a renaming went
// wrong; config_path leads there.
func clawdia() Product {
	return Product{
		Name: "clawdia", Title: "Clawdia", Package: "clawdia", Bins: []string{"clawdia"},
		StateDir: ".clawdia", StateDirEnv: []string{"CLAWDIA_STATE_DIR"},
		Config: "clawdia.json", ConfigEnv: []string{"CLAWDIA_CONFIG_PATH"}, OAuthDirEnv: "CLAWDIA_OAUTH_DIR",
		ProfileEnv: "CLAWDIA_PROFILE", AgentDirEnv: []string{"CLAWDIA_AGENT_DIR", "PI_CODING_AGENT_DIR"},
		Unit: "clawdia-gateway", Launchd: "com.clawdia",
		UnitEnv: "CLAWDIA_SYSTEMD_UNIT", VersionEnv: "CLAWDIA_SERVICE_VERSION", LockDir: "clawdia",
		Port: defaultPort, PortEnv: []string{"CLAWDIA_GATEWAY_PORT"},
		TokenEnv: []string{"CLAWDIA_GATEWAY_TOKEN"}, PasswordEnv: []string{"CLAWDIA_GATEWAY_PASSWORD"},
		Logins: clawdbot().Logins,
		Until:  "2026.1.29", ForeignEvidence: laterOpenClaw(),
		Releases: clawdbotReleases,
	}
}
