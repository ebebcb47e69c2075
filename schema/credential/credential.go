// Package credential recognises model credentials by their form, so that the
// language can refuse them and nothing that is shown holds one.
//
// A credential here is a known prefix at the beginning of a word, followed by 16
// or more characters of the vendor's alphabet. A shorter one, such as "sk-ant-api"
// in a pattern, is not a credential. Nothing here says which characters matched:
// the functions give places and masked text only.
//
// All functions are safe for concurrent use.
package credential

// Placeholder is what stands for a credential in everything that is shown. It has
// the same width whatever it stands for.
const Placeholder = "(sensitive)"

// minimum is the number of key characters after a prefix from which on a word
// counts as a credential.
const minimum = 16

// Find gives the place of the first credential in text, in bytes: from the prefix
// to the end of the word. ok is false where there is none.
func Find(text string) (start, end int, ok bool) {
	return find(text, minimum)
}

// Contains reports whether a credential stands anywhere in text.
func Contains(text string) bool {
	_, _, ok := Find(text)
	return ok
}

// Mask gives text with every credential in it replaced by Placeholder. Text
// without one is returned as it is.
func Mask(text string) string {
	start, end, ok := Find(text)
	if !ok {
		return text
	}
	masked := ""
	for ok {
		masked += text[:start] + Placeholder
		text = text[end:]
		start, end, ok = Find(text)
	}
	return masked + text
}

// Suspicious reports whether a string literal is better not shown in a source
// snippet: it holds a credential, the first characters of one, or is one long word
// of letters and digits as generated keys are. It errs on the side of hiding, so
// it is for display and never a reason to refuse a literal.
func Suspicious(literal string) bool {
	const (
		short     = 6
		generated = 24
		digits    = 3
	)
	if _, _, ok := find(literal, short); ok {
		return true
	}
	if len(literal) < generated {
		return false
	}
	var letters, numbers int
	for i := range len(literal) {
		switch c := literal[i]; {
		case c >= '0' && c <= '9':
			numbers++
		case letter(c):
			letters++
		case !wordByte(c) && c != '+' && c != '=' && c != '.' && c != '/':
			return false
		}
	}
	return numbers >= digits && letters > 0 && literal[0] != '/'
}

func find(text string, least int) (start, end int, ok bool) {
	for i := range len(text) {
		if i > 0 && wordByte(text[i-1]) {
			continue
		}
		for _, p := range startingWith(text[i]) {
			if n := p.match(text[i:]); n >= least {
				end = i + len(p.text) + n
				for end < len(text) && tailByte(text[end]) {
					end++
				}
				return i, end, true
			}
		}
	}
	return 0, 0, false
}

// match gives the number of key characters after the prefix, -1 without the prefix.
func (p prefix) match(text string) int {
	if len(text) < len(p.text) || text[:len(p.text)] != p.text {
		return -1
	}
	n := 0
	for _, c := range []byte(text[len(p.text):]) {
		if !letter(c) && (c < '0' || c > '9') && (!p.dashes || c != '-' && c != '_') {
			break
		}
		n++
	}
	return n
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// wordByte tells what joins a prefix to the word before it: the "sk-" of "task-"
// begins nothing.
func wordByte(c byte) bool {
	return letter(c) || c >= '0' && c <= '9' || c == '_' || c == '-'
}

// tailByte tells what a masked credential takes along behind it, since the rest of
// a key whose alphabet is wider than thought is as secret as its beginning.
func tailByte(c byte) bool {
	return wordByte(c) || c == '.' || c == '=' || c == '/' || c == '+' || c == '~'
}
