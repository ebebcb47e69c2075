package plan

import "slices"

// restartsFor tells that the running gateway restarts itself when the store is written:
// for a change of auth in its configuration, where the release does not take that in as it
// runs. Other parts that keyform writes, secrets.providers and meta, restart none.
func (g *GatewayPlan) restartsFor(w *StoreWrite) bool {
	return g.Running && w.changesAuth() && !g.Rules.AuthHot && !g.ConfigIdle && g.Reload.Mode != "restart"
}

// ConfigWaits tells that the running gateway knows nothing of what is written to its
// configuration before a restart, which nobody asked for.
func (g *GatewayPlan) ConfigWaits(w *StoreWrite) bool {
	return g.waits() && w.changesAuth() && g.ConfigIdle
}

// EnvWaits is ConfigWaits for .env, which every gateway reads once.
func (g *GatewayPlan) EnvWaits(w *StoreWrite) bool { return g.waits() && w.Store.Kind == EnvStore }

// OrdersWait is ConfigWaits for an order in a credential store (Rules.OrdersWait).
func (g *GatewayPlan) OrdersWait(w *StoreWrite) bool {
	return g.waits() && g.Rules.OrdersWait && w.Store.Kind == AuthStore && slices.ContainsFunc(w.Changes, func(c Change) bool { return c.Type() == "order" })
}

// waits tells that the gateway runs and nobody asked for a restart.
func (g *GatewayPlan) waits() bool {
	return g.Running && (g.Reload.Mode == "live" || g.Reload.Mode == "none")
}

// changesAuth tells of a write to the configuration that it changes auth there.
func (w *StoreWrite) changesAuth() bool {
	return w.Store.Kind == ConfigStore && slices.ContainsFunc(w.Changes, func(c Change) bool { return c.Type() == "listing" || c.Type() == "order" })
}
