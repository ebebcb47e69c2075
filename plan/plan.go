// Package plan computes what has to change. It is pure: Diff takes what is
// declared (schema.Config), what is live (Snapshot) and the fingerprints of the declared
// secrets, and gives a Plan. No I/O, no clock, no context; the same input gives the same
// plan, byte for byte.
//
// A Plan is data. It can be shown, saved, compared and carried out later by package
// apply, which takes nothing else. It holds references and keyed fingerprints, never
// plaintext, and every Change in it says what it does (Ops), how it reads (Summary), why (Reason)
// and how it is undone (Undo).
package plan

import (
	"slices"
	"strings"

	"github.com/keyform/keyform/schema"
	"github.com/keyform/keyform/schema/diag"
)

// FormatVersion is the version of the plan's JSON forms, saved and shown.
const FormatVersion = "1.0"

// Action is what happens to an object; its value is the symbol shown.
type Action string

// The actions.
const (
	Create  Action = "+"
	Update  Action = "~"
	Migrate Action = ">"
	Delete  Action = "-"
)

// Plan is the whole change of one run.
type Plan struct {
	FormatVersion string `json:"format_version"`
	// Keyform is the version that made the plan.
	Keyform string `json:"keyform_version"`
	Owner   string `json:"owner"`
	// Targets are the addresses of -target, in full; nil for everything.
	Targets []string `json:"targets,omitempty"`
	Destroy bool     `json:"destroy,omitempty"`
	// Unresolved tells that secrets were not compared (-no-resolve).
	Unresolved bool          `json:"unresolved,omitempty"`
	Gateways   []GatewayPlan `json:"gateways"`
	// ClaudeCode is nil where it is not declared, or not a target.
	ClaudeCode *ClaudeCodePlan `json:"claude_code,omitempty"`
}

// GatewayPlan is the change of one gateway.
type GatewayPlan struct {
	Name       string `json:"name"`
	Product    string `json:"product"`
	Release    string `json:"release,omitempty"`
	Evidence   string `json:"evidence,omitempty"`
	StateDir   string `json:"state_dir"`
	ConfigPath string `json:"config_path"`
	Home       string `json:"home"`
	Running    bool   `json:"running"`
	PID        int    `json:"pid,omitempty"`
	Unit       string `json:"unit,omitempty"`
	Rules      Rules  `json:"rules"`
	// ConfigReadOnly and TreatedAs are as in GatewaySnapshot.
	ConfigReadOnly string `json:"config_read_only,omitempty"`
	TreatedAs      string `json:"treated_as,omitempty"`
	// ConfigIdle tells that a running gateway does not look at its configuration again: the
	// reload mode there is one of Rules.IdleModes.
	ConfigIdle bool `json:"config_idle,omitempty"`
	// VersionConflict says that the declared version and the host's own evidence differ in
	// what stores or locks they mean: a plan may look ahead, an apply may not. "" is none.
	VersionConflict string `json:"version_conflict,omitempty"`
	// Writes are the stores to write, in the order of writing. A store that does
	// not change is not among them.
	Writes []StoreWrite `json:"writes,omitempty"`
	// Ledger is what the ledger gets to know besides, or in spite of no change.
	Ledger []LedgerChange `json:"ledger,omitempty"`
	Reload schema.Reload  `json:"reload"`
	// Untold tells that the gateway has yet to be told of an earlier run's writes.
	Untold bool `json:"untold,omitempty"`
	// Steps are for a person to do; keyform cannot.
	Steps []Step `json:"steps,omitempty"`
	// CommandLine is as in GatewaySnapshot, where a store has to be provisioned.
	CommandLine []string `json:"command_line,omitempty"`
	// Unmanaged counts the live profiles that are not declared and stay.
	Unmanaged []string `json:"unmanaged,omitempty"`
	// Unchecked counts the declared secrets that were not compared.
	Unchecked int `json:"unchecked,omitempty"`
	// Notes are for the reader: what shadows what, what is in the config.
	Notes []string `json:"notes,omitempty"`
}

// StoreKind is the kind of a store.
type StoreKind string

// The kinds of stores, in the order of writing.
const (
	AuthStore StoreKind = "auth"
	// LegacyStore is a file of an earlier form, which is only ever put aside.
	LegacyStore StoreKind = "legacy"
	ConfigStore StoreKind = "config"
	EnvStore    StoreKind = "env"
)

// StoreRef names one store.
type StoreRef struct {
	Kind StoreKind `json:"kind"`
	// Agent is the agent of an AuthStore, "" for a shared one that is no agent's.
	Agent string `json:"agent,omitempty"`
	// Path is the file, real and absolute; Label how the user knows it.
	Path  string `json:"path"`
	Label string `json:"label"`
	// StatePath is the file of the orders, lastGood and usageStats where an AuthStore has
	// one for them, else "".
	StatePath string `json:"state_path,omitempty"`
	// Coordinator is the shared database whose lock comes before that of an AuthStore in a
	// database, "" where the release has none.
	Coordinator string `json:"coordinator,omitempty"`
	// AuthPath is where the auth object is in a ConfigStore's file.
	AuthPath []string `json:"auth_path,omitempty"`
}

// sharedKey is the Key of a shared store that is no agent's.
const sharedKey = "shared"

// Key tells the stores of one gateway apart: "agent/main", "shared", "config", "env".
func (r StoreRef) Key() string {
	switch {
	case r.Kind == AuthStore && r.Agent == "":
		return sharedKey
	case r.Kind == AuthStore:
		return "agent/" + r.Agent
	case r.Kind == LegacyStore:
		return "legacy/" + r.Label
	}
	return string(r.Kind)
}

// StoreWrite is everything that happens to one store: one lock, one read, one write.
type StoreWrite struct {
	Store  StoreRef `json:"store"`
	Exists bool     `json:"exists"`
	// Provision tells that the database is not there, and that the gateway's own command
	// line has to make it before it is written.
	Provision bool `json:"provision,omitempty"`
	// Before is the precondition: the store's items as the plan saw them, by name,
	// under the plan's key. The write refuses when they differ.
	Before  Items    `json:"before"`
	Changes []Change `json:"changes"`
}

// Change is the change of one object in one store.
type Change struct {
	// Address is the object in full; a copy has the address of its profile.
	Address string `json:"address"`
	Action  Action `json:"action"`
	// Name is the object in its store: a profile id, "order anthropic", a variable.
	Name string `json:"name"`
	// Summary says what changes, Reason why.
	Summary string `json:"summary"`
	Reason  string `json:"reason,omitempty"`
	// Warnings are what the reader should know about this very change.
	Warnings []string `json:"warnings,omitempty"`
	Ops      Ops      `json:"ops"`
	// Before and After are the object in its store, nil where there is none.
	Before *Object `json:"before,omitempty"`
	After  *Object `json:"after,omitempty"`
	// Origin is what the ledger records for the address in this store: "" for
	// nothing (migrations, listings of undeclared profiles, cascades of a deletion).
	// A Delete removes the record.
	Origin Origin `json:"origin,omitempty"`
	// Prior is the origin that the ledger gets to know together with the intent, where
	// it has no record yet: this is a copy that the gateway made of a managed object. A run
	// that is cut short thereby still finds the copy, which by then no longer equals its
	// original. "" is none.
	Prior Origin `json:"prior,omitempty"`
	// Rekey tells that a stored credential is replaced by another.
	Rekey bool `json:"rekey,omitempty"`
}

// Undo says what puts the object back, given the backup that apply makes of the
// store: nothing for an object that was not there but to remove it, else the
// object as the backup holds it.
func (c Change) Undo() string {
	if c.Before == nil {
		return "remove " + c.Name
	}
	return "restore " + c.Name + " from the run's backup"
}

// Object is one object as it is, or is to be, in a store.
type Object struct {
	// Type is profile, order, listing, secret_provider, variable, meta, state or file.
	Type     string                `json:"type"`
	Provider string                `json:"provider,omitempty"`
	Kind     schema.CredentialKind `json:"kind,omitempty"`
	// Value is the fingerprint of the credential or value.
	Value Fingerprint `json:"value,omitempty"`
	// From says where the secret comes from: its reference.
	From    string   `json:"from,omitempty"`
	Expires *float64 `json:"expires,omitempty"`
	IDs     []string `json:"ids,omitempty"`
	Mode    string   `json:"mode,omitempty"`
	Email   string   `json:"email,omitempty"`
	// Literal is the value of a variable that is declared as a plain string.
	Literal string `json:"literal,omitempty"`
}

// Counts are the numbers of changes by action.
type Counts struct {
	Add     int `json:"add"`
	Change  int `json:"change"`
	Migrate int `json:"migrate"`
	Delete  int `json:"delete"`
}

// Total is the number of all changes.
func (c Counts) Total() int { return c.Add + c.Change + c.Migrate + c.Delete }

// Counts counts the plan's changes.
func (p *Plan) Counts() Counts {
	var c Counts
	for _, g := range p.Gateways {
		for _, w := range g.Writes {
			for _, ch := range w.Changes {
				switch ch.Action {
				case Create:
					c.Add++
				case Update:
					c.Change++
				case Migrate:
					c.Migrate++
				case Delete:
					c.Delete++
				}
			}
		}
	}
	return c
}

// HasChanges is the only judge of whether there is anything to write to a store.
func (p *Plan) HasChanges() bool { return p.Counts().Total() > 0 }

// Untold reports whether a gateway has yet to be told of what is in its stores.
func (p *Plan) Untold() bool {
	return slices.ContainsFunc(p.Gateways, func(g GatewayPlan) bool { return g.Untold })
}

// Secrets lists the secrets that carrying out the plan needs, in order of use,
// each place once.
func (p *Plan) Secrets() []SecretUse {
	var out []SecretUse
	for _, g := range p.Gateways {
		for _, w := range g.Writes {
			for _, c := range w.Changes {
				for _, op := range c.Ops {
					if u := OpSecret(op); u != nil {
						out = append(out, *u)
					}
				}
			}
		}
	}
	return out
}

// ShowPath shortens a path below the gateway's home to "~/...".
func ShowPath(path, home string) string {
	if home != "" && (path == home || strings.HasPrefix(path, home+"/")) {
		return "~" + path[len(home):]
	}
	return path
}

// Result is what Diff gives.
type Result struct {
	Plan  *Plan
	Diags diag.Diagnostics
}
