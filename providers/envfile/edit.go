package envfile

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

var (
	// ErrName is that of Set for a name that no gateway takes from its .env file.
	ErrName = errors.New("not a name for a variable: it takes letters, digits and _, must not start with a digit, and cannot be __proto__")
	// ErrUnrepresentable is that of Set for a value that the grammar has no way to
	// write, such as one with a NUL byte.
	ErrUnrepresentable = errors.New("the .env file has no quoting that gives this value back unchanged")
)

// bom is the byte order mark, which counts as a blank to dotenv.
const bom = "\uFEFF"

// fence replaces the line of a deleted assignment in the rare file in which lines
// would run together without it: a comment that also keeps any quote that was left
// open above from being closed further down.
const fence = "#'\"`-"

// Set makes value what a gateway reads for name. It edits the last assignment in
// place: "export", blanks and a comment behind the value stay. Earlier assignments
// of the name are deleted with their lines, for they are without effect and may
// hold an older secret. A comment that follows an unquoted value without a blank,
// or a quote that was never closed, is taken for a part of the old value and goes
// with it. A name that is not there yet is appended, with the line break that the
// file uses (that of its first line; \n in an empty file).
//
// If the file says just that already, and once, nothing changes. The error is
// ErrName or, with the name, ErrUnrepresentable (test with errors.Is); the file is
// then as it was. No error holds a value, nor a name that was refused.
func (f *File) Set(name, value string) error {
	if !settable(name) {
		return ErrName
	}
	// Node cuts an environment variable at a NUL and reads what is not UTF-8 as U+FFFD.
	if strings.IndexByte(value, 0) >= 0 || !utf8.ValidString(value) {
		return fmt.Errorf("%s: %w", name, ErrUnrepresentable)
	}
	at := f.indexes(name)
	if n := len(at); n > 0 {
		once := f.without(at[:n-1])
		if g := once.replace(at[n-1]-(n-1), value); g != nil {
			*f = *g
			return nil
		}
	}
	if g := f.without(at).add(name, value); g != nil {
		*f = *g
		return nil
	}
	return fmt.Errorf("%s: %w", name, ErrUnrepresentable)
}

// Delete removes every assignment of name with its whole line, or lines, and
// reports whether there was one. Where taking a line away would change what
// another line means, a comment line stays in its place.
func (f *File) Delete(name string) bool {
	at := f.indexes(name)
	*f = *f.without(at)
	return len(at) > 0
}

// settable is what the gateways accept: [A-Za-z_][A-Za-z0-9_]*.
func settable(name string) bool {
	for i := range len(name) {
		c := name[i]
		if c == '.' || c == '-' || !isNameByte(c) || i == 0 && '0' <= c && c <= '9' {
			return false
		}
	}
	return name != "" && name != "__proto__"
}

// without gives the file without the assignments at the places in f.all.
func (f *File) without(at []int) *File {
	if len(at) == 0 {
		return f
	}
	want := make([]assignment, 0, len(f.all))
	for i, a := range f.all {
		if _, gone := slices.BinarySearch(at, i); !gone {
			want = append(want, a)
		}
	}
	var cut, fenced bytes.Buffer
	kept := 0
	for _, i := range at {
		a := f.all[i]
		from := a.line
		if from == 0 && bytes.HasPrefix(f.src, []byte(bom)) {
			from = len(bom)
		}
		cut.Write(f.src[kept:from])
		fenced.Write(f.src[kept:from])
		fenced.WriteString(fence)
		fenced.Write(f.src[a.stop:a.next])
		kept = a.next
	}
	cut.Write(f.src[kept:])
	fenced.Write(f.src[kept:])
	if g := Parse(cut.Bytes()); g.says(want) {
		return g
	}
	return Parse(fenced.Bytes())
}

// replace gives the file with another value for f.all[i], nil if that cannot be
// written in its place.
func (f *File) replace(i int, value string) *File {
	a := f.all[i]
	if a.value == value {
		return f
	}
	want := slices.Clone(f.all)
	want[i].value = value
	ends := []int{a.note}
	if !a.doubtful && a.end < a.note {
		ends = []int{a.end, a.note}
	}
	for _, end := range ends {
		for _, form := range forms(value) {
			if g := f.splice(a.raw, end, form); g.says(want) {
				return g
			}
		}
	}
	return nil
}

// add gives the file with one more assignment: at its end, or at its end after an
// empty line, or at its start; nil if it can stand nowhere.
func (f *File) add(name, value string) *File {
	nl := newline(f.src)
	end := ""
	if n := len(f.src); n > 0 && string(f.src) != bom && f.src[n-1] != '\n' && f.src[n-1] != '\r' {
		end = nl
	}
	top := 0
	if bytes.HasPrefix(f.src, []byte(bom)) {
		top = len(bom)
	}
	added := assignment{name: name, value: value}
	last := append(slices.Clone(f.all), added)
	first := append([]assignment{added}, f.all...)
	for _, place := range []struct {
		at     int
		before string
		want   []assignment
	}{{len(f.src), end, last}, {len(f.src), end + nl, last}, {top, "", first}} {
		for _, form := range forms(value) {
			line := place.before + name + "=" + form + nl
			if g := f.splice(place.at, place.at, line); g.says(place.want) {
				return g
			}
		}
	}
	return nil
}

// splice gives the file with src[from:to] replaced.
func (f *File) splice(from, to int, with string) *File {
	return Parse(slices.Concat(f.src[:from], []byte(with), f.src[to:]))
}

// says reports whether the file's assignments are these names and values, in order.
func (f *File) says(want []assignment) bool {
	return slices.EqualFunc(f.all, want, func(a, b assignment) bool {
		return a.name == b.name && a.value == b.value
	})
}

// newline gives the first line break of src, \n if it has none.
func newline(src []byte) string {
	i := bytes.IndexAny(src, "\r\n")
	switch {
	case i < 0 || src[i] == '\n':
		return "\n"
	case i+1 < len(src) && src[i+1] == '\n':
		return "\r\n"
	default:
		return "\r"
	}
}
