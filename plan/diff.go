package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/keyform/keyform/schema"
	"github.com/keyform/keyform/schema/diag"
)

// Options are what a plan depends on besides what is declared and what is live.
type Options struct {
	// Version is keyform's own version, recorded in the plan.
	Version string
	// Targets limits the plan to what these addresses contain; nil is everything.
	Targets []schema.Address
	// Destroy removes all that the ledger owns instead of converging.
	Destroy bool
	// NoResolve tells that secrets were not resolved: no credential is compared.
	NoResolve bool
	// AllowMassChange turns the guard against sweeping changes off.
	AllowMassChange bool
	// Now is the time of the plan in milliseconds since the epoch.
	Now int64
}

// Diff compares what is declared with what is live. It gives a plan also where
// the diagnostics have errors, for showing; such a plan must not be applied.
func Diff(want Desired, live Snapshot, prints Prints, opts Options) (*Plan, diag.Diagnostics) {
	p := &Plan{
		FormatVersion: FormatVersion,
		Keyform:       opts.Version,
		Owner:         want.Owner,
		Destroy:       opts.Destroy,
		Unresolved:    opts.NoResolve,
	}
	for _, t := range opts.Targets {
		p.Targets = append(p.Targets, t.String())
	}
	var diags diag.Diagnostics
	var differs []*differ
	for i := range want.Gateways {
		w := &want.Gateways[i]
		j := slices.IndexFunc(live.Gateways, func(g GatewaySnapshot) bool { return g.Name == w.Gateway.Name })
		if j < 0 {
			continue // reading it failed, which has been told
		}
		d := newDiffer(want.Owner, w, &live.Gateways[j], prints, opts)
		d.sync = live.Sync
		differs = append(differs, d)
		p.Gateways = append(p.Gateways, d.run())
		diags = append(diags, d.diags...)
	}
	diags = append(diags, sharedLogins(differs, &live)...)
	if want.ClaudeCode != nil && live.ClaudeCode != nil && !opts.Destroy && targeted(opts.Targets, schema.Address{Kind: schema.KindClaudeCode}) {
		var more diag.Diagnostics
		p.ClaudeCode, more = claudeCode(want.ClaudeCode, live.ClaudeCode, opts.Now)
		diags = append(diags, more...)
	}
	diags = append(diags, checkTargets(want, live, opts)...)
	return p, diags
}

// differ computes the plan of one gateway. Each step works on the models of the
// stores as the steps before left them.
type differ struct {
	owner  string
	want   *DesiredGateway
	live   *GatewaySnapshot
	rules  Rules
	prints Prints
	opts   Options
	diags  diag.Diagnostics

	stores []*model
	// byAgent finds a store's model.
	byAgent map[string]*model
	config  configModel
	env     []Change
	ledger  []LedgerChange
	// declared holds the addresses that are declared, or forgotten on purpose.
	declared map[schema.Address]bool
	ids      map[string]declaredID
	// missing holds the declared logins that somebody has still to log in.
	missing map[schema.Address]bool
	// sync is what the product's sync would copy, imports its declaration; both may be nil.
	sync    *SyncLogin
	imports *importing
	// unnamed are the notes about logins that do not say whose they are.
	unnamed []string
	// providers are the entries of secrets.providers that declared profiles need.
	providers map[string]bool
	// aside are the legacy files to rename, legacyRemarks what becomes of what they hold.
	aside         []StoreWrite
	legacyRemarks []string
	unchecked     int
	out           GatewayPlan
}

func newDiffer(owner string, want *DesiredGateway, live *GatewaySnapshot, prints Prints, opts Options) *differ {
	d := &differ{
		owner: owner, want: want, live: live, rules: live.Rules, prints: prints, opts: opts,
		byAgent:  make(map[string]*model, len(live.Stores)),
		declared: map[schema.Address]bool{},
		missing:  map[schema.Address]bool{},
	}
	for i := range live.Stores {
		m := newModel(&live.Stores[i], live.Rules, opts.Now)
		d.stores = append(d.stores, m)
		d.byAgent[m.ref.Agent] = m
	}
	d.config.init(&live.Config)
	return d
}

func (d *differ) run() GatewayPlan {
	d.out = GatewayPlan{
		Name: d.live.Name, Product: d.live.Product, Release: d.live.Release, Evidence: d.live.Evidence,
		StateDir: d.live.StateDir, ConfigPath: d.live.ConfigPath, Home: d.live.Home,
		Running: d.live.Running, PID: d.live.PID, Unit: d.live.Unit, Rules: d.rules,
		Reload: d.want.Gateway.Reload, VersionConflict: d.live.VersionConflict,
		ConfigReadOnly: d.live.ConfigReadOnly, TreatedAs: d.live.TreatedAs,
		ConfigIdle: slices.Contains(d.rules.IdleModes, d.live.Config.ReloadMode),
		Untold:     d.live.Untold && d.want.Gateway.Reload.Mode != "none",
	}
	d.collectDeclared()
	if d.opts.Destroy {
		d.destroy()
	} else {
		d.profiles()
		d.variables()
		d.rescue()
		d.retire()
		d.orders()
	}
	d.checkStoredEnv()
	d.cascade()
	d.dropProviders()
	d.listings()
	d.migrations()
	d.guard()
	d.guardImports()
	d.checkReload()
	d.checkWriter()
	d.assemble()
	d.checkConfig()
	return d.out
}

// collectDeclared notes every address that is declared, orders also under the
// product's own spelling of their provider. The same address twice was refused when the
// configuration was loaded.
func (d *differ) collectDeclared() {
	name := d.want.Gateway.Name
	for _, a := range d.want.Removed {
		d.declared[a] = true
	}
	d.ids = make(map[string]declaredID, len(d.want.Profiles))
	for _, p := range d.want.Profiles {
		d.declared[profileAddress(name, p)] = true
		id := d.ids[p.ID]
		id.mode = cmp.Or(id.mode, p.Mode)
		id.email = cmp.Or(id.email, p.Email)
		d.ids[p.ID] = id
	}
	for _, p := range d.want.Providers {
		for _, v := range providerVars(name, p, d.rules) {
			d.declared[v.addr] = true
		}
		if p.Order != nil {
			d.declared[d.providerOrder(p.ID)] = true
			d.declared[d.providerOrder(d.rules.Provider(p.ID))] = true
		}
	}
	for _, a := range d.want.Agents {
		for _, o := range a.Orders {
			d.declared[d.agentOrder(a.ID, o.Provider)] = true
			d.declared[d.agentOrder(a.ID, d.rules.Provider(o.Provider))] = true
		}
	}
}

// declaredID is what all declarations of one profile id together say about its
// entry in auth.profiles; the zero one is of an id that is declared without.
type declaredID struct{ mode, email string }

func (d *differ) declaresID(id string) bool {
	_, ok := d.ids[id]
	return ok
}

func (d *differ) providerOrder(provider string) schema.Address {
	return schema.Address{Kind: schema.KindProviderOrder, Gateway: d.live.Name, Provider: provider}
}

// agentOrder is the address of an order in an agent's store. That of a shared store
// which is no agent's is the provider's: the configuration and that row are one cell.
func (d *differ) agentOrder(agent, provider string) schema.Address {
	if agent == "" {
		return d.providerOrder(provider)
	}
	return schema.Address{Kind: schema.KindAgentOrder, Gateway: d.live.Name, Agent: agent, Provider: provider}
}

func (d *differ) targeted(a schema.Address) bool { return targeted(d.opts.Targets, a) }

func (d *differ) errorf(code, summary string, at diag.Range, a schema.Address, format string, args ...any) {
	d.tell(diag.Error, code, summary, at, a, format, args...)
}

func (d *differ) warnf(code, summary string, at diag.Range, a schema.Address, format string, args ...any) {
	d.tell(diag.Warning, code, summary, at, a, format, args...)
}

func (d *differ) tell(s diag.Severity, code, summary string, at diag.Range, a schema.Address, format string, args ...any) {
	d.diags = append(d.diags, diag.Diagnostic{
		Severity: s, Code: code, Summary: summary, Range: at, Address: a.String(), Detail: fmt.Sprintf(format, args...),
	})
}

// foreign refuses an address that another owner manages; it reports whether it did.
func (d *differ) foreign(a schema.Address, at diag.Range) bool {
	r := d.live.Ledger.Foreign(d.owner, a.String())
	if r == nil {
		return false
	}
	d.errorf("KF0601", "Address of another owner", at, a,
		"%s is managed by owner %q on this host, and this configuration is owner %q. Declare it in one of the two only; to hand it over, let the other one forget it with a removed block.",
		a, r.Owner, d.owner)
	return true
}

// record gives what the ledger has of an address in a store, for this owner.
func (d *differ) record(a schema.Address, store string) *Record {
	return d.live.Ledger.Find(d.owner, a.String(), store)
}

// keep notes an object that is as declared: adopted, unless the ledger knows it.
func (d *differ) keep(a schema.Address, store string, origin Origin) {
	if d.record(a, store) == nil {
		d.ledger = append(d.ledger, LedgerChange{Address: a.String(), Store: store, Origin: origin, Ref: d.storeRef(store)})
	}
}

// storeRef finds the store of a StoreRef.Key; nil if there is none.
func (d *differ) storeRef(key string) *StoreRef {
	if key == string(ConfigStore) {
		ref := d.live.Config.ref()
		return &ref
	}
	if key == string(EnvStore) {
		ref := d.live.Env.ref()
		return &ref
	}
	if m := d.byStore(key); m != nil {
		return &m.ref
	}
	return nil
}

// origin is what the ledger gets to know of a changed object.
func (d *differ) origin(a schema.Address, store string, created bool) Origin {
	if created {
		return Created
	}
	if r := d.record(a, store); r != nil && r.Origin == Created {
		return Created
	}
	return Updated
}

// forget drops the record of an object whose store stays as it is.
func (d *differ) forget(r *Record) {
	d.ledger = append(d.ledger, LedgerChange{Address: r.Address, Store: r.Store})
}

func (d *differ) checkReload() {
	if !d.rules.Clobbers || !d.live.Running || d.want.Gateway.Reload.Mode != "none" {
		return
	}
	for _, m := range d.stores {
		if len(m.changes) > 0 {
			d.errorf("KF0610", "Gateway that would write old values back", d.want.Gateway.Attrs["reload"], schema.Address{Kind: schema.KindGateway, Gateway: d.live.Name},
				"%s %s is running and writes the credentials that it read at its start over outside edits unless it is told to reload right after them. With reload = \"none\" this change would be lost. Use reload = \"live\", or stop the gateway first.",
				d.live.Product, d.live.Release)
			return
		}
	}
}

func (d *differ) assemble() {
	for _, m := range d.stores {
		w, ok := m.write()
		if !ok {
			continue
		}
		w.Provision = w.Provision && !d.rules.Commands // a command that writes makes it as well
		d.out.Writes = append(d.out.Writes, w)
		d.provision(m, &w)
		d.command(m, &w)
		if m.live.Refusal != "" {
			d.errorf("KF0623", "Credential store that must not be written", diag.Range{}, schema.Address{Kind: schema.KindGateway, Gateway: d.live.Name},
				"%s has to change (%s %s), but %s", m.ref.Label, w.Changes[0].Action, w.Changes[0].Name, m.live.Refusal)
		}
	}
	if d.out.CommandLine == nil {
		d.out.Writes = append(d.out.Writes, d.aside...)
	} else {
		// The command line refuses to work beside them. What they hold is in memory by then,
		// and a run that is killed finds it again in what was put aside.
		d.out.Writes = append(slices.Clone(d.aside), d.out.Writes...)
	}
	if len(d.config.changes) > 0 {
		d.checkProviders()
		if d.live.Config.Refusal != "" {
			d.errorf("KF0611", "Configuration that cannot be edited", diag.Range{}, schema.Address{Kind: schema.KindGateway, Gateway: d.live.Name},
				"%s has to change (%s), but %s", d.live.Config.Label, d.config.changes[0].Summary, d.live.Config.Refusal)
		}
		sortChanges(d.config.changes)
		c := d.live.Config
		w := StoreWrite{Store: c.ref(), Exists: c.Exists, Before: c.Items(), Changes: d.config.changes}
		if w.first() {
			d.out.Writes = append([]StoreWrite{w}, d.out.Writes...)
		} else {
			d.out.Writes = append(d.out.Writes, w)
		}
	}
	if len(d.env) > 0 {
		sortChanges(d.env)
		w := StoreWrite{
			Store:  d.live.Env.ref(),
			Exists: d.live.Env.Exists, Before: Items{}, Changes: d.env,
		}
		for name, image := range d.live.Env.Items() {
			if w.touches(name) {
				w.Before[name] = image
			}
		}
		if w.feeds(d.out.Writes) {
			d.out.Writes = append([]StoreWrite{w}, d.out.Writes...)
		} else {
			d.out.Writes = append(d.out.Writes, w)
		}
	}
	if d.rules.ReloadReferences != "" && d.holdsReferences() {
		d.out.Rules.ReloadMethod = d.rules.ReloadReferences
	}
	slices.SortFunc(d.ledger, func(a, b LedgerChange) int {
		if c := strings.Compare(a.Address, b.Address); c != 0 {
			return c
		}
		return strings.Compare(a.Store, b.Store)
	})
	d.out.Ledger = d.ledger
	d.out.Unchecked = d.unchecked
	d.out.Unmanaged = d.unmanaged()
	d.out.Notes = d.notes()
	if d.live.VersionConflict != "" {
		d.warnf("KF0617", "Plan for another release", d.want.Gateway.Attrs["version"], schema.Address{Kind: schema.KindGateway, Gateway: d.live.Name},
			"The evidence does not agree: %s. This plan looks ahead; apply refuses it until the host has that release, or version is right.", d.live.VersionConflict)
	}
}
