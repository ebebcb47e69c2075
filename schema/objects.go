package schema

import (
	"fmt"
	"slices"

	"github.com/keyform/keyform/schema/diag"
)

// declaredObject is something declared, for a check against the others.
type declaredObject struct {
	gateways []string
	r        diag.Range
}

// objects are the declared objects by kind, agent and id.
type objects map[[3]string][]declaredObject

// add reports o where the same is declared already for one of its gateways. The same
// id for disjoint gateways is fine.
func (all objects) add(l *loader, noun, agent, id string, o declaredObject) {
	key := [3]string{noun, agent, id}
	for _, other := range all[key] {
		shared := ""
		for _, g := range o.gateways {
			if slices.Contains(other.gateways, g) {
				shared = g
				break
			}
		}
		if shared == "" {
			continue
		}
		detail := fmt.Sprintf("The %s %q is declared at %s already, for gateway %q too. Remove one of them, or give them different gateways.",
			noun, id, place(other.r), shared)
		if other.r == o.r {
			detail = fmt.Sprintf("Several instances of this block have the id %q. Write id with each.key in it.", id)
		}
		l.report(diag.Diagnostic{Code: "KF0209", Summary: "Duplicate " + noun, Detail: detail, Range: o.r})
		break
	}
	all[key] = append(all[key], o)
}

// declare remembers that the block which is being decoded declares an object, and
// reports it where another does so too. A block that is wrong elsewhere counts.
func (f *frame) declare(noun, agent, id string, gateways []string) {
	if f.enabled {
		f.l.objects.add(f.l, noun, agent, id, declaredObject{gateways, toRange(f.block.DefRange)})
	}
}

// checkObjects checks what can be judged only when everything is decoded.
func (l *loader) checkObjects() {
	o := l.owners()
	for _, p := range l.cfg.Providers {
		leave := l.enter(fmt.Sprintf("provider %q", p.ID))
		l.checkOrder(o, p.ID, "", p.Gateways, p.OrderItems)
		leave()
	}
	for _, a := range l.cfg.Agents {
		leave := l.enter(fmt.Sprintf("agent %q", a.ID))
		for _, order := range a.Orders {
			l.checkOrder(o, order.Provider, a.ID, a.Gateways, order.Items)
		}
		leave()
	}
	l.checkRemoved()
}

// checkRemoved reports addresses to forget that are still declared.
func (l *loader) checkRemoved() {
	declared := l.cfg.addresses()
	for _, r := range l.cfg.Removed {
		for _, d := range declared {
			if !r.From.Contains(d.address) {
				continue
			}
			l.report(diag.Diagnostic{
				Code:    "KF0125",
				Summary: "Declared address to forget",
				Detail: fmt.Sprintf("%s is to be forgotten and is declared at %s. Remove its declaration, or this block.",
					d.address, place(d.r)),
				Range:   r.Range,
				Within:  "removed",
				Address: d.address.String(),
			})
			break
		}
	}
}

// declaredAddress is the address of an object with the place of its declaration.
type declaredAddress struct {
	address Address
	r       diag.Range
}

// addresses gives all objects that c declares, save the variable behind a
// provider's api_key, whose name depends on the gateway's release; for it stands the
// address of the provider.
func (c *Config) addresses() []declaredAddress {
	var list []declaredAddress
	add := func(gateways []string, a Address, r diag.Range) {
		for _, g := range gateways {
			a.Gateway = g
			list = append(list, declaredAddress{a, r})
		}
	}
	for _, p := range c.Providers {
		if p.APIKey != nil {
			add(p.Gateways, Address{Kind: KindProvider, Provider: p.ID}, p.Range)
		}
		for _, v := range p.Env {
			add(p.Gateways, Address{Kind: KindEnv, Provider: p.ID, Name: v.Name}, v.Range)
		}
		if p.Order != nil {
			add(p.Gateways, Address{Kind: KindProviderOrder, Provider: p.ID}, p.OrderRange)
		}
	}
	for _, p := range c.Profiles {
		add(p.Gateways, Address{Kind: KindProfile, Agent: p.Agent, Name: p.ID}, p.Range)
	}
	for _, a := range c.Agents {
		for _, o := range a.Orders {
			add(a.Gateways, Address{Kind: KindAgentOrder, Agent: a.ID, Provider: o.Provider}, o.Range)
		}
	}
	return list
}
