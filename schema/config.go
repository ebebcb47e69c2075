package schema

import (
	"regexp"

	"github.com/keyform/keyform/schema/diag"
)

// Config is a configuration after evaluation: variables and locals are gone,
// for_each is unrolled, blocks with enabled = false are left out, every block
// names its gateways. It holds references, never secrets. Slices are in the order
// of files and of blocks in them, instances of a for_each by key.
type Config struct {
	// Owner tells several configurations of one host apart; "default" if not set.
	Owner     string
	Gateways  []Gateway
	Providers []Provider
	Profiles  []Profile
	Agents    []Agent
	Secrets   []Secret
	Sources   []Source
	Removed   []Removed
	// ClaudeCode is nil where the block is not declared, or not enabled.
	ClaudeCode *ClaudeCode
	// Files holds the source text by file name, for snippets in diagnostics.
	Files map[string][]byte
}

// Gateway is one gateway on the host.
type Gateway struct {
	Name, Product string
	// Instance, StateDir, ConfigPath and Version are "" where not declared.
	// A leading "~/" of a path is not expanded yet.
	Instance, StateDir, ConfigPath, Version string
	// Prune is unmanaged = "prune".
	Prune bool
	// Migrate is true unless migrate = false.
	Migrate bool
	Reload  Reload
	// Writer says who writes credentials into databases: WriterAuto unless declared.
	Writer string
	Range  diag.Range
	// Attrs has the ranges of the attributes that are there, by name.
	Attrs map[string]diag.Range
}

// Who writes credentials into the databases of a gateway.
const (
	// WriterAuto is keyform, which has the gateway's own command line make a database that
	// does not exist yet, and has it write what is in one of a form newer than known.
	WriterAuto = "auto"
	// WriterStore is keyform alone.
	WriterStore = "store"
	// WriterGateway is the gateway's own command line alone.
	WriterGateway = "gateway"
)

// Reload says how a gateway learns of a change.
type Reload struct {
	// Mode is "live", "restart", "none" or "command".
	Mode string
	// Argv is the command of Mode "command", else nil.
	Argv []string
}

// Provider is one model provider across the gateways it names.
type Provider struct {
	ID       string
	Gateways []string
	// APIKey goes to the provider's own variable; nil if not declared.
	APIKey *Use
	// Env is sorted by name.
	Env []EnvVar
	// Order is nil where not declared, else has at least one id.
	Order      []string
	OrderRange diag.Range
	// OrderItems are the ids of Order with the place of each.
	OrderItems []OrderItem
	Lifecycle  Lifecycle
	Range      diag.Range
	// IDRange is the place of the id: the label, or the argument id.
	IDRange diag.Range
	// Attrs has the ranges of the attributes that are there, by name.
	Attrs map[string]diag.Range
}

// EnvVar is one variable of provider.env: a reference, or a plain string that
// is not a secret.
type EnvVar struct {
	Name    string
	Use     *Use
	Literal string
	Range   diag.Range
}

// CredentialKind is the kind of a declared credential, in the words of the stores.
type CredentialKind string

// The kinds of credentials.
const (
	APIKey CredentialKind = "api_key"
	Token  CredentialKind = "token"
	OAuth  CredentialKind = "oauth"
)

// Profile is one credential profile.
type Profile struct {
	ID string
	// Agent is "" for a top-level profile, else the agent whose own store it is in.
	Agent string
	// Provider is the id's prefix unless declared.
	Provider string
	Gateways []string
	// Kind is OAuth for a Login and for an Import, whose login may turn out to be a
	// token.
	Kind CredentialKind
	// Use is the secret of an APIKey or Token.
	Use Use
	// Login is what oauth {} asserts, nil for everything else.
	Login *Login
	// Import is the program whose login the product copies into this profile:
	// ImportClaudeCode, or "".
	Import string
	// Expires is in milliseconds since the epoch: the declared one, or issued
	// plus lifetime. nil where neither is declared.
	Expires *int64
	// Reference is store = "reference": the gateway's store gets Use's reference, and
	// the gateway resolves it. Use is then one that a gateway can resolve: env,
	// secretfile, or onepassword without an alias.
	Reference bool
	// Issued tells that Expires comes from issued.
	Issued bool
	// Mode and Email are for the config's auth.profiles; "" where not declared.
	Mode, Email string
	Lifecycle   Lifecycle
	Range       diag.Range
	// IDRange is the place of the id: the label, or the argument id.
	IDRange diag.Range
	// Attrs has the ranges of the attributes that are there, by name.
	Attrs map[string]diag.Range
}

// ImportClaudeCode is the one program that import knows.
const ImportClaudeCode = "claude_code"

// Login is what is asserted of a stored OAuth login; "" is anything.
type Login struct{ Account, Email string }

// Agent holds the orders of one agent block. Its nested profiles are in
// Config.Profiles.
type Agent struct {
	ID       string
	Gateways []string
	// Orders is sorted by provider; each has at least one id.
	Orders    []AgentOrder
	Lifecycle Lifecycle
	Range     diag.Range
	// IDRange is the place of the id: the label, or the argument id.
	IDRange diag.Range
	// Attrs has the ranges of the attributes that are there, by name.
	Attrs map[string]diag.Range
}

// AgentOrder is one entry of an agent's order map.
type AgentOrder struct {
	Provider string
	IDs      []string
	// Items are the ids of IDs with the place of each.
	Items []OrderItem
	Range diag.Range
}

// Lifecycle is the meta-argument block of that name.
type Lifecycle struct {
	PreventDestroy bool
	// IgnoreChanges names attributes; IgnoreAll is ignore_changes = all.
	IgnoreChanges []string
	IgnoreAll     bool
}

// Ignores reports whether changes of the attribute are to be ignored.
func (l Lifecycle) Ignores(attr string) bool {
	if l.IgnoreAll {
		return true
	}
	for _, a := range l.IgnoreChanges {
		if a == attr {
			return true
		}
	}
	return false
}

// Removed forgets an address without deleting what it names.
type Removed struct {
	From  Address
	Range diag.Range
}

// Secret is a secret block, one instance of it.
type Secret struct {
	// Name is "anthropic", or `team["red"]` for an instance.
	Name string
	From Ref
	// Pattern is nil and MinLength 0 where not declared. MinLength is in bytes.
	Pattern     *regexp.Regexp
	MinLength   int
	Description string
	Range       diag.Range
}

// Source says how a secret source is reached.
type Source struct {
	Type, Name string
	// Attrs holds what the type's schema allows, as strings: for "onepassword"
	// token (a Use) and nothing else.
	Token *Use
	Range diag.Range
}

// Use is a place where a secret is wanted.
type Use struct {
	Ref Ref
	// Secret is the name of the secret block that it goes through, or "".
	Secret string
	Range  diag.Range
}

// Ref is a secret reference: where a secret is, never the secret. Two Refs are
// the same if source, arguments and alias are.
type Ref struct {
	// Source is the constructor's name: onepassword, env, secretfile, credential, stdin.
	Source string
	// Args are the constructor's own arguments.
	Args []string
	// Alias names a source block of that type; "" is the default one.
	Alias string
}
