package schema

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/keyform/keyform/schema/diag"
)

func (l *loader) loadRemoved() {
	seen := once{}
	for _, b := range l.blocks["removed"] {
		leave := l.enter("removed")
		f := l.open(b, bodySchema([]string{"from"}, "lifecycle"))
		f.keeps()
		if a, r, ok := f.from(); ok && seen.add(l, "removed block", a.String(), b.DefRange) {
			l.cfg.Removed = append(l.cfg.Removed, Removed{From: a, Range: r})
		}
		leave()
	}
}

// keeps checks that lifecycle does not ask for a deletion.
func (f *frame) keeps() {
	for _, b := range f.content.Blocks {
		inner := f.l.open(b, bodySchema([]string{"destroy"}))
		if !inner.boolean("destroy", false) {
			continue
		}
		r, _ := inner.attr("destroy")
		f.l.report(diag.Diagnostic{
			Code:    "KF0125",
			Summary: "Removed block that destroys",
			Detail: "A removed block forgets an object and leaves it where it is, so destroy must be false. " +
				"To delete what keyform created, remove its block and no more.",
			Range: r,
		})
	}
}

// from decodes the address that is to be forgotten.
func (f *frame) from() (a Address, r diag.Range, ok bool) {
	attr := f.content.Attributes["from"]
	if attr == nil {
		f.missing("from", `it is the address to forget, such as profile["anthropic:work"]`)
		return a, r, false
	}
	r = toRange(attr.Expr.Range())
	text, ok := addressText(attr.Expr)
	if !ok {
		if text, ok = f.text("from"); !ok {
			return a, r, false
		}
	}
	names := make([]string, 0, len(f.l.cfg.Gateways))
	for _, g := range f.l.cfg.Gateways {
		names = append(names, g.Name)
	}
	a, err := ParseAddress(text, names...)
	detail := ""
	switch {
	case err != nil:
		detail = strings.ToUpper(err.Error()[:1]) + err.Error()[1:] + "."
	case a.Kind == KindClaudeCode:
		detail = "keyform has no record of Claude Code's login, which it never writes: remove its block, and that is all."
	case a.Gateway == "":
		f.l.needGateway(f.block)
		return a, r, false
	case a.Kind == KindGateway:
		detail = "A whole gateway cannot be forgotten: remove its block, and nothing of it is touched."
	case !f.l.gateways[a.Gateway]:
		detail = fmt.Sprintf("No gateway %q is declared.", a.Gateway) + didYouMean(a.Gateway, names)
	default:
		return a, r, true
	}
	f.l.report(diag.Diagnostic{Code: "KF0125", Summary: "Invalid address to forget", Detail: detail, Range: r})
	return a, r, false
}

// addressText gives an address that is written as a traversal: profile["x"].
func addressText(e hcl.Expression) (string, bool) {
	steps, diags := hcl.AbsTraversalForExpr(e)
	if diags.HasErrors() {
		return "", false
	}
	var b strings.Builder
	for _, step := range steps {
		switch s := step.(type) {
		case hcl.TraverseRoot:
			b.WriteString(s.Name)
		case hcl.TraverseAttr:
			b.WriteString("." + s.Name)
		case hcl.TraverseIndex:
			if s.Key.Type() != cty.String {
				return "", false
			}
			b.WriteString("[" + strconv.Quote(s.Key.AsString()) + "]")
		}
	}
	return b.String(), true
}
