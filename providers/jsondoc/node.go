package jsondoc

import (
	"fmt"
	"io"
	"iter"
	"math"
	"strconv"
	"strings"
)

// Kind is what a value is.
type Kind uint8

const (
	// Missing is the kind of the nil *Node: there is no such value.
	Missing Kind = iota
	// The kinds of values in JSON. Bool is true and false; Number includes the
	// Infinity and NaN of JSON5.
	Null
	Bool
	Number
	String
	Array
	Object
)

// String is the kind's name in JSON: "object", "null"; "nothing" for Missing.
func (k Kind) String() string {
	return [...]string{"nothing", "null", "boolean", "number", "string", "array", "object"}[k]
}

// indexFrom is the number of members from which an object gets an index.
const indexFrom = 16

// Node is a place in the document that holds a value: the root, a member of an
// object or an element of an array. It stays the same Node when its value is
// replaced. A Node that was removed, or that was inside a replaced value, still
// answers, but edits of it no longer reach the document.
//
// Reading methods may be called on the nil *Node, which is a value that is not
// there, so that Get can be chained.
//
// Text around a Node is kept with it, in this order:
// pre key mid VALUE post [comma], and within an object or array: first..last tail.
// The last element has a post only if it has a comma; else that text is in the tail.
type Node struct {
	doc                             *Doc
	parent, prev, next, first, last *Node
	// index is the last member by decoded key. It is built when first needed.
	index map[string]*Node

	pre, key, mid, post, tail string
	// text is the source of the value. It is out of date in a dirty object or array.
	text string

	off          int // of the value in the source; -1 if it is not from there
	count, depth int32
	kind         Kind
	comma, dirty bool
	keyEsc, esc  bool // key or text hold a backslash
	dups         bool // some member of the indexed object occurs twice
}

// Kind is what the value is, Missing for nil.
func (n *Node) Kind() Kind {
	if n == nil {
		return Missing
	}
	return n.kind
}

// Format writes the kind, whatever the verb, for the content is secret.
func (n Node) Format(s fmt.State, _ rune) { io.WriteString(s, "jsondoc.Node("+n.kind.String()+")") } //nolint:errcheck // fmt ignores it

// Pos is where the value begins in the source, both counted from 1, the column in
// characters. It is 0, 0 for nil and for what an edit made.
func (n *Node) Pos() (line, column int) {
	if n == nil || n.off < 0 {
		return 0, 0
	}
	return lineColumn(n.doc.src, n.off)
}

// Raw is the source text of a string (with its quotes), number, boolean or null,
// and "" for everything else.
func (n *Node) Raw() string {
	if n == nil || n.container() {
		return ""
	}
	return n.text
}

// Str is the decoded string, and whether the value is a string. A lone surrogate
// escape becomes its three-byte form (WTF-8), which String writes back as an escape;
// bytes that are not UTF-8 stay as they are.
func (n *Node) Str() (string, bool) {
	if n == nil || n.kind != String {
		return "", false
	}
	return unquote(n.text, n.esc), true
}

// Bool is the value of true or false, and whether the value is one of them.
func (n *Node) Bool() (value, ok bool) {
	if n == nil || n.kind != Bool {
		return false, false
	}
	return n.text == "true", true
}

// Number is the number that JavaScript reads, and whether the value is a number.
// Infinity and NaN of JSON5 are numbers; what is too large is an infinity.
func (n *Node) Number() (float64, bool) {
	if n == nil || n.kind != Number {
		return 0, false
	}
	return parseNumber(n.text), true
}

func parseNumber(text string) float64 {
	digits, negative := strings.CutPrefix(text, "-")
	digits = strings.TrimPrefix(digits, "+")
	if len(digits) > 1 && digits[1]|0x20 == 'x' {
		digits += "p0"
	}
	f, _ := strconv.ParseFloat(digits, 64) // out of range gives an infinity, as in JavaScript
	if negative {
		return math.Copysign(f, -1)
	}
	return f
}

// Len is the number of elements of an array, or of members of an object, where a
// member that occurs twice counts twice. It is 0 for everything else.
func (n *Node) Len() int {
	if n == nil {
		return 0
	}
	return int(n.count)
}

// Index is the i-th element of an array, counted from 0, or nil. It takes time in
// proportion to i; to visit all of them use Items.
func (n *Node) Index(i int) *Node {
	if n == nil || n.kind != Array || i < 0 {
		return nil
	}
	m := n.first
	for ; m != nil && i > 0; i-- {
		m = m.next
	}
	return m
}

// Items gives the elements of an array in order, and nothing for everything else.
// The element just given may be removed.
func (n *Node) Items() iter.Seq[*Node] {
	return func(yield func(*Node) bool) {
		if n.Kind() != Array {
			return
		}
		for m := n.first; m != nil; {
			next := m.next
			if !yield(m) {
				return
			}
			m = next
		}
	}
}

// Members gives the members of an object in the order of the source with their
// decoded keys, and nothing for everything else. Of a key that occurs several
// times only the last is given, for that is the one JSON.parse and json5 keep. The
// member just given may be removed.
func (n *Node) Members() iter.Seq2[string, *Node] {
	return func(yield func(string, *Node) bool) {
		if n.Kind() != Object {
			return
		}
		for m := n.first; m != nil; {
			next := m.next
			key := m.name()
			if n.find(key) == m && !yield(key, m) {
				return
			}
			m = next
		}
	}
}

// Get is the value of a member, the last one of that key, or nil if there is none
// or n is not an object.
func (n *Node) Get(key string) *Node {
	if n.Kind() != Object {
		return nil
	}
	return n.find(key)
}

func (n *Node) find(key string) *Node {
	if n.index == nil && n.count >= indexFrom {
		n.buildIndex()
	}
	if n.index != nil {
		return n.index[key]
	}
	for m := n.last; m != nil; m = m.prev {
		if m.name() == key {
			return m
		}
	}
	return nil
}

func (n *Node) buildIndex() {
	n.index = make(map[string]*Node, n.count)
	for m := n.first; m != nil; m = m.next {
		n.index[m.name()] = m
	}
	n.dups = len(n.index) < int(n.count)
}

// name is the decoded key.
func (n *Node) name() string {
	if c := n.key[0]; c == '"' || c == '\'' {
		return unquote(n.key, n.keyEsc)
	}
	if !n.keyEsc {
		return n.key
	}
	return decodeEscapes(n.key)
}

func (n *Node) container() bool { return n.kind >= Array }

// appendTo writes the value, without what is around it.
func (n *Node) appendTo(out []byte) []byte {
	if !n.dirty || !n.container() {
		return append(out, n.text...)
	}
	brackets := "[]"
	if n.kind == Object {
		brackets = "{}"
	}
	out = append(out, brackets[0])
	for m := n.first; m != nil; m = m.next {
		out = append(out, m.pre...)
		out = append(out, m.key...)
		out = append(out, m.mid...)
		out = m.appendTo(out)
		out = append(out, m.post...)
		if m.comma {
			out = append(out, ',')
		}
	}
	out = append(out, n.tail...)
	return append(out, brackets[1])
}
