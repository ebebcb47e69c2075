package jsondoc

// parser reads one document in one pass. A failing method sets err and returns
// false; i is then where it failed.
type parser struct {
	s      string
	i      int
	strict bool
	doc    *Doc
	// slab is where the next nodes come from.
	slab []Node
	err  *SyntaxError
}

func parse(src []byte, strict bool) (*Doc, error) {
	s := string(src)
	d := &Doc{src: s, strict: strict}
	p := parser{s: s, strict: strict, doc: d}
	if !p.document() {
		return nil, p.err
	}
	return d, nil
}

func (p *parser) document() bool {
	if !p.skip() {
		return false
	}
	d := p.doc
	d.pre = p.s[:p.i]
	d.root = p.node()
	if !p.value(d.root, 0) {
		return false
	}
	end := p.i
	if !p.skip() {
		return false
	}
	if p.i < len(p.s) {
		return p.unexpected("the end of the file")
	}
	d.post = p.s[end:]
	return true
}

// Nodes come in chunks, for one allocation each would take most of the time. A
// member of the gateways' files is some 25 bytes long.
const (
	bytesPerNode = 25
	maxChunk     = 128
)

func (p *parser) node() *Node {
	if len(p.slab) == 0 {
		p.slab = make([]Node, min((len(p.s)-p.i)/bytesPerNode+2, maxChunk))
	}
	n := &p.slab[0]
	p.slab = p.slab[1:]
	n.doc = p.doc
	return n
}

// value reads the value at i into n, which is nested in depth objects and arrays.
func (p *parser) value(n *Node, depth int32) bool {
	n.off, n.depth = p.i, depth
	if p.i >= len(p.s) {
		return p.unexpected("a value")
	}
	start, ok := p.i, true
	switch c := p.s[p.i]; {
	case c == '{':
		n.kind = Object
		ok = p.object(n)
	case c == '[':
		n.kind = Array
		ok = p.array(n)
	case c == '"' || c == '\'' && !p.strict:
		n.kind = String
		n.esc, ok = p.str()
	case c == '-' || '0' <= c && c <= '9' || !p.strict && (c == '+' || c == '.' || c == 'I' || c == 'N'):
		n.kind = Number
		ok = p.number()
	case c == 't':
		n.kind = Bool
		ok = p.word("true")
	case c == 'f':
		n.kind = Bool
		ok = p.word("false")
	case c == 'n':
		n.kind = Null
		ok = p.word("null")
	default:
		return p.unexpected("a value")
	}
	n.text = p.s[start:p.i]
	return ok
}

func (p *parser) object(n *Node) bool {
	if !p.open(n) {
		return false
	}
	for {
		t := p.i
		if !p.skip() {
			return false
		}
		pre := p.s[t:p.i]
		if p.i < len(p.s) && p.s[p.i] == '}' {
			return p.close(n, pre)
		}
		m := p.node()
		m.pre = pre
		if !p.member(m) || !p.value(m, n.depth+1) {
			return false
		}
		n.link(m)
		if more, ok := p.after(n, m, '}'); !more {
			return ok
		}
	}
}

// member reads a key and its colon and stops before the value.
func (p *parser) member(m *Node) bool {
	t := p.i
	if !p.name(m) {
		return false
	}
	m.key = p.s[t:p.i]
	t = p.i
	if !p.skip() {
		return false
	}
	if p.i >= len(p.s) || p.s[p.i] != ':' {
		return p.unexpected("a colon")
	}
	p.i++
	if !p.skip() {
		return false
	}
	m.mid = p.s[t:p.i]
	return true
}

func (p *parser) name(m *Node) (ok bool) {
	if p.i >= len(p.s) {
		return p.unexpected("a key or the end of the object")
	}
	if c := p.s[p.i]; c == '"' || c == '\'' && !p.strict {
		m.keyEsc, ok = p.str()
		return ok
	}
	if p.strict {
		return p.unexpected("a key in double quotes or the end of the object")
	}
	m.keyEsc, ok = p.identifier()
	return ok
}

func (p *parser) array(n *Node) bool {
	if !p.open(n) {
		return false
	}
	for {
		t := p.i
		if !p.skip() {
			return false
		}
		pre := p.s[t:p.i]
		if p.i < len(p.s) && p.s[p.i] == ']' {
			return p.close(n, pre)
		}
		m := p.node()
		m.pre = pre
		if !p.value(m, n.depth+1) {
			return false
		}
		n.link(m)
		if more, ok := p.after(n, m, ']'); !more {
			return ok
		}
	}
}

func (p *parser) open(n *Node) bool {
	if n.depth >= maxDepth {
		return p.fail("objects and arrays are nested too deeply here")
	}
	p.i++
	return true
}

// close takes the closing bracket that follows an opening one or a comma.
func (p *parser) close(n *Node, tail string) bool {
	if p.strict && n.last != nil {
		return p.fail("a comma before the closing bracket is not allowed: this file is read as plain JSON")
	}
	n.tail = tail
	p.i++
	return true
}

// after reads what follows the value m: a comma, or the end of n.
func (p *parser) after(n, m *Node, end byte) (more, ok bool) {
	t := p.i
	if !p.skip() {
		return false, false
	}
	if p.i < len(p.s) {
		switch p.s[p.i] {
		case ',':
			m.post, m.comma = p.s[t:p.i], true
			p.i++
			return true, true
		case end:
			n.tail = p.s[t:p.i]
			p.i++
			return false, true
		}
	}
	if end == '}' {
		return false, p.unexpected("a comma or the end of the object")
	}
	return false, p.unexpected("a comma or the end of the array")
}

// link makes m the last child of n.
func (n *Node) link(m *Node) {
	m.parent, m.prev = n, n.last
	if n.last == nil {
		n.first = m
	} else {
		n.last.next = m
	}
	n.last = m
	n.count++
}

func (p *parser) word(w string) bool {
	if len(p.s)-p.i < len(w) || p.s[p.i:p.i+len(w)] != w {
		return p.unexpected("a value")
	}
	p.i += len(w)
	return true
}

// unexpected fails at i, where want should be.
func (p *parser) unexpected(want string) bool {
	if p.i >= len(p.s) {
		return p.fail(want + " is missing: the file ends too early")
	}
	if p.strict {
		const plain = " not allowed: this file is read as plain JSON"
		switch p.s[p.i] {
		case '/':
			return p.fail("comments are" + plain)
		case '\'':
			return p.fail("single quotes are" + plain)
		case 0xef:
			if p.i == 0 && len(p.s) >= 3 && p.s[:3] == "\ufeff" {
				return p.fail("a byte order mark is" + plain)
			}
		}
	}
	return p.fail("expected " + want)
}

func (p *parser) fail(msg string) bool {
	line, column := lineColumn(p.s, min(p.i, len(p.s)))
	p.err = &SyntaxError{Line: line, Column: column, Offset: p.i, Msg: msg}
	return false
}
