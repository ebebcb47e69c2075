package schema

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/keyform/keyform/schema/diag"
)

// node is a local value or a secret block: what other local values and secrets may
// depend on.
type node struct {
	root, name string
	exprs      []hcl.Expression
	r          diag.Range
	header     string
	eval       func(scope) cty.Value
	state      state
	value      cty.Value
}

func (n *node) String() string { return n.root + "." + n.name }

type state int

const (
	untouched state = iota
	underway
	done
)

// graph holds the nodes by name.
type graph struct {
	nodes map[string]*node
	order []*node
	// secrets are the instances of each secret block, by the block's name.
	secrets map[string][]Secret
	// unknown tells that some value could not be found, so that a problem must have
	// been reported.
	unknown bool
}

func (g *graph) add(n *node) {
	g.nodes[n.String()] = n
	g.order = append(g.order, n)
}

// loadValues evaluates local values and secrets, each after what it refers to.
func (l *loader) loadValues() {
	l.graph = graph{nodes: map[string]*node{}, secrets: map[string][]Secret{}}
	l.collectLocals()
	l.collectSecrets()
	for _, n := range l.graph.order {
		l.resolve(n, nil)
	}
	values := map[string]map[string]cty.Value{"local": {}, "secret": {}}
	for _, n := range l.graph.order {
		values[n.root][n.name] = n.value
		l.graph.unknown = l.graph.unknown || !n.value.IsWhollyKnown()
		if n.root == "secret" {
			l.cfg.Secrets = append(l.cfg.Secrets, l.graph.secrets[n.name]...)
		}
	}
	for root, v := range values {
		l.root.ctx.Variables[root] = cty.ObjectVal(v)
	}
}

func (l *loader) collectLocals() {
	seen := once{}
	for _, b := range l.blocks["locals"] {
		leave := l.enter("locals")
		attrs, diags := b.Body.JustAttributes()
		l.reportStructure(diags, b.Type)
		for _, a := range inOrder(attrs) {
			if !hclsyntax.ValidIdentifier(a.Name) {
				l.report(diag.Diagnostic{
					Code:    "KF0127",
					Summary: "Invalid name of a local value",
					Detail:  "The name of a local value is letters, digits, '_' and '-', beginning with a letter.",
					Range:   toRange(a.NameRange),
				})
				continue
			}
			if !seen.add(l, "local value", a.Name, a.NameRange) {
				continue
			}
			l.declared["local"][a.Name] = true
			l.graph.add(&node{
				root: "local", name: a.Name, exprs: []hcl.Expression{a.Expr}, r: toRange(a.NameRange), header: "locals",
				eval: func(s scope) cty.Value {
					v, _ := s.value(a.Expr)
					return v
				},
			})
		}
		leave()
	}
}

// resolve evaluates n after what it depends on; path is how it was reached.
func (l *loader) resolve(n *node, path []*node) {
	switch n.state {
	case done:
		return
	case underway:
		l.reportCycle(n, path)
		return
	}
	n.state = underway
	path = append(path, n)
	needs := l.needs(n)
	for _, need := range needs {
		l.resolve(need, path)
	}
	defer l.enter(n.header)()
	if n.state != done {
		n.value = n.eval(l.scopeFor(needs))
		n.state = done
	}
}

// needs gives the nodes that the expressions of n name, in order of name. A whole
// root, such as values(secret), names all of it.
func (l *loader) needs(n *node) []*node {
	found := map[string]*node{}
	for _, e := range n.exprs {
		for _, t := range e.Variables() {
			root := t.RootName()
			if root != "local" && root != "secret" {
				continue
			}
			if name, single := memberName(t); single {
				if other := l.graph.nodes[root+"."+name]; other != nil {
					found[other.String()] = other
				}
				continue
			}
			for _, other := range l.graph.order {
				if other.root == root {
					found[other.String()] = other
				}
			}
		}
	}
	sorted := slices.Sorted(maps.Keys(found))
	nodes := make([]*node, len(sorted))
	for i, key := range sorted {
		nodes[i] = found[key]
	}
	return nodes
}

// scopeFor gives a scope in which only the given nodes are known beside variables.
func (l *loader) scopeFor(nodes []*node) scope {
	values := map[string]map[string]cty.Value{"local": {}, "secret": {}}
	for _, n := range nodes {
		values[n.root][n.name] = n.value
	}
	ctx := l.root.ctx.NewChild()
	ctx.Variables = map[string]cty.Value{
		"local":  cty.ObjectVal(values["local"]),
		"secret": cty.ObjectVal(values["secret"]),
	}
	return scope{l: l, ctx: ctx}
}

// reportCycle reports n, which is on path, and gives all of the cycle an unknown
// value.
func (l *loader) reportCycle(n *node, path []*node) {
	cycle := path[slices.Index(path, n):]
	names := make([]string, 0, len(cycle)+1)
	for _, c := range append(slices.Clone(cycle), n) {
		names = append(names, c.String())
	}
	for _, c := range cycle {
		c.state, c.value = done, cty.DynamicVal
	}
	l.report(diag.Diagnostic{
		Code:    "KF0115",
		Summary: "Cycle of references",
		Detail:  fmt.Sprintf("These refer to each other in a circle: %s. Break it by writing one of them without the others.", strings.Join(names, " -> ")),
		Range:   n.r,
		Within:  n.header,
	})
}
