package reload

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/keyform/keyform/providers/secrets/secret"
)

func TestScrub(t *testing.T) {
	known := []secret.Value{secret.FromString("0123456789abcdef"), secret.FromString("pin4"), {}}
	for text, want := range map[string]string{
		"nothing to hide":                 "nothing to hide",
		"0123456789abcdef":                "(sensitive)",
		"<0123456789abcdef0123456789>":    "<(sensitive)(sensitive)>",
		"seven of it: 0123456 stays":      "seven of it: 0123456 stays",
		"eight: 89abcdef.":                "eight: (sensitive).",
		"pin4 and\r\n\tpin44\x00":         "(sensitive) and (sensitive)4",
		"a\xffb":                          "a b",
		strings.Repeat("word ", 100):      strings.Repeat("word ", 80) + " …",
		"sk-ant-api03-ABCDEFGHIJKLMNOPQR": "(sensitive)",
	} {
		if got := scrub(text, known); got != want {
			t.Errorf("scrub(%q) = %q, want %q", text, got, want)
		}
	}
}

func FuzzScrub(f *testing.F) {
	f.Add("the token 0123456789abcdef is wrong", "0123456789abcdef")
	f.Add("two\nlines", "two lines")
	f.Add("é0123456789", "\xa90123456")
	f.Fuzz(func(t *testing.T, text, value string) {
		if len(value) < fragment || strings.Contains(secret.Redacted+" …"+secret.Redacted, value[:1]) {
			t.Skip()
		}
		got := scrub(text, []secret.Value{secret.FromString(value)})
		if strings.Contains(got, value[:fragment]) {
			t.Errorf("scrub(%q) = %q holds the beginning of %q", text, got, value)
		}
		if !utf8.ValidString(got) && utf8.ValidString(text) {
			t.Errorf("scrub(%q) = %q is not UTF-8", text, got)
		}
	})
}
