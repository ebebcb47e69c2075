package schema

import (
	"bytes"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"

	"github.com/keyform/keyform/schema/credential"
	"github.com/keyform/keyform/schema/diag"
)

// Format gives src, the text of an *.hcl file or of a variables file, in canonical
// form: indented by two spaces, spaces around operators, "=" and comments aligned in
// groups, one line end at the end of the file. Comments, heredocs, empty lines and
// the order of everything stay. Formatting the result again changes nothing. JSON
// has no canonical form here: do not give it.
//
// Where src is not sound HCL the result is nil and the list says why; name is the
// file's name in it.
func Format(name string, src []byte) ([]byte, diag.Diagnostics) {
	if ds := syntaxProblems(name, src); len(ds) > 0 {
		return nil, ds
	}
	out := src
	// Aligning can need another pass where the one before moved comments.
	const passes = 4
	for range passes {
		next := endLine(hclwrite.Format(out))
		if bytes.Equal(next, out) {
			return out, nil
		}
		out = next
	}
	return src, nil
}

// endLine gives src with exactly one line end at its end; nothing stays nothing.
func endLine(src []byte) []byte {
	trimmed := bytes.TrimRight(src, " \t\r\n")
	if len(trimmed) == 0 {
		return nil
	}
	rest := src[len(trimmed):]
	if i := bytes.IndexByte(rest, '\n'); i >= 0 {
		return src[:len(trimmed)+i+1]
	}
	return append(bytes.Clone(trimmed), '\n')
}

func syntaxProblems(name string, src []byte) diag.Diagnostics {
	_, problems := hclsyntax.ParseConfig(src, name, hcl.InitialPos)
	var ds diag.Diagnostics
	for _, p := range problems {
		if p.Severity == hcl.DiagError {
			d := fromSyntax(p)
			d.Detail = credential.Mask(d.Detail)
			ds = append(ds, d)
		}
	}
	return ds
}
