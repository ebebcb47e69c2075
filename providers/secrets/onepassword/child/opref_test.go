package child_test

import (
	"strings"
	"testing"

	onepassword "github.com/1password/onepassword-sdk-go"

	"github.com/keyform/keyform/schema"
)

// FuzzCheckOnePasswordRef holds our parser against the SDK's: ours refuses what that
// refuses, and the three things that its comment names.
func FuzzCheckOnePasswordRef(f *testing.F) {
	for _, ref := range corpus() {
		f.Add(ref)
	}
	f.Fuzz(func(t *testing.T, ref string) {
		theirs := onepassword.Secrets.ValidateSecretReference(t.Context(), ref)
		ours := schema.CheckOnePasswordRef(ref)
		want := theirs == nil && !ourOwnRules(ref)
		if got := ours == nil; got != want {
			t.Errorf("%q: ours says %v, the SDK's %v", ref, ours, theirs)
		}
	})
}

// ourOwnRules reports whether ref, which the SDK accepts, has an empty part, a
// space at an end of one, or asks for a one-time code.
func ourOwnRules(ref string) bool {
	path, query, _ := strings.Cut(strings.TrimPrefix(ref, "op://"), "?")
	for _, name := range strings.Split(path, "/") {
		if name == "" || name != strings.Trim(name, " ") {
			return true
		}
	}
	return strings.HasPrefix(query, "attribute=")
}

func corpus() []string {
	refs := []string{
		"", "x", "op://", "op:///", "op:////", "op://///", "op:/v/i/f", "OP://v/i/f", " op://v/i/f",
		"op://v/i", "op://v/i/f", "op://v/i/s/f", "op://v/i/s/f/x",
		"op://v/i/", "op:///i/f", "op://v//f", "op://v/i//f", "op://v/i/f/",
		"op://v/i/f ", "op:// v/i/f", "op://v/i /f", "op://v/i/a_b-c.d e", "op://./../f",
		"op://v?/i/f", "op://v/?/f", "op://v/i?attribute=otp",
	}
	for _, c := range "@+:,'&#()${}%=*~!\\|\"<>^`;[]\n\t\x00\u00e9\u00a0\u0660\ufeff\u212a" {
		refs = append(refs, "op://v/i/a"+string(c)+"b", "op://v/i/f"+string(c))
	}
	refs = append(refs, "op://v/i/f\xff")
	for _, query := range []string{
		"", "attribute=otp", "attribute=totp", "attribute=OTP", "attribute=type", "attribute=", "attribute", "Attribute=otp",
		"attribute=otp&attribute=otp", "attribute=otp&", "&attribute=otp", "attribute=otp?", "attribute=otp#x", "attribute=%6ftp",
		"ssh-format=openssh", "ssh-format=OPENSSH", "ssh-format=pkcs8", "ssh-format=", "ssh-format", "ssh-format=openssh&", "ssh-format=openssh=",
		"ssh-format==openssh", "?ssh-format=openssh", " ssh-format=openssh", "ssh-format=openssh ", "ssh-format=openssh/x", "ssh-format=openssh;",
		"ssh-format=openssh&attribute=otp", "type=x", "foo=", "=", "&",
	} {
		refs = append(refs, "op://v/i/f?"+query, "op://v/i/s/f?"+query, "op://v/i/?"+query)
	}
	return refs
}
