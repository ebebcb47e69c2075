// Package jsondoc reads JSON and JSON5 documents and edits them in place.
//
// A Doc keeps every byte of its source: spaces, comments, the spelling of numbers
// and escapes, a byte order mark, duplicate members. Bytes gives the source back
// exactly as long as nothing was edited, and an edit touches only what it has to.
// What is new is written the way the document around it is written (indentation,
// line ends, quotes, bare keys, trailing commas).
//
// Two grammars are served. ParseStrict takes what JSON.parse takes (RFC 8259): the
// gateways read their credential stores with it. Parse takes JSON5 as the npm
// package json5 2.2.3 does: the gateways read their configuration with that one.
//
// Edits are made on the tree, and the text is put together once, by Bytes. So n
// edits of one document cost n times the size of an edit plus one pass over it.
//
// The documents hold secrets. No error and no formatting verb shows any content of
// one; only Bytes, Str, Raw and the keys of Members give content out.
package jsondoc

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// maxDepth is how deep objects and arrays may be nested. It is the limit of
// encoding/json as well.
const maxDepth = 10000

// Doc is one document. It is made by Parse or ParseStrict. It is not safe for
// concurrent use, reading included: lookups in large objects fill an index.
type Doc struct {
	src    string
	strict bool
	// pre and post are what stands before and after the root value.
	pre, post string
	root      *Node
	// unit and nl are found when first needed; nl is empty until then.
	unit, nl string
}

// Parse reads JSON5, of which JSON is a part. It copies src. A document must hold
// exactly one value. The error is a *SyntaxError.
func Parse(src []byte) (*Doc, error) { return parse(src, false) }

// ParseStrict reads JSON as JSON.parse does. It copies src. A byte order mark, an
// empty file, a comment or a trailing comma is an error, duplicate members are not.
// Bytes that are not UTF-8 are let through inside strings only, where the gateways
// read U+FFFD. The error is a *SyntaxError.
func ParseStrict(src []byte) (*Doc, error) { return parse(src, true) }

// Root is the value of the document. It is never nil.
func (d *Doc) Root() *Node { return d.root }

// Bytes gives the whole text, in new memory: the source itself if nothing was
// edited.
func (d *Doc) Bytes() []byte {
	if !d.root.dirty {
		return []byte(d.src)
	}
	out := make([]byte, 0, len(d.src)+len(d.src)/8+64)
	out = append(out, d.pre...)
	out = d.root.appendTo(out)
	return append(out, d.post...)
}

// Format writes the type's name, whatever the verb, for the content is secret.
func (d Doc) Format(s fmt.State, _ rune) { io.WriteString(s, "jsondoc.Doc") } //nolint:errcheck // fmt ignores it

// SyntaxError says where and why a text is not a document. It holds no content.
type SyntaxError struct {
	// Line and Column count from 1, Column in characters. Lines end with LF, CR or CRLF.
	Line, Column int
	// Offset counts bytes from 0.
	Offset int
	// Msg says what was expected, or is not allowed, at that place.
	Msg string
}

// Error gives the place and the message.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Msg)
}

// lineColumn turns a byte offset of s into a line and a column, both from 1. A
// byte order mark at the beginning takes no column.
func lineColumn(s string, off int) (line, column int) {
	s = s[:off]
	line = 1
	start := 0
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\n' || s[i] == '\r' && (i+1 == len(s) || s[i+1] != '\n'):
			line++
			start = i + 1
		}
	}
	return line, utf8.RuneCountInString(strings.TrimPrefix(s[start:], "\ufeff")) + 1
}
