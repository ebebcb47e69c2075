package jsondoc

import (
	"fmt"
	"strings"
)

// TypeError is the error of an edit that meets a value of the wrong kind, such as
// an array where an object is needed. It holds no content.
type TypeError struct {
	// Line and Column are the place of the value in the source, or 0 for a new one.
	Line, Column int
	Got, Want    Kind
}

// Error gives the place, if there is one, and both kinds.
func (e *TypeError) Error() string {
	msg := fmt.Sprintf("expected a JSON %s, found a JSON %s", e.Want, e.Got)
	if e.Got == Missing {
		msg = fmt.Sprintf("expected a JSON %s, found nothing", e.Want)
	}
	if e.Line == 0 {
		return msg
	}
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, msg)
}

func (n *Node) must(want Kind) error {
	if n.Kind() == want {
		return nil
	}
	line, column := n.Pos()
	return &TypeError{Line: line, Column: column, Got: n.Kind(), Want: want}
}

// Set gives the member key of an object a value: it replaces the value of the last
// member of that key, or adds a member at the end. A member that is equal already
// is left alone, bytes and all. The errors are a *TypeError if n is no object,
// ErrNumber and ErrDepth; the document is then unchanged.
func (n *Node) Set(key string, v Value) error {
	if err := n.must(Object); err != nil {
		return err
	}
	if m := n.find(key); m != nil {
		return m.Replace(v)
	}
	return n.add(key, v)
}

// Append adds an element at the end of an array. Errors are those of Set.
func (n *Node) Append(v Value) error {
	if err := n.must(Array); err != nil {
		return err
	}
	return n.add("", v)
}

// Ensure gives the object under n at the path of keys. What is missing of the path
// is added as empty objects. The error is a *TypeError if something on the path is
// there and no object, and ErrDepth; members added up to there stay.
func (n *Node) Ensure(path ...string) (*Node, error) {
	if err := n.must(Object); err != nil {
		return nil, err
	}
	for _, key := range path {
		m := n.find(key)
		if m == nil {
			if err := n.add(key, ObjectOf()); err != nil {
				return nil, err
			}
			m = n.last
		}
		if err := m.must(Object); err != nil {
			return nil, err
		}
		n = m
	}
	return n, nil
}

// Replace puts v in the place of the value of n and touches nothing around it. An
// object or array in the place of another is laid out as that one was; comments
// inside the old one go. A value that is equal already is left alone. Errors are
// ErrNumber and ErrDepth.
func (n *Node) Replace(v Value) error {
	if v.equal(n) {
		return nil
	}
	if err := v.check(n.depth); err != nil {
		return err
	}
	around := n.parent
	if n.first != nil || around == nil {
		around = n
	}
	st := n.doc.styleOf(around)
	if n.kind == String {
		st.quote = n.text[0]
	}
	var sh shape
	if v.kind >= Array {
		if n.first != nil {
			sh = st.shapeLike(n)
		} else {
			sh = st.shapeFor(n, v)
		}
	}
	for m := n.first; m != nil; m = m.next {
		m.parent = nil
	}
	n.first, n.last, n.index, n.count, n.dups, n.tail = nil, nil, nil, 0, false, ""
	st.fill(n, v, sh)
	n.touch()
	return nil
}

// add appends a member or, with no key, an element to c.
func (c *Node) add(key string, v Value) error {
	if err := v.check(c.depth + 1); err != nil {
		return err
	}
	st := c.doc.styleOf(c)
	m := st.child(c)
	if c.kind == Object {
		st.nameIt(m, key)
	}
	if c.last == nil {
		st.placeFirst(c, m)
	} else {
		st.placeLast(c, m)
	}
	c.link(m)
	if c.index != nil {
		c.index[m.name()] = m
	}
	var sh shape
	if v.kind >= Array {
		sh = st.shapeFor(m, v)
	}
	st.fill(m, v, sh)
	c.touch()
	return nil
}

func (st style) child(c *Node) *Node {
	return &Node{doc: c.doc, parent: c, depth: c.depth + 1, off: -1, dirty: true}
}

func (st style) nameIt(m *Node, key string) {
	m.key = st.key(key)
	m.keyEsc = strings.IndexByte(m.key, '\\') >= 0
	m.mid = st.colon
}

// placeFirst gives m its place in c, which has no elements but may have comments.
func (st style) placeFirst(c, m *Node) {
	comments, rest := cutComments(c.tail)
	if !hasBreak(c.tail) && c.parent != nil && !c.parent.wide() {
		pad := st.pad(c.kind)
		m.pre, c.tail = pad, pad
		if comments != "" {
			m.pre = comments + " "
		}
		return
	}
	outer := c.lineIndent()
	m.pre = comments + st.doc.newline() + outer + st.doc.indentUnit()
	if hasBreak(rest) {
		outer = indentOf(rest)
	}
	c.tail = st.doc.newline() + outer
	m.comma = st.trailing
}

// placeLast gives m its place after the last element of c. Comments after that one
// stay where they are, before m.
func (st style) placeLast(c, m *Node) {
	last := c.last
	m.comma = last.comma
	comments, rest := cutComments(c.tail)
	c.tail = rest
	if hasBreak(last.pre) || c.wide() || hasBreak(comments+rest) {
		m.pre = comments + st.doc.newline() + c.childIndent()
		last.comma = true
		return
	}
	m.pre = st.sep()
	if last.prev != nil {
		m.pre = leadingSpace(last.pre)
	}
	if last.comma {
		m.pre = comments + m.pre
		return
	}
	last.post, last.comma = comments, true
}

// fill writes v into n, which has its place and is empty.
func (st style) fill(n *Node, v Value, sh shape) {
	n.kind, n.text, n.off = v.Kind(), v.text, -1
	switch n.kind {
	case Null:
		n.text = "null"
	case Number:
		if n.text = numberFor(v.text, n.doc.strict); n.text == "null" {
			n.kind = Null
		}
	case String:
		n.text = v.stringFor(n.doc, st.quote)
		n.esc = strings.IndexByte(n.text, '\\') >= 0
	case Object:
		for _, m := range v.members {
			child := st.child(n)
			st.nameIt(child, m.Key)
			st.put(n, child, m.Value, sh)
		}
	case Array:
		for _, item := range v.items {
			st.put(n, st.child(n), item, sh)
		}
	}
	if n.last != nil {
		n.last.comma = sh.trailing
		n.tail = sh.close
	}
}

// put makes m the next element of n and writes v into it.
func (st style) put(n, m *Node, v Value, sh shape) {
	m.pre, m.comma = sh.sep, true
	if n.first == nil {
		m.pre = sh.open
	}
	inner := st.flatShape(v.kind)
	if sh.wide {
		inner = st.wideShape(sh.indent)
	}
	n.link(m)
	st.fill(m, v, inner)
}

// touch marks n and all that holds it as edited.
func (n *Node) touch() {
	for ; n != nil && !n.dirty; n = n.parent {
		n.dirty = true
	}
}
