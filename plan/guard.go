package plan

import (
	"strings"

	"github.com/keyform/keyform/schema"
	"github.com/keyform/keyform/schema/diag"
)

// guardFrom is the number of profiles from which a gateway counts as large enough
// for the share of guardPercent to say something.
const (
	guardFrom    = 10
	guardPercent = 30
)

// guard refuses sweeping changes: deleting the last usable profile of a provider,
// or deleting or re-keying much of a large gateway. Copies of a shared profile count once.
func (d *differ) guard() {
	if d.opts.AllowMassChange {
		return
	}
	all, hit := map[string]bool{}, map[string]bool{}
	before, after := map[string]bool{}, map[string]bool{}
	deletes := map[string]bool{}
	for _, m := range d.stores {
		for i := range m.live.Profiles {
			p := &m.live.Profiles[i]
			addr := d.guardAddress(m, p.ID)
			all[addr] = true
			provider := d.rules.Provider(p.Provider)
			if d.rules.usable(p, d.opts.Now) {
				before[provider] = true
			}
			if m.dropped[p.ID] {
				hit[addr] = true
				deletes[provider] = true
			}
		}
		for _, p := range m.profiles {
			if p.usable {
				after[p.provider] = true
			}
		}
		for _, c := range m.changes {
			if c.Rekey {
				hit[c.Address] = true
			}
		}
	}
	for _, provider := range sortedKeys(before) {
		if deletes[provider] && !after[provider] {
			d.refuseMass("This would delete the last usable profile of provider " + provider)
		}
	}
	if len(all) >= guardFrom && len(hit)*100 > len(all)*guardPercent {
		d.refuseMass("This would delete or re-key more than 30 % of the gateway's profiles")
	}
}

func (d *differ) guardAddress(m *model, id string) string {
	shared := d.profileNamed(id)
	own := shared
	own.Agent = m.ref.Agent
	if m.ref.Agent == d.rules.MainAgent || d.declared[shared] && !d.declared[own] {
		return shared.String()
	}
	return own.String()
}

func (d *differ) refuseMass(what string) {
	d.errorf("KF0614", "Sweeping change", diag.Range{}, schema.Address{Kind: schema.KindGateway, Gateway: d.live.Name},
		"%s. If that is what you mean, repeat the command with -allow-mass-change.", strings.TrimSuffix(what, "."))
}

// protected are the addresses with prevent_destroy.
func (d *differ) protected() map[schema.Address]bool {
	out := map[schema.Address]bool{}
	for _, p := range d.want.Profiles {
		if p.Lifecycle.PreventDestroy {
			out[profileAddress(d.live.Name, p)] = true
		}
	}
	for _, p := range d.want.Providers {
		if !p.Lifecycle.PreventDestroy {
			continue
		}
		for _, v := range providerVars(d.live.Name, p, d.rules) {
			out[v.addr] = true
		}
		out[d.providerOrder(p.ID)] = true
	}
	for _, a := range d.want.Agents {
		if a.Lifecycle.PreventDestroy {
			for _, o := range a.Orders {
				out[d.agentOrder(a.ID, o.Provider)] = true
			}
		}
	}
	return out
}

// rangeOf finds where an address is declared.
func rangeOf(want *DesiredGateway, addr schema.Address) diag.Range {
	for _, p := range want.Profiles {
		if profileAddress(addr.Gateway, p) == addr {
			return p.Range
		}
	}
	for _, p := range want.Providers {
		if p.ID == addr.Provider && addr.Agent == "" {
			return p.Range
		}
	}
	for _, a := range want.Agents {
		if a.ID == addr.Agent {
			return a.Range
		}
	}
	return diag.Range{}
}
