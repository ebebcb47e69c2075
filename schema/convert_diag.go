package schema

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/keyform/keyform/schema/diag"
)

func toRange(r hcl.Range) diag.Range {
	return diag.Range{
		Filename: r.Filename,
		Start:    diag.Pos{Line: r.Start.Line, Column: r.Start.Column, Byte: r.Start.Byte},
		End:      diag.Pos{Line: r.End.Line, Column: r.End.Column, Byte: r.End.Byte},
	}
}

func subject(d *hcl.Diagnostic) diag.Range {
	if d.Subject == nil {
		return diag.Range{}
	}
	return toRange(*d.Subject)
}

func severity(d *hcl.Diagnostic) diag.Severity {
	if d.Severity == hcl.DiagWarning {
		return diag.Warning
	}
	return diag.Error
}

// fromSyntax turns what the HCL and JSON parsers say into a Diagnostic.
func fromSyntax(d *hcl.Diagnostic) diag.Diagnostic {
	if d.Summary == "Invalid string literal" && strings.HasPrefix(d.Detail, "Template sequences are not allowed") {
		return templateInLabel(subject(d))
	}
	return diag.Diagnostic{
		Severity: severity(d),
		Code:     "KF0101",
		Summary:  d.Summary,
		Detail:   d.Detail,
		Range:    subject(d),
	}
}

func templateInLabel(r diag.Range) diag.Diagnostic {
	return diag.Diagnostic{
		Code:    "KF0109",
		Summary: "Template in a label",
		Detail: `A label is taken literally: "${" and "%{" have no meaning in it. ` +
			`Give the block a plain label and set id to the expression.`,
		Range: r,
	}
}

// fromStructure turns what decoding a body against its schema says into a
// Diagnostic. block is the type of the block, "" for a whole file.
func fromStructure(d *hcl.Diagnostic, block string) diag.Diagnostic {
	out := diag.Diagnostic{
		Severity: severity(d),
		Code:     "KF0101",
		Summary:  d.Summary,
		Detail:   d.Detail,
		Range:    subject(d),
	}
	switch {
	case d.Summary == "Unsupported argument", d.Summary == "Unsupported block type",
		d.Summary == "Extraneous JSON object property", strings.HasPrefix(d.Summary, "Unexpected "):
		out.Code = "KF0106"
		out.Detail += structureAdvice(d.Detail, block)
	case strings.HasPrefix(d.Summary, "Extraneous label"), strings.HasPrefix(d.Summary, "Missing "):
		out.Code = "KF0107"
		out.Summary = "Wrong number of labels"
		out.Detail = labelAdvice(d)
	case d.Summary == "Duplicate argument":
		out.Code = "KF0108"
	}
	return out
}

// labelAdvice says which labels a block wants; HCL lists them in parentheses.
func labelAdvice(d *hcl.Diagnostic) string {
	block := d.Summary[strings.LastIndexByte(d.Summary, ' ')+1:]
	_, list, ok := strings.Cut(d.Detail, "(")
	list, _, _ = strings.Cut(list, ")")
	switch {
	case !ok:
		return fmt.Sprintf("A block %s has no labels.", block)
	case strings.Contains(list, ","):
		return fmt.Sprintf("A block %s has these labels, each in quotes: %s.", block, list)
	}
	return fmt.Sprintf("A block %s has one label in quotes, its %s.", block, list)
}

// structureAdvice adds what a Terraform user needs to hear about an argument that
// is not here. detail quotes the name first.
func structureAdvice(detail, block string) string {
	parts := strings.SplitN(detail, `"`, 3)
	if len(parts) < 3 || strings.Contains(detail, "Did you mean") {
		return ""
	}
	switch name := parts[1]; {
	case name == "count":
		return " Use for_each with a map or a set of strings."
	case name == "depends_on":
		return " keyform orders its writes itself."
	case block == "variable" && (name == "sensitive" || name == "ephemeral"):
		return " Variables hold no secrets: declare where a secret is with a secret reference."
	case (block == "provider" || block == "profile") && (name == "key" || name == "apiKey" || name == "apikey"):
		return ` The argument is called "api_key".`
	}
	return ""
}

// fromEvaluation turns what evaluating an expression says into a Diagnostic.
func (l *loader) fromEvaluation(d *hcl.Diagnostic) diag.Diagnostic {
	out := diag.Diagnostic{
		Severity: severity(d),
		Code:     "KF0113",
		Summary:  d.Summary,
		Detail:   d.Detail,
		Range:    subject(d),
	}
	call, isCall := hcl.DiagnosticExtra[hclsyntax.FunctionCallDiagExtra](d)
	switch {
	case d.Summary == "Call to unknown function":
		out.Code = "KF0111"
		out.Detail = l.unknownFunction(d)
	case isCall:
		return l.fromCall(d, call, out)
	case misusesRef(d):
		return refAsText(out.Range)
	case d.Summary == "Unknown variable", d.Summary == "Unsupported attribute", d.Summary == "Variables not allowed":
		out.Code = "KF0110"
	}
	return out
}

// fromCall completes out, which is about a call of a function.
func (l *loader) fromCall(d *hcl.Diagnostic, call hclsyntax.FunctionCallDiagExtra, out diag.Diagnostic) diag.Diagnostic {
	name, err := call.CalledFunctionName(), call.FunctionCallError()
	out.Code = "KF0112"
	if l.isConstructor(name) {
		out.Code, out.Summary, out.Sensitive = "KF0205", "Malformed secret reference", true
	}
	var arg argError
	if errors.As(err, &arg) {
		out.Detail = fmt.Sprintf("%s: %s.", name, strings.TrimSuffix(arg.err.Error(), "."))
		if e, ok := d.Expression.(*hclsyntax.FunctionCallExpr); ok && arg.index < len(e.Args) {
			out.Range = toRange(e.Args[arg.index].Range())
		}
	}
	switch {
	case errors.As(err, &errRefAsText{}), misusesRef(d):
		return refAsText(out.Range)
	case errors.As(err, &errLiteral{}):
		return l.literalCredential(out.Range, fmt.Sprintf("What %s is given or reads here has the form of a credential.", name))
	}
	return out
}

func (l *loader) unknownFunction(d *hcl.Diagnostic) string {
	extra, ok := hcl.DiagnosticExtra[hclsyntax.FunctionCallUnknownDiagExtra](d)
	if !ok || d.EvalContext == nil {
		return d.Detail
	}
	name := extra.CalledFunctionName()
	var known []string
	for ctx := d.EvalContext; ctx != nil; ctx = ctx.Parent() {
		for n := range ctx.Functions {
			known = append(known, n)
		}
	}
	switch name {
	case "exec", "age", "vault", "keyring":
		return fmt.Sprintf("This release of keyform has no secret source %q. It has %s.", name, l.references())
	case "op":
		return `There is no function "op". Did you mean "onepassword"?`
	}
	return fmt.Sprintf("There is no function %q.", name) + didYouMean(name, known)
}

func (l *loader) isConstructor(name string) bool {
	return slices.ContainsFunc(l.in.Constructors, func(c Constructor) bool { return c.Name == name })
}

// references names the constructors for messages.
func (l *loader) references() string {
	var calls []string
	for _, c := range l.in.Constructors {
		calls = append(calls, c.Example)
	}
	return enumerate(calls, "or")
}

// misusesRef reports whether an evaluation failed because a secret reference stood
// where text is wanted: in a template, or as an argument of a function.
func misusesRef(d *hcl.Diagnostic) bool {
	switch d.Summary {
	case "Invalid template interpolation value", "Invalid function argument", "Invalid operand":
		if d.Expression == nil {
			return false
		}
		v, diags := d.Expression.Value(d.EvalContext)
		return !diags.HasErrors() && holdsRef(v.Type())
	}
	return false
}

func refAsText(r diag.Range) diag.Diagnostic {
	return diag.Diagnostic{
		Code:    "KF0204",
		Summary: "Secret reference used as text",
		Detail: "A secret reference says where a secret is and never becomes text: it cannot stand in a template, be joined or formatted, " +
			"or be passed to a function that reads its arguments. Give the reference itself to an argument that wants a secret.",
		Range: r,
	}
}

// codeLiteral is the code of a literal credential.
const codeLiteral = "KF0201"

func (l *loader) literalCredential(r diag.Range, what string) diag.Diagnostic {
	return diag.Diagnostic{
		Code:    codeLiteral,
		Summary: "Literal credential",
		Detail: what + " Credentials do not belong in configuration. Store it in a vault, a file or the environment, and write a reference: " +
			l.references() + ". Treat this credential as exposed: revoke it where it was issued.",
		Range:     r,
		Sensitive: true,
	}
}
