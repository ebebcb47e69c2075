package jsondoc

// Delete removes all members of that key from an object, and reports whether there
// was one. With a member go its comma, its line if it has one of its own, a comment
// after it on that line, and comments directly above it; everything else stays.
func (n *Node) Delete(key string) bool {
	m := n.Get(key)
	if m == nil {
		return false
	}
	m.Remove()
	for m = n.last; m != nil && (n.dups || n.index == nil); {
		prev := m.prev
		if m.name() == key {
			m.Remove()
		}
		m = prev
	}
	return true
}

// Remove takes a member or an element out of what holds it, as Delete does. It
// reports false, and does nothing, for nil, the root, and what was removed before.
func (n *Node) Remove() bool {
	if n == nil || n.parent == nil {
		return false
	}
	c := n.parent
	if n.next != nil {
		n.next.pre = n.withoutBefore(n.next.pre)
	} else {
		c.tail = n.withoutAtEnd(c.tail)
		if p := n.prev; p != nil && !n.comma {
			c.tail = joinTrivia(p.post, c.tail)
			p.post, p.comma = "", false
		}
	}
	c.unlink(n)
	if c.first == nil && !hasComment(c.tail) {
		c.tail = ""
	}
	c.touch()
	return true
}

func (c *Node) unlink(n *Node) {
	if n.prev == nil {
		c.first = n.next
	} else {
		n.prev.next = n.next
	}
	if n.next == nil {
		c.last = n.prev
	} else {
		n.next.prev = n.prev
	}
	c.count--
	if c.index != nil {
		c.unindex(n)
	}
	n.parent, n.prev, n.next = nil, nil, nil
}

// unindex keeps the index right when n is gone: an earlier member of its key counts again.
func (c *Node) unindex(n *Node) {
	key := n.name()
	if c.index[key] != n {
		return
	}
	delete(c.index, key)
	if !c.dups {
		return
	}
	for m := c.last; m != nil; m = m.prev {
		if m.name() == key {
			c.index[key] = m
			return
		}
	}
}

// withoutBefore is what stands before the next element when n is gone; after is
// what stands there now.
func (n *Node) withoutBefore(after string) string {
	line, rest := cutLine(after)
	if rest == "" { // the next one is on the same line and takes the place of n
		before, last, _ := lastLine(n.pre)
		return before + leadingSpace(last) + after[len(leadingSpace(after)):]
	}
	if n.sharesLine() { // the comment may be about the previous one
		return line + rest
	}
	kept := n.keptAbove()
	if n.prev == nil || endsBlank(kept) {
		rest = dropBlank(rest)
	}
	return kept + rest
}

// withoutAtEnd is what stands before the closing bracket when n, the last element,
// is gone; tail is what stands there now.
func (n *Node) withoutAtEnd(tail string) string {
	line, rest := cutLine(tail)
	kept := n.keptAbove()
	switch {
	case rest == "":
		_, rest = cutComments(tail)
	case n.sharesLine():
		rest = line + rest
	}
	for endsBlank(kept) {
		kept, _, _ = lastLine(kept)
		kept = kept[:len(kept)-lastBreakLen(kept)]
	}
	if endsOpen(kept) && (rest == "" || breakLen(rest) == 0) {
		rest = n.doc.newline() + n.parent.lineIndent()
	}
	return kept + rest
}

// sharesLine reports whether n begins on the line on which the previous element ends.
func (n *Node) sharesLine() bool {
	return n.prev != nil && !hasBreak(n.pre) && !hasBreak(n.prev.post)
}

// keptAbove is what stays of the text before n when n goes with its line: what is
// on the line of the previous element, and the lines above but for comments directly
// above n.
func (n *Node) keptAbove() string {
	line, rest := cutLine(n.pre)
	if rest == "" {
		return ""
	}
	above := lines(rest)
	above = above[:len(above)-1]
	for len(above) > 0 && hasComment(above[len(above)-1]) {
		above = above[:len(above)-1]
	}
	for _, l := range above {
		line += l
	}
	return line
}

// endsBlank reports whether the last line of s, which follows a line end, is empty.
func endsBlank(s string) bool {
	_, last, found := lastLine(s)
	return found && !hasComment(last)
}

// lastBreakLen is the length of the line end at the end of s.
func lastBreakLen(s string) int {
	for n := 3; n > 1; n-- {
		if len(s) >= n && breakLen(s[len(s)-n:]) == n {
			return n
		}
	}
	return 1
}

// dropBlank takes empty lines off the beginning of s, which begins with a line end.
func dropBlank(s string) string {
	for {
		n := breakLen(s)
		line, rest := cutLine(s[n:])
		if rest == "" || hasComment(line) {
			return s
		}
		s = rest
	}
}

// joinTrivia puts two texts one after the other without doubling a line end.
func joinTrivia(a, b string) string {
	if _, rest := cutLine(b); rest != "" && !hasComment(b[:len(b)-len(rest)]) {
		if before, last, found := lastLine(a); found && !hasComment(last) {
			a = before[:len(before)-lastBreakLen(before)]
		}
	}
	return a + b
}
