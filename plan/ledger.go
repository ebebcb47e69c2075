package plan

import "github.com/keyform/keyform/schema"

// Origin says how an object of a store came under keyform's care, and so what
// happens when it is no longer declared.
type Origin string

// The origins. An address that is no longer declared is deleted where it was
// created or updated, and forgotten where it was adopted.
const (
	Created Origin = "created"
	Updated Origin = "updated"
	Adopted Origin = "adopted"
)

// Ledger is what the owners of one gateway's objects did to it.
type Ledger struct {
	// Records are sorted by owner, address and store.
	Records []Record `json:"records,omitempty"`
}

// Record is one object in one store: a copy of a profile in an agent's own store
// has a record of its own under its profile's address.
type Record struct {
	Owner   string `json:"owner"`
	Address string `json:"address"`
	// Store is a StoreRef.Key.
	Store  string `json:"store"`
	Origin Origin `json:"origin"`
	// Value is the fingerprint of what was written or adopted, under the host's
	// own key. It tells a change from outside from a declared one.
	Value Fingerprint `json:"value,omitempty"`
}

// Find gives the record of an object, nil if there is none.
func (l *Ledger) Find(owner, address, store string) *Record {
	for i := range l.Records {
		r := &l.Records[i]
		if r.Owner == owner && r.Address == address && r.Store == store {
			return r
		}
	}
	return nil
}

// Foreign gives a record of the address by another owner, nil if there is none.
func (l *Ledger) Foreign(owner, address string) *Record {
	for i := range l.Records {
		r := &l.Records[i]
		if r.Owner != owner && r.Address == address {
			return r
		}
	}
	return nil
}

// LedgerChange is what a plan does to the ledger: Origin "" forgets the record.
type LedgerChange struct {
	Address string `json:"address"`
	Store   string `json:"store"`
	Origin  Origin `json:"origin,omitempty"`
}

// SecretUse is a secret reference as a plan carries it.
type SecretUse struct {
	Ref schema.Ref `json:"ref"`
	// Via is the name of the secret block that it goes through, whose checks
	// (pattern, min_length) travel along; "" for none.
	Via       string `json:"via,omitempty"`
	Pattern   string `json:"pattern,omitempty"`
	MinLength int    `json:"min_length,omitempty"`
	// Token is the reference that the source itself signs in with; nil for the default.
	Token *schema.Ref `json:"token,omitempty"`
	// Domain is what the fingerprint is bound to; Want is the one at plan time
	// under the plan's key, "" if it was not resolved then.
	Domain string      `json:"domain"`
	Want   Fingerprint `json:"want,omitempty"`
}
