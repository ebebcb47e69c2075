package schema

import (
	"fmt"
	"regexp"

	"github.com/hashicorp/hcl/v2"

	"github.com/keyform/keyform/schema/diag"
)

var agentID = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`)

func agentSchema() *hcl.BodySchema {
	s := bodySchema([]string{"for_each", "id", "enabled", "gateways", "order"}, "lifecycle")
	s.Blocks = append(s.Blocks, hcl.BlockHeaderSchema{Type: "profile", LabelNames: []string{"id"}})
	return s
}

func (l *loader) loadAgents() {
	body := agentSchema()
	for _, b := range l.blocks["agent"] {
		leave := l.enter(header(b))
		frames, _ := l.instances(l.open(b, body))
		for _, inst := range frames {
			l.loadAgent(&inst)
		}
		leave()
	}
}

func (l *loader) loadAgent(f *frame) {
	gateways, ok := l.gatewaysOf(f)
	id, at, idOK := f.id()
	ok = ok && idOK
	if idOK && !agentID.MatchString(id) {
		l.report(diag.Diagnostic{
			Code:    "KF0208",
			Summary: "Invalid agent id",
			Detail:  "An agent id is at most 64 small letters, digits, '_' and '-', beginning with a letter or a digit, such as main.",
			Range:   at,
		})
		ok = false
	}
	a := Agent{ID: id, IDRange: at, Gateways: gateways, Range: toRange(f.block.DefRange), Attrs: f.attrRanges()}
	for _, e := range f.entries("order") {
		if o, ok := f.agentOrder(e); ok {
			a.Orders = append(a.Orders, o)
		}
	}
	a.Lifecycle = f.lifecycle([]string{"order"})
	nested := 0
	for _, b := range f.content.Blocks {
		if b.Type == "profile" {
			nested++
			l.loadNested(f, b, id, gateways, ok)
		}
	}
	if nested == 0 && f.declaresNothing([]string{"order"}) {
		l.report(diag.Diagnostic{
			Code:    "KF0123",
			Summary: "Agent block that declares nothing",
			Detail:  "An agent block has order or profile blocks. keyform creates no agents: remove the block, or use enabled = false.",
			Range:   toRange(f.block.DefRange),
		})
	}
	if idOK {
		f.declare("agent", "", id, gateways)
	}
	if ok && f.enabled {
		l.cfg.Agents = append(l.cfg.Agents, a)
	}
}

// agentOrder decodes one element of an agent's order.
func (f *frame) agentOrder(e entry) (AgentOrder, bool) {
	if !providerID.MatchString(e.key) {
		f.l.report(diag.Diagnostic{
			Code:    "KF0208",
			Summary: "Invalid provider id",
			Detail:  "An agent's order is a map from provider ids to lists of profile ids, and this key is no provider id.",
			Range:   e.r,
		})
		return AgentOrder{}, false
	}
	if e.value.IsNull() {
		return AgentOrder{}, false
	}
	o := AgentOrder{Provider: e.key, Range: e.r}
	o.IDs, o.Items = f.orderOf(fmt.Sprintf("The order of %q", e.key), e.expr, e.value)
	return o, len(o.IDs) > 0
}

// loadNested decodes a profile inside an agent.
func (l *loader) loadNested(agent *frame, b *hcl.Block, id string, gateways []string, ok bool) {
	defer l.enter(header(agent.block) + ", " + header(b))()
	if !l.checkLabels(b) {
		return
	}
	f := l.open(b, bodySchema(append([]string{"id", "enabled"}, profileAttributes()...), "lifecycle", "oauth"))
	f.scope = agent.scope
	f.inst = false
	f.enabled = f.boolean("enabled", true) && agent.enabled
	l.addProfile(&f, id, gateways, ok)
}
