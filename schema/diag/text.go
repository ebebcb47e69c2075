package diag

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"strings"
	"unicode"
)

// TextOptions says how text is written. The zero value is valid.
type TextOptions struct {
	// Color adds ANSI sequences; without it there are none.
	Color bool
	// Width is the number of columns that text is wrapped at; 80 where it is 0.
	Width int
}

// The ANSI sequences in use.
const (
	ansiReset     = "\x1b[0m"
	ansiBold      = "\x1b[1m"
	ansiUnderline = "\x1b[4m"
	ansiRed       = "\x1b[31m"
	ansiYellow    = "\x1b[33m"
)

// WriteText writes every diagnostic as a box with its source line.
func (v View) WriteText(w io.Writer, o TextOptions) error {
	t := textWriter{out: bufio.NewWriter(w), color: o.Color, width: cmp.Or(o.Width, 80)}
	for _, e := range v.Diagnostics {
		t.entry(e)
	}
	return t.out.Flush()
}

type textWriter struct {
	out   *bufio.Writer
	color bool
	width int
	// tint is the colour of the entry that is being written.
	tint string
}

func (t *textWriter) style(ansi, s string) string {
	if !t.color || s == "" {
		return s
	}
	return ansi + s + ansiReset
}

// line writes a line inside of the box. Errors of the writer show in Flush.
func (t *textWriter) line(s string) {
	text := strings.TrimRight(t.style(t.tint, "│")+" "+s, " ")
	t.out.WriteString(text + "\n")
}

func (t *textWriter) entry(e Entry) {
	label := "Error"
	t.tint = ansiRed
	if e.Severity == Warning.String() {
		label, t.tint = "Warning", ansiYellow
	}
	t.out.WriteString(t.style(t.tint, "╷") + "\n")
	t.title(label, e)
	t.line("")
	if t.place(e); e.Snippet != nil {
		t.snippet(e.Snippet)
	} else if e.Range != nil || e.Address != "" {
		t.line("")
	}
	for _, l := range wrap(e.Detail, t.width-2) {
		t.line(l)
	}
	t.out.WriteString(t.style(t.tint, "╵") + "\n")
}

func (t *textWriter) title(label string, e Entry) {
	head := label + " " + e.Code + ": "
	for i, l := range wrap(head+e.Summary, t.width-2) {
		if rest, ok := strings.CutPrefix(l, head); i == 0 && ok {
			t.line(t.style(ansiBold+t.tint, head) + t.style(ansiBold, rest))
			continue
		}
		t.line(t.style(ansiBold, l))
	}
}

func (t *textWriter) place(e Entry) {
	if e.Address != "" {
		end := ""
		if e.Range != nil {
			end = ","
		}
		t.line("  with " + printable(e.Address) + end)
	}
	if e.Range == nil {
		return
	}
	s := fmt.Sprintf("  on %s line %d", printable(e.Range.Filename), e.Range.Start.Line)
	if e.Snippet != nil && e.Snippet.Context != nil {
		s += ", in " + printable(*e.Snippet.Context)
	}
	if e.Snippet != nil {
		s += ":"
	}
	t.line(s)
}

// snippet writes the source lines, each with its highlighted part underlined.
func (t *textWriter) snippet(s *Snippet) {
	at := 0
	for i, code := range strings.Split(s.Code, "\n") {
		number := fmt.Sprintf("%4d: ", s.StartLine+i)
		from := max(0, min(s.HighlightStartOffset-at, len(code)))
		to := max(from, min(s.HighlightEndOffset-at, len(code)))
		if from < to && from < len(code)-len(strings.TrimLeft(code, " \t")) && i > 0 {
			from = len(code) - len(strings.TrimLeft(code, " \t"))
		}
		t.line(number + printable(code[:from]) + t.style(ansiUnderline, printable(code[from:to])) + printable(code[to:]))
		startsHere := i == 0 && s.HighlightEndOffset <= s.HighlightStartOffset
		if marks := max(columns(code[from:to]), 1); from < to || startsHere {
			t.line(strings.Repeat(" ", len(number)) + blank(code[:from]) + t.style(t.tint, strings.Repeat("~", marks)))
		}
		at += len(code) + 1
	}
}

// blank gives white space as wide as s.
func blank(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r == '\t' {
			b.WriteByte('\t')
			continue
		}
		b.WriteString(strings.Repeat(" ", runeWidth(r)))
	}
	return b.String()
}

// printable replaces control characters, which could steer a terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}
