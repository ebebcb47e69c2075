package schema

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/keyform/keyform/schema/diag"
)

// ignored decodes ignore_changes: all, or a list of attribute names, as words or as
// strings.
func (f *frame) ignored(block string, names []string) (ignore []string, all bool) {
	a := f.content.Attributes["ignore_changes"]
	if a == nil {
		return nil, false
	}
	fail := func(r hcl.Range, detail string) {
		f.l.report(diag.Diagnostic{Code: "KF0124", Summary: "Invalid ignore_changes", Detail: detail, Range: toRange(r)})
	}
	if word, ok := staticWord(a.Expr); ok {
		if word == "all" {
			return nil, true
		}
		fail(a.Expr.Range(), "ignore_changes is a list of attribute names such as [email], or the word all.")
		return nil, false
	}
	exprs, diags := hcl.ExprList(a.Expr)
	if diags.HasErrors() {
		fail(a.Expr.Range(), "ignore_changes is a list of attribute names such as [email], or the word all; it is not computed.")
		return nil, false
	}
	for _, e := range exprs {
		word, ok := staticWord(e)
		switch {
		case !ok:
			fail(e.Range(), "ignore_changes holds attribute names, such as email.")
		case !slices.Contains(names, word):
			fail(e.Range(), fmt.Sprintf("A block %s has no attribute %q to ignore. It has %s.", block, word, quoteList(names, "and"))+didYouMean(word, names))
		case !slices.Contains(ignore, word):
			ignore = append(ignore, word)
		}
	}
	return ignore, false
}

// staticWord gives a word that is written as itself or as a string.
func staticWord(e hcl.Expression) (string, bool) {
	if word := hcl.ExprAsKeyword(e); word != "" {
		return word, true
	}
	v, diags := e.Value(nil)
	if diags.HasErrors() {
		return "", false
	}
	return plainString(v)
}
