package jsondoc

import (
	"strings"
	"unicode/utf8"
)

// Trivia is the text between tokens: spaces, line ends and comments. The functions
// here take such text from a parsed document, so comments in it are closed. A line
// end inside a block comment does not count as one.

// piece is the length of the first space, line end or comment of s.
func piece(s string) (n int, isBreak, isComment bool) {
	if n = breakLen(s); n > 0 {
		return n, true, false
	}
	if n = commentLen(s); n > 0 {
		return n, false, true
	}
	_, n = utf8.DecodeRuneInString(s)
	return n, false, false
}

// cutLine splits s before its first line end; rest is empty if there is none.
func cutLine(s string) (line, rest string) {
	for i := 0; i < len(s); {
		n, isBreak, _ := piece(s[i:])
		if isBreak {
			return s[:i], s[i:]
		}
		i += n
	}
	return s, ""
}

func hasBreak(s string) bool {
	if s == "" || s == " " {
		return false
	}
	_, rest := cutLine(s)
	return rest != ""
}

// lines splits s, which begins with a line end, before every line end.
func lines(s string) []string {
	var out []string
	for s != "" {
		n, _, _ := piece(s)
		line, rest := cutLine(s[n:])
		out = append(out, s[:n+len(line)])
		s = rest
	}
	return out
}

// cutComments splits s after its last comment, without the end of a comment's line.
func cutComments(s string) (comments, rest string) {
	end := 0
	for i := 0; i < len(s); {
		n, _, isComment := piece(s[i:])
		i += n
		if isComment {
			end = i
		}
	}
	return s[:end], s[end:]
}

// leadingSpace is what stands before the first comment, line end or colon of s.
func leadingSpace(s string) string {
	for i := 0; i < len(s); {
		n, isBreak, isComment := piece(s[i:])
		if isBreak || isComment || s[i] == ':' {
			return s[:i]
		}
		i += n
	}
	return s
}

// lastLine splits s after its last line end. found is false if there is none.
func lastLine(s string) (before, line string, found bool) {
	start := 0
	for i := 0; i < len(s); {
		n, isBreak, _ := piece(s[i:])
		i += n
		if isBreak {
			start, found = i, true
		}
	}
	return s[:start], s[start:], found
}

// indentOf is the space at the beginning of the last line of s.
func indentOf(s string) string {
	_, line, _ := lastLine(s)
	return leadingSpace(line)
}

// hasComment reports whether trivia hold a comment.
func hasComment(s string) bool { return strings.Contains(s, "/") }

// endsOpen reports whether s ends in a line comment, after which only a line end may come.
func endsOpen(s string) bool {
	last := ""
	for s != "" {
		n, _, _ := piece(s)
		last, s = s[:n], s[n:]
	}
	return strings.HasPrefix(last, "//")
}
