package schema

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/keyform/keyform/schema/diag"
)

// variable is a declared variable.
type variable struct {
	frame
	name     string
	ty       cty.Type
	defaults *typeexpr.Defaults
	// literal tells that text from outside is the value itself; else it is an
	// expression.
	literal  bool
	nullable bool
	// fallback is the default, cty.NilVal without one.
	fallback cty.Value
	// broken tells that the declaration is wrong, so that values are not looked at.
	broken bool
}

// loadVariables decodes the variable blocks, gives each its value and checks it.
func (l *loader) loadVariables() {
	seen := once{}
	var all []*variable
	byName := map[string]*variable{}
	for _, b := range l.blocks["variable"] {
		leave := l.enter(header(b))
		if v := l.decodeVariable(b); seen.add(l, "variable", v.name, b.DefRange) {
			all = append(all, v)
			byName[v.name] = v
			l.declared["var"][v.name] = true
		}
		leave()
	}
	given := l.givenValues(byName)
	for _, v := range all {
		leave := l.enter(header(v.block))
		l.variables[v.name] = l.variableValue(v, given[v.name])
		leave()
	}
	l.root.ctx.Variables["var"] = cty.ObjectVal(l.variables)
	for _, v := range all {
		leave := l.enter(header(v.block))
		l.validate(v)
		leave()
	}
}

func (l *loader) decodeVariable(b *hcl.Block) *variable {
	f := l.open(b, bodySchema([]string{"type", "default", "description", "nullable"}, "validation"))
	v := &variable{frame: f, name: b.Labels[0], ty: cty.DynamicPseudoType, literal: true, nullable: true}
	if !hclsyntax.ValidIdentifier(v.name) {
		l.report(diag.Diagnostic{
			Code:    "KF0127",
			Summary: "Invalid variable name",
			Detail:  "The name of a variable is letters, digits, '_' and '-', beginning with a letter.",
			Range:   toRange(b.LabelRanges[0]),
		})
		v.broken = true
	}
	if a := f.content.Attributes["type"]; a != nil {
		ty, defaults, diags := typeexpr.TypeConstraintWithDefaults(a.Expr)
		if diags.HasErrors() {
			l.report(diag.Diagnostic{
				Code:    "KF0120",
				Summary: "Invalid variable type",
				Detail:  "A type is written as string, number, bool, list(string), map(number), object({ name = string, age = optional(number) }) and the like. " + diags[0].Detail,
				Range:   subject(diags[0]),
			})
			v.broken = true
		} else {
			v.ty, v.defaults, v.literal = ty, defaults, ty.IsPrimitiveType()
		}
	}
	f.text("description")
	v.nullable = f.boolean("nullable", true)
	l.decodeDefault(v)
	return v
}

func (l *loader) decodeDefault(v *variable) {
	a := v.content.Attributes["default"]
	if a == nil {
		return
	}
	if len(a.Expr.Variables()) > 0 {
		r, _ := v.attr("default")
		l.report(diag.Diagnostic{
			Code:    "KF0120",
			Summary: "Invalid variable default",
			Detail:  "A default is a constant: it cannot refer to anything. Use a local value for what is computed.",
			Range:   r,
		})
		v.broken = true
		return
	}
	value, ok := v.scope.value(a.Expr)
	if !ok || v.broken {
		v.broken = true
		return
	}
	value, problem := v.convert(value)
	if problem != "" {
		r, _ := v.attr("default")
		l.report(diag.Diagnostic{Code: "KF0120", Summary: "Invalid variable default", Detail: "The default does not fit the type: " + problem + ".", Range: r})
		v.broken = true
		return
	}
	v.fallback = value
}

// convert gives a value as the variable's type wants it, or what is wrong with it.
func (v *variable) convert(value cty.Value) (converted cty.Value, problem string) {
	if holdsRef(value.Type()) {
		return value, "a variable cannot hold a secret reference; use a local value"
	}
	if value.IsNull() {
		if !v.nullable {
			return value, "the variable is not nullable"
		}
		return cty.NullVal(v.ty.WithoutOptionalAttributesDeep()), ""
	}
	if v.defaults != nil {
		value = v.defaults.Apply(value)
	}
	converted, err := convert.Convert(value, v.ty)
	if err != nil {
		return value, describe(err)
	}
	return converted, ""
}

// describe gives a conversion error with the path in the value.
func describe(err error) string {
	path, ok := err.(cty.PathError)
	if !ok || len(path.Path) == 0 {
		return err.Error()
	}
	where := ""
	for _, step := range path.Path {
		switch s := step.(type) {
		case cty.GetAttrStep:
			where += "." + s.Name
		case cty.IndexStep:
			if s.Key.Type() == cty.Number {
				where += fmt.Sprintf("[%s]", s.Key.AsBigFloat().Text('f', -1))
			} else {
				where += "[...]"
			}
		}
	}
	return "at " + where + ": " + err.Error()
}

// variableValue gives the value of a variable; an unknown one where it is wrong.
func (l *loader) variableValue(v *variable, g *given) cty.Value {
	unknown := cty.DynamicVal
	if v.broken || g != nil && g.value == cty.NilVal {
		return unknown
	}
	if g == nil {
		if v.fallback == cty.NilVal {
			l.report(diag.Diagnostic{
				Code:    "KF0116",
				Summary: "Variable without a value",
				Detail: fmt.Sprintf("The variable %q has no default and is not set. Set it with -var '%s=...', in %s, or as KEYFORM_VAR_%s.",
					v.name, v.name, varsFile, v.name),
				Range: toRange(v.block.DefRange),
			})
			return unknown
		}
		return v.fallback
	}
	if g.value.IsNull() && !v.nullable && v.fallback != cty.NilVal {
		return v.fallback
	}
	value, problem := v.convert(g.value)
	if problem != "" {
		l.report(diag.Diagnostic{
			Code:    "KF0118",
			Summary: "Invalid value of a variable",
			Detail:  fmt.Sprintf("The value of %q from %s does not fit: %s.", v.name, g.origin, problem),
			Range:   g.at(v),
		})
		return unknown
	}
	return value
}

// validate evaluates the validation blocks of a variable.
func (l *loader) validate(v *variable) {
	for _, b := range v.content.Blocks {
		f := l.open(b, bodySchema([]string{"condition", "error_message"}))
		for _, name := range []string{"condition", "error_message"} {
			if !f.has(name) {
				f.missing(name, "a validation has a condition and an error_message")
			}
		}
		message, _ := f.text("error_message")
		if !f.has("condition") || f.boolean("condition", true) {
			continue
		}
		r, _ := f.attr("condition")
		l.report(diag.Diagnostic{
			Code:    "KF0119",
			Summary: "Variable fails its validation",
			Detail:  fmt.Sprintf("The value of variable %q is refused: %s", v.name, message),
			Range:   r,
		})
	}
}
