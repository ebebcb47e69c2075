package gateway

import "bytes"

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

// String keeps content out of messages.
func (Content) String() string { return "(sensitive)" }

// GoString keeps content out of messages.
func (Content) GoString() string { return "(sensitive)" }
