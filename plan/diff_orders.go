package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/keyform/keyform/schema"
	"github.com/keyform/keyform/schema/diag"
)

// orders compares the declared orders, of agents in their stores and of providers
// in the configuration, and checks that they name what will be there.
func (d *differ) orders() {
	for _, a := range d.want.Agents {
		m := d.agentStore(a.ID)
		if m == nil {
			d.unknownAgent(a.ID, a.Range)
			continue
		}
		for _, o := range a.Orders {
			d.agentOrderChange(a, o, m)
		}
	}
	for _, p := range d.want.Providers {
		if p.Order != nil {
			d.providerOrderChange(p)
		}
	}
}

func (d *differ) agentOrderChange(a *schema.Agent, o schema.AgentOrder, m *model) {
	provider := d.rules.Provider(o.Provider)
	addr := d.agentOrder(a.ID, o.Provider)
	if d.foreign(addr, o.Range) || !d.checkOrder(addr, o.Items, fmt.Sprintf("agent %q", a.ID), provider, d.view(m)) || !d.targeted(addr) {
		return
	}
	before := m.live.Orders[orderKey(m.orders, provider, d.rules)]
	for _, s := range append([]*model{m}, d.orderCopies(addr, m, before)...) {
		d.setOrder(a, o, addr, s, s != m)
	}
}

func (d *differ) setOrder(a *schema.Agent, o schema.AgentOrder, addr schema.Address, m *model, isCopy bool) {
	key := orderKey(m.orders, d.rules.Provider(o.Provider), d.rules)
	m.orders[key] = o.IDs
	origin := Adopted
	if isCopy {
		origin = d.copyOrigin(addr)
	}
	change, same := d.compareOrder(addr, m.ref.Key(), key, m.live.Orders[key], o.IDs, a.Lifecycle.Ignores("order"), origin)
	if same {
		return
	}
	if isCopy {
		change.Prior = origin
		change.Reason = "a copy of agent " + a.ID + "'s order in agent " + m.ref.Agent + "'s own store"
	}
	m.change(change)
}

// orderCopies are the stores that hold main's order as a copy: clawdbot 2026.1.24-3
// and OpenClaw 2026.2.26 save the merged view into an agent's own file when one of
// its turns has been counted. A copy is known by the ledger, or equals what main's store has.
func (d *differ) orderCopies(addr schema.Address, main *model, order []string) []*model {
	if main.ref.Agent != d.rules.MainAgent {
		return nil
	}
	var out []*model
	for _, m := range d.stores {
		if m == main || d.declared[d.agentOrder(m.ref.Agent, addr.Provider)] {
			continue
		}
		key := orderKey(m.orders, d.rules.Provider(addr.Provider), d.rules)
		ids, ok := m.orders[key]
		if ok && (slices.Equal(ids, order) || d.record(addr, m.ref.Key()) != nil) {
			out = append(out, m)
		}
	}
	return out
}

// copyOrigin is the origin of a copy that the gateway made of an object of main's
// store: that of the original, since the copy would not be there without it.
func (d *differ) copyOrigin(original schema.Address) Origin {
	main := d.record(original, StoreRef{Kind: AuthStore, Agent: d.rules.MainAgent}.Key())
	if main != nil && main.Origin != Adopted {
		return Created
	}
	return Adopted
}

func (d *differ) providerOrderChange(p *schema.Provider) {
	provider := d.rules.Provider(p.ID)
	addr := d.providerOrder(p.ID)
	if d.foreign(addr, p.OrderRange) || !d.checkOrder(addr, p.OrderItems, fmt.Sprintf("provider %q", p.ID), provider, d.stores) || !d.targeted(addr) {
		return
	}
	d.sharedOrder(p, addr)
	key := orderKey(d.config.orders, provider, d.rules)
	before := d.live.Config.Orders[key]
	d.config.orders[key] = p.Order
	change, same := d.compareOrder(addr, string(ConfigStore), key, before, p.Order, p.Lifecycle.Ignores("order"), Adopted)
	shadows := d.shadowingOrders(provider)
	if same {
		if len(shadows) > 0 {
			d.warnf("KF0607", "Order that is shadowed", p.OrderRange, addr, "%s, which wins over the declared order of the configuration. Declare it there, or remove it.", strings.Join(shadows, "; "))
		}
		return
	}
	change.Name = "auth.order"
	change.Summary = key + ": " + change.Summary
	change.Warnings = append(change.Warnings, shadows...)
	d.config.change(change)
}

// sharedOrder converges the order of a shared store that is no agent's: where it has one
// for the provider, that of the configuration would never take effect.
func (d *differ) sharedOrder(p *schema.Provider, addr schema.Address) {
	m := d.byAgent[""]
	if m == nil {
		return
	}
	key := orderKey(m.orders, d.rules.Provider(p.ID), d.rules)
	before, there := m.orders[key]
	if !there {
		return
	}
	m.orders[key] = p.Order
	change, same := d.compareOrder(addr, m.ref.Key(), key, before, p.Order, p.Lifecycle.Ignores("order"), Adopted)
	if same {
		return
	}
	change.Reason = "the shared store's order wins over the configuration's"
	m.change(change)
}

// shadowingOrders names the stores with an undeclared order of the provider: a
// store's order wins over the configuration's.
func (d *differ) shadowingOrders(provider string) []string {
	var out []string
	var mains []string
	for _, m := range d.stores {
		key := orderKey(m.orders, provider, d.rules)
		ids, ok := m.orders[key]
		isMain := m.ref.Agent == d.rules.MainAgent
		if isMain {
			mains = ids
		}
		if ok && !d.declared[d.agentOrder(m.ref.Agent, provider)] && (isMain || !slices.Equal(ids, mains)) {
			who := m.title()
			if isMain {
				who += " (and agents without an order of their own)"
			}
			out = append(out, fmt.Sprintf("%s: its store has an order of its own, %s", who, strings.Join(ids, ", ")))
		}
	}
	return out
}

// compareOrder gives the change of one order; same tells that there is none.
func (d *differ) compareOrder(addr schema.Address, store, key string, before, after []string, ignored bool, kept Origin) (c Change, same bool) {
	if before != nil && (slices.Equal(before, after) || ignored) {
		d.keep(addr, store, kept)
		return Change{}, true
	}
	c = Change{
		Address: addr.String(), Action: Create, Name: "order " + key, Ops: Ops{SetOrder{Provider: key, IDs: after}},
		Summary: orderText(before, after), Origin: d.origin(addr, store, before == nil),
		After: &Object{Type: "order", Provider: key, IDs: after},
	}
	if before != nil {
		c.Action = Update
		c.Before = &Object{Type: "order", Provider: key, IDs: before}
	}
	return c, false
}

// view is what an agent's gateway sees: main's store with the agent's own over it.
func (d *differ) view(m *model) []*model {
	main := d.byAgent[d.rules.MainAgent]
	if m == main || main == nil {
		return []*model{m}
	}
	return []*model{m, main}
}

// checkOrder refuses ids that no store of the view will have, or that are of
// another provider. It reports whether the order is good.
func (d *differ) checkOrder(addr schema.Address, items []schema.OrderItem, who, provider string, view []*model) bool {
	good := true
	for _, item := range items {
		id, at := item.ID, item.Range
		found, other := false, ""
		for _, m := range view {
			if p, ok := m.profiles[id]; ok {
				if p.provider == provider {
					found = true
					break
				}
				other = p.provider
			}
		}
		switch {
		case found:
			continue
		case other != "":
			d.errorf("KF0216", "Order names a profile of another provider", at, addr,
				"%q is a profile of provider %q, and this is the order of %q for %s.", id, other, provider, who)
		case d.opts.Targets != nil && d.declaresID(id):
			continue
		default:
			d.errorf("KF0203", "Order names an unknown profile", at, addr,
				"%q is neither declared nor in a store of gateway %q that %s uses.%s", id, d.live.Name, who, schema.DidYouMean(id, d.knownProfiles(provider)))
		}
		d.diags[len(d.diags)-1].Within = who
		good = false
	}
	return good
}

func (d *differ) knownProfiles(provider string) []string {
	set := map[string]bool{}
	for _, m := range d.stores {
		for id, p := range m.profiles {
			if p.provider == provider {
				set[id] = true
			}
		}
	}
	return sortedKeys(set)
}

func (d *differ) unknownAgent(id string, at diag.Range) {
	var known []string
	for _, m := range d.stores {
		if m.ref.Agent != "" {
			known = append(known, m.ref.Agent)
		}
	}
	d.errorf("KF0608", "Unknown agent", at, schema.Address{Kind: schema.KindAgent, Gateway: d.live.Name, Agent: id},
		"Gateway %q has no agent %q: it is neither in %s nor on disk, and keyform creates no agents. Known: %s.%s",
		d.live.Name, id, d.live.Config.Label, strings.Join(known, ", "), schema.DidYouMean(id, known))
}

func (d *differ) removeOrder(addr schema.Address, r *Record, why string) {
	m := d.byStore(r.Store)
	if m == nil || d.takenOver(addr, m) {
		d.forget(r)
		return
	}
	key := orderKey(m.orders, d.rules.Provider(addr.Provider), d.rules)
	if _, ok := m.orders[key]; !ok {
		if m.droppedOrders[key] != addr {
			d.forget(r)
		}
		return
	}
	if addr.Kind == schema.KindAgentOrder && addr.Agent == m.ref.Agent {
		for _, c := range d.orderCopies(addr, m, m.orders[key]) {
			copyKey := orderKey(c.orders, d.rules.Provider(addr.Provider), d.rules)
			d.dropOrder(c, copyKey, addr, why+"; a copy of it in agent "+c.ref.Agent+"'s own store", d.copyOrigin(addr))
		}
	}
	d.dropOrder(m, key, addr, why, "")
}

// takenOver reports whether a copy of main's order is what its agent declares itself now.
func (d *differ) takenOver(addr schema.Address, m *model) bool {
	own := d.agentOrder(m.ref.Agent, d.rules.Provider(addr.Provider))
	return !d.opts.Destroy && own != addr && addr.Agent != m.ref.Agent && d.declared[own]
}

func (d *differ) removeConfigOrder(addr schema.Address, r *Record, why string) {
	key := orderKey(d.config.orders, d.rules.Provider(addr.Provider), d.rules)
	if _, ok := d.config.orders[key]; !ok {
		d.forget(r)
		return
	}
	d.dropConfigOrder(key, addr, why)
}

func (d *differ) dropOrder(m *model, key string, addr schema.Address, why string, prior Origin) {
	delete(m.orders, key)
	if m.droppedOrders == nil {
		m.droppedOrders = map[string]schema.Address{}
	}
	m.droppedOrders[key] = addr
	c := deletedOrder("order "+key, key, m.live.Orders[key], addr, why)
	c.Prior = prior
	m.change(c)
}

func (d *differ) dropConfigOrder(key string, addr schema.Address, why string) {
	delete(d.config.orders, key)
	c := deletedOrder("auth.order", key, d.live.Config.Orders[key], addr, why)
	c.Summary = key + ": " + c.Summary
	d.config.change(c)
}

func deletedOrder(name, key string, ids []string, addr schema.Address, why string) Change {
	return Change{
		Address: addr.String(), Action: Delete, Name: name, Reason: why,
		Summary: "was " + strings.Join(ids, ", "),
		Ops:     Ops{DropOrder{Provider: key}},
		Before:  &Object{Type: "order", Provider: key, IDs: ids},
	}
}

// cascade takes deleted profiles out of the orders that stay and out of
// auth.profiles. An emptied order goes: these gateways read it as no order.
func (d *differ) cascade() {
	dropped := map[string]bool{}
	for _, m := range d.stores {
		for id := range m.dropped {
			dropped[id] = true
		}
	}
	if len(dropped) == 0 {
		return
	}
	for _, m := range d.stores {
		gone := func(id string) bool { return dropped[id] && !d.visible(id, d.view(m)) }
		for _, key := range sortedKeys(m.orders) {
			d.shrinkOrder(m.orders, key, gone, d.agentOrder(m.ref.Agent, d.rules.Provider(key)), "order "+key, "", m.change)
		}
	}
	gone := func(id string) bool { return dropped[id] && !d.visible(id, d.stores) }
	for _, key := range sortedKeys(d.config.orders) {
		d.shrinkOrder(d.config.orders, key, gone, d.providerOrder(d.rules.Provider(key)), "auth.order", key+": ", d.config.change)
	}
	for i := range d.live.Config.Listings {
		l := d.live.Config.Listings[i]
		if !gone(l.ID) {
			continue
		}
		d.config.unlist(l.ID)
		d.config.change(Change{
			Address: d.profileNamed(l.ID).String(), Action: Delete, Name: "auth.profiles", Reason: "the profile is deleted",
			Summary: l.ID + " no longer listed", Ops: Ops{DropListing{ID: l.ID}},
			Before: &Object{Type: "listing", Provider: l.Provider, Mode: l.Mode, Email: l.Email},
		})
	}
}

func (d *differ) profileNamed(id string) schema.Address {
	return schema.Address{Kind: schema.KindProfile, Gateway: d.live.Name, Name: id}
}

func (d *differ) visible(id string, view []*model) bool {
	return slices.ContainsFunc(view, func(m *model) bool { _, ok := m.profiles[id]; return ok })
}

func (d *differ) shrinkOrder(orders map[string][]string, key string, gone func(string) bool, addr schema.Address, name, prefix string, change func(Change)) {
	old := orders[key]
	kept := slices.DeleteFunc(slices.Clone(old), gone)
	if len(kept) == len(old) {
		return
	}
	c := Change{
		Address: addr.String(), Action: Update, Name: name, Reason: "the profile is deleted",
		Summary: prefix + orderText(old, kept), Ops: Ops{SetOrder{Provider: key, IDs: kept}},
		Before: &Object{Type: "order", Provider: key, IDs: old}, After: &Object{Type: "order", Provider: key, IDs: kept},
	}
	if len(kept) == 0 {
		c = deletedOrder(name, key, old, addr, "its last profile is deleted")
		c.Summary = prefix + c.Summary
		delete(orders, key)
	} else {
		orders[key] = kept
	}
	change(c)
}
