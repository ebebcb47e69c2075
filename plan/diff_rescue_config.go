package plan

import (
	"slices"
	"strings"

	"github.com/keyform/keyform/schema"
)

// renameConfig brings the configuration along where the release calls a provider
// otherwise than an earlier one did: entries of auth.profiles and ids in auth.order that
// are of no profile any more, since theirs has the new id. As long as a profile of the
// old id is there, its entry stays, too.
func (r *rescue) renameConfig() {
	if len(r.rules.Renamed) == 0 || r.live.Config.Refusal != "" {
		return
	}
	for i := range r.live.Config.Listings {
		r.renameListing(r.live.Config.Listings[i])
	}
	live := r.live.Config.Orders
	now := r.renamedOrders(live, r.providerOrder)
	for _, key := range sortedKeys(now) {
		if c, ok := r.renameOrder(key, live[key], now[key], r.providerOrder, r.config.orders); ok {
			c.Name, c.Summary = "auth.order", key+": "+c.Summary
			r.config.change(c)
		}
	}
}

// renameStore is renameConfig for the orders of a credential store: the doctor of OpenClaw
// 2026.6.11 gives the profiles their new ids and leaves the orders as they are.
func (r *rescue) renameStore(m *model) {
	if len(r.rules.Renamed) == 0 || m.live.Refusal != "" {
		return
	}
	address := func(provider string) schema.Address { return r.agentOrder(m.ref.Agent, provider) }
	now := r.renamedOrders(m.live.Orders, address)
	for _, key := range sortedKeys(now) {
		if c, ok := r.renameOrder(key, m.live.Orders[key], now[key], address, m.orders); ok {
			c.Name = "order " + key
			m.change(c)
		}
	}
}

// nowCalled gives the id that the profile of an old one has now; "" where that is not
// so.
func (r *rescue) nowCalled(id string) string {
	prefix, name, ok := strings.Cut(id, ":")
	to := r.rules.Renamed[strings.ToLower(strings.TrimSpace(prefix))]
	if !ok || to == "" || r.declaresID(id) || r.visible(id, r.stores) || !r.visible(to+":"+name, r.stores) {
		return ""
	}
	return to + ":" + name
}

// isOf tells that some store has a profile of the provider under an id.
func (r *rescue) isOf(id, provider string) bool {
	return slices.ContainsFunc(r.stores, func(m *model) bool { return m.profiles[id].provider == r.rules.Provider(provider) })
}

func (r *rescue) renameListing(l Listing) {
	id := r.nowCalled(l.ID)
	if id == "" {
		return
	}
	r.config.unlist(l.ID)
	c := Change{
		Address: r.profileNamed(id).String(), Action: Migrate, Name: "auth.profiles", Ops: Ops{DropListing{ID: l.ID}},
		Summary: l.ID + " no longer listed", Reason: "its profile is " + id + " now",
		Before: &Object{Type: "listing", Provider: l.Provider, Mode: l.Mode, Email: l.Email},
	}
	if _, listed := r.config.listings[id]; !listed && !r.declaresID(id) {
		after := l
		after.ID, after.Provider = id, r.rules.Renamed[strings.ToLower(l.Provider)]
		if after.Provider == "" {
			after.Provider = l.Provider
		}
		r.config.listings[id] = after
		c.Ops = append(c.Ops, PutListing(after))
		c.Summary = l.ID + " listed as " + id
		c.After = &Object{Type: "listing", Provider: after.Provider, Mode: after.Mode, Email: after.Email}
	}
	r.config.change(c)
}

// renamedOrders gives orders the new ids, and an order of a provider's old name to the
// new one: in front of what that has already, as OpenClaw's doctor does
// (canonicalizeLegacyAuthOrder, 2026.9.6). nil is one that goes.
func (r *rescue) renamedOrders(live map[string][]string, address func(provider string) schema.Address) map[string][]string {
	orders := map[string][]string{}
	front := map[string][]string{}
	for _, key := range sortedKeys(live) {
		to := r.rules.Renamed[strings.ToLower(key)]
		for _, id := range live[key] {
			now := id
			if renamed := r.nowCalled(id); renamed != "" {
				now = renamed
			}
			if to != "" && !r.declared[address(key)] && r.isOf(now, to) {
				front[to] = append(front[to], now)
			} else {
				orders[key] = append(orders[key], now)
			}
		}
	}
	for _, key := range sortedKeys(front) {
		orders[key] = distinct(append(front[key], orders[key]...))
	}
	for key := range live {
		if _, there := orders[key]; !there {
			orders[key] = nil
		}
	}
	return orders
}

// renameOrder is the change of an order to what it is with new ids; false for none.
func (r *rescue) renameOrder(key string, before, after []string, address func(provider string) schema.Address, orders map[string][]string) (Change, bool) {
	addr := address(r.rules.Provider(key))
	if slices.Equal(before, after) || r.declared[addr] || r.declared[address(key)] {
		return Change{}, false // what is declared is compared with what is there
	}
	c := Change{
		Address: addr.String(), Action: Migrate, Ops: Ops{SetOrder{Provider: key, IDs: after}},
		Summary: orderText(before, after), Reason: r.live.Product + " " + r.live.Release + " calls them so",
		After: &Object{Type: "order", Provider: key, IDs: after},
	}
	if before != nil {
		c.Before = &Object{Type: "order", Provider: key, IDs: before}
	}
	orders[key] = after
	if len(after) == 0 {
		delete(orders, key)
		c.Ops, c.After, c.Summary = Ops{DropOrder{Provider: key}}, nil, "was "+strings.Join(before, ", ")
	}
	return c, true
}

// distinct drops what was there before.
func distinct(ids []string) []string {
	var out []string
	for _, id := range ids {
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}
