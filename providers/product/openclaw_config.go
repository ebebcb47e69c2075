package product

import "slices"

// The environment variables that keep a gateway from writing its configuration.
const (
	nixMode        = "OPENCLAW_NIX_MODE"
	configReadOnly = "OPENCLAW_CONFIG_READONLY"
)

// AllVariables stands in Release.CwdRefuses for the variables of all providers.
const AllVariables = "*"

// configured adds to OpenClaw's rows what they do with expiries, environment files and the
// configuration: each from the first release on that does so. The packages on both sides
// of every boundary were read.
func configured(rows []Release) []Release {
	// resolveTokenExpiryState: not in 2026.3.2, and 2026.3.7 is the next one on npm. The
	// upper bound is that of JavaScript's dates; 2026.5.28 has none.
	rows = since(rows, "2026.3.7", func(r *Release) { r.StrictExpiry = true })
	rows = since(rows, "2026.6.1", func(r *Release) { r.MaxExpiry = 864e13 })
	// loadWorkspaceDotEnvFile: 2026.3.28 filters, 2026.3.24 does not, and what it refuses
	// grew. Of its lists this has what a provider's variable may be.
	refuse := func(release string, patterns ...string) {
		rows = since(rows, release, func(r *Release) { r.CwdRefuses = append(slices.Clone(r.CwdRefuses), patterns...) })
	}
	refuse("2026.3.28", "*_BASE_URL")
	refuse("2026.3.31", "ANTHROPIC_API_KEY", "ANTHROPIC_API_KEY_*", "ANTHROPIC_OAUTH_TOKEN", "OPENAI_API_KEY", "OPENAI_API_KEY_*")
	refuse("2026.4.10", "GH_TOKEN", "GITHUB_TOKEN")
	refuse("2026.4.20", "OPENCLAW_*", "*_API_HOST")
	refuse("2026.5.28", AllVariables)
	// readManagedSystemdServiceEnvKeysFromEnvironment: 2026.8.1, not 2026.7.35.
	rows = since(rows, "2026.8.1", func(r *Release) { r.YieldingEnv = "OPENCLAW_SERVICE_MANAGED_ENV_KEYS" })
	// loadGlobalRuntimeDotEnvFiles: 2026.4.5, not 2026.4.2.
	rows = since(rows, "2026.4.5", func(r *Release) { r.GatewayEnv = ".config/openclaw/gateway.env" })
	// 2026.4.27 copies main's file into an agent without one, 2026.4.29 does not.
	rows = since(rows, "2026.4.29", func(r *Release) { r.NoClone = true })
	// mergeOAuthFileIntoStore: to 2026.7.35, into the databases too.
	rows = since(rows, "2026.6.5", func(r *Release) { r.ImportsLogins = true })
	rows = since(rows, "2026.8.1", func(r *Release) { r.ImportsLogins = false })
	// assertConfigWriteAllowedInCurrentMode: 2026.5.12, not 2026.5.7.
	rows = since(rows, "2026.5.12", func(r *Release) { r.ReadOnlyEnv = []string{nixMode} })
	rows = since(rows, "2026.9.4", func(r *Release) { r.ReadOnlyEnv = []string{configReadOnly, nixMode} })
	// onNoopConfigCommit: 2026.7.1 takes in a change for which nothing is to be restarted,
	// 2026.6.35 forgets it.
	rows = since(rows, "2026.7.1", func(r *Release) { r.ProvidersLive = true })
	// The schema of 2026.8.1: agents.entries, and no variables in env itself. 2026.7.35 has
	// the latter and refuses the former.
	rows = since(rows, "2026.8.1", func(r *Release) { r.AgentEntries, r.NoFlatEnv = true, true })
	// The reload rules of 2026.9.2 have auth.order and auth.profiles; in 2026.9.1 nothing
	// matches them, which means a restart.
	return since(rows, "2026.9.2", func(r *Release) { r.AuthHot = true })
}

// since sets columns from a release on. Where no range begins with it, the one that it is
// in is parted there.
func since(rows []Release, release string, set func(*Release)) []Release {
	var out []Release
	for i, r := range rows {
		if !before(r.From, release) && r.Unsupported == "" {
			set(&r)
		}
		out = append(out, r)
		last := i == len(rows)-1
		if before(r.From, release) && (last || before(release, rows[i+1].From)) {
			parted := r.from(release)
			set(&parted)
			out = append(out, parted)
		}
	}
	return out
}

func before(a, b string) bool {
	c, err := Compare(a, b)
	return err == nil && c < 0
}
