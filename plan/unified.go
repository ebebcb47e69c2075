package plan

import (
	"fmt"
	"strings"

	"github.com/sergi/go-diff/diffmatchpatch"
)

// contextLines is how many unchanged lines surround a change.
const contextLines = 3

// UnifiedDiff gives the unified diff of two texts by lines, with their names on
// top, or "" where they are equal. The texts must not hold secrets.
func UnifiedDiff(oldName, newName, before, after string) string {
	if before == after {
		return ""
	}
	lines := diffLines(before, after)
	var b strings.Builder
	fmt.Fprintf(&b, "--- %s\n+++ %s\n", oldName, newName)
	for i := 0; i < len(lines); {
		if lines[i].op == ' ' {
			i++
			continue
		}
		start := max(0, i-contextLines)
		end, quiet := i, 0
		for j := i; j < len(lines) && quiet <= 2*contextLines; j++ {
			if lines[j].op == ' ' {
				quiet++
				continue
			}
			end, quiet = j, 0
		}
		end = min(len(lines), end+1+contextLines)
		writeHunk(&b, lines, start, end)
		i = end
	}
	return b.String()
}

type diffLine struct {
	op   byte
	text string
	// oldNo and newNo are the numbers that the line has, or would have.
	oldNo, newNo int
}

// diffLines aligns two texts line by line, with go-diff on one rune a line.
func diffLines(before, after string) []diffLine {
	dmp := diffmatchpatch.New()
	dmp.DiffTimeout = 0
	a, b, table := dmp.DiffLinesToChars(before, after)
	var out []diffLine
	oldNo, newNo := 1, 1
	for _, d := range dmp.DiffCharsToLines(dmp.DiffMain(a, b, false), table) {
		op := map[diffmatchpatch.Operation]byte{diffmatchpatch.DiffEqual: ' ', diffmatchpatch.DiffDelete: '-', diffmatchpatch.DiffInsert: '+'}[d.Type]
		for _, text := range strings.SplitAfter(d.Text, "\n") {
			if text == "" {
				continue
			}
			out = append(out, diffLine{op, text, oldNo, newNo})
			if op != '+' {
				oldNo++
			}
			if op != '-' {
				newNo++
			}
		}
	}
	return out
}

func writeHunk(b *strings.Builder, lines []diffLine, start, end int) {
	var oldCount, newCount int
	for _, l := range lines[start:end] {
		if l.op != '+' {
			oldCount++
		}
		if l.op != '-' {
			newCount++
		}
	}
	fmt.Fprintf(b, "@@ -%s +%s @@\n", hunkRange(lines[start].oldNo, oldCount), hunkRange(lines[start].newNo, newCount))
	for _, l := range lines[start:end] {
		b.WriteByte(l.op)
		b.WriteString(l.text)
		if !strings.HasSuffix(l.text, "\n") {
			b.WriteString("\n\\ No newline at end of file\n")
		}
	}
}

func hunkRange(from, count int) string {
	switch count {
	case 0:
		return fmt.Sprintf("%d,0", from-1)
	case 1:
		return fmt.Sprint(from)
	}
	return fmt.Sprintf("%d,%d", from, count)
}
