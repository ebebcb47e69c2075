// Package secret holds the only type in keyform that has plaintext in it.
//
// A Value prints as "(sensitive)" in every way Go has of printing one. Its bytes
// come out through Reveal alone, which only providers and apply may call (a test
// in this package's parent looks for other callers), and only to write a store, to
// check a pattern, or to compute a keyed fingerprint.
package secret

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
)

// Redacted is what is shown in place of a secret.
const Redacted = "(sensitive)"

// Value is one secret in memory. The zero Value is "no secret". It is immutable
// and safe for concurrent use.
type Value struct{ b []byte }

// New takes the bytes over; the caller must not keep or change them.
func New(b []byte) Value { return Value{b: b} }

// FromString copies s.
func FromString(s string) Value { return Value{b: []byte(s)} }

// IsZero reports whether there is no secret. An empty string is none either.
func (v Value) IsZero() bool { return len(v.b) == 0 }

// Reveal gives the plaintext. Callers outside providers and apply are a bug.
func (v Value) Reveal() string { return string(v.b) }

// Equal compares in constant time.
func (v Value) Equal(w Value) bool { return hmac.Equal(v.b, w.b) }

// Fingerprint is a keyed, one-way image of the secret: the hexadecimal form of the
// first 16 bytes of HMAC-SHA256(key, domain 0x00 value). Without the key it says
// nothing about the secret; with another domain the same secret gives another
// image. A zero Value gives "".
func (v Value) Fingerprint(key []byte, domain string) string {
	if v.IsZero() {
		return ""
	}
	m := hmac.New(sha256.New, key)
	io.WriteString(m, domain) //nolint:errcheck // a hash never fails
	m.Write([]byte{0})
	m.Write(v.b)
	return hex.EncodeToString(m.Sum(nil)[:16])
}

// String is "(sensitive)".
func (v Value) String() string { return Redacted }

// GoString is "(sensitive)", for %#v.
func (v Value) GoString() string { return Redacted }

// Format writes "(sensitive)" whatever the verb.
func (v Value) Format(s fmt.State, _ rune) { io.WriteString(s, Redacted) } //nolint:errcheck // fmt ignores it

// MarshalJSON gives the string "(sensitive)".
func (v Value) MarshalJSON() ([]byte, error) { return []byte(`"` + Redacted + `"`), nil }

// MarshalText gives "(sensitive)".
func (v Value) MarshalText() ([]byte, error) { return []byte(Redacted), nil }

// LogValue gives "(sensitive)" to slog.
func (v Value) LogValue() slog.Value { return slog.StringValue(Redacted) }
