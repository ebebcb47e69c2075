package jsondoc

import (
	"strings"
	"unicode/utf8"
)

// unquote decodes a string token, quotes included. It allocates only if the token
// has escapes.
func unquote(token string, escaped bool) string {
	token = token[1 : len(token)-1]
	if !escaped {
		return token
	}
	return decodeEscapes(token)
}

// decodeEscapes resolves the escapes of a checked string or identifier.
func decodeEscapes(s string) string {
	out := make([]byte, 0, len(s))
	for {
		at := strings.IndexByte(s, '\\')
		if at < 0 {
			return string(append(out, s...))
		}
		out = append(out, s[:at]...)
		s = s[at+1:]
		size := 1
		switch c := s[0]; c {
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'n':
			out = append(out, '\n')
		case 'r':
			out = append(out, '\r')
		case 't':
			out = append(out, '\t')
		case 'v':
			out = append(out, '\v')
		case '0':
			out = append(out, 0)
		case 'x':
			out = utf8.AppendRune(out, hexRune(s[1:3]))
			size = 3
		case 'u':
			out = appendUnit(out, hexRune(s[1:5]))
			size = 5
		default:
			if size = breakLen(s); size == 0 {
				size = 1
				out = append(out, c)
			}
		}
		s = s[size:]
	}
}

func hexRune(digits string) rune {
	r := rune(0)
	for i := range len(digits) {
		r = r<<4 | rune(hexValue(digits[i]))
	}
	return r
}

// appendUnit appends one UTF-16 code unit. A half of a surrogate pair goes out in
// three bytes, as WTF-8 has it, and is joined to the other half when that follows.
func appendUnit(out []byte, r rune) []byte {
	if r < 0xd800 || r > 0xdfff {
		return utf8.AppendRune(out, r)
	}
	if high := surrogate(out, len(out)-3); r >= 0xdc00 && high != 0 && high < 0xdc00 {
		return utf8.AppendRune(out[:len(out)-3], (high-0xd800)<<10|(r-0xdc00)+0x10000)
	}
	return append(out, 0xe0|byte(r>>12), 0x80|byte(r>>6)&0x3f, 0x80|byte(r)&0x3f)
}

// surrogate is the half of a surrogate pair that stands in three bytes at i, or 0.
func surrogate[T string | []byte](s T, i int) rune {
	if i < 0 || i+3 > len(s) || s[i] != 0xed || s[i+1]&0xe0 != 0xa0 || s[i+2]&0xc0 != 0x80 {
		return 0
	}
	return 0xd000 | rune(s[i+1]&0x3f)<<6 | rune(s[i+2]&0x3f)
}

// quoted writes s as a string token. With double quotes it escapes what
// JSON.stringify escapes, with single quotes what JSON5.stringify does.
func quoted(s string, quote byte) string {
	const digits = "0123456789abcdef"
	out := make([]byte, 0, len(s)+2)
	out = append(out, quote)
	for i := 0; i < len(s); i++ {
		c := s[i]
		if r := surrogate(s, i); r != 0 {
			out = append(out, '\\', 'u', 'd', digits[r>>8&15], digits[r>>4&15], digits[r&15])
			i += 2
			continue
		}
		if quote == '\'' && (strings.HasPrefix(s[i:], "\u2028") || strings.HasPrefix(s[i:], "\u2029")) {
			out = append(out, `\u202`...)
			out = append(out, digits[s[i+2]&15])
			i += 2
			continue
		}
		switch {
		case c == quote || c == '\\':
			out = append(out, '\\', c)
		case c >= ' ':
			out = append(out, c)
		case strings.IndexByte("\b\t\n\x00\f\r", c) >= 0 && c != 0:
			out = append(out, '\\', "btn\x00fr"[c-'\b'])
		default:
			out = append(out, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
		}
	}
	return string(append(out, quote))
}

// isName reports whether s can stand as an unquoted key everywhere. Letters beyond
// ASCII would be allowed too; few people expect them there.
func isName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_' || c == '$' || i > 0 && '0' <= c && c <= '9' {
			continue
		}
		return false
	}
	return s != ""
}
