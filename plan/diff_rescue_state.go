package plan

import (
	"slices"
	"strings"
)

// importState imports what a file says about the profiles of a store, as far as the store says
// nothing of it: orders, which profile worked last, and usageStats. What is about a
// credential that is not there afterwards is left: a cooldown of another key would keep
// the one that is there from being used.
func (r *rescue) importState(s *LegacySource, m *model) {
	for _, provider := range sortedKeys(s.Orders) {
		r.importOrder(s, m, provider)
	}
	var ops Ops
	var says []string
	var ids []string
	for i := range s.Usage {
		u := &s.Usage[i]
		if slices.Contains(m.live.Usage, u.ID) || m.usage[u.ID] || !r.about(s, u.ID, u.Was) {
			continue
		}
		old := u.ID
		if u.Was != "" {
			old = u.Was
		}
		m.note(&m.usage, u.ID)
		ids = append(ids, u.ID)
		ops = append(ops, ImportUsage{ID: u.ID, Secret: legacyUse(s, LegacyStats, old, UsageDomain(s.Path, old), u.Entry)})
	}
	if len(ids) > 0 {
		says = append(says, "usageStats of "+strings.Join(ids, ", "))
	}
	for _, provider := range sortedKeys(s.LastGood) {
		id := s.LastGood[provider]
		if m.live.LastGood[provider] != "" || m.lastGood[provider] || !r.about(s, id, "") {
			continue
		}
		m.note(&m.lastGood, provider)
		ops = append(ops, SetLastGood{Provider: provider, ID: id})
		says = append(says, id+" last good")
	}
	if len(ops) == 0 {
		return
	}
	m.change(Change{
		Address: r.gatewayAddress().String(), Action: Migrate, Name: "state", Ops: ops,
		Summary: strings.Join(says, "; "), Before: &Object{Type: "state"}, After: &Object{Type: "state", From: s.Label},
	})
}

// about tells that what a file says of an id is about the credential that the agent sees
// under it afterwards. Of an id that no file has a credential of, nothing else is known.
func (r *rescue) about(s *LegacySource, id, was string) bool {
	m := r.byAgent[s.Agent]
	if slices.Contains(r.rules.RetiredIDs, was) || slices.Contains(r.rules.RetiredIDs, id) || !r.visible(id, r.view(m)) || r.written(m, id) {
		return false
	}
	for _, agent := range []string{s.Agent, r.rules.MainAgent} {
		if kept, known := r.kept[cell{agent, id}]; known {
			return kept
		}
	}
	return true
}

// importOrder keeps an order that the store has none for, as far as its profiles are there.
func (r *rescue) importOrder(s *LegacySource, m *model, provider string) {
	addr := r.agentOrder(m.ref.Agent, r.rules.Provider(provider))
	key := orderKey(m.orders, r.rules.Provider(provider), r.rules)
	if _, has := m.orders[key]; has || r.declared[addr] || !r.targeted(addr) {
		return
	}
	ids := slices.DeleteFunc(slices.Clone(s.Orders[provider]), func(id string) bool { return !r.visible(id, r.view(m)) })
	if len(ids) == 0 {
		return
	}
	m.orders[key] = ids
	m.change(Change{
		Address: addr.String(), Action: Migrate, Name: "order " + key, Ops: Ops{SetOrder{Provider: key, IDs: ids}},
		Summary: orderText(nil, ids), Reason: "from " + s.Label, After: &Object{Type: "order", Provider: key, IDs: ids},
	})
}
