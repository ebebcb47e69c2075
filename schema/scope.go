package schema

import (
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/keyform/keyform/schema/credential"
	"github.com/keyform/keyform/schema/diag"
)

// scope is where an expression is evaluated: what it can name, and where the
// problems go.
type scope struct {
	l   *loader
	ctx *hcl.EvalContext
	// each tells that each.key and each.value are there.
	each bool
}

// withEach gives the scope inside one instance of a for_each.
func (s scope) withEach(key, value cty.Value) scope {
	ctx := s.ctx.NewChild()
	ctx.Variables = map[string]cty.Value{
		"each": cty.ObjectVal(map[string]cty.Value{"key": key, "value": value}),
	}
	return scope{l: s.l, ctx: ctx, each: true}
}

// value evaluates an expression. ok is false where it has no value; then the reason
// has been reported, here or where an unknown came from.
func (s scope) value(expr hcl.Expression) (v cty.Value, ok bool) {
	if !s.checkNames(expr) {
		return cty.DynamicVal, false
	}
	v, diags := expr.Value(s.ctx)
	for _, d := range diags {
		// A credential that stands in the source has been told.
		if d := s.l.fromEvaluation(d); d.Code != codeLiteral || !s.l.literalIn(d.Range) {
			s.l.report(d)
		}
	}
	if diags.HasErrors() || !v.IsWhollyKnown() {
		return cty.DynamicVal, false
	}
	if holdsCredential(v) {
		if r := toRange(expr.Range()); !s.l.literalIn(r) {
			s.l.report(s.l.literalCredential(r, "This expression gives text that has the form of a credential."))
		}
		return cty.DynamicVal, false
	}
	return v, true
}

// holdsCredential reports whether any text in v has the form of a credential.
func holdsCredential(v cty.Value) bool {
	if v.Type() == cty.String {
		return !v.IsNull() && credential.Contains(v.AsString())
	}
	if v.Type().IsPrimitiveType() || v.Type().IsCapsuleType() {
		return false
	}
	found := false
	// The callback never fails, so neither does the walk.
	_ = cty.Walk(v, func(_ cty.Path, v cty.Value) (bool, error) {
		if v.Type() == cty.String && !v.IsNull() && credential.Contains(v.AsString()) {
			found = true
		}
		if v.Type().IsMapType() || v.Type().IsObjectType() {
			for key := range v.AsValueMap() {
				found = found || credential.Contains(key)
			}
		}
		return !found, nil
	})
	return found
}

// checkNames reports names that nothing declares, with a suggestion.
func (s scope) checkNames(expr hcl.Expression) bool {
	ok := true
	for _, t := range expr.Variables() {
		ok = s.checkTraversal(t) && ok
	}
	return ok
}

func (s scope) checkTraversal(t hcl.Traversal) bool {
	root := t.RootName()
	switch root {
	case "var", "local", "secret":
		return s.checkMember(t, root, s.l.declared[root])
	case "keyform":
		return s.checkMember(t, root, nameSet("version"))
	case "host":
		return s.checkMember(t, root, nameSet("name", "labels", "vars"))
	case "each":
		if !s.each {
			s.l.report(diag.Diagnostic{
				Code:    "KF0110",
				Summary: "each outside of for_each",
				Detail:  `"each" is known only in a block that has for_each.`,
				Range:   toRange(t.SourceRange()),
			})
			return false
		}
		return s.checkMember(t, root, nameSet("key", "value"))
	}
	s.l.report(diag.Diagnostic{
		Code:    "KF0110",
		Summary: "Unknown name",
		Detail:  unknownRoot(root),
		Range:   toRange(t.SourceRange()),
	})
	return false
}

func unknownRoot(root string) string {
	switch root {
	case "gateway", "provider", "profile", "agent", "source":
		return fmt.Sprintf("A %s block cannot be referred to. In expressions there are var, local, secret, each, host and keyform.version.", root)
	case "locals":
		return `A local value is read as local.NAME, not locals.NAME.`
	}
	return fmt.Sprintf("There is nothing called %q. In expressions there are var, local, secret, each, host and keyform.version; text stands in quotes.", root) +
		didYouMean(root, []string{"var", "local", "secret", "each", "host", "keyform"})
}

// checkMember checks the second step of a traversal against the names that exist.
func (s scope) checkMember(t hcl.Traversal, root string, names map[string]bool) bool {
	name, ok := memberName(t)
	if !ok || names[name] {
		return true
	}
	known := slices.Sorted(maps.Keys(names))
	var detail string
	switch root {
	case "var":
		detail = fmt.Sprintf("No variable %q is declared: add variable %q {}.", name, name)
	case "local":
		detail = fmt.Sprintf("No local value %q is declared in a locals block.", name)
	case "secret":
		detail = fmt.Sprintf("No secret %q is declared: add secret %q { from = ... }.", name, name)
	default:
		detail = fmt.Sprintf("%q has only %s.", root, quoteList(known, "and"))
	}
	s.l.report(diag.Diagnostic{
		Code:    "KF0110",
		Summary: "Undeclared " + rootNoun(root),
		Detail:  detail + didYouMean(name, known),
		Range:   toRange(t.SourceRange()),
	})
	return false
}

func nameSet(names ...string) map[string]bool {
	set := make(map[string]bool, len(names))
	for _, n := range names {
		set[n] = true
	}
	return set
}

func rootNoun(root string) string {
	switch root {
	case "var":
		return "variable"
	case "local":
		return "local value"
	case "secret":
		return "secret"
	}
	return "name"
}

// memberName is the "x" of var.x and var["x"].
func memberName(t hcl.Traversal) (string, bool) {
	if len(t) < 2 {
		return "", false
	}
	switch step := t[1].(type) {
	case hcl.TraverseAttr:
		return step.Name, true
	case hcl.TraverseIndex:
		if step.Key.Type() == cty.String && step.Key.IsKnown() && !step.Key.IsNull() {
			return step.Key.AsString(), true
		}
	}
	return "", false
}
