package schema

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/keyform/keyform/schema/diag"
)

// OrderItem is one id of an order, with its place.
type OrderItem struct {
	ID    string
	Range diag.Range
}

// order decodes a list of profile ids.
func (f *frame) order(name string) ([]string, []OrderItem) {
	v, ok := f.value(name)
	if !ok {
		return nil, nil
	}
	return f.orderOf(fmt.Sprintf("The argument %q", name), f.content.Attributes[name].Expr, v)
}

// orderOf decodes v, the value of expr, as a list of profile ids without duplicates.
func (f *frame) orderOf(what string, expr hcl.Expression, v cty.Value) ([]string, []OrderItem) {
	if v.Type().IsSetType() {
		f.l.report(diag.Diagnostic{
			Code:    "KF0215",
			Summary: "Order without an order",
			Detail:  what + " is a set, which has no order. Write a list.",
			Range:   toRange(expr.Range()),
		})
		return nil, nil
	}
	list, ok := f.items(what, expr, v, false)
	if !ok {
		return nil, nil
	}
	if len(list) == 0 {
		f.l.report(diag.Diagnostic{
			Code:    "KF0215",
			Summary: "Empty order",
			Detail: what + " is empty, and these gateways read an empty order as no order: all profiles would be used. " +
				"Name at least one profile, or leave the order out.",
			Range: toRange(expr.Range()),
		})
		return nil, nil
	}
	var ids []string
	var items []OrderItem
	seen := map[string]bool{}
	for _, it := range list {
		if !f.l.checkProfileID(it.text, it.r) {
			continue
		}
		if seen[it.text] {
			f.l.report(diag.Diagnostic{
				Code:    "KF0215",
				Summary: "Duplicate id in an order",
				Detail:  fmt.Sprintf("%q is in this order already. Only its first place would count.", it.text),
				Range:   it.r,
			})
			continue
		}
		seen[it.text] = true
		ids = append(ids, it.text)
		items = append(items, OrderItem{ID: it.text, Range: it.r})
	}
	return ids, items
}

// owners are the declared providers of profiles, by gateway, agent and id.
type owners map[[3]string]string

func (l *loader) owners() owners {
	o := owners{}
	for _, p := range l.cfg.Profiles {
		for _, g := range p.Gateways {
			o[[3]string{g, p.Agent, p.ID}] = p.Provider
		}
	}
	return o
}

// of gives the provider that a profile belongs to for an agent ("" for all): as its
// own profile declares, else the shared one, else the prefix of its id.
func (o owners) of(gateway, agent, id string) string {
	if p, ok := o[[3]string{gateway, agent, id}]; ok {
		return p
	}
	if p, ok := o[[3]string{gateway, "", id}]; ok {
		return p
	}
	prefix, _, _ := strings.Cut(id, ":")
	return prefix
}

// checkOrder reports ids that belong to another provider than the order is of.
func (l *loader) checkOrder(o owners, provider, agent string, gateways []string, items []OrderItem) {
	for _, it := range items {
		for _, g := range gateways {
			owner := o.of(g, agent, it.ID)
			if owner == provider {
				continue
			}
			l.report(diag.Diagnostic{
				Code:    "KF0216",
				Summary: "Order names another provider's profile",
				Detail: fmt.Sprintf("%q belongs to %q, and this is the order of %q, so gateways would skip it. "+
					"Remove it here; if it does hold a credential for %q, say so with provider in its profile block.", it.ID, owner, provider, provider),
				Range: it.Range,
			})
			break
		}
	}
}
