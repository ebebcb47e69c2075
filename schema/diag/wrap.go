package diag

import (
	"strings"
	"unicode"
)

// wrap breaks text at spaces into lines of at most width columns; a longer word has
// a line of its own. Line ends in the text stay, and lines that begin with a space
// are kept as they are, for lists and examples.
func wrap(text string, width int) []string {
	var lines []string
	for _, paragraph := range strings.Split(text, "\n") {
		paragraph = printable(paragraph)
		if strings.HasPrefix(paragraph, " ") {
			lines = append(lines, paragraph)
			continue
		}
		line := ""
		for _, word := range strings.Fields(paragraph) {
			switch {
			case line == "":
				line = word
			case columns(line)+1+columns(word) <= width:
				line += " " + word
			default:
				lines = append(lines, line)
				line = word
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// columns is the width of text on a terminal.
func columns(text string) int {
	n := 0
	for _, r := range text {
		n += runeWidth(r)
	}
	return n
}

// runeWidth is 0 for what joins the character before it, 2 for East Asian characters
// and pictures, else 1.
func runeWidth(r rune) int {
	const (
		firstWide                      = 0x1100
		fullwidthFrom, fullwidthTo     = 0xFF00, 0xFF60
		pictureFrom, pictureTo         = 0x1F300, 0x1FAFF
		ideographicFrom, ideographicTo = 0x3000, 0x303E
	)
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case r < firstWide:
		return 1
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul),
		r >= fullwidthFrom && r <= fullwidthTo,
		r >= pictureFrom && r <= pictureTo,
		r >= ideographicFrom && r <= ideographicTo:
		return 2
	}
	return 1
}
