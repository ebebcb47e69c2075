package schema

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/json"
	"github.com/zclconf/go-cty/cty"

	"github.com/keyform/keyform/schema/credential"
	"github.com/keyform/keyform/schema/diag"
)

// envPrefix begins the environment variables that set variables.
const envPrefix = "KEYFORM_VAR_"

// given is a value that a variable is given from outside.
type given struct {
	// value is cty.NilVal where it is wrong, which has been reported.
	value cty.Value
	// origin says where it is from: "-var", "keyform.vars", "KEYFORM_VAR_x".
	origin string
	// r is its place in a file, or empty.
	r diag.Range
}

// at is the place to show for a problem with the value: its own, else that of the
// declaration.
func (g *given) at(v *variable) diag.Range {
	if g.r.Empty() {
		return toRange(v.block.DefRange)
	}
	return g.r
}

// ParseVar splits the argument of a -var, NAME=VALUE. The error never shows VALUE.
func ParseVar(arg string) (VarInput, error) {
	name, value, ok := strings.Cut(arg, "=")
	name = strings.TrimSpace(name)
	if !ok {
		return VarInput{}, fmt.Errorf(`a variable is set with -var "NAME=VALUE", and there is no "=" here`)
	}
	if !hclsyntax.ValidIdentifier(name) {
		return VarInput{}, fmt.Errorf(`a variable is set with -var "NAME=VALUE", and what is before "=" is not a name`)
	}
	return VarInput{Name: name, Value: value}, nil
}

// givenValues gathers the values of all variables, the later source winning:
// environment, keyform.vars, *.auto.vars, then -var and -var-file as given.
func (l *loader) givenValues(declared map[string]*variable) map[string]*given {
	values := map[string]*given{}
	for _, entry := range l.in.Environ {
		name, value, _ := strings.Cut(entry, "=")
		name, ok := strings.CutPrefix(name, envPrefix)
		if v := declared[name]; ok && v != nil {
			values[name] = l.outside(v, value, envPrefix+name)
		}
	}
	for _, f := range l.varFiles {
		l.fileValues(f, declared, values)
	}
	for _, in := range l.in.Vars {
		if in.File != "" {
			for _, f := range l.read(nil, in.File, in.File) {
				l.fileValues(f, declared, values)
			}
			continue
		}
		if v := declared[in.Name]; v != nil {
			values[in.Name] = l.outside(v, in.Value, "-var")
			continue
		}
		l.report(diag.Diagnostic{
			Code:    "KF0117",
			Summary: "Undeclared variable",
			Detail: fmt.Sprintf("-var sets %q, and no variable of that name is declared.", in.Name) +
				didYouMean(in.Name, slices.Collect(maps.Keys(declared))),
		})
	}
	return values
}

// outside reads a value from the command line or the environment: the text itself
// for a variable of a primitive type, else an expression.
func (l *loader) outside(v *variable, text, origin string) *given {
	g := &given{origin: origin}
	if credential.Contains(text) {
		l.report(l.literalCredential(diag.Range{}, fmt.Sprintf("The value of variable %q from %s has the form of a credential.", v.name, origin)))
		return g
	}
	if v.literal {
		g.value = cty.StringVal(text)
		return g
	}
	if v.broken {
		return g
	}
	expr, diags := hclsyntax.ParseExpression([]byte(text), "value of var."+v.name, hcl.InitialPos)
	if !diags.HasErrors() {
		g.value, diags = expr.Value(nil)
	}
	if diags.HasErrors() {
		g.value = cty.NilVal
		l.report(diag.Diagnostic{
			Code:    "KF0118",
			Summary: "Invalid value of a variable",
			Detail: fmt.Sprintf("The value of %q from %s is not an expression. A variable that is no plain string, number or bool is set as in HCL: %s",
				v.name, origin, `-var 'names=["a", "b"]'.`),
			Range: g.at(v),
		})
	}
	return g
}

// fileValues reads a variables file into values.
func (l *loader) fileValues(s source, declared map[string]*variable, values map[string]*given) {
	var file *hcl.File
	var diags hcl.Diagnostics
	if s.json() {
		file, diags = json.Parse(s.text, s.name)
	} else {
		file, diags = hclsyntax.ParseConfig(s.text, s.name, hcl.InitialPos)
	}
	if !diags.HasErrors() {
		var attrs hcl.Attributes
		attrs, diags = file.Body.JustAttributes()
		l.findLiteralsIn(s)
		for _, a := range inOrder(attrs) {
			l.fileValue(s, a, declared, values)
		}
	}
	for _, d := range diags {
		l.report(fromSyntax(d))
	}
}

func (l *loader) fileValue(s source, a *hcl.Attribute, declared map[string]*variable, values map[string]*given) {
	if declared[a.Name] == nil {
		l.report(diag.Diagnostic{
			Severity: diag.Warning,
			Code:     "KF0117",
			Summary:  "Undeclared variable",
			Detail: fmt.Sprintf("%s sets %q, and no variable of that name is declared.", s.name, a.Name) +
				didYouMean(a.Name, slices.Collect(maps.Keys(declared))),
			Range: toRange(a.NameRange),
		})
		return
	}
	g := &given{origin: s.name, r: toRange(a.Expr.Range())}
	values[a.Name] = g
	if len(a.Expr.Variables()) > 0 {
		l.report(diag.Diagnostic{
			Code:    "KF0118",
			Summary: "Invalid value of a variable",
			Detail:  "A variables file holds constants: a value cannot refer to anything. Text stands in quotes.",
			Range:   g.r,
		})
		return
	}
	constants := scope{l: l, ctx: &hcl.EvalContext{}}
	if v, ok := constants.value(a.Expr); ok {
		g.value = v
	}
}

// inOrder gives attributes by place.
func inOrder(attrs hcl.Attributes) []*hcl.Attribute {
	return slices.SortedFunc(maps.Values(attrs), func(a, b *hcl.Attribute) int {
		return a.Range.Start.Byte - b.Range.Start.Byte
	})
}
