package reload

import (
	"strings"
	"unicode"

	"github.com/keyform/keyform/providers/secrets/secret"
	"github.com/keyform/keyform/schema/credential"
)

// fragment is the length in bytes from which on a part of a known secret is masked
// too: the products print the first and last 8 characters of keys in their status.
const fragment = 8

// shown is how much of a foreign text ends up in an error, in bytes.
const shown = 400

// scrub makes foreign text fit for an error: known secrets, parts of them and
// anything formed like a credential become a placeholder, white space and control
// characters a single space, and the text is cut at shown bytes.
func scrub(text string, known []secret.Value) string {
	text = strings.Join(strings.FieldsFunc(mask(text, known), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || r == unicode.ReplacementChar
	}), " ")
	text = mask(text, known) // once more: a secret may hold the space that a line end became
	if len(text) > shown {
		text = strings.ToValidUTF8(text[:shown], "") + " …"
	}
	return text
}

func mask(text string, known []secret.Value) string {
	for _, v := range known {
		text = hide(text, v.Reveal())
	}
	return credential.Mask(text)
}

// hide replaces every run of text that is value or a part of it of at least
// fragment bytes. A shorter value is replaced as a whole.
func hide(text, value string) string {
	if value == "" {
		return text
	}
	width := min(fragment, len(value))
	parts := make(map[string]bool, len(value))
	for i := 0; i+width <= len(value); i++ {
		parts[value[i:i+width]] = true
	}
	var out strings.Builder
	covered := 0
	for i := range len(text) {
		if i+width <= len(text) && parts[text[i:i+width]] {
			if covered <= i {
				out.WriteString(secret.Redacted)
			}
			covered = i + width
		}
		if i >= covered {
			out.WriteByte(text[i])
		}
	}
	return out.String()
}
