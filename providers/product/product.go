// Package product is the table of the gateway products. The products are forks of
// one program and differ in names, paths, environment variables, the form of their
// locks and what their releases do; all of that is data here, and no other package
// knows one product from another. It does no I/O.
package product

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/keyform/keyform/plan"
)

// Product is one gateway product. A Product is read-only and safe for concurrent use.
type Product struct {
	// Name is the product in the configuration, "openclaw"; Title how it spells itself.
	Name, Title string
	// Package is the name in its package.json. Bins are the commands that it installs.
	Package string
	Bins    []string
	// StateDir is the name of the state directory in the home directory, ".openclaw".
	StateDir string
	// StateDirEnv are the variables that name another state directory, in the order
	// in which the product asks them. The first is its own; the others are those of its
	// predecessors, which it obeys too.
	StateDirEnv []string
	// HomeEnv replaces the home directory for all defaults, "" if there is no such variable.
	HomeEnv string
	// Config is the name of the configuration in the state directory. ConfigEnv
	// works as StateDirEnv does.
	Config    string
	ConfigEnv []string
	// EnvDir is the directory in the home directory that the .env file is read from
	// where no variable names a state directory, "" where that is the state directory.
	EnvDir string
	// OAuthDirEnv names the directory of oauth.json, else "credentials" in the state directory.
	OAuthDirEnv string
	// LegacyDirs are the state directories, in the home directory, that the product
	// takes over where its own does not exist. LegacyConfigs are the names of
	// configurations that it reads, in its state directory, where its own is not there;
	// with CopiesLegacyConfig it copies them to its own name.
	LegacyDirs, LegacyConfigs []string
	CopiesLegacyConfig        bool
	// ProfileEnv tells a process its --profile. AgentDirEnv are the variables that
	// name another directory for the shared store, in the order of asking.
	ProfileEnv  string
	AgentDirEnv []string
	// Unit is the systemd user unit without ".service" and without the suffix of an
	// instance; Launchd the label's beginning, "ai.openclaw".
	Unit, Launchd string
	// UnitEnv names another unit. VersionEnv is what an installed unit says of its
	// release; it is that of the day of the installation.
	UnitEnv, VersionEnv string
	// LockDir is the directory of the instance locks in the temporary directory,
	// without the "-<uid>" behind it.
	LockDir string
	// Port is the default one. PortEnv, TokenEnv and PasswordEnv are asked in this order.
	Port                           int
	PortEnv, TokenEnv, PasswordEnv []string
	// ForeignEvidence are such files that no release of the product makes, but another
	// product does.
	ForeignEvidence []string
	// Until is the number from which on a release is not one of this product but of a
	// relative, "" where the product's own numbers go on.
	Until string
	// Earlier are the rows of releases that lived in another directory: In picks one.
	Earlier []Product
	// Logins are the arguments of the product's command for a login at a provider, where
	// they are others than those of LoginCommand.
	Logins map[string]string
	// Known is the last release that was looked at, "" where all are alike: later ones are
	// treated as it.
	Known string
	// Releases gives the rows of its releases, in ascending order. A single one without From
	// holds for all. They are made when they are first asked for, and shared.
	Releases func() []Release
	// dropped is what For left out of StateDirEnv and ConfigEnv, by what is in its place.
	dropped map[string]string
}

// Release is a range of releases that behave the same: from From to where the next
// one begins.
type Release struct {
	// From is the first release of the range; "" for all from the beginning.
	From string
	// Unsupported says why the range is not managed, "" if it is.
	Unsupported string
	// Generation and LockForm are those of plan.Rules, and so are the others of the
	// same names. ImportsLegacyFiles: where an agent has no store, the release makes one
	// from agents/ID/agent/auth.json, which it deletes then, and oauth.json.
	Generation, LockForm                       string
	Clobbers                                   bool
	OrderNeedsStore, Coordinated, LegacyBlocks bool
	NoTouchedAt, ProvidersLive, BuiltInEnv     bool
	Archive                                    string
	SourceLock, OrdersWait                     bool
	Logout, OrdersShared, PastesShared         bool
	Renamed                                    map[string]string
	SchemaAgent, SchemaState                   int
	ReloadMethod, ReloadReferences             string
	ListedFallback                             bool
	References                                 bool
	SyncedIDs                                  []string
	ClaudeSync                                 string
	ModeMigrations                             []string
	RetiredIDs                                 []string
	ImportsLegacyFiles                         bool
	StrictExpiry, AuthHot, NoFlatEnv           bool
	IdleModes                                  []string
	AgentEntries                               bool
	MaxExpiry                                  float64
	DefaultModel                               string
	// Include is how its $include directive works.
	Include Include
	// Variables, Aliases and AuthAliases give those of plan.Rules; nil is none. A plan looks
	// at one row of hundreds of entries and not at all the others.
	Variables            func() table
	Aliases, AuthAliases func() map[string]string
	// OwnVariables tells that of StateDirEnv, ConfigEnv, PortEnv, TokenEnv and PasswordEnv
	// the release asks the first alone. PortOfProfile tells that an instance has a default
	// port of its own.
	OwnVariables, PortOfProfile bool
	// Predecessors are the programs whose state directories (".clawdbot") and
	// configurations ("clawdbot.json") the release takes over; nil for all that
	// Product.LegacyDirs and LegacyConfigs name.
	Predecessors []string
	// ImportsLogins: of the files of ImportsLegacyFiles, oauth.json alone, and into the
	// store of every agent that has none. NoClone: an agent without a store gets no copy of
	// main's.
	ImportsLogins, NoClone bool
	// GatewayEnv is an environment file in the home directory that is read after .env, where
	// the state directory is the default one; "" for none.
	GatewayEnv string
	// CwdRefuses are the variables, as patterns of path.Match, that the release does not take
	// from the .env file of its working directory, which it reads before the other. nil is
	// none, see AllVariables.
	CwdRefuses []string
	// YieldingEnv is the variable in which a service lists those of its variables over which
	// .env wins, "" for none.
	YieldingEnv string
	// ReadOnlyEnv are the variables of which "1" keeps the release from writing its
	// configuration.
	ReadOnlyEnv []string
	// FixedAgentDir tells that no variable moves the shared store (Product.AgentDirEnv).
	FixedAgentDir bool
}

// Include describes the $include directive of a release's configuration.
type Include struct {
	// Depth is how deep files may include files.
	Depth int
	// MaxBytes is the size from which a file is refused, 0 for any size.
	MaxBytes int64
	// Confined tells that included files must be inside the configuration's directory.
	Confined bool
}

// MainAgent is the agent whose store the others share, in every product, where a
// release has no shared store beside the agents' own.
const MainAgent = "main"

// The generations of credential stores, the words of plan.Rules.Generation. They share
// one document model and differ in the container that it lies in.
const (
	// OneFile is auth-profiles.json alone: clawdbot, OpenClaw to 2026.4.5, and the forks.
	OneFile = "json"
	// TwoFiles has auth-state.json beside it: OpenClaw 2026.4.7 to 2026.6.1.
	TwoFiles = "json+state"
	// AgentTables are rows in every agent's own database: OpenClaw 2026.6.5 to 2026.7.
	AgentTables = "agent-sqlite"
	// SharedTables are rows in the shared state database, with agents' own over them:
	// OpenClaw from 2026.8.1 on.
	SharedTables = "shared-sqlite"
)

// DefaultInstance is the instance's name that means none.
const DefaultInstance = "default"

// Products gives the table, in the order in which the products appeared.
func Products() []Product {
	return []Product{clawdbot(), openclaw(), clawdia(), opensoul(), gensparx()}
}

// Names gives the products' names, sorted.
func Names() []string {
	var names []string
	for _, p := range Products() {
		names = append(names, p.Name)
	}
	slices.Sort(names)
	return names
}

// Find gives the product of that name, nil if there is none.
func Find(name string) *Product {
	for _, p := range Products() {
		if p.Name == name {
			return &p
		}
	}
	return nil
}

// In gives the row that holds in a state directory, whose configuration is at config:
// the product's own, or that of earlier releases where the directory or the
// configuration has their name and not today's.
func (p *Product) In(stateDir, config string) *Product {
	for i := range p.Earlier {
		e := &p.Earlier[i]
		if e.Owns(filepath.Base(stateDir)) || filepath.Base(config) == e.Config {
			return e
		}
	}
	return p
}

// Owns tells that a directory has the name of one of the product's state directories.
func (p *Product) Owns(base string) bool {
	return base == p.StateDir || strings.HasPrefix(base, p.StateDir+"-")
}

// OwnerOf gives the product whose default state directory, or that of an instance,
// has this name; nil if there is none.
func OwnerOf(base string) *Product {
	for _, p := range Products() {
		if p.Owns(base) {
			return &p
		}
	}
	return nil
}

// Instance gives the suffix of an instance's names, "-work", "" for the default one.
func Instance(name string) string {
	if name == "" || name == DefaultInstance {
		return ""
	}
	return "-" + name
}

// Rules gives what a plan has to know of the release.
func (r *Release) Rules() plan.Rules {
	return plan.Rules{
		Generation: r.Generation, LockForm: r.LockForm, MainAgent: MainAgent,
		Variables: called(r.Variables), NotKeys: notKeys(), Aliases: called(r.Aliases), AuthAliases: called(r.AuthAliases),
		Clobbers: r.Clobbers, ReloadMethod: r.ReloadMethod, ReloadReferences: r.ReloadReferences, OrdersWait: r.OrdersWait, References: r.References,
		SyncedIDs: r.SyncedIDs, ClaudeSync: r.ClaudeSync, ModeMigrations: r.ModeMigrations, ListedFallback: r.ListedFallback,
		OrderNeedsStore: r.OrderNeedsStore, Coordinated: r.Coordinated, LegacyBlocks: r.LegacyBlocks, SchemaAgent: r.SchemaAgent, SchemaState: r.SchemaState,
		NoTouchedAt: r.NoTouchedAt, ProvidersLive: r.ProvidersLive, BuiltInEnv: r.BuiltInEnv, Renamed: r.Renamed, Archive: r.Archive, SourceLock: r.SourceLock,
		StrictExpiry: r.StrictExpiry, MaxExpiry: r.MaxExpiry, AuthHot: r.AuthHot, IdleModes: r.IdleModes, NoFlatEnv: r.NoFlatEnv, AgentEntries: r.AgentEntries,
		Logout: r.Logout, OrdersShared: r.OrdersShared, PastesShared: r.PastesShared,
		RetiredIDs: r.RetiredIDs, DefaultModel: r.DefaultModel,
	}
}

func called[M any](f func() M) (none M) {
	if f == nil {
		return none
	}
	return f()
}
