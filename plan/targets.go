package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/keyform/keyform/schema"
	"github.com/keyform/keyform/schema/diag"
)

// checkTargets refuses a -target that names nothing, and warns that a plan with
// targets is not the whole of it.
func checkTargets(want Desired, live Snapshot, opts Options) diag.Diagnostics {
	if opts.Targets == nil {
		return nil
	}
	known := knownAddresses(want, live)
	var diags diag.Diagnostics
	for _, t := range opts.Targets {
		if slices.ContainsFunc(known, t.Contains) {
			continue
		}
		diags = append(diags, diag.Diagnostic{
			Severity: diag.Error, Code: "KF0615", Summary: "Target that names nothing", Address: t.String(),
			Detail: fmt.Sprintf("%s is neither declared, nor recorded in a ledger, nor live.%s", t, suggestAddress(t, known)),
		})
	}
	if len(diags) > 0 {
		return diags
	}
	return diag.Diagnostics{{
		Severity: diag.Warning, Code: "KF0616", Summary: "Partial plan",
		Detail: "-target is in effect: what it does not name is neither compared nor changed. Plan once more without it to see whether anything is left.",
	}}
}

// suggestAddress names the known address of the same kind and place whose own name is
// nearest.
func suggestAddress(t schema.Address, known []schema.Address) string {
	own := func(a schema.Address) string { return cmp.Or(a.Name, a.Provider, a.Agent, a.Gateway) }
	names := map[string]schema.Address{}
	for _, a := range known {
		if a.Kind == t.Kind && a.Gateway == t.Gateway {
			names[own(a)] = a
		}
	}
	nearest := schema.DidYouMean(own(t), sortedKeys(names))
	for name, a := range names {
		if nearest != "" && strings.Contains(nearest, strconv.Quote(name)) {
			return fmt.Sprintf(" Did you mean %s?", a)
		}
	}
	return ""
}

// knownAddresses are all that a user can mean: declared, recorded or live.
func knownAddresses(want Desired, live Snapshot) []schema.Address {
	seen := map[schema.Address]bool{}
	var out []schema.Address
	add := func(a schema.Address) {
		if !seen[a] {
			seen[a] = true
			out = append(out, a)
		}
	}
	if want.ClaudeCode != nil {
		add(schema.Address{Kind: schema.KindClaudeCode})
	}
	for i := range want.Gateways {
		w := &want.Gateways[i]
		add(schema.Address{Kind: schema.KindGateway, Gateway: w.Gateway.Name})
		j := slices.IndexFunc(live.Gateways, func(g GatewaySnapshot) bool { return g.Name == w.Gateway.Name })
		if j < 0 {
			continue
		}
		d := newDiffer(want.Owner, w, &live.Gateways[j], nil, Options{})
		d.collectDeclared()
		for a := range d.declared {
			add(a)
		}
		for _, r := range d.live.Ledger.Records {
			if a, err := schema.ParseAddress(r.Address); err == nil {
				add(a)
			}
		}
		for _, m := range d.stores {
			for _, p := range m.live.Profiles {
				add(d.liveAddress(m, p.ID))
			}
			for provider := range m.live.Orders {
				add(d.agentOrder(m.ref.Agent, d.rules.Provider(provider)))
			}
		}
		for provider := range d.live.Config.Orders {
			add(d.providerOrder(d.rules.Provider(provider)))
		}
		for _, l := range d.live.Config.Listings {
			add(d.profileNamed(l.ID))
		}
	}
	slices.SortFunc(out, func(a, b schema.Address) int {
		if a.String() < b.String() {
			return -1
		}
		return 1
	})
	return out
}
