package jsondoc

import "strings"

// siblings is how many neighbours are asked how they are written.
const siblings = 8

// style is how the document is written around one place.
type style struct {
	doc *Doc
	// quote is for strings, keyQuote for keys that are quoted.
	quote, keyQuote byte
	// bare says that keys which can go without quotes do.
	bare bool
	// colon is what stands between a key and its value.
	colon string
	// trailing says that the last line of an object or array ends with a comma.
	trailing bool
}

// styleOf looks at the children of c, then at its siblings and those of its parents.
func (d *Doc) styleOf(c *Node) style {
	st := style{doc: d}
	var bareKnown, trailingKnown bool
	for ; c != nil; c = c.parent {
		if !trailingKnown && c.wide() {
			st.trailing, trailingKnown = c.last.comma, true
		}
		m := c.last
		for range siblings {
			if m == nil {
				break
			}
			if st.quote == 0 && m.kind == String {
				st.quote = m.text[0]
			}
			if m.key != "" {
				bareKnown = st.learnKey(m, bareKnown)
			}
			m = m.prev
		}
	}
	if st.quote == 0 {
		st.quote = max(st.keyQuote, '"')
	}
	if st.keyQuote == 0 {
		st.keyQuote = st.quote
	}
	if st.colon == "" {
		st.colon = ": "
	}
	return st
}

// learnKey learns from the key of m what is not known yet.
func (st *style) learnKey(m *Node, bareKnown bool) bool {
	if st.colon == "" {
		st.colon = ":" + leadingSpace(m.mid[strings.LastIndexByte(m.mid, ':')+1:])
		if hasComment(m.mid) || hasBreak(m.mid) {
			st.colon = ""
		}
	}
	if c := m.key[0]; c != '"' && c != '\'' {
		if !bareKnown {
			st.bare = true
		}
		return true
	} else if st.keyQuote == 0 {
		st.keyQuote = c
	}
	return bareKnown || isName(m.name())
}

func (st style) key(key string) string {
	if st.bare && isName(key) {
		return key
	}
	return quoted(key, st.keyQuote)
}

// pad is the space inside the brackets of an object or array on one line.
func (st style) pad(k Kind) string {
	if k == Array {
		return ""
	}
	return st.colon[1:]
}

// sep is the space after a comma between two elements on one line.
func (st style) sep() string {
	if st.colon == ":" {
		return ""
	}
	return " "
}

// wide reports whether c is written over several lines.
func (c *Node) wide() bool {
	return c.first != nil && (hasBreak(c.first.pre) || hasBreak(c.tail))
}

// newline is how the lines of the document end.
func (d *Doc) newline() string {
	if d.nl == "" {
		d.nl = "\n"
		if i := strings.IndexByte(d.src, '\n'); i > 0 && d.src[i-1] == '\r' {
			d.nl = "\r\n"
		}
	}
	return d.nl
}

// indentUnit is what one level of indentation adds.
func (d *Doc) indentUnit() string {
	if d.unit == "" {
		d.unit = "  "
		if strings.ContainsAny(d.src, "\r\n") {
			d.unit = findUnit(d.root)
		}
	}
	return d.unit
}

// findUnit walks the tree until an indented child shows its unit; else it is two spaces.
func findUnit(root *Node) string {
	for n := root; n != nil; {
		if m := n.first; m != nil && hasBreak(m.pre) {
			outer, inner := n.lineIndent(), indentOf(m.pre)
			if unit, ok := strings.CutPrefix(inner, outer); ok && unit != "" {
				return unit
			}
		}
		if n.first != nil {
			n = n.first
			continue
		}
		for n != nil && n.next == nil {
			n = n.parent
		}
		if n != nil {
			n = n.next
		}
	}
	return "  "
}

// lineIndent is the indentation of the line on which the value of n begins.
func (n *Node) lineIndent() string {
	for ; n.parent != nil; n = n.parent {
		if hasBreak(n.mid) {
			return indentOf(n.mid)
		}
		for m := n; m != nil; m = m.prev {
			if hasBreak(m.pre) {
				return indentOf(m.pre)
			}
		}
	}
	return indentOf(strings.TrimPrefix(n.doc.pre, "\ufeff"))
}

// childIndent is the indentation of a line inside c.
func (c *Node) childIndent() string {
	for m := c.last; m != nil; m = m.prev {
		if hasBreak(m.pre) {
			return indentOf(m.pre)
		}
	}
	return c.lineIndent() + c.doc.indentUnit()
}

// shape is how the elements of a new object or array are laid out.
type shape struct {
	// open, sep and close stand before the first element, the others and the bracket.
	open, sep, close string
	// wide says that elements have their own lines, indented by indent.
	wide     bool
	indent   string
	trailing bool
}

// wideShape has one line per element; outer is the indentation around it.
func (st style) wideShape(outer string) shape {
	nl := st.doc.newline()
	inner := outer + st.doc.indentUnit()
	return shape{open: nl + inner, sep: nl + inner, close: nl + outer, wide: true, indent: inner, trailing: st.trailing}
}

// flatShape has everything on one line.
func (st style) flatShape(k Kind) shape {
	return shape{open: st.pad(k), sep: st.sep(), close: st.pad(k)}
}

// shapeLike is the shape of the old object or array, which is not empty.
func (st style) shapeLike(old *Node) shape {
	sh := shape{wide: old.wide() || hasBreak(old.last.pre), trailing: old.last.comma, sep: st.sep()}
	nl := st.doc.newline()
	line := ""
	if sh.wide {
		sh.indent = old.childIndent()
		line = nl + sh.indent
		sh.sep = line
	}
	at := func(pre string) string {
		if hasBreak(pre) {
			return line
		}
		return leadingSpace(pre)
	}
	sh.open = at(old.first.pre)
	if old.count > 1 {
		sh.sep = at(old.last.pre)
	}
	_, sh.close = cutComments(old.tail)
	if hasBreak(sh.close) {
		sh.close = nl + indentOf(sh.close)
	}
	return sh
}

// shapeFor is the shape for a new value v at n, which has its place and is empty.
func (st style) shapeFor(n *Node, v Value) shape {
	if n.parent == nil {
		return st.wideShape(n.lineIndent())
	}
	if !n.parent.wide() {
		return st.flatShape(v.kind)
	}
	if v.flat() {
		m := n.parent.last
		for range siblings {
			if m == nil {
				break
			}
			if m != n && m.kind == v.kind && m.first != nil {
				if !m.wide() {
					return st.shapeLike(m)
				}
				break
			}
			m = m.prev
		}
	}
	return st.wideShape(n.lineIndent())
}
