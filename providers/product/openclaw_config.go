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
	return since(rows, []change{
		// resolveTokenExpiryState: not in 2026.3.2, and 2026.3.7 is the next one on npm. The
		// upper bound is that of JavaScript's dates; 2026.5.28 has none.
		{"2026.3.7", func(r *Release) { r.StrictExpiry = true }},
		{"2026.6.1", func(r *Release) { r.MaxExpiry = 864e13 }},
		// loadWorkspaceDotEnvFile: 2026.3.28 filters, 2026.3.24 does not, and what it refuses
		// grew. Of its lists this has what a provider's variable may be.
		refuse("2026.3.28", "*_BASE_URL"),
		refuse("2026.3.31", "ANTHROPIC_API_KEY", "ANTHROPIC_API_KEY_*", "ANTHROPIC_OAUTH_TOKEN", "OPENAI_API_KEY", "OPENAI_API_KEY_*"),
		refuse("2026.4.10", "GH_TOKEN", "GITHUB_TOKEN"),
		refuse("2026.4.20", "OPENCLAW_*", "*_API_HOST"),
		refuse("2026.5.28", AllVariables),
		// readManagedSystemdServiceEnvKeysFromEnvironment: 2026.8.1, not 2026.7.35.
		{"2026.8.1", func(r *Release) { r.YieldingEnv = "OPENCLAW_SERVICE_MANAGED_ENV_KEYS" }},
		// loadGlobalRuntimeDotEnvFiles: 2026.4.5, not 2026.4.2.
		{"2026.4.5", func(r *Release) { r.GatewayEnv = ".config/openclaw/gateway.env" }},
		// 2026.4.27 copies main's file into an agent without one, 2026.4.29 does not.
		{"2026.4.29", func(r *Release) { r.NoClone = true }},
		// mergeOAuthFileIntoStore: to 2026.7.35, into the databases too.
		{"2026.6.5", func(r *Release) { r.ImportsLogins = true }},
		{"2026.8.1", func(r *Release) { r.ImportsLogins = false }},
		// assertConfigWriteAllowedInCurrentMode: 2026.5.12, not 2026.5.7.
		{"2026.5.12", func(r *Release) { r.ReadOnlyEnv = []string{nixMode} }},
		{"2026.9.4", func(r *Release) { r.ReadOnlyEnv = []string{configReadOnly, nixMode} }},
		// onNoopConfigCommit: 2026.7.1 takes in a change for which nothing is to be restarted,
		// 2026.6.35 forgets it.
		{"2026.7.1", func(r *Release) { r.ProvidersLive = true }},
		// The schema of 2026.8.1: agents.entries, and no variables in env itself. 2026.7.35 has
		// the latter and refuses the former.
		{"2026.8.1", func(r *Release) { r.AgentEntries, r.NoFlatEnv = true, true }},
		// The reload rules of 2026.9.2 have auth.order and auth.profiles; in 2026.9.1 nothing
		// matches them, which means a restart.
		{"2026.9.2", func(r *Release) { r.AuthHot = true }},
		// resolveGatewayReloadSettings: 2026.7.35 has "hot", 2026.8.1 does not.
		{"2026.8.1", func(r *Release) { r.IdleModes = []string{"off"} }},
	})
}

// change sets columns from a release on.
type change struct {
	from string
	set  func(*Release)
}

func refuse(release string, patterns ...string) change {
	return change{release, func(r *Release) { r.CwdRefuses = append(slices.Clone(r.CwdRefuses), patterns...) }}
}

// since gives the rows with the changes, of which later ones win. Where no range begins
// with the release of one, the range that it is in is parted there.
func since(rows []Release, changes []change) []Release {
	at, froms := make([]version, len(changes)), make([]version, len(rows))
	for i, c := range changes {
		at[i] = must(c.from)
	}
	for i, r := range rows {
		froms[i] = must(r.From)
	}
	var out []Release
	for i, r := range rows {
		starts := []version{froms[i]}
		for _, v := range at {
			if froms[i].compare(v) < 0 && (i+1 == len(rows) || v.compare(froms[i+1]) < 0) && !slices.Contains(starts, v) {
				starts = append(starts, v)
			}
		}
		slices.SortFunc(starts, version.compare)
		for n, start := range starts {
			part := r
			if n > 0 {
				part.From = changes[slices.Index(at, start)].from
			}
			for j, c := range changes {
				if r.Unsupported == "" && start.compare(at[j]) >= 0 {
					c.set(&part)
				}
			}
			out = append(out, part)
		}
	}
	return out
}
