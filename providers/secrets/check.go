package secrets

import (
	"bytes"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/keyform/keyform/providers/secrets/secret"
	"github.com/keyform/keyform/providers/secrets/source"
	"github.com/keyform/keyform/schema"
)

// checkValue refuses what cannot be a credential: gateways put credentials into
// HTTP headers, where a line break would begin another header.
func checkValue(ref schema.Ref, v secret.Value) *source.Failure {
	malformed := func(message, advice string) *source.Failure {
		return source.Failed(ref, source.Malformed, message, advice).Failure
	}
	b := []byte(v.Reveal())
	switch {
	case len(b) == 0:
		return source.Failed(ref, source.Empty, "There is nothing in it.", "Store the credential there, or refer to another place.").Failure
	case len(b) > source.MaxBytes:
		return malformed("It is larger than 64 KiB, which no credential is.", "Refer to the place that holds the credential alone.")
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")), bytes.HasPrefix(b, []byte("\xff\xfe")), bytes.HasPrefix(b, []byte("\xfe\xff")):
		return malformed("It begins with a byte order mark.", "Store it again as plain UTF-8 text without that mark.")
	case !utf8.Valid(b):
		return malformed("It is not text in UTF-8.", "Store the credential as plain text.")
	case bytes.IndexByte(b, 0) >= 0:
		return malformed("It holds a NUL character.", "Store the credential as plain text.")
	case bytes.ContainsAny(b, "\r\n"):
		return malformed("It holds a line break within or after the credential.", "Store the credential alone, on one line.")
	}
	return nil
}

// Check holds a value against the pattern and min_length of a secret block. The
// pattern is searched for in the value, as it is written, without anchors of its
// own. The error says which of them failed, and nothing about the value.
func Check(v secret.Value, s schema.Secret) error {
	if v.IsZero() {
		return errors.New("the value of secret." + s.Name + " is empty")
	}
	if len(v.Reveal()) < s.MinLength {
		return fmt.Errorf("the value of secret.%s is shorter than min_length asks for", s.Name)
	}
	if s.Pattern != nil && !s.Pattern.MatchString(v.Reveal()) {
		return fmt.Errorf("the value of secret.%s does not match its pattern", s.Name)
	}
	return nil
}

// CheckAll holds the values against every secret block whose reference is among
// them, in the order of the blocks. Blocks that are not among them are not checked.
func CheckAll(values Values, blocks []schema.Secret) []source.Failure {
	var out []source.Failure
	for _, s := range blocks {
		v, ok := values.Get(s.From)
		if !ok {
			continue
		}
		if err := Check(v, s); err != nil {
			out = append(out, source.Failure{Ref: s.From, Kind: source.Malformed,
				Message: "What it resolves to is not what is expected: " + err.Error() + ".",
				Advice:  "Correct what is stored there, the reference, or the secret block."})
		}
	}
	return out
}
