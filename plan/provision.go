package plan

import (
	"fmt"

	"github.com/keyform/keyform/schema"
)

// provision says what a store needs whose database is not there: only the gateway
// itself makes one, and its command line does so on its own.
func (d *differ) provision(m *model, w *StoreWrite) {
	if !w.Provision || d.live.VersionConflict != "" {
		return // a plan that looks ahead is about what that release would find
	}
	at := schema.Address{Kind: schema.KindGateway, Gateway: d.live.Name}
	switch {
	case d.want.Gateway.Writer == schema.WriterStore:
		d.errorf("KF0626", "Database that does not exist", d.want.Gateway.Attrs["writer"], at,
			"%s is not there, and with writer = \"store\" keyform leaves it to the gateway to make it. Start the gateway once, or use writer = \"auto\".", m.ref.Label)
		return
	case d.live.CommandLine == nil:
		d.errorf("KF0626", "Database that does not exist", d.want.Gateway.Range, at,
			"%s is not there. Only %s itself makes one, and its command was found neither in its service nor in PATH. Put it in PATH, or start the gateway once.", m.ref.Label, d.live.Product)
		return
	case d.live.CommandRefusal != "":
		d.errorf("KF0626", "Database that does not exist", d.want.Gateway.Range, at,
			"%s is not there, and %s's own command line would make it, but %s.", m.ref.Label, d.live.Product, d.live.CommandRefusal)
		return
	}
	if d.out.CommandLine == nil {
		d.out.CommandLine = d.live.CommandLine
		d.dropTouchedAt()
	}
	d.legacyRemarks = append(d.legacyRemarks, fmt.Sprintf("%s is not made yet: %s's own command line makes it, empty, before keyform writes.", m.ref.Label, d.live.Product))
}

// dropTouchedAt takes what an earlier release noted out of the configuration, where the
// release refuses it: a gateway does that by itself when it starts, its commands do not.
func (d *differ) dropTouchedAt() {
	if !d.rules.NoTouchedAt || !d.live.Config.TouchedAt || !d.want.Gateway.Migrate {
		return
	}
	d.config.change(Change{
		Address: schema.Address{Kind: schema.KindGateway, Gateway: d.live.Name}.String(), Action: Migrate, Name: "meta",
		Summary: "lastTouchedAt goes", Reason: d.live.Product + " " + d.live.Release + " refuses a configuration that has it",
		Ops: Ops{DropTouchedAt{}}, Before: &Object{Type: "meta"},
	})
}
