package envfile

import (
	"bytes"
	"sort"
	"unicode/utf8"
)

// assignment is one match of the grammar. Offsets are bytes of the source.
type assignment struct {
	name  string
	value string // as dotenv gives it

	line int // start of the line of its first token
	raw  int // the value's bytes with their quotes are src[raw:end]
	end  int
	note int // end of a comment that follows on the same line, else end
	next int // past the line break after it, or the end of the file
	stop int // before that line break

	// doubtful says that the comment may be a part of a value that was not quoted
	// as it should have been.
	doubtful bool
}

// match is one match in text whose line breaks are all \n, in offsets of that text.
type match struct {
	token          int // first byte of "export" or of the name
	name           []byte
	sep            int // past "=" or ":"
	raw, end, stop int // the value before trimming; where the whole match ends
	quoted         bool
}

// scan gives the matches of dotenv 17.4.2's expression
//
//	/(?:^|^)\s*(?:export\s+)?([\w.-]+)(?:\s*=\s*?|:\s+?)(\s*'(?:\\'|[^'])*'|\s*"(?:\\"|[^"])*"|\s*`(?:\\`|[^`])*`|[^#\r\n]+)?\s*(?:#.*)?(?:$|$)/mg
//
// in src after \r\n and \r became \n, as parse does first.
func scan(src []byte) []assignment {
	text, crlf := normalise(src)
	// Each \r\n before an offset of text stands for one byte more in src.
	offset := func(p int) int { return p + sort.SearchInts(crlf, p) }
	var all []assignment
	for p := 0; p >= 0; {
		// A match starts at a line start, and \s* takes all blanks and line
		// breaks, because nothing after it can start with one.
		token := skipSpace(text, p)
		m, ok := matchAt(text, token)
		if !ok {
			p = lineAfter(text, token)
			continue
		}
		if string(m.name) != "__proto__" {
			all = append(all, locate(text, m, offset))
		}
		p = lineAfter(text, m.stop)
	}
	return all
}

// normalise turns \r\n and \r into \n. It also gives the places of those \n in
// text that were \r\n, in order.
func normalise(src []byte) (text []byte, crlf []int) {
	if bytes.IndexByte(src, '\r') < 0 {
		return src, nil
	}
	text = make([]byte, 0, len(src))
	for i := 0; i < len(src); i++ {
		c := src[i]
		if c == '\r' {
			c = '\n'
			if i+1 < len(src) && src[i+1] == '\n' {
				crlf = append(crlf, len(text))
				i++
			}
		}
		text = append(text, c)
	}
	return text, crlf
}

// locate turns a match into an assignment of the source.
func locate(text []byte, m match, offset func(int) int) assignment {
	raw, end := trim(text, m.raw, m.end)
	scanFrom := end
	if raw == end {
		scanFrom = m.sep
	}
	note := end
	blank := scanFrom
	for blank < len(text) && !atLineEnd(text, blank) && spaceAt(text, blank) > 0 {
		blank += spaceAt(text, blank)
	}
	comment := blank < len(text) && text[blank] == '#'
	stop := lineEnd(text, blank)
	if raw == end { // keep to the line, and away from its comment
		raw = max(m.raw, min(raw, stop))
		if comment {
			raw = m.raw
		}
		end, note = raw, raw
	}
	if comment {
		note = stop
	}
	opened := raw < end && isQuote(text[raw]) && !m.quoted
	line := m.token
	for line > 0 && !afterLineEnd(text, line) {
		line--
	}
	next := lineAfter(text, stop)
	if next < 0 {
		next = len(text)
	}
	return assignment{
		name: string(m.name), value: decode(text[raw:end]),
		line: offset(line), raw: offset(raw), end: offset(end), note: offset(note),
		stop: offset(stop), next: offset(next),
		doubtful: comment && (opened || blank == scanFrom),
	}
}

// matchAt matches everything from the first token on. "export" is a prefix only
// where an assignment follows it, otherwise it may be a name itself.
func matchAt(text []byte, token int) (match, bool) {
	if bytes.HasPrefix(text[token:], []byte("export")) {
		past := token + len("export")
		if name := skipSpace(text, past); name > past {
			if m, ok := matchName(text, name); ok {
				m.token = token
				return m, true
			}
		}
	}
	m, ok := matchName(text, token)
	m.token = token
	return m, ok
}

// matchName matches from the name on. A name must be taken whole, as no separator
// starts with one of its characters; and once there is a separator, a match follows.
func matchName(text []byte, start int) (match, bool) {
	e := start
	for e < len(text) && isNameByte(text[e]) {
		e++
	}
	if e == start || e == len(text) {
		return match{}, false
	}
	m := match{name: text[start:e]}
	if q := skipSpace(text, e); q < len(text) && text[q] == '=' {
		m.sep = q + 1
		m.raw = m.sep
	} else if w := spaceAt(text, e+1); text[e] == ':' && w > 0 {
		m.sep = e + 1
		m.raw = m.sep + w // \s+? takes one and gives the rest to the value
	} else {
		return match{}, false
	}
	if q := skipSpace(text, m.raw); q < len(text) && isQuote(text[q]) {
		if end, stop, ok := closing(text, q); ok {
			m.raw, m.end, m.stop, m.quoted = q, end, stop, true
			return m, true
		}
	}
	m.end = m.raw
	for m.end < len(text) && text[m.end] != '#' && text[m.end] != '\n' {
		m.end++
	}
	// At #, at a line break or at the end of the text the tail always matches.
	m.stop, _ = tail(text, m.end)
	return m, true
}

// closing finds where the value that opens at text[open] ends. The expression takes
// the first quote without a backslash before it; if what follows does not match,
// backtracking offers the quotes with a backslash, the last one first.
func closing(text []byte, open int) (end, stop int, ok bool) {
	var escaped []int
	for i := open + 1; ; i++ {
		n := bytes.IndexByte(text[i:], text[open])
		if n < 0 {
			break
		}
		i += n
		if text[i-1] != '\\' {
			if stop, ok := tail(text, i+1); ok {
				return i + 1, stop, true
			}
			break
		}
		escaped = append(escaped, i+1)
	}
	for k := len(escaped) - 1; k >= 0; k-- {
		if stop, ok := tail(text, escaped[k]); ok {
			return escaped[k], stop, true
		}
	}
	return 0, 0, false
}

// tail matches \s*(?:#.*)?$ at p and gives the end of the match.
func tail(text []byte, p int) (stop int, ok bool) {
	stop = -1
	for p < len(text) {
		w := spaceAt(text, p)
		if w == 0 {
			break
		}
		if atLineEnd(text, p) {
			stop = p
		}
		p += w
	}
	switch {
	case p == len(text):
		return p, true
	case text[p] == '#':
		return lineEnd(text, p), true
	default:
		return stop, stop >= 0
	}
}

// isNameByte is [\w.-].
func isNameByte(c byte) bool {
	return c == '_' || c == '.' || c == '-' || '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
}

func isQuote(c byte) bool { return c == '\'' || c == '"' || c == '`' }

// spaceAt gives the length in bytes of the JavaScript \s at p, 0 if there is none.
func spaceAt(text []byte, p int) int {
	if p >= len(text) {
		return 0
	}
	r, w := utf8.DecodeRune(text[p:])
	switch {
	case r == ' ' || '\t' <= r && r <= '\r':
	case r == 0xA0 || r == 0x1680 || 0x2000 <= r && r <= 0x200A:
	case r == 0x2028 || r == 0x2029 || r == 0x202F || r == 0x205F || r == 0x3000 || r == 0xFEFF:
	default:
		return 0
	}
	return w
}

func skipSpace(text []byte, p int) int {
	for {
		w := spaceAt(text, p)
		if w == 0 {
			return p
		}
		p += w
	}
}

// lineBreak gives the length of a JavaScript line terminator that text starts
// with: \n, U+2028 or U+2029, as \r is gone by now. It is 0 if there is none.
func lineBreak(text []byte) int {
	switch {
	case len(text) > 0 && text[0] == '\n':
		return 1
	case len(text) > 2 && text[0] == 0xE2 && text[1] == 0x80 && (text[2] == 0xA8 || text[2] == 0xA9):
		return 3
	}
	return 0
}

func atLineEnd(text []byte, p int) bool { return p == len(text) || lineBreak(text[p:]) > 0 }

func afterLineEnd(text []byte, p int) bool {
	return lineBreak(text[p-1:p]) > 0 || p > 2 && lineBreak(text[p-3:p]) == 3
}

// lineEnd gives the first line end at or after p.
func lineEnd(text []byte, p int) int {
	for !atLineEnd(text, p) {
		p++
	}
	return p
}

// lineAfter gives the start of the next line after p, -1 if p is on the last one.
func lineAfter(text []byte, p int) int {
	p = lineEnd(text, p)
	if p == len(text) {
		return -1
	}
	return p + lineBreak(text[p:])
}
