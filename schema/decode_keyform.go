package schema

import (
	"fmt"
	"regexp"

	"github.com/hashicorp/go-version"
	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/keyform/keyform/schema/diag"
)

var ownerName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// checkVersion checks required_version before anything else is looked at: a file
// for another release of keyform may hold what this one does not know. Where it is
// not satisfied, that is the only thing reported.
func (l *loader) checkVersion() bool {
	before := l.diags
	l.diags = nil
	for _, s := range l.sources {
		if s.file == nil || s.file.Body == nil {
			continue
		}
		// What else is in the file, and whether it is sound, is told later.
		content, _, _ := s.file.Body.PartialContent(&hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{{Type: "keyform"}}})
		for _, b := range content.Blocks {
			body, _, _ := b.Body.PartialContent(bodySchema([]string{"required_version"}))
			if a := body.Attributes["required_version"]; a != nil {
				l.checkRequired(a)
			}
		}
	}
	if len(l.diags) > 0 {
		return false
	}
	l.diags = before
	return true
}

func (l *loader) checkRequired(a *hcl.Attribute) {
	defer l.enter("keyform")()
	r := toRange(a.Expr.Range())
	v, diags := a.Expr.Value(nil)
	if diags.HasErrors() || v.IsNull() || v.Type() != cty.String || !v.IsKnown() {
		l.report(diag.Diagnostic{
			Code:    "KF0105",
			Summary: "Invalid required_version",
			Detail:  `required_version must be a plain string such as "~> 0.1": it is read before variables are known.`,
			Range:   r,
		})
		return
	}
	constraint, err := version.NewConstraint(v.AsString())
	if err != nil {
		l.report(diag.Diagnostic{
			Code:    "KF0105",
			Summary: "Invalid required_version",
			Detail:  `required_version must be version constraints such as "~> 0.1" or ">= 0.2, < 1.0".`,
			Range:   r,
		})
		return
	}
	own, err := version.NewVersion(l.in.Version)
	if err != nil || constraint.Check(own.Core()) {
		return
	}
	l.report(diag.Diagnostic{
		Code:    "KF0104",
		Summary: "Unsuitable keyform version",
		Detail: fmt.Sprintf("This configuration requires keyform %s, and this is keyform %s. "+
			"Install a suitable release, or change required_version if this release will do.", constraint, l.in.Version),
		Range: r,
	})
}

func (l *loader) loadKeyform() {
	var first diag.Range
	for _, b := range l.blocks["keyform"] {
		leave := l.enter("keyform")
		f := l.open(b, bodySchema([]string{"required_version", "owner"}))
		owner, ok := f.text("owner")
		r, _ := f.attr("owner")
		switch {
		case !ok:
		case !ownerName.MatchString(owner):
			f.invalid("owner", "An owner is at most 64 letters, digits, '.', '_' and '-', beginning with a letter or a digit.")
		case !first.Empty():
			l.report(diag.Diagnostic{
				Code:    "KF0108",
				Summary: "Duplicate owner",
				Detail:  fmt.Sprintf("The owner is set at %s already. A configuration has one owner.", place(first)),
				Range:   r,
			})
		default:
			l.cfg.Owner, first = owner, r
		}
		leave()
	}
}
