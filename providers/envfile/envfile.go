// Package envfile reads and edits the .env file of a gateway's state directory.
//
// The grammar is that of the npm package dotenv, function parse, because that is
// what reads the file: clawdbot 2026.1.24-3 asks for dotenv ^17.2.3 and OpenClaw
// 2026.2.26 for ^17.3.1, which npm resolved to 17.4.2 for both when this was
// written. The function is the same text in every release from 17.2.3 to 17.4.2.
// The grammar is one regular expression and not quite what it looks like:
//
//   - An unquoted # starts a comment wherever it stands: A=x#y is "x".
//   - Only double quotes expand anything, \n and \r; there is no way to escape a
//     quote, and no ${} expansion.
//   - A quoted value may span lines. One that is never closed, or that has text
//     after the closing quote, is read as unquoted, quotes included.
//   - Blanks around = may include newlines, so a value may stand on the next line.
//   - Of several assignments of one name the last one counts.
//   - __proto__ is never assigned, since JavaScript has it otherwise.
//
// A File keeps every byte. What the grammar does not take stays where it is, and
// an edit changes the bytes of one assignment. Because lines can depend on each
// other, every edit is parsed again before it is accepted: it must give the wanted
// value and leave every other assignment, in order, as it was.
//
// The content is plaintext secrets. No error, and no way of printing a File, shows
// any of it.
package envfile

import (
	"bytes"
	"fmt"
	"io"
	"slices"
)

// File is one .env file in memory. The zero File is an empty file. It is not safe
// for concurrent use while it is being edited. Keep it by pointer: a File inside
// an unexported struct field would be printed by package fmt byte by byte.
type File struct {
	src []byte
	all []assignment
}

// Parse reads src, which is copied. It never fails: there is no input that dotenv
// refuses, and bytes that are no assignment (also NUL, or what is not UTF-8) are
// kept as they are.
func Parse(src []byte) *File {
	src = bytes.Clone(src)
	return &File{src: src, all: scan(src)}
}

// Bytes gives the file's content, a copy. Without an edit it is what Parse was given.
func (f *File) Bytes() []byte { return bytes.Clone(f.src) }

// Lookup gives the value that a gateway gets for name: that of the last assignment,
// unquoted and expanded, with U+FFFD for bytes that are not UTF-8. It reports
// whether there is an assignment at all; an empty value is one. Names are compared
// with case.
func (f *File) Lookup(name string) (value string, ok bool) {
	for _, a := range slices.Backward(f.all) {
		if a.name == name {
			return a.value, true
		}
	}
	return "", false
}

// Names gives every assigned name once, in order of first appearance: nil for none.
// It includes names that dotenv takes but Set refuses, such as "a.b-c".
func (f *File) Names() []string {
	var names []string
	seen := make(map[string]bool)
	for _, a := range f.all {
		if !seen[a.name] {
			seen[a.name] = true
			names = append(names, a.name)
		}
	}
	return names
}

// Count says how many assignments of name there are, 0 for none.
func (f *File) Count(name string) int { return len(f.indexes(name)) }

// indexes gives the places of name's assignments in f.all.
func (f *File) indexes(name string) []int {
	var at []int
	for i, a := range f.all {
		if a.name == name {
			at = append(at, i)
		}
	}
	return at
}

// Format writes "(sensitive)" whatever the verb.
func (f *File) Format(s fmt.State, _ rune) { io.WriteString(s, "(sensitive)") } //nolint:errcheck // fmt ignores it
