package product

import "sync"

// openclaw is OpenClaw. The boundaries of its releases are those of the versions that
// are on npm: each was found by reading the two neighbours.
func openclaw() Product {
	return Product{
		Name: "openclaw", Title: "OpenClaw", Package: "openclaw", Bins: []string{"openclaw"},
		StateDir: ".openclaw", StateDirEnv: []string{"OPENCLAW_STATE_DIR", "CLAWDBOT_STATE_DIR"}, HomeEnv: "OPENCLAW_HOME",
		Config: "openclaw.json", ConfigEnv: []string{"OPENCLAW_CONFIG_PATH", "CLAWDBOT_CONFIG_PATH"}, OAuthDirEnv: "OPENCLAW_OAUTH_DIR",
		LegacyDirs:    []string{".clawdbot", ".moldbot", ".moltbot"},
		LegacyConfigs: []string{"clawdbot.json", "moldbot.json", "moltbot.json"}, CopiesLegacyConfig: true,
		ProfileEnv: "OPENCLAW_PROFILE", AgentDirEnv: []string{"OPENCLAW_AGENT_DIR", "PI_CODING_AGENT_DIR"},
		Unit: "openclaw-gateway", Launchd: "ai.openclaw",
		UnitEnv: "OPENCLAW_SYSTEMD_UNIT", VersionEnv: "OPENCLAW_SERVICE_VERSION", LockDir: "openclaw",
		Port: defaultPort, PortEnv: []string{"OPENCLAW_GATEWAY_PORT", "CLAWDBOT_GATEWAY_PORT"},
		TokenEnv:    []string{"OPENCLAW_GATEWAY_TOKEN", "CLAWDBOT_GATEWAY_TOKEN"},
		PasswordEnv: []string{"OPENCLAW_GATEWAY_PASSWORD", "CLAWDBOT_GATEWAY_PASSWORD"},
		Known:       "2026.9.6",
		Releases:    sync.OnceValue(openclawReleases),
	}
}

// laterOpenClaw are the stores that OpenClaw makes from 2026.4.7 on.
func laterOpenClaw() []string {
	return []string{"state/openclaw.sqlite", "agents/*/agent/openclaw-agent.sqlite", "agents/*/agent/auth-state.json"}
}

func openclawReleases() []Release {
	base := Release{
		Generation: OneFile, IdleModes: idleModes(), LockForm: lockDir, SyncedIDs: []string{qwenCLI, minimaxCLI},
		RetiredIDs: retired(), ImportsLegacyFiles: true,
		Variables: vars130, Aliases: aliases130, Include: includeAnywhere(),
	}
	r212 := base.from("2026.2.12")
	r212.Variables = vars212
	// The lock became a file on 2026-02-13. No release from 2026.2.13 to 2026.2.16 was
	// published, so a build of that name may have either form, and the wrong form of
	// lock stays for ever beside a gateway that does not know it.
	between := Release{From: "2026.2.13", Unsupported: "it lies between 2026.2.12 and 2026.2.17, the releases between which the form of the store's lock changed, and was never published"}
	r217 := base.from("2026.2.17")
	r217.LockForm, r217.Variables = lockFile, vars217
	r221 := r217.from("2026.2.21")
	r221.ListedFallback, r221.Variables, r221.Aliases = true, vars221, aliases222
	r223 := r221.from("2026.2.23")
	r223.Variables = vars223
	// From 2026.2.26 on the gateway works with what it read at its start, and writes
	// that over outside edits.
	r226 := r223.from("2026.2.26")
	r226.Clobbers, r226.ReloadMethod, r226.References = true, "secrets.reload", true
	r226.Aliases, r226.DefaultModel = aliases226, opus46
	r226.Include = Include{Depth: 10, MaxBytes: 2 << 20, Confined: true}
	r313 := r226.from("2026.3.13")
	r313.Variables, r313.Aliases, r313.AuthAliases = vars313, aliases313, auth313
	r322 := r313.from("2026.3.22")
	r322.Variables, r322.Aliases = vars322, aliases322
	r322.SyncedIDs = []string{qwenCLI, minimaxCLI, codexDefault}
	// 2026.3.13 still has CLAWDBOT_STATE_DIR, CLAWDBOT_GATEWAY_TOKEN and the like.
	r322.OwnVariables, r322.Predecessors = true, []string{"clawdbot", "moldbot"}
	// 2026.3.23-2 already reads the file again under the lock before it writes. The
	// releases up to 2026.3.28 are treated as the earlier ones all the same: a reload
	// right after a write is harmless to them.
	r328 := r322.from("2026.3.28")
	r328.Clobbers, r328.Variables, r328.Aliases = false, vars328, aliases328
	r328.SyncedIDs = []string{minimaxCLI, codexDefault}
	r331 := r328.from("2026.3.31")
	r331.Predecessors = []string{"clawdbot"}
	r45 := r331.from("2026.4.5")
	r45.Variables, r45.Aliases, r45.DefaultModel = vars45, aliases45, gpt54
	r45.SyncedIDs, r45.RetiredIDs = nil, []string{codexCLI} // it reads no other program's login
	base.From = "2026.1.29"
	return configured(append([]Release{base, r212, between, r217, r221, r223, r226, r313, r322, r328, r331, r45}, laterReleases(r45)...))
}

// laterReleases are those whose stores are more than one file, after the last one of the
// others.
func laterReleases(r45 Release) []Release {
	split := splitReleases(r45)
	r65 := split[len(split)-1].from("2026.6.5")
	r65.Generation, r65.LockForm, r65.SchemaAgent, r65.ImportsLegacyFiles = AgentTables, "", 1, false
	r65.Archive = ".sqlite-import.MILLIS.bak"
	r65.Renamed, r65.Variables = map[string]string{"openai-codex": "openai"}, vars65
	r69 := r65.from("2026.6.9")
	r69.Variables = vars69
	// The branch of 2026.6 that went on beside 2026.7.
	r634 := r69.from("2026.6.34")
	r634.DefaultModel = gpt56
	beta71 := r69.from("2026.7.1-beta.1")
	r71 := beta71.from("2026.7.1")
	r71.Variables = vars71
	// The betas of 2026.7.2 have databases that 2026.7.33 to 2026.7.35 refuse; those of
	// 2026.8.1, and that of 2026.9.1, keep the shared store in a table of the state
	// database (auth_profile_stores) that no release reads.
	const beta = "its databases have a form that only betas had"
	beta72 := Release{From: "2026.7.2-beta.1", Unsupported: beta}
	r733 := r71.from("2026.7.33")
	beta81 := Release{From: "2026.8.1-beta.1", Unsupported: beta}
	r81 := r71.from("2026.8.1")
	r81.Variables, r81.AuthAliases, r81.DefaultModel = vars81, auth81, gpt56
	r81.PortOfProfile, r81.Archive, r81.SourceLock = true, ".migrated-TIME-UUID", true
	r81.NoTouchedAt, r81.BuiltInEnv = true, true
	r81.Logout, r81.OrdersShared = true, true
	r81.Renamed = map[string]string{"openai-codex": "openai", "codex": "openai", "codex-cli": "openai", "claude-cli": "anthropic", "google-gemini-cli": "google"}
	r81.RetiredIDs, r81.SyncedIDs = []string{claudeCLI}, []string{minimaxCLI, openaiDefault}
	r81.Generation, r81.Coordinated, r81.LegacyBlocks = SharedTables, true, true
	r81.SchemaState, r81.SchemaAgent = 15, 19
	r81.OrdersWait = true // 2026.8.1 and 2026.8.2, on the wire; not 2026.9.1
	beta91 := Release{From: "2026.9.1-beta.1", Unsupported: beta}
	r91 := r81.from("2026.9.1")
	r91.OrdersWait = false
	r93 := r91.from("2026.9.3")
	r93.SchemaState = 16
	r94 := r93.from("2026.9.4")
	r94.SchemaState = 17
	r95 := r94.from("2026.9.5")
	r95.SchemaAgent, r95.ReloadMethod, r95.ReloadReferences = 21, "models.authRefresh", "secrets.reload"
	r95.Variables, r95.SyncedIDs, r95.DefaultModel = vars95, []string{minimaxCLI}, gpt6
	r95.PastesShared = true
	r96 := r95.from("2026.9.6")
	r96.SchemaState, r96.SchemaAgent = 18, 23
	return append(split, r65, r69, r634, beta71, r71, beta72, r733, beta81, r81, beta91, r91, r93, r94, r95, r96)
}

// from gives a copy that begins with another release.
func (r Release) from(release string) Release {
	r.From = release
	return r
}
