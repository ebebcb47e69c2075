package gateway

import (
	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/jsondoc"
	"github.com/keyform/keyform/providers/secrets/secret"
)

// readRotation reads what a file says about profiles beside their credentials, as the
// release spells it: orders, lastGood and usageStats, of which only the ids are looked at.
func (r *reader) readRotation(s *plan.LegacySource, root *jsondoc.Node, base string) {
	if base != storeFile && base != stateFile {
		return
	}
	s.Orders = r.renamedOrders(readOrders(root.Get(orderKey)))
	for provider, n := range root.Get(lastGoodKey).Members() {
		id, ok := n.Str()
		if to := r.out.Rules.Renamed[provider]; to != "" {
			provider = to
			// What is under the provider's own name counts (canonicalizeLegacyAuthLastGood
			// of OpenClaw 2026.9.6).
			ok = ok && root.Get(lastGoodKey).Get(to) == nil
		}
		if ok && id != "" {
			if s.LastGood == nil {
				s.LastGood = map[string]string{}
			}
			s.LastGood[provider] = r.renamedID(id)
		}
	}
	for id, n := range root.Get(usageKey).Members() {
		if n.Kind() != jsondoc.Object || n.Len() == 0 {
			continue
		}
		entry := secret.FromString(entryText(n)).Fingerprint(r.key, plan.UsageDomain(s.Path, id))
		u := plan.LegacyUsage{ID: r.renamedID(id), Entry: plan.Fingerprint(entry)}
		if u.ID != id {
			u.Was = id
		}
		s.Usage = append(s.Usage, u)
	}
}

func (r *reader) renamedOrders(orders map[string][]string) map[string][]string {
	for provider, ids := range orders {
		for i := range ids {
			ids[i] = r.renamedID(ids[i])
		}
		if to := r.out.Rules.Renamed[provider]; to != "" {
			delete(orders, provider)
			if orders[to] == nil {
				orders[to] = ids
			}
		}
	}
	return orders
}
