package diag

import (
	"cmp"
	"encoding/json"
	"io"
	"slices"

	"github.com/keyform/keyform/schema/credential"
)

// View is a list of diagnostics as it is shown, in the JSON form of Terraform's
// "validate -json", format version 1.0, with the code added. Text is rendered from
// it, so that both say the same. It holds no source text beyond the snippets, and
// those hide what looks like a credential.
type View struct {
	FormatVersion string  `json:"format_version"`
	Valid         bool    `json:"valid"`
	ErrorCount    int     `json:"error_count"`
	WarningCount  int     `json:"warning_count"`
	Diagnostics   []Entry `json:"diagnostics"`
}

// Entry is one diagnostic of a View.
type Entry struct {
	Severity string `json:"severity"`
	Code     string `json:"code"`
	Summary  string `json:"summary"`
	Detail   string `json:"detail"`
	Address  string `json:"address,omitempty"`
	// Range is nil where there is no place. Its end is its beginning where the true
	// one would tell how long a hidden literal is.
	Range   *Range   `json:"range,omitempty"`
	Snippet *Snippet `json:"snippet,omitempty"`
}

// Snippet is the source text of a diagnostic's range.
type Snippet struct {
	// Context names the block that the text is in, or is nil.
	Context *string `json:"context"`
	// Code is one or more whole lines without the last line end.
	Code string `json:"code"`
	// StartLine is the number of the first line, from 1.
	StartLine int `json:"start_line"`
	// The offsets are the highlighted part of Code, in bytes.
	HighlightStartOffset int `json:"highlight_start_offset"`
	HighlightEndOffset   int `json:"highlight_end_offset"`
	// Values is always empty: keyform shows no values of expressions.
	Values []struct{} `json:"values"`
}

// View gives the list as it is shown: by file and place, those without a place
// last. files has the source text by file name, as schema.Config.Files does; without
// it there are no snippets.
func (ds Diagnostics) View(files map[string][]byte) View {
	v := View{FormatVersion: "1.0", Diagnostics: make([]Entry, 0, len(ds))}
	sorted := slices.Clone(ds)
	slices.SortStableFunc(sorted, byPlace)
	hidden := ds.hidden(files)
	for _, d := range sorted {
		if d.Severity == Warning {
			v.WarningCount++
		} else {
			v.ErrorCount++
		}
		v.Diagnostics = append(v.Diagnostics, d.entry(files, hidden[d.Range.Filename]))
	}
	v.Valid = v.ErrorCount == 0
	return v
}

func byPlace(a, b Diagnostic) int {
	if a.Range.Empty() != b.Range.Empty() {
		if a.Range.Empty() {
			return 1
		}
		return -1
	}
	return cmp.Or(cmp.Compare(a.Range.Filename, b.Range.Filename), cmp.Compare(a.Range.Start.Byte, b.Range.Start.Byte))
}

// hidden gives, by file, the parts that a Sensitive diagnostic hides: they must not
// show in the snippet of another one on the same line either.
func (ds Diagnostics) hidden(files map[string][]byte) map[string][]span {
	byFile := map[string][]span{}
	for _, d := range ds {
		name, from, to := d.Range.Filename, d.Range.Start.Byte, d.Range.End.Byte
		src := files[name]
		if d.Sensitive && 0 <= from && from <= to && to <= len(src) {
			byFile[name] = append(byFile[name], secretIn(string(src), from, to)...)
		}
	}
	return byFile
}

func (d Diagnostic) entry(files map[string][]byte, hide []span) Entry {
	e := Entry{
		Severity: d.Severity.String(),
		Code:     d.Code,
		Summary:  credential.Mask(d.Summary),
		Detail:   credential.Mask(d.Detail),
		Address:  credential.Mask(d.Address),
	}
	if d.Range.Empty() {
		return e
	}
	r := d.Range
	if src, ok := files[r.Filename]; ok {
		s, hidden := snippet(src, r, hide, d.Sensitive)
		if s != nil && d.Within != "" {
			context := credential.Mask(d.Within)
			s.Context = &context
		}
		e.Snippet = s
		r = hidden
	} else if d.Sensitive {
		r.End = r.Start
	}
	e.Range = &r
	return e
}

// WriteJSON writes the JSON form, indented, with a line end.
func (v View) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
