package plan

import (
	"slices"
	"strings"
)

// Rules is what a product and release do, from the product table, as far as a
// plan depends on it.
type Rules struct {
	// Generation names the container of the stores: "json", "json+state",
	// "agent-sqlite" or "shared-sqlite".
	Generation string `json:"generation"`
	// LockForm is the form of the store's lock: "dir" or "file"; "" for databases, which
	// have their own.
	LockForm string `json:"lock_form"`
	// OrderNeedsStore: an agent's order counts only where the agent has a store of its
	// own, be it an empty one.
	OrderNeedsStore bool `json:"order_needs_store,omitempty"`
	// SchemaAgent and SchemaState are the newest forms (user_version) of an agent's and
	// of the shared database that keyform knows; 0 where there are none.
	SchemaAgent int `json:"schema_agent,omitempty"`
	SchemaState int `json:"schema_state,omitempty"`
	// Commands: only the gateway's own commands change the credential stores, which are in
	// databases. Newer: one of these has a form that this keyform does not know.
	Commands bool `json:"commands,omitempty"`
	Newer    bool `json:"newer,omitempty"`
	// Logout: those commands delete a profile without asking. OrdersShared: they keep in an
	// agent's order what only the shared store has. PastesShared: they store an agent's API
	// key in the shared store if that has the id and the agent's own does not.
	Logout       bool `json:"logout,omitempty"`
	OrdersShared bool `json:"orders_shared,omitempty"`
	PastesShared bool `json:"pastes_shared,omitempty"`
	// Renamed are providers that the release's importer renames in what it imports, by
	// their old names: "openai-codex" became "openai".
	Renamed map[string]string `json:"renamed,omitempty"`
	// Archive is what the release's importer appends to the name of a file that it has
	// imported, with words in capitals for what is new each time: ".migrated-TIME-UUID",
	// ".sqlite-import.MILLIS.bak"; "" where there is none.
	Archive string `json:"archive,omitempty"`
	// SourceLock: that importer locks such a file by another beside it, as stores were
	// locked (LockForm "file").
	SourceLock bool `json:"source_lock,omitempty"`
	// NoTouchedAt: the release refuses a configuration with meta.lastTouchedAt.
	NoTouchedAt bool `json:"no_touched_at,omitempty"`
	// LegacyBlocks: as long as an auth-profiles.json is in the place of its day, the release
	// refuses to use any credential of that agent.
	LegacyBlocks bool `json:"legacy_blocks,omitempty"`
	// Coordinated: writers of databases take the shared one's coordinator first.
	Coordinated bool `json:"coordinated,omitempty"`
	// MainAgent is the agent whose store the others share: "main". It is "" where the
	// shared store is none of an agent's: then main's own is one like any other agent's.
	MainAgent string `json:"main_agent"`
	// Variables are the environment variables of each provider, highest
	// precedence first.
	Variables map[string][]string `json:"variables"`
	// NotKeys are those of a provider's variables that carry something else than an API key of
	// it: the token of a login, or the key of another product or plan.
	NotKeys map[string][]string `json:"not_keys,omitempty"`
	// Aliases map other spellings of a provider's id to the product's own.
	Aliases map[string]string `json:"aliases,omitempty"`
	// AuthAliases map providers whose credentials and variables are those of another provider
	// to that one. An order is the other one's only under its own name, however.
	AuthAliases map[string]string `json:"auth_aliases,omitempty"`
	// Clobbers: a live gateway writes what it read at its start over outside
	// edits, unless it is told to reload right after them.
	Clobbers bool `json:"clobbers"`
	// ReloadMethod is the RPC that makes a live gateway read its store again,
	// "" where it reads it at every use.
	ReloadMethod string `json:"reload_method,omitempty"`
	// OrdersWait: a running gateway goes on with the order of an agent that it had. What it
	// keeps in memory wins over the database, until a turn has noted its use there and it
	// reloads after that.
	OrdersWait bool `json:"orders_wait,omitempty"`
	// ReloadReferences is the RPC to take instead where a store holds references: it says
	// of how many it could not resolve. "" where ReloadMethod says so too.
	ReloadReferences string `json:"reload_references,omitempty"`
	// References: the release knows credentials that are references (keyRef,
	// tokenRef), and takes the spellings mode and apiKey for type and key.
	References bool `json:"references,omitempty"`
	// SyncedIDs are profile ids that the product's own sync brings back when deleted.
	SyncedIDs []string `json:"synced_ids,omitempty"`
	// ProvidersLive: a running gateway sees a new entry of secrets.providers without a
	// restart.
	ProvidersLive bool `json:"providers_live,omitempty"`
	// BuiltInEnv: a reference to a variable by the name of the default provider is
	// resolved whatever else an entry of that name in secrets.providers is.
	BuiltInEnv bool `json:"built_in_env,omitempty"`
	// StrictExpiry: a token that expires at or before the beginning of 1970 cannot be used;
	// else such an expiry counts as none. MaxExpiry is the last one that can be used, in
	// milliseconds since then, 0 where every one can.
	StrictExpiry bool    `json:"strict_expiry,omitempty"`
	MaxExpiry    float64 `json:"max_expiry,omitempty"`
	// IdleModes are the values of gateway.reload.mode with which a running gateway neither
	// takes in a change of auth in its configuration nor restarts for it.
	IdleModes []string `json:"idle_modes,omitempty"`
	// AuthHot: a running gateway takes in a change of auth in its configuration without a
	// restart.
	AuthHot bool `json:"auth_hot,omitempty"`
	// NoFlatEnv: the release refuses a configuration with variables in env itself, beside
	// env.vars. AgentEntries: agents are in agents.entries, and agents.list counts only
	// where that is not there; else agents.entries is refused.
	NoFlatEnv    bool `json:"no_flat_env,omitempty"`
	AgentEntries bool `json:"agent_entries,omitempty"`
	// ClaudeSync is the profile that the product's own sync copies Claude Code's login
	// to, "" for products without that sync.
	ClaudeSync string `json:"claude_sync,omitempty"`
	// Login is the product's command for a login, to which a provider is appended;
	// Logins has the providers that need another one.
	Login  string            `json:"login,omitempty"`
	Logins map[string]string `json:"logins,omitempty"`
	// ModeMigrations are profile ids whose config mode "token" is legacy for "oauth"
	// whatever is stored.
	ModeMigrations []string `json:"mode_migrations,omitempty"`
	// RetiredIDs are profile ids that the product's doctor removes.
	RetiredIDs []string `json:"retired_ids,omitempty"`
	// DefaultModel is the model that is used where the configuration names none,
	// "provider/model"; "" where that is not known.
	DefaultModel string `json:"default_model,omitempty"`
	// ListedFallback: where every id that auth.profiles lists for a provider is
	// missing from the store, all stored ids of the provider are used.
	ListedFallback bool `json:"listed_fallback"`
}

// Spelling gives the product's own spelling of a provider's id: trimmed, in lower case,
// other spellings resolved.
func (r Rules) Spelling(id string) string {
	id = strings.ToLower(strings.TrimSpace(id))
	if to, ok := r.Aliases[id]; ok {
		return to
	}
	return id
}

// Provider gives the provider whose credentials and variables one of that id uses, in the
// product's own spelling.
func (r Rules) Provider(id string) string {
	id = r.Spelling(id)
	if to, ok := r.AuthAliases[id]; ok {
		return to
	}
	return id
}

// KeyVariable gives the variable for an API key of a provider, which is the first of its
// variables that is not for something else; "" if there is none.
func (r Rules) KeyVariable(provider string) string {
	provider = r.Provider(provider)
	for _, name := range r.Variables[provider] {
		if !slices.Contains(r.NotKeys[provider], name) {
			return name
		}
	}
	return ""
}
