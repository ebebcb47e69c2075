package plan

import "slices"

// restartsFor tells that the running gateway restarts itself when the store is written:
// for a change of auth in its configuration, where the release does not take that in as it
// runs. Other parts that keyform writes, secrets.providers and meta, restart none.
func (g *GatewayPlan) restartsFor(w *StoreWrite) bool {
	if w.Store.Kind != ConfigStore || !g.Running || g.Rules.AuthHot || g.Reload.Mode == "restart" {
		return false
	}
	return slices.ContainsFunc(w.Changes, func(c Change) bool { return c.Type() == "listing" || c.Type() == "order" })
}
