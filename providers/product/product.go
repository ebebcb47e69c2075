// Package product is the table of the gateway products. The products are forks of
// one program and differ in names, paths, environment variables, the form of their
// locks and what their releases do; all of that is data here, and no other package
// knows one product from another. It does no I/O.
package product

import (
	"slices"

	"github.com/keyform/keyform/plan"
)

// Product is one gateway product. A Product is read-only and safe for concurrent use.
type Product struct {
	// Name is the product in the configuration, "openclaw"; Title how it spells itself.
	Name, Title string
	// Unsupported says why this keyform does not manage the product, "" if it does.
	Unsupported string
	// Package is the npm package, "" if it was never published there. Bins are the
	// commands that it installs.
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
	// LegacyDirs are the state directories, in the home directory, that the product
	// takes over where its own does not exist. LegacyConfigs are the names of
	// configurations that it reads, in its state directory, where its own is not there.
	LegacyDirs, LegacyConfigs []string
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
	// LaterEvidence are files whose being there shows a release that this table has
	// as unsupported, relative to the state directory ("*" stands for one name).
	LaterEvidence []string
	// Logins are the arguments of the product's command for a login at a provider, where
	// they are others than those of LoginCommand.
	Logins map[string]string
	// Releases are in ascending order. A single one without From holds for all.
	Releases []Release
}

// Release is a range of releases that behave the same: from From to where the next
// one begins.
type Release struct {
	// From is the first release of the range; "" for all from the beginning.
	From string
	// Unsupported says why the range is not managed, "" if it is.
	Unsupported string
	// Generation and LockForm are those of plan.Rules, and so are the others of the
	// same names.
	Generation, LockForm string
	Clobbers             bool
	ReloadMethod         string
	ListedFallback       bool
	References           bool
	SyncedIDs            []string
	ClaudeSync           string
	ModeMigrations       []string
	Variables            map[string][]string
	Aliases              map[string]string
	// Include is how its $include directive works.
	Include Include
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

// mainAgent is the agent whose store the others share, in every product.
const mainAgent = "main"

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
		Generation: r.Generation, LockForm: r.LockForm, MainAgent: mainAgent,
		Variables: r.Variables, Aliases: r.Aliases,
		Clobbers: r.Clobbers, ReloadMethod: r.ReloadMethod, References: r.References,
		SyncedIDs: r.SyncedIDs, ClaudeSync: r.ClaudeSync, ModeMigrations: r.ModeMigrations, ListedFallback: r.ListedFallback,
	}
}
