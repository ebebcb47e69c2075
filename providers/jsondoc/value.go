package jsondoc

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
)

// ErrNumber is the error of writing a NumberText that is no number.
var ErrNumber = errors.New("this text is not a JSON number")

// ErrDepth is the error of an edit that would nest objects and arrays so deeply
// that the document could not be read again.
var ErrDepth = errors.New("objects and arrays would be nested too deeply")

// Value is something to be written into a document. The zero Value is null. It is
// immutable and safe for concurrent use.
type Value struct {
	kind Kind
	// text is the decoded string, or the text of a number or of true and false.
	text string
	// raw is the token that a string with escapes was copied from, or "".
	raw     string
	members []Member
	items   []Value
}

// Member is a member of an object to be written. Key is not encoded.
type Member struct {
	Key   string
	Value Value
}

// ObjectOf is an object with these members in this order. Of a key that occurs
// several times the last is written.
func ObjectOf(members ...Member) Value {
	last := make(map[string]int, len(members))
	for i, m := range members {
		last[m.Key] = i
	}
	v := Value{kind: Object, members: make([]Member, 0, len(last))}
	for i, m := range members {
		if last[m.Key] == i {
			v.members = append(v.members, m)
		}
	}
	return v
}

// ArrayOf is an array of these items.
func ArrayOf(items ...Value) Value {
	return Value{kind: Array, items: append([]Value(nil), items...)}
}

// StringsOf is an array of strings.
func StringsOf(items ...string) Value {
	v := Value{kind: Array, items: make([]Value, len(items))}
	for i, s := range items {
		v.items[i] = StringOf(s)
	}
	return v
}

// StringOf is a string. It is escaped as JSON.stringify does (as JSON5.stringify does
// where the document uses single quotes). Bytes that are not UTF-8 are written as
// they are, but for the halves of surrogate pairs that Str gives.
func StringOf(s string) Value { return Value{kind: String, text: s} }

// IntOf is a whole number. JavaScript reads those beyond 2^53 inexactly.
func IntOf(i int64) Value { return NumberText(strconv.FormatInt(i, 10)) }

// NumberText is a number as it is to be written: a JSON number, or a JSON5 number,
// which a plain document gets as JSON.stringify would write it. The edit that writes
// it fails with ErrNumber if it is neither.
func NumberText(text string) Value { return Value{kind: Number, text: text} }

// BoolOf is true or false.
func BoolOf(b bool) Value { return Value{kind: Bool, text: strconv.FormatBool(b)} }

// NullValue is null.
func NullValue() Value { return Value{kind: Null, text: "null"} }

// Value is a copy of n to be written elsewhere, in another document too. Numbers
// and escapes keep their spelling where the other document allows it; comments and
// overridden duplicates stay behind. The copy of nil is null.
func (n *Node) Value() Value {
	switch n.Kind() {
	case Object:
		v := Value{kind: Object, members: make([]Member, 0, n.count)}
		for key, m := range n.Members() {
			v.members = append(v.members, Member{key, m.Value()})
		}
		return v
	case Array:
		v := Value{kind: Array, items: make([]Value, 0, n.count)}
		for m := range n.Items() {
			v.items = append(v.items, m.Value())
		}
		return v
	case String:
		v := Value{kind: String, text: unquote(n.text, n.esc)}
		if n.esc {
			v.raw = n.text
		}
		return v
	case Missing:
		return NullValue()
	}
	return Value{kind: n.kind, text: n.text}
}

// Kind is what the value is, never Missing.
func (v Value) Kind() Kind { return max(v.kind, Null) }

// Format writes the kind, whatever the verb, for the content is secret.
func (v Value) Format(s fmt.State, _ rune) { io.WriteString(s, "jsondoc.Value("+v.Kind().String()+")") } //nolint:errcheck // fmt ignores it

// check finds what cannot be written at this depth.
func (v Value) check(depth int32) error {
	switch v.kind {
	case Number:
		if v.text == "" || numberLen(v.text, false) != len(v.text) {
			return ErrNumber
		}
	case Object, Array:
		if depth >= maxDepth {
			return ErrDepth
		}
	}
	for _, m := range v.members {
		if err := m.Value.check(depth + 1); err != nil {
			return err
		}
	}
	for _, item := range v.items {
		if err := item.check(depth + 1); err != nil {
			return err
		}
	}
	return nil
}

// flat reports whether v holds no objects and arrays.
func (v Value) flat() bool {
	for _, m := range v.members {
		if m.Value.kind >= Array {
			return false
		}
	}
	for _, item := range v.items {
		if item.kind >= Array {
			return false
		}
	}
	return true
}

// numberFor is the number's text as d can hold it: what only JSON5 can spell is
// written for a plain document as JSON.stringify would.
func numberFor(text string, strict bool) string {
	if !strict || numberLen(text, true) == len(text) {
		return text
	}
	f := parseNumber(text)
	switch {
	case math.IsInf(f, 0) || math.IsNaN(f):
		return "null"
	case f == math.Trunc(f) && math.Abs(f) < 1e21:
		return strconv.FormatFloat(f+0, 'f', -1, 64)
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}

// stringFor is the token for v: the one it was copied from where d allows that.
func (v Value) stringFor(d *Doc, quote byte) string {
	if v.raw == "" {
		return quoted(v.text, quote)
	}
	if d.strict {
		p := parser{s: v.raw, strict: true}
		if _, ok := p.str(); v.raw[0] != '"' || !ok {
			return quoted(v.text, quote)
		}
	}
	return v.raw
}

// equal reports whether n holds v already: the same members in any order, the same
// strings however they are spelled, numbers with the same text.
func (v Value) equal(n *Node) bool {
	if n.Kind() != v.Kind() {
		return false
	}
	switch v.kind {
	case String:
		return unquote(n.text, n.esc) == v.text
	case Object:
		if n.Len() != len(v.members) {
			return false
		}
		for _, m := range v.members {
			if !m.Value.equal(n.Get(m.Key)) {
				return false
			}
		}
		return true
	case Array:
		if n.Len() != len(v.items) {
			return false
		}
		m := n.first
		for _, item := range v.items {
			if !item.equal(m) {
				return false
			}
			m = m.next
		}
		return true
	case Number, Bool:
		return n.text == v.text
	}
	return true
}
