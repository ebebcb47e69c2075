package schema

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/keyform/keyform/schema/diag"
)

// aliasUse is a place where a reference names a source block.
type aliasUse struct {
	ref    Ref
	r      diag.Range
	within string
}

// use gives the reference of an attribute that wants a secret, or nil where it is
// not written, null or wrong.
func (f *frame) use(name string) *Use {
	v, ok := f.value(name)
	if !ok {
		return nil
	}
	return f.useOf(fmt.Sprintf("The argument %q", name), f.content.Attributes[name].Expr, v)
}

// useOf gives v, the value of expr, as a use of a secret.
func (f *frame) useOf(what string, expr hcl.Expression, v cty.Value) *Use {
	r := toRange(expr.Range())
	ref, ok := asRef(v)
	if !ok {
		f.l.report(f.l.notARef(what, v.Type(), r))
		return nil
	}
	if ref.disabled && f.enabled {
		f.l.report(diag.Diagnostic{
			Code:    "KF0207",
			Summary: "Disabled secret",
			Detail: fmt.Sprintf("secret.%s has enabled = false, and this uses it. Enable the secret, or give this block the same enabled.",
				ref.secret),
			Range: r,
		})
		return nil
	}
	if ref.secret == "" && f.enabled {
		f.l.noteAlias(ref.ref, r)
	}
	return &Use{Ref: ref.ref, Secret: ref.secret, Range: r}
}

// notARef reports a value where a reference is wanted. A string may be the secret
// itself, so the snippet hides it.
func (l *loader) notARef(what string, got cty.Type, r diag.Range) diag.Diagnostic {
	if got.IsObjectType() && holdsRef(got) {
		return diag.Diagnostic{
			Code:    "KF0114",
			Summary: "Wrong type",
			Detail:  fmt.Sprintf(`%s must be one secret reference, not a map of them. A secret with for_each is used with a key: secret.NAME["key"].`, what),
			Range:   r,
		}
	}
	if got != cty.String {
		return diag.Diagnostic{
			Code:    "KF0114",
			Summary: "Wrong type",
			Detail:  fmt.Sprintf("%s must be a secret reference, not %s. References are made by %s.", what, friendly(got), l.references()),
			Range:   r,
		}
	}
	return diag.Diagnostic{
		Code:    "KF0202",
		Summary: "String instead of a secret reference",
		Detail: fmt.Sprintf("%s must say where the secret is, not hold it: %s, or a secret block as secret.NAME.",
			what, l.references()),
		Range:     r,
		Sensitive: true,
	}
}

// noteAlias remembers a named source, to be checked when all sources are known.
func (l *loader) noteAlias(ref Ref, r diag.Range) {
	if ref.Alias != "" {
		l.aliases = append(l.aliases, aliasUse{ref, r, l.within})
	}
}

// checkAliases reports references through sources that are not declared.
func (l *loader) checkAliases() {
	for _, a := range l.aliases {
		enabled, declared := l.sourceNames[[2]string{a.ref.Source, a.ref.Alias}]
		if enabled {
			continue
		}
		detail := fmt.Sprintf("The source %q %q has enabled = false.", a.ref.Source, a.ref.Alias)
		if !declared {
			var known []string
			for s := range l.sourceNames {
				if s[0] == a.ref.Source {
					known = append(known, s[1])
				}
			}
			detail = fmt.Sprintf("No source %q %q is declared: add source %q %q {}, or leave the last argument out for the default one.",
				a.ref.Source, a.ref.Alias, a.ref.Source, a.ref.Alias) + didYouMean(a.ref.Alias, known)
			if a.ref.Source != SourceOnePassword {
				detail = fmt.Sprintf("No source %q %q is declared, and this release of keyform has sources of type %q only: leave the last argument of %s out.",
					a.ref.Source, a.ref.Alias, SourceOnePassword, a.ref.Source)
			}
		}
		l.report(diag.Diagnostic{Code: "KF0206", Summary: "Undeclared source", Detail: detail, Range: a.r, Within: a.within})
	}
}
