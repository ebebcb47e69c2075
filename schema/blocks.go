package schema

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/keyform/keyform/schema/diag"
)

// rootSchema is what a file may hold.
func rootSchema() *hcl.BodySchema {
	return &hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{
		{Type: "keyform"},
		{Type: "variable", LabelNames: []string{"name"}},
		{Type: "locals"},
		{Type: "source", LabelNames: []string{"type", "name"}},
		{Type: "secret", LabelNames: []string{"name"}},
		{Type: "gateway", LabelNames: []string{"name"}},
		{Type: "provider", LabelNames: []string{"id"}},
		{Type: "profile", LabelNames: []string{"id"}},
		{Type: "agent", LabelNames: []string{"id"}},
		{Type: "claude_code"},
		{Type: "removed"},
	}}
}

// splitBlocks sorts the blocks of all files by type and collects the names that
// expressions can use.
func (l *loader) splitBlocks() {
	for _, s := range l.sources {
		content, diags := s.file.Body.Content(rootSchema())
		l.reportStructure(diags, "")
		for _, b := range content.Blocks {
			if !l.checkLabels(b) {
				continue
			}
			l.blocks[b.Type] = append(l.blocks[b.Type], b)
		}
	}
}

// checkLabels refuses labels that look like templates, which the JSON syntax lets
// through, and empty ones.
func (l *loader) checkLabels(b *hcl.Block) bool {
	ok := true
	for i, label := range b.Labels {
		r := toRange(b.LabelRanges[i])
		switch {
		case strings.Contains(label, "${"), strings.Contains(label, "%{"):
			l.report(templateInLabel(r))
			ok = false
		case label == "":
			l.report(diag.Diagnostic{
				Code:    "KF0127",
				Summary: "Empty label",
				Detail:  fmt.Sprintf("The label of a %s block names it and cannot be empty.", b.Type),
				Range:   r,
			})
			ok = false
		}
	}
	return ok
}

// header is a block as messages name it: `agent "main"`.
func header(b *hcl.Block) string {
	var s strings.Builder
	s.WriteString(b.Type)
	for _, label := range b.Labels {
		fmt.Fprintf(&s, " %q", label)
	}
	return s.String()
}

// place names a range in the text of a message: "main.hcl line 3".
func place(r diag.Range) string {
	return fmt.Sprintf("%s line %d", r.Filename, r.Start.Line)
}

// once keeps the first place of every name, and reports the second.
type once map[string]diag.Range

// add reports whether name is new; else it reports both places.
func (o once) add(l *loader, noun, name string, r hcl.Range) bool {
	here := toRange(r)
	first, again := o[name]
	if !again {
		o[name] = here
		return true
	}
	l.report(diag.Diagnostic{
		Code:    "KF0108",
		Summary: "Duplicate " + noun,
		Detail:  fmt.Sprintf("The %s %q is declared at %s already. Remove or rename one of them.", noun, name, place(first)),
		Range:   here,
	})
	return false
}
