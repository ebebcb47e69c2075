package gateway

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"

	"github.com/keyform/keyform/providers/secrets/secret"
)

// Content is what a store holds: the text of a file, or of the two cells of a
// credential store. nil is a file or a row that is not there, which an empty one is not.
// It is plaintext: it goes to the store, or to a backup of it, and nowhere else.
type Content struct {
	// Store is the credential store, the configuration or the .env file.
	Store []byte
	// State is where a credential store has its orders, lastGood and usageStats, in
	// releases that keep them apart from the credentials.
	State []byte
}

// Missing tells that nothing is there.
func (c Content) Missing() bool { return c.Store == nil && c.State == nil }

// Empty tells that something is there and has no bytes.
func (c Content) Empty() bool { return !c.Missing() && len(c.Store)+len(c.State) == 0 }

// Equal compares contents.
func (c Content) Equal(o Content) bool {
	return sameText(c.Store, o.Store) && sameText(c.State, o.State)
}

func sameText(a, b []byte) bool { return (a == nil) == (b == nil) && bytes.Equal(a, b) }

// String is "(sensitive)", and so is content in every other way Go has of printing it.
func (Content) String() string { return secret.Redacted }

// GoString is "(sensitive)", for %#v.
func (Content) GoString() string { return secret.Redacted }

// Format writes "(sensitive)" whatever the verb.
func (Content) Format(s fmt.State, _ rune) { io.WriteString(s, secret.Redacted) } //nolint:errcheck // fmt ignores it

// MarshalJSON gives the string "(sensitive)".
func (Content) MarshalJSON() ([]byte, error) { return []byte(`"` + secret.Redacted + `"`), nil }

// MarshalText gives "(sensitive)".
func (Content) MarshalText() ([]byte, error) { return []byte(secret.Redacted), nil }

// LogValue gives "(sensitive)" to slog.
func (Content) LogValue() slog.Value { return slog.StringValue(secret.Redacted) }
