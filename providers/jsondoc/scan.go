package jsondoc

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// skip moves over white space and, in JSON5, comments.
func (p *parser) skip() bool {
	for p.i < len(p.s) {
		switch c := p.s[p.i]; {
		case c == ' ' || c == '\n' || c == '\r' || c == '\t':
			p.i++
		case p.strict || c > ' ' && c < utf8.RuneSelf && c != '/':
			return true
		case c == '/':
			if !p.comment() {
				return false
			}
		default:
			r, size := utf8.DecodeRuneInString(p.s[p.i:])
			if !isSpace5(r) {
				return true
			}
			p.i += size
		}
	}
	return true
}

// isSpace5 is the white space and the line ends of JSON5 (ES5 7.2 and 7.3).
func isSpace5(r rune) bool {
	switch r {
	case '\t', '\n', '\v', '\f', '\r', ' ', 0xa0, 0x2028, 0x2029, 0xfeff:
		return true
	}
	return unicode.Is(unicode.Zs, r)
}

func (p *parser) comment() bool {
	n := commentLen(p.s[p.i:])
	if n == 0 {
		return p.unexpected("a value, a key or a bracket")
	}
	if n < 0 {
		return p.fail("this comment is not closed")
	}
	p.i += n
	return true
}

// commentLen is the length of the comment that s begins with, without the end of
// the line: 0 if there is none, -1 if it is not closed.
func commentLen(s string) int {
	switch {
	case strings.HasPrefix(s, "//"):
		return lineEnd(s)
	case strings.HasPrefix(s, "/*"):
		if end := strings.Index(s[2:], "*/"); end >= 0 {
			return end + 4
		}
		return -1
	}
	return 0
}

// lineEnd is the offset of the first line end of s, or its length.
func lineEnd(s string) int {
	for i := 0; i < len(s); i++ {
		if breakLen(s[i:]) > 0 {
			return i
		}
	}
	return len(s)
}

// breakLen is the length of the line end that s begins with, or 0.
func breakLen(s string) int {
	switch {
	case s[0] == '\n':
		return 1
	case s[0] == '\r':
		if len(s) > 1 && s[1] == '\n' {
			return 2
		}
		return 1
	case strings.HasPrefix(s, "\u2028") || strings.HasPrefix(s, "\u2029"):
		return 3
	}
	return 0
}

// str moves over a string and reports whether it holds a backslash.
func (p *parser) str() (escaped, ok bool) {
	start, quote := p.i, p.s[p.i]
	for i := p.i + 1; i < len(p.s); {
		switch c := p.s[i]; {
		case c == quote:
			p.i = i + 1
			return escaped, true
		case c == '\\':
			escaped = true
			n := p.escapeLen(i)
			if n == 0 {
				p.i = i
				return true, p.fail("this backslash sequence is not allowed in a string")
			}
			i += n
		case c < ' ' && (p.strict || c == '\n' || c == '\r'):
			p.i = i
			if c == '\n' || c == '\r' {
				return escaped, p.fail("the line ends inside a string")
			}
			return escaped, p.fail("control characters in a string have to be escaped: this file is read as plain JSON")
		default:
			i++
		}
	}
	p.i = start
	return escaped, p.fail("this string is not closed")
}

// escapeLen is the length of the escape sequence at i, or 0 if it is not one.
func (p *parser) escapeLen(i int) int {
	s := p.s[i+1:]
	if s == "" {
		return 0
	}
	switch c := s[0]; c {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if hexDigits(s[1:], 4) {
			return 6
		}
		return 0
	}
	if p.strict {
		return 0
	}
	switch c := s[0]; {
	case c == 'x':
		if hexDigits(s[1:], 2) {
			return 4
		}
		return 0
	case c == '0':
		if len(s) > 1 && '0' <= s[1] && s[1] <= '9' {
			return 0
		}
		return 2
	case '1' <= c && c <= '9':
		return 0
	case breakLen(s) > 0:
		return 1 + breakLen(s)
	default:
		_, size := utf8.DecodeRuneInString(s)
		return 1 + size
	}
}

func hexDigits(s string, n int) bool {
	if len(s) < n {
		return false
	}
	for i := range n {
		if hexValue(s[i]) < 0 {
			return false
		}
	}
	return true
}

func hexValue(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

// identifier moves over an unquoted key (ES5 IdentifierName).
func (p *parser) identifier() (escaped, ok bool) {
	for start := p.i; p.i < len(p.s); {
		if c := p.s[p.i]; 'a' <= c|0x20 && c|0x20 <= 'z' {
			p.i++
			continue
		}
		r, size := utf8.DecodeRuneInString(p.s[p.i:])
		if r == '\\' {
			if !strings.HasPrefix(p.s[p.i:], `\u`) || !hexDigits(p.s[p.i+2:], 4) {
				return true, p.fail("this backslash sequence is not allowed in a key")
			}
			escaped, size = true, 6
			r = hexRune(p.s[p.i+2 : p.i+6])
		}
		if !isIdentifier(r, p.i > start) {
			if p.i == start || size == 6 {
				return escaped, p.unexpected("a key or the end of the object")
			}
			return escaped, true
		}
		p.i += size
	}
	return escaped, p.unexpected("a colon")
}

func isIdentifier(r rune, inside bool) bool {
	if r == '$' || r == '_' || unicode.IsLetter(r) || unicode.Is(unicode.Nl, r) {
		return true
	}
	return inside && (r == 0x200c || r == 0x200d ||
		unicode.In(r, unicode.Mn, unicode.Mc, unicode.Nd, unicode.Pc))
}

// number moves over a number. What may follow it is checked by the caller.
func (p *parser) number() bool {
	n := numberLen(p.s[p.i:], p.strict)
	if n == 0 {
		return p.fail("this is not a number as the file's format has it")
	}
	p.i += n
	return true
}

// numberLen is the length of the number that s begins with, or 0.
func numberLen(s string, strict bool) int {
	i := 0
	if i < len(s) && (s[i] == '-' || s[i] == '+' && !strict) {
		i++
	}
	whole := digitsLen(s[i:])
	if !strict {
		if strings.HasPrefix(s[i:], "Infinity") {
			return i + len("Infinity")
		}
		if strings.HasPrefix(s[i:], "NaN") {
			return i + len("NaN")
		}
		if whole == 1 && len(s) > i+2 && s[i] == '0' && s[i+1]|0x20 == 'x' {
			return hexLen(s, i+2)
		}
	}
	if whole == 0 && strict || whole > 1 && s[i] == '0' {
		return 0
	}
	i += whole
	if i < len(s) && s[i] == '.' {
		fraction := digitsLen(s[i+1:])
		if fraction == 0 && (strict || whole == 0) {
			return 0
		}
		i += 1 + fraction
	} else if whole == 0 {
		return 0
	}
	if i < len(s) && s[i]|0x20 == 'e' {
		i++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		exponent := digitsLen(s[i:])
		if exponent == 0 {
			return 0
		}
		i += exponent
	}
	return i
}

func hexLen(s string, i int) int {
	start := i
	for i < len(s) && hexValue(s[i]) >= 0 {
		i++
	}
	if i == start {
		return 0
	}
	return i
}

func digitsLen(s string) int {
	i := 0
	for i < len(s) && '0' <= s[i] && s[i] <= '9' {
		i++
	}
	return i
}
