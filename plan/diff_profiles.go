package plan

import (
	"slices"
	"strings"

	"github.com/keyform/keyform/schema"
)

// profiles places every declared profile and compares it with what is there.
func (d *differ) profiles() {
	cells := map[string]schema.Address{}
	for _, p := range d.want.Profiles {
		addr := profileAddress(d.live.Name, p)
		if d.foreign(addr, p.Range) {
			continue
		}
		for _, m := range d.placements(p) {
			cell := m.ref.Key() + " " + p.ID
			if other, taken := cells[cell]; taken {
				d.errorf("KF0603", "Profile declared twice for one store", p.Range, addr,
					"%s and %s are the same entry of %s: the store of agent %q is the shared one. Keep one of them.", other, addr, m.ref.Label, m.ref.Agent)
				continue
			}
			cells[cell] = addr
			d.profile(p, addr, m)
		}
	}
}

// placements are the stores that a profile belongs in: an agent's own profile in
// that agent's store, a shared one in main's and, because a row in an agent's own
// store shadows the shared one, wherever an agent's store already has its id and that
// agent does not declare it itself.
func (d *differ) placements(p *schema.Profile) []*model {
	if p.Agent != "" {
		if m := d.agentStore(p.Agent); m != nil {
			return []*model{m}
		}
		d.unknownAgent(p.Agent, p.Range)
		return nil
	}
	var out []*model
	for _, m := range d.stores {
		switch {
		case m.ref.Agent == d.rules.MainAgent:
			out = append(out, m)
		case p.Kind == schema.OAuth, m.live.Profile(p.ID) == nil:
		case d.declared[schema.Address{Kind: schema.KindProfile, Gateway: d.live.Name, Agent: m.ref.Agent, Name: p.ID}]:
		default:
			out = append(out, m)
		}
	}
	return out
}

// agentStore is the store of an agent's own, nil for an unknown agent.
func (d *differ) agentStore(agent string) *model {
	if agent == "" {
		return nil
	}
	return d.byAgent[agent]
}

func (d *differ) profile(p *schema.Profile, addr schema.Address, m *model) {
	if !d.targeted(addr) {
		return
	}
	if p.Kind == schema.OAuth {
		d.login(p, addr, m)
		return
	}
	isCopy := p.Agent == "" && m.ref.Agent != d.rules.MainAgent
	live := m.live.Profile(p.ID)
	if isCopy && live.Kind == schema.OAuth {
		d.warnf("KF0605", "OAuth login shadows a declared profile", p.Range, addr,
			"%s holds an OAuth login under the id %q, which agent %q uses instead of the declared profile. keyform never writes OAuth copies: remove it with the gateway's own commands, or declare the profile inside agent %q.",
			m.ref.Label, p.ID, m.ref.Agent, m.ref.Agent)
		return
	}
	want := credentialWant{use: d.want.use(p.Use, ProfileDomain(d.live.Name, p.ID), d.prints)}
	if p.Reference {
		ref, provider, problem := d.storedRef(p)
		if problem != "" {
			d.errorf("KF0624", "Reference that cannot be stored", p.Use.Range, addr, "%q has store = \"reference\", but %s.", p.ID, problem)
			return
		}
		want.ref = ref
		d.keepProvider(provider, addr)
	}
	op, change := d.compareProfile(p, m, want)
	d.checkExpiry(p, addr, live, change)
	m.profiles[p.ID] = modelProfile{d.rules.Provider(p.Provider), p.Kind, true, change != nil && change.Rekey}
	if change == nil {
		d.keep(addr, m.ref.Key(), d.keptOrigin(p, m))
		return
	}
	change.Address, change.Name = addr.String(), p.ID
	change.Origin = d.origin(addr, m.ref.Key(), live == nil)
	change.Ops = Ops{op}
	if isCopy {
		if d.isClone(addr, m, live) {
			change.Prior = d.copyOrigin(addr)
		}
		change.Reason = join(change.Reason, "a copy in agent "+m.ref.Agent+"'s own store, which shadows the shared one")
	} else if change.Reason == "" {
		change.Reason = d.changedBy(live, m, addr)
	}
	m.change(*change)
}

// changedBy says who moved away from the other: the declaration or the store.
func (d *differ) changedBy(live *LiveProfile, m *model, addr schema.Address) string {
	if live == nil {
		if d.record(addr, m.ref.Key()) != nil {
			return "gone from the store since keyform wrote it"
		}
		return ""
	}
	if d.record(addr, m.ref.Key()) == nil {
		return ""
	}
	if live.Applied {
		return "declared otherwise than last applied"
	}
	return "changed in the store since keyform wrote it"
}

// keptOrigin is adopted, but for a copy that appeared after keyform had written
// the shared profile: a gateway of the one-file era clones main's store.
func (d *differ) keptOrigin(p *schema.Profile, m *model) Origin {
	if p.Agent == "" && m.ref.Agent != d.rules.MainAgent {
		return d.copyOrigin(profileAddress(d.live.Name, p))
	}
	return Adopted
}

// checkExpiry refuses to store what has expired, and wonders at a credential that
// changes while the date of its issue does not.
func (d *differ) checkExpiry(p *schema.Profile, addr schema.Address, live *LiveProfile, change *Change) {
	if p.Expires == nil || change == nil || (live != nil && !change.Rekey) {
		return
	}
	if *p.Expires <= d.opts.Now {
		at, what := p.Attrs["expires"], "expires"
		if p.Issued {
			at, what = p.Attrs["issued"], "issued"
		}
		d.errorf("KF0604", "Credential that has expired already", at, addr,
			"The declared %s makes %q expire %s, so it would be stored as expired. Issue a new credential and declare its date.", what, p.ID, dateText(float64(*p.Expires), d.opts.Now))
		return
	}
	if p.Issued && live != nil && live.Kind == p.Kind && d.sameExpiry(live.Expires, *p.Expires) {
		change.Warnings = append(change.Warnings, "the credential changes and issued does not: is the date still right?")
	}
}

// retire deletes what is no longer declared: what this owner created or updated,
// and everything undeclared where unmanaged = "prune".
func (d *differ) retire() {
	for i := range d.live.Ledger.Records {
		r := &d.live.Ledger.Records[i]
		if r.Owner != d.owner {
			continue
		}
		addr, err := schema.ParseAddress(r.Address)
		if err != nil || addr.Gateway != d.live.Name || !d.targeted(addr) {
			continue
		}
		if d.declared[addr] {
			if slices.Contains(d.want.Removed, addr) {
				d.forget(r)
			}
			continue
		}
		if r.Origin == Adopted {
			d.forget(r)
			continue
		}
		d.remove(addr, r, "no longer declared")
	}
	if d.want.Gateway.Prune {
		d.prune()
	}
}

// destroy deletes all that the ledger owns.
func (d *differ) destroy() {
	protected := d.protected()
	for i := range d.live.Ledger.Records {
		r := &d.live.Ledger.Records[i]
		if r.Owner != d.owner {
			continue
		}
		addr, err := schema.ParseAddress(r.Address)
		switch {
		case err != nil || addr.Gateway != d.live.Name || !d.targeted(addr):
		case r.Origin == Adopted:
			d.forget(r)
		case protected[addr]:
			d.errorf("KF0606", "Protected from deletion", rangeOf(d.want, addr), addr,
				"%s has lifecycle { prevent_destroy = true }. Remove that first if it really is to go, or leave it out with -target.", addr)
		default:
			d.remove(addr, r, "-destroy")
		}
	}
}

// remove plans the deletion of a recorded object from the store of its record.
func (d *differ) remove(addr schema.Address, r *Record, why string) {
	switch addr.Kind {
	case schema.KindProfile:
		d.removeProfile(addr, r, why)
	case schema.KindAgentOrder:
		d.removeOrder(addr, r, why)
	case schema.KindProviderOrder:
		if r.Store == string(ConfigStore) {
			d.removeConfigOrder(addr, r, why)
		} else {
			d.removeOrder(addr, r, why)
		}
	case schema.KindEnv:
		d.removeVar(addr, r, why)
	}
}

func (d *differ) removeProfile(addr schema.Address, r *Record, why string) {
	for _, m := range d.stores {
		live := m.live.Profile(addr.Name)
		if m.ref.Key() == r.Store {
			switch {
			case m.dropped[addr.Name], !d.opts.Destroy && d.declaredAt(m, addr.Name):
				d.forget(r)
			case live == nil:
				// A run that was cut short may have left what names it.
				m.drop(addr.Name)
				d.forget(r)
			default:
				d.dropProfile(m, addr, why, "")
			}
		} else if addr.Agent == "" && live != nil && !m.dropped[addr.Name] && d.isClone(addr, m, live) {
			d.dropProfile(m, addr, why+"; a clone of it in agent "+m.ref.Agent+"'s own store", Created)
		}
	}
	if d.byStore(r.Store) == nil {
		d.forget(r)
	}
}

// isClone reports whether an agent's store has a copy that nobody recorded and
// that equals the shared profile: a gateway of the one-file era clones main's store.
func (d *differ) isClone(addr schema.Address, m *model, live *LiveProfile) bool {
	main := d.byAgent[d.rules.MainAgent]
	if main == nil || d.record(addr, m.ref.Key()) != nil || live.Credential == "" || live.Kind == schema.OAuth {
		return false
	}
	own := schema.Address{Kind: schema.KindProfile, Gateway: addr.Gateway, Agent: m.ref.Agent, Name: addr.Name}
	original := main.live.Profile(addr.Name)
	return !d.declared[own] && original != nil && original.Kind == live.Kind && original.Credential == live.Credential
}

func (d *differ) byStore(key string) *model {
	if key == sharedKey {
		return d.byAgent[""]
	}
	if agent, ok := strings.CutPrefix(key, "agent/"); ok {
		return d.byAgent[agent]
	}
	return nil
}

func (d *differ) dropProfile(m *model, addr schema.Address, why string, prior Origin) {
	if m.dropped[addr.Name] {
		return
	}
	live := m.live.Profile(addr.Name)
	m.drop(addr.Name)
	m.change(Change{
		Address: addr.String(), Action: Delete, Name: addr.Name, Reason: why,
		Summary: string(live.Kind) + " (sensitive) goes",
		Ops:     Ops{DropProfile{ID: addr.Name}}, Prior: prior, Warnings: d.comesBack(addr.Name),
		Before: &Object{Type: "profile", Provider: live.Provider, Kind: live.Kind, Value: live.Credential, Expires: live.Expires},
	})
}

// prune deletes undeclared profiles and orders, except what the product's own sync
// would bring back and what other owners manage.
func (d *differ) prune() {
	const why = `not declared, and unmanaged = "prune"`
	for _, m := range d.stores {
		for i := range m.live.Profiles {
			id := m.live.Profiles[i].ID
			addr := d.liveAddress(m, id)
			if !d.declaredAt(m, id) && !m.dropped[id] && d.targeted(addr) &&
				!d.fromSync(&m.live.Profiles[i]) && !d.foreignProfile(m, id) {
				d.dropProfile(m, addr, why, "")
			}
		}
		for _, key := range sortedKeys(m.live.Orders) {
			addr := d.agentOrder(m.ref.Agent, d.rules.Provider(key))
			if _, there := m.orders[key]; there && !d.declared[addr] && d.targeted(addr) && d.live.Ledger.Foreign(d.owner, addr.String()) == nil {
				d.dropOrder(m, key, addr, why, "")
			}
		}
	}
	for _, key := range sortedKeys(d.live.Config.Orders) {
		addr := d.providerOrder(d.rules.Provider(key))
		if _, there := d.config.orders[key]; there && !d.declared[addr] && d.targeted(addr) && d.live.Ledger.Foreign(d.owner, addr.String()) == nil {
			d.dropConfigOrder(key, addr, why)
		}
	}
}

// liveAddress is the address that a live profile would have if it were declared.
func (d *differ) liveAddress(m *model, id string) schema.Address {
	a := schema.Address{Kind: schema.KindProfile, Gateway: d.live.Name, Name: id}
	if m.ref.Agent != d.rules.MainAgent {
		a.Agent = m.ref.Agent
	}
	return a
}

// declaredAt reports whether a profile of a store is declared, for the store
// itself or as a copy of a shared one.
func (d *differ) declaredAt(m *model, id string) bool {
	shared := schema.Address{Kind: schema.KindProfile, Gateway: d.live.Name, Name: id}
	own := shared
	own.Agent = m.ref.Agent
	return d.declared[shared] || d.declared[own]
}

func (d *differ) foreignProfile(m *model, id string) bool {
	shared := schema.Address{Kind: schema.KindProfile, Gateway: d.live.Name, Name: id}
	own := shared
	own.Agent = m.ref.Agent
	return d.live.Ledger.Foreign(d.owner, shared.String()) != nil || d.live.Ledger.Foreign(d.owner, own.String()) != nil
}
