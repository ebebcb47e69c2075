package plan

import "github.com/keyform/keyform/schema"

// Fingerprint is a keyed, one-way image of something secret (a credential, the
// value of a variable) or of a list (an order), bound to where it belongs. Equal
// fingerprints under one key and domain mean equal values. "" means that there is
// none or that it is not known. Fingerprints of different keys never compare.
type Fingerprint string

// Snapshot is what is live on one host: data without plaintext, which can be
// written on one host and planned against on another.
type Snapshot struct {
	FormatVersion string            `json:"format_version"`
	Gateways      []GatewaySnapshot `json:"gateways"`
	// ClaudeCode is nil where it was not looked at.
	ClaudeCode *ClaudeCodeSnapshot `json:"claude_code,omitempty"`
	// Sync is nil where there is no login that a product's sync could copy.
	Sync *SyncLogin `json:"sync,omitempty"`
}

// GatewaySnapshot is one gateway as it was found.
type GatewaySnapshot struct {
	// Name is the gateway's label in the configuration.
	Name    string `json:"name"`
	Product string `json:"product"`
	// Release is the version as the product writes it, "2026.1.24-3"; Evidence
	// says where that comes from: "its package.json". Both are "" where the
	// product needs none and none was found.
	Release  string `json:"release,omitempty"`
	Evidence string `json:"evidence,omitempty"`
	// VersionConflict says that the declared version and what was found on the host
	// differ in what decides how stores are written, "" if they do not. A plan may
	// look ahead so; it must not be applied.
	VersionConflict string `json:"version_conflict,omitempty"`
	// StateDir and ConfigPath are real, absolute paths.
	StateDir   string `json:"state_dir"`
	ConfigPath string `json:"config_path"`
	// Home is the home directory of the gateway's user, for showing paths with "~".
	Home string `json:"home"`
	// Running tells that a live gateway uses this state directory; PID is its process.
	Running bool `json:"running"`
	PID     int  `json:"pid,omitempty"`
	// Untold tells that it runs and could not be told of what was written last.
	Untold bool `json:"untold,omitempty"`
	// Unit is the name of its service unit where one was found, else "".
	Unit  string `json:"unit,omitempty"`
	Rules Rules  `json:"rules"`
	// Stores are the credential stores: the shared one first, Rules.MainAgent's (there even
	// if its file does not exist yet), then those of the agents, by id. Agents without a
	// file of their own have an entry with Exists false.
	Stores []StoreSnapshot `json:"stores"`
	Config ConfigSnapshot  `json:"config"`
	Env    EnvSnapshot     `json:"env"`
	// ConfigReadOnly says what keeps the gateway from writing its own configuration, as a
	// user knows it: "OPENCLAW_CONFIG_READONLY=1 in openclaw-gateway.service"; "" for
	// nothing. An edit from outside is not meant by that.
	ConfigReadOnly string `json:"config_read_only,omitempty"`
	// TreatedAs is the last release that keyform knows, where Release is a later one; else "".
	TreatedAs string `json:"treated_as,omitempty"`
	// Elsewhere are variables that reach the gateway another way than its .env file.
	Elsewhere []EnvElsewhere `json:"elsewhere,omitempty"`
	Ledger    Ledger         `json:"ledger"`
	// StoredFiles says of files that stored references name why the gateway would refuse
	// them, "" of those that it takes; by path.
	StoredFiles map[string]string `json:"stored_files,omitempty"`
	// OnePassword is the program op of 1Password in PATH, links followed, if
	// it is the gateway's user's own; "" if there is none.
	OnePassword string `json:"onepassword,omitempty"`
	// CommandLine is how the gateway's own command line is started, nil where it was not
	// found; a command's arguments follow. CommandRefusal says why it cannot be used, as
	// the end of a sentence; "" if it can.
	CommandLine    []string `json:"command_line,omitempty"`
	CommandRefusal string   `json:"command_refusal,omitempty"`
	// Newer says of which database the form is newer than known, in a full sentence; ""
	// where none is.
	Newer string `json:"newer,omitempty"`
	// Sources are what earlier forms of the stores have left.
	Sources []LegacySource `json:"sources,omitempty"`
	// Legacy are remarks, full sentences, on what earlier names of the product left
	// behind and what the product does with it.
	Legacy []string `json:"legacy,omitempty"`
}

// StoreSnapshot is one credential store.
type StoreSnapshot struct {
	// Agent is the agent whose own it is, "" for a shared store that is no agent's.
	Agent string `json:"agent"`
	// Path is real and absolute; Label is how a user knows it: relative to the
	// state directory.
	Path  string `json:"path"`
	Label string `json:"label"`
	// StatePath is the file that has the state, "" where the state is in Path too.
	StatePath string `json:"state_path,omitempty"`
	// Coordinator is as in StoreRef.
	Coordinator string `json:"coordinator,omitempty"`
	// Refusal says why the store must not be written, as a sentence; "" if it may.
	Refusal string `json:"refusal,omitempty"`
	Exists  bool   `json:"exists"`
	// NoDatabase tells that the database that would hold it is not there, or has nothing in
	// it, tables included.
	NoDatabase bool `json:"no_database,omitempty"`
	// Empty tells that the file has no bytes.
	Empty bool `json:"empty,omitempty"`
	// Profiles are in the order of the file.
	Profiles []LiveProfile `json:"profiles,omitempty"`
	// Orders by provider, as spelt in the store, without empty ones (which count as none).
	Orders map[string][]string `json:"orders,omitempty"`
	// LastGood by provider; Usage lists the ids with usageStats, sorted.
	LastGood map[string]string `json:"last_good,omitempty"`
	Usage    []string          `json:"usage,omitempty"`
	// Import is what the gateway makes the store of at its next load, nil for nothing.
	Import *LegacyImport `json:"import,omitempty"`
}

// Ref names the store.
func (s *StoreSnapshot) Ref() StoreRef {
	return StoreRef{Kind: AuthStore, Agent: s.Agent, Path: s.Path, StatePath: s.StatePath, Coordinator: s.Coordinator, Label: s.Label}
}

// Profile finds a profile by id; nil if it is not there.
func (s *StoreSnapshot) Profile(id string) *LiveProfile {
	for i := range s.Profiles {
		if s.Profiles[i].ID == id {
			return &s.Profiles[i]
		}
	}
	return nil
}

// LiveProfile is one stored credential.
type LiveProfile struct {
	ID       string                `json:"id"`
	Provider string                `json:"provider"`
	Kind     schema.CredentialKind `json:"kind"`
	// Credential is the fingerprint of the key or token, under ProfileDomain; for
	// OAuth it is that of the account, which a refresh does not change ("" if unknown).
	Credential Fingerprint `json:"credential,omitempty"`
	// Refresh is the fingerprint of an OAuth login's refresh token, under RefreshDomain,
	// Access that of its access token, under AccessDomain; of a token Access is known only
	// where the product's sync keeps it. Both move with every refresh.
	Refresh Fingerprint `json:"refresh,omitempty"`
	Access  Fingerprint `json:"access,omitempty"`
	// Account and Email say whose OAuth login it is, "" where the store does not.
	Account string `json:"account,omitempty"`
	Email   string `json:"email,omitempty"`
	// Expires is in milliseconds since the epoch and may be fractional (a sync of
	// clawdbot 2026.1.24-3 writes a file time); nil where the store has none.
	Expires *float64 `json:"expires,omitempty"`
	// About tells that a command of the gateway sets the expiry, which counts from the
	// moment of the command and so never is exactly what was declared.
	About bool `json:"about,omitempty"`
	// Reference is what the store holds in place of a value (keyRef, tokenRef), else nil.
	Reference *StoredRef `json:"reference,omitempty"`
	// Refreshing tells that the gateway is refreshing the login at this moment.
	Refreshing bool `json:"refreshing,omitempty"`
	// Applied tells that the credential still is what keyform wrote last, as far
	// as the ledger knows.
	Applied bool `json:"applied,omitempty"`
}

// ConfigSnapshot is what the gateway's configuration says about credentials.
type ConfigSnapshot struct {
	// Path is the file that holds, or would get, the auth object: the
	// configuration itself or a file it includes. AuthPath is where in it.
	Path     string   `json:"path"`
	Label    string   `json:"label"`
	AuthPath []string `json:"auth_path"`
	Exists   bool     `json:"exists"`
	// Refusal says why the auth object cannot be edited, "" if it can.
	Refusal string `json:"refusal,omitempty"`
	// Faults say why the release refuses the configuration as it is, one clause each; nil
	// where keyform knows of nothing.
	Faults []string `json:"faults,omitempty"`
	// Listings are auth.profiles, in the order of the file.
	Listings []Listing `json:"listings,omitempty"`
	// Orders are auth.order by provider, as spelt there, without empty ones.
	Orders map[string][]string `json:"orders,omitempty"`
	// Agents are the ids that the configuration declares, sorted.
	Agents []string `json:"agents,omitempty"`
	// EnvVars are the variables of env.vars (and flat env keys), by name; only
	// those that some provider uses or a declared reference names.
	EnvVars map[string]Fingerprint `json:"env_vars,omitempty"`
	// ModelKeys are the providers with a models.providers.*.apiKey, sorted.
	ModelKeys []string `json:"model_keys,omitempty"`
	// TouchedAt tells that its meta has the time of its last change.
	TouchedAt bool `json:"touched_at,omitempty"`
	// ReloadMode is gateway.reload.mode, "" for none.
	ReloadMode string `json:"reload_mode,omitempty"`
	// Includes tells that the configuration is in several files.
	Includes bool `json:"includes,omitempty"`
	// SecretProviders are the entries of secrets.providers that keyform made, by name, with
	// an image of each; SecretsEnv is secrets.defaults.env, "" where it is not set.
	SecretProviders map[string]Fingerprint `json:"secret_providers,omitempty"`
	SecretsEnv      string                 `json:"secrets_env,omitempty"`
	// EnvProvider is the entry of secrets.providers that has the name by which references
	// name variables, nil where there is none, which is the usual case.
	EnvProvider *EnvProvider `json:"env_provider,omitempty"`
	// Model is the primary model of the agents' defaults, "" where there is none.
	Model string `json:"model,omitempty"`
}

// EnvSecrets is the name of the provider in references to variables.
func (c *ConfigSnapshot) EnvSecrets() string {
	if c.SecretsEnv == "" {
		return "default"
	}
	return c.SecretsEnv
}

// EnvProvider is an entry of secrets.providers.
type EnvProvider struct {
	Source string `json:"source"`
	// Limited tells that it has an allowlist, which is Allowed.
	Limited bool     `json:"limited,omitempty"`
	Allowed []string `json:"allowed,omitempty"`
}

func (c *ConfigSnapshot) ref() StoreRef {
	return StoreRef{Kind: ConfigStore, Path: c.Path, Label: c.Label, AuthPath: c.AuthPath}
}

// Listing finds an entry of auth.profiles by id; nil if it is not there.
func (c *ConfigSnapshot) Listing(id string) *Listing {
	for i := range c.Listings {
		if c.Listings[i].ID == id {
			return &c.Listings[i]
		}
	}
	return nil
}

// Listing is one entry of auth.profiles.
type Listing struct {
	ID       string `json:"id"`
	Provider string `json:"provider"`
	Mode     string `json:"mode"`
	Email    string `json:"email,omitempty"`
}

// EnvSnapshot is the .env file of the state directory.
type EnvSnapshot struct {
	Path   string `json:"path"`
	Label  string `json:"label"`
	Exists bool   `json:"exists"`
	// Vars are the variables of the file in order of appearance, under EnvDomain.
	Vars []EnvLive `json:"vars,omitempty"`
}

func (e *EnvSnapshot) ref() StoreRef {
	return StoreRef{Kind: EnvStore, Path: e.Path, Label: e.Label}
}

// Var finds a variable; nil if it is not there.
func (e *EnvSnapshot) Var(name string) *EnvLive {
	for i := range e.Vars {
		if e.Vars[i].Name == name {
			return &e.Vars[i]
		}
	}
	return nil
}

// EnvLive is one variable of the .env file.
type EnvLive struct {
	Name  string      `json:"name"`
	Value Fingerprint `json:"value,omitempty"`
	// Count is how often the file assigns it; the last one counts.
	Count   int  `json:"count"`
	Applied bool `json:"applied,omitempty"`
}

// EnvElsewhere is a variable that the gateway gets another way than by its .env file:
// unless After, before it, so that the file cannot change it.
type EnvElsewhere struct {
	Name string `json:"name"`
	// Where names the place for a user: "openclaw-gateway.service", "the running gateway (pid 4711)".
	Where string `json:"where"`
	// Value is "" where the variable is set to nothing.
	Value Fingerprint `json:"value,omitempty"`
	// Process tells that it is the environment of the running process, which also
	// holds what that process took from the .env file when it started.
	Process bool `json:"process,omitempty"`
	// After tells that what the .env file sets wins over it.
	After bool `json:"after,omitempty"`
}

// ProfileDomain is what the fingerprint of a profile's credential is bound to. All
// stores of one gateway share it, so that copies compare.
func ProfileDomain(gateway, id string) string { return "gateway." + gateway + " profile " + id }

// EnvDomain is what the fingerprint of a variable is bound to.
func EnvDomain(gateway, name string) string { return "gateway." + gateway + " env " + name }
