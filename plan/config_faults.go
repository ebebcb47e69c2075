package plan

import (
	"strings"

	"github.com/keyform/keyform/schema"
)

// checkConfig tells of a configuration that the gateway refuses: it does not start with it,
// and its commands do nothing, so that a plan that needs these cannot be carried out.
// keyform's own writes need neither.
func (d *differ) checkConfig() {
	if len(d.live.Config.Faults) == 0 {
		return
	}
	tell := d.warnf
	if d.out.CommandLine != nil {
		tell = d.errorf
	}
	at := schema.Address{Kind: schema.KindGateway, Gateway: d.live.Name}
	tell("KF0641", "Configuration that the gateway refuses", d.want.Gateway.Range, at,
		"%s %s does not take %s as it is: %s. It does not start with that, and neither do its commands: correct it, or let the gateway's doctor do so.",
		d.live.Product, d.live.Release, d.live.Config.Label, strings.Join(d.live.Config.Faults, "; "))
}
