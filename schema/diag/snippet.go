package diag

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/keyform/keyform/schema/credential"
)

// maxSnippet is the number of lines above which only the first is shown.
const maxSnippet = 6

// snippet gives the lines of src that r is on, without what may be a secret and
// without the parts in hide, and r without what would tell the length of something
// hidden. It gives nil where r is not in src.
func snippet(src []byte, r Range, hide []span, sensitive bool) (*Snippet, Range) {
	if r.Start.Byte < 0 || r.Start.Byte > len(src) || r.End.Byte < r.Start.Byte {
		return nil, Range{Filename: r.Filename, Start: r.Start, End: r.Start}
	}
	text := string(src)
	first := strings.LastIndexByte(text[:r.Start.Byte], '\n') + 1
	end := min(r.End.Byte, len(text))
	last := lineEnd(text, end)
	if end > first && text[end-1] == '\n' {
		last = end - 1
	}
	if strings.Count(text[first:last], "\n") >= maxSnippet {
		last = lineEnd(text, r.Start.Byte)
	}
	code := readable(strings.TrimSuffix(text[first:last], "\r"))
	from := min(r.Start.Byte-first, len(code))
	to := max(from, min(end-first, len(code)))

	hidden := secrets(code)
	for _, h := range hide {
		if part := (span{max(h.from-first, 0), min(h.to-first, len(code))}); part.from < part.to {
			hidden = append(hidden, part)
		}
	}
	m := masker{code: code, hidden: merge(hidden)}
	shown := &Snippet{StartLine: r.Start.Line, Values: []struct{}{}}
	shown.window(m.mask(from, to))
	return shown, blunt(r, code, m.hidden, sensitive)
}

// readable gives code with a question mark for every byte that is not UTF-8, which
// JSON could not hold; all offsets stay.
func readable(code string) string {
	if utf8.ValidString(code) {
		return code
	}
	b := []byte(code)
	for i := 0; i < len(b); {
		r, size := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && size == 1 {
			b[i] = '?'
		}
		i += size
	}
	return string(b)
}

// window takes code into the snippet. Of a long single line, such as a JSON file
// without line ends, it takes the surroundings of the highlighted part.
func (s *Snippet) window(code string, from, to int) {
	const longest, around = 320, 120
	if len(code) > longest && !strings.Contains(code, "\n") {
		begin, end := max(0, from-around), min(len(code), min(to, from+around)+around)
		for begin > 0 && !utf8.RuneStart(code[begin]) {
			begin--
		}
		for end < len(code) && !utf8.RuneStart(code[end]) {
			end++
		}
		code, from, to = code[begin:end], from-begin, min(to, end)-begin
	}
	s.Code, s.HighlightStartOffset, s.HighlightEndOffset = code, from, to
}

func lineEnd(text string, from int) int {
	if i := strings.IndexByte(text[from:], '\n'); i >= 0 {
		return from + i
	}
	return len(text)
}

// blunt takes out of r what tells the length of something hidden on its lines: the
// end, and where the beginning stands behind it, the beginning on its line.
func blunt(r Range, code string, hidden []span, sensitive bool) Range {
	if len(hidden) == 0 && !sensitive {
		return r
	}
	lineStart := r.Start.Byte - (r.Start.Column - 1)
	if len(hidden) > 0 && r.Start.Column > 1 {
		first := strings.LastIndexByte(code[:min(hidden[0].from, len(code))], '\n') + 1
		if first == 0 && hidden[0].to <= r.Start.Column-1 {
			r.Start = Pos{Line: r.Start.Line, Column: 1, Byte: max(lineStart, 0)}
		}
	}
	r.End = r.Start
	return r
}

// span is a part of a text, in bytes.
type span struct{ from, to int }

// secrets gives the parts of source lines that look like credentials: the inside of
// string literals, and words anywhere else.
func secrets(code string) []span {
	var hidden []span
	for _, lit := range literals(code) {
		if credential.Suspicious(code[lit.from:lit.to]) {
			hidden = append(hidden, lit)
		}
	}
	for at := 0; ; {
		from, to, ok := credential.Find(code[at:])
		if !ok {
			return hidden
		}
		hidden = append(hidden, span{at + from, at + to})
		at += to
	}
}

// literals gives the insides of the quoted strings of source lines. A string that
// does not end goes to the end of its line.
func literals(code string) []span {
	var found []span
	open := -1
	for i := 0; i < len(code); i++ {
		switch c := code[i]; {
		case c == '\\' && open >= 0:
			i++
		case c == '"' && open < 0:
			open = i + 1
		case c == '"', c == '\n' && open >= 0:
			found = append(found, span{open, i})
			open = -1
		}
	}
	if open >= 0 {
		found = append(found, span{min(open, len(code)), len(code)})
	}
	return found
}

// secretIn gives what to hide of an expression that may be a secret itself: the
// inside of a string literal, nothing of a plain name, else all of it.
func secretIn(code string, from, to int) []span {
	expr := code[from:to]
	switch {
	case len(expr) > 1 && expr[0] == '"' && expr[len(expr)-1] == '"':
		return []span{{from + 1, to - 1}}
	case !strings.Contains(expr, `"`) && !strings.Contains(expr, "<<"):
		return nil
	}
	return []span{{from, to}}
}

// merge sorts spans and joins those that touch.
func merge(spans []span) []span {
	sorted := slices.Clone(spans)
	slices.SortFunc(sorted, func(a, b span) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
	var merged []span
	for _, s := range sorted {
		if last := len(merged) - 1; last >= 0 && s.from <= merged[last].to {
			merged[last].to = max(merged[last].to, s.to)
			continue
		}
		merged = append(merged, s)
	}
	return merged
}

// masker replaces parts of a text.
type masker struct {
	code   string
	hidden []span
}

// mask gives the text with the hidden parts replaced, and where [from, to) is then.
func (m masker) mask(from, to int) (string, int, int) {
	var b strings.Builder
	at := 0
	for _, h := range m.hidden {
		b.WriteString(m.code[at:h.from] + credential.Placeholder)
		at = h.to
	}
	b.WriteString(m.code[at:])
	return b.String(), m.offset(from, false), m.offset(to, true)
}

// offset gives where an offset of the text is after replacing. One inside of a
// hidden part goes to its beginning, or with end to its end.
func (m masker) offset(at int, end bool) int {
	shift := 0
	for _, h := range m.hidden {
		switch {
		case at <= h.from:
			return at + shift
		case at < h.to:
			if end {
				return h.from + shift + len(credential.Placeholder)
			}
			return h.from + shift
		}
		shift += len(credential.Placeholder) - (h.to - h.from)
	}
	return at + shift
}
