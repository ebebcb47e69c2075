package schema

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/json"

	"github.com/keyform/keyform/schema/credential"
	"github.com/keyform/keyform/schema/diag"
)

const varsFile = "keyform.vars"

// readDir reads the files of the directory, in name order. It reports false where
// there is nothing to go on with.
func (l *loader) readDir() bool {
	entries, err := os.ReadDir(l.dir)
	if err != nil {
		l.report(diag.Diagnostic{
			Code:    "KF0102",
			Summary: "Unreadable configuration directory",
			Detail:  fmt.Sprintf("The directory %q cannot be read: %s. Name another one with -chdir=DIR.", l.dir, bare(err)),
		})
		return false
	}
	for _, e := range entries {
		name := e.Name()
		if strings.HasPrefix(name, ".") || e.IsDir() {
			continue
		}
		switch {
		case strings.HasSuffix(name, ".hcl"), strings.HasSuffix(name, ".hcl.json"):
			l.sources = l.read(l.sources, name, name)
		case name == varsFile, strings.HasSuffix(name, ".auto.vars"):
			l.varFiles = l.read(l.varFiles, name, name)
		}
	}
	l.varsFileFirst()
	if len(l.sources) == 0 && !l.diags.HasErrors() {
		l.report(diag.Diagnostic{
			Code:    "KF0103",
			Summary: "No configuration files",
			Detail: fmt.Sprintf("There is no *.hcl or *.hcl.json file in %q; sub-directories are not looked at. "+
				"Write a main.hcl there, or name another directory with -chdir=DIR.", l.dir),
		})
	}
	return len(l.sources) > 0
}

// read adds a file to list; path is relative to the directory unless absolute.
func (l *loader) read(list []source, name, path string) []source {
	if !filepath.IsAbs(path) {
		path = filepath.Join(l.dir, path)
	}
	text, err := readFile(path)
	if err != nil {
		l.report(diag.Diagnostic{
			Code:    "KF0102",
			Summary: "Unreadable configuration file",
			Detail:  fmt.Sprintf("The file %q cannot be read: %s.", name, err),
		})
		return list
	}
	l.cfg.Files[name] = text
	return append(list, source{name: name, text: text})
}

// varsFileFirst moves keyform.vars before the *.auto.vars files, whatever their
// names.
func (l *loader) varsFileFirst() {
	for i, f := range l.varFiles {
		if f.name == varsFile {
			copy(l.varFiles[1:i+1], l.varFiles[:i])
			l.varFiles[0] = f
			return
		}
	}
}

// parse parses all sources and reports whether all of them are sound. What was
// understood of a broken file is kept, for the version check.
func (l *loader) parse() bool {
	ok := true
	for i := range l.sources {
		ok = l.parseSource(&l.sources[i]) && ok
	}
	return ok
}

func (l *loader) parseSource(s *source) bool {
	var diags hcl.Diagnostics
	if s.json() {
		s.file, diags = json.Parse(s.text, s.name)
	} else {
		s.file, diags = hclsyntax.ParseConfig(s.text, s.name, hcl.InitialPos)
	}
	for _, d := range diags {
		l.report(fromSyntax(d))
	}
	return !diags.HasErrors() && s.file != nil
}

// findLiterals reports every credential that stands in a source, comments aside.
func (l *loader) findLiterals() {
	for _, s := range l.sources {
		l.findLiteralsIn(s)
	}
}

func (l *loader) findLiteralsIn(s source) {
	if !credential.Contains(string(s.text)) {
		return
	}
	for _, r := range literalRanges(s) {
		l.literals = append(l.literals, r)
		d := l.literalCredential(r, "This literal has the form of a credential.")
		d.Within = l.headerAt(r)
		l.report(d)
	}
}

// headerAt names the block that r is in, as far as the native syntax tells.
func (l *loader) headerAt(r diag.Range) string {
	for _, blocks := range l.blocks {
		for _, b := range blocks {
			body, ok := b.Body.(*hclsyntax.Body)
			if ok && b.DefRange.Filename == r.Filename && b.DefRange.Start.Byte <= r.Start.Byte && r.End.Byte <= body.SrcRange.End.Byte {
				return header(b)
			}
		}
	}
	return ""
}

// literalIn reports whether a credential that was found in a source stands in r.
func (l *loader) literalIn(r diag.Range) bool {
	for _, lit := range l.literals {
		if lit.Filename == r.Filename && lit.Start.Byte < r.End.Byte && r.Start.Byte < lit.End.Byte {
			return true
		}
	}
	return false
}

// literalRanges gives the places of the credentials in a source. In HCL these are
// tokens, so that comments do not count; JSON has none, so there it is the text.
func literalRanges(s source) []diag.Range {
	if s.json() {
		return textRanges(s.name, string(s.text), hcl.InitialPos)
	}
	var found []diag.Range
	tokens, _ := hclsyntax.LexConfig(s.text, s.name, hcl.InitialPos)
	for _, t := range tokens {
		if t.Type != hclsyntax.TokenComment {
			found = append(found, textRanges(s.name, string(t.Bytes), t.Range.Start)...)
		}
	}
	return found
}

// textRanges gives the places of the credentials in text, which begins at start.
func textRanges(name, text string, start hcl.Pos) []diag.Range {
	var found []diag.Range
	for {
		from, to, ok := credential.Find(text)
		if !ok {
			return found
		}
		begin := advance(start, text[:from])
		end := advance(begin, text[from:to])
		found = append(found, toRange(hcl.Range{Filename: name, Start: begin, End: end}))
		text, start = text[to:], end
	}
}

// advance gives the position behind text that begins at pos. Columns count bytes
// here: what precedes a credential on its line is as good as always ASCII, and a
// column is for display.
func advance(pos hcl.Pos, text string) hcl.Pos {
	pos.Byte += len(text)
	if i := strings.LastIndexByte(text, '\n'); i >= 0 {
		pos.Line += strings.Count(text, "\n")
		pos.Column = len(text) - i
		return pos
	}
	pos.Column += len(text)
	return pos
}
