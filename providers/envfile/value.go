package envfile

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// decode does what dotenv's parse does with a trimmed value: quotes off, newlines
// in if it started with a double quote. Bytes that are not UTF-8 become U+FFFD as
// in Node's own decoding of the file, which for the grammar may as well come last.
func decode(raw []byte) string {
	if len(raw) == 0 {
		return ""
	}
	s := unquote(raw)
	if raw[0] == '"' {
		s = strings.ReplaceAll(s, `\n`, "\n")
		s = strings.ReplaceAll(s, `\r`, "\r")
	}
	return replaceInvalid(s)
}

// unquote is value.replace(/^(['"`])([\s\S]*)\1$/mg, '$2'). The expression is
// applied at the start of every line, of which an unquoted value can have several
// where it holds U+2028 or U+2029.
func unquote(s []byte) string {
	var out bytes.Buffer
	var hopeless [3]bool // per quote: no pair starts from here on
	kept, i := 0, 0
	for i >= 0 && i < len(s) {
		k := strings.IndexByte("'\"`", s[i])
		if k >= 0 && !hopeless[k] {
			if j := lastPartner(s, i); j > i {
				out.Write(s[kept:i])
				out.Write(s[i+1 : j])
				kept, i = j+1, j+1
			} else {
				hopeless[k] = true
			}
		}
		i = lineAfter(s, i)
	}
	out.Write(s[kept:])
	return out.String()
}

// lastPartner gives the place of the last quote like s[i] at the end of a line
// after i, -1 if there is none.
func lastPartner(s []byte, i int) int {
	for j := len(s) - 1; j > i; j-- {
		if s[j] == s[i] && atLineEnd(s, j+1) {
			return j
		}
	}
	return -1
}

// trim is String.prototype.trim over text[from:to].
func trim(text []byte, from, to int) (int, int) {
	part := text[:to]
	from = skipSpace(part, from)
	for to > from {
		_, w := utf8.DecodeLastRune(part[from:to])
		if spaceAt(part, to-w) == 0 {
			break
		}
		to -= w
	}
	return from, to
}

// replaceInvalid puts one U+FFFD for each maximal part of a UTF-8 sequence that is
// cut short, and for every other byte that is none, as the WHATWG decoder does.
func replaceInvalid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var out strings.Builder
	for i := 0; i < len(s); {
		r, w := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && w == 1 {
			w = cutSequence(s[i:])
		}
		out.WriteRune(r)
		i += w
	}
	return out.String()
}

// cutSequence gives the length of the invalid sequence that s starts with: as many
// bytes as could have begun a valid one, at least 1.
func cutSequence(s string) int {
	low, high, more := byte(0x80), byte(0xBF), 0
	switch c := s[0]; {
	case c == 0xE0:
		low, more = 0xA0, 2
	case c == 0xED:
		high, more = 0x9F, 2
	case 0xE1 <= c && c <= 0xEF:
		more = 2
	case c == 0xF0:
		low, more = 0x90, 3
	case c == 0xF4:
		high, more = 0x8F, 3
	case 0xF1 <= c && c <= 0xF3:
		more = 3
	}
	n := 1
	for n <= more && n < len(s) && low <= s[n] && s[n] <= high {
		low, high = 0x80, 0xBF
		n++
	}
	return n
}
