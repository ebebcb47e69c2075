package plan

import (
	"slices"
	"sort"
	"strings"

	"github.com/keyform/keyform/schema"
)

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
	// Records are sorted by owner, address and store; Find and Foreign rely on it.
	Records []Record `json:"records,omitempty"`
}

// Record is one object in one store: a copy of a profile in an agent's own store
// has a record of its own under its profile's address.
type Record struct {
	Owner   string `json:"owner"`
	Address string `json:"address"`
	// Store is a StoreRef.Key.
	Store string `json:"store"`
	// Item is the object's name among the store's Items.
	Item string `json:"item"`
	// Origin is "" only while the record is pending and the object was not in
	// keyform's care before.
	Origin Origin `json:"origin,omitempty"`
	// Value is the object's image (see Items) under the host's own key, as it was
	// written or adopted. It tells a change from outside from a declared one. ""
	// where it is not known.
	Value Fingerprint `json:"value,omitempty"`
	// Pending is what a run is about to do to the object, nil once that is settled.
	Pending *Pending `json:"pending,omitempty"`
}

// Pending is the intent of a run, recorded before the store is touched. It stays
// in the ledger only if the run was killed.
type Pending struct {
	Run string `json:"run"`
	// Origin is what the record's is to be, "" where the record is to go.
	Origin Origin `json:"origin,omitempty"`
	// Value is the image of the object as it is to be, "" where it is to go.
	Value Fingerprint `json:"value,omitempty"`
}

// Settle gives the ledger without the pending records that live can decide:
// where the object is as the run wanted it, the run did it; else the record is as
// it was before the run. A record whose object the run deleted stays all the same:
// orders and listings in stores that the run did not get to may still name it, which
// the next plan sees by that record. live gives the items of a store (by StoreRef.Key) under
// the host's key, as the gateway's label in the record's address has them; false
// where they are not known, which leaves the record pending. The receiver stays as
// it is.
func (l Ledger) Settle(live func(gateway, store string) (Items, bool)) Ledger {
	if !l.HasPending() {
		return l
	}
	out := make([]Record, 0, len(l.Records))
	for _, r := range l.Records {
		if r.Pending == nil {
			out = append(out, r)
			continue
		}
		items, known := live(gatewayOf(r.Address), r.Store)
		if !known {
			out = append(out, r)
			continue
		}
		if r.Pending.Origin != "" && items[r.Item] == r.Pending.Value {
			r.Origin, r.Value = r.Pending.Origin, r.Pending.Value
		}
		r.Pending = nil
		if r.Origin != "" {
			out = append(out, r)
		}
	}
	return Ledger{Records: out}
}

func gatewayOf(address string) string {
	a, err := schema.ParseAddress(address)
	if err != nil {
		return ""
	}
	return a.Gateway
}

// HasPending reports whether a record is pending: a run is at work or was killed.
func (l *Ledger) HasPending() bool {
	return slices.ContainsFunc(l.Records, func(r Record) bool { return r.Pending != nil })
}

// Find gives the record of an object, nil if there is none.
func (l *Ledger) Find(owner, address, store string) *Record {
	want := Record{Owner: owner, Address: address, Store: store}
	i, ok := slices.BinarySearchFunc(l.Records, want, compareRecords)
	if !ok {
		return nil
	}
	return &l.Records[i]
}

// Foreign gives a record of the address by another owner, nil if there is none.
func (l *Ledger) Foreign(owner, address string) *Record {
	for at := 0; at < len(l.Records); {
		who := l.Records[at].Owner
		rest := l.Records[at:]
		if who != owner {
			i, _ := slices.BinarySearchFunc(rest, Record{Owner: who, Address: address}, compareRecords)
			if i < len(rest) && rest[i].Owner == who && rest[i].Address == address {
				return &rest[i]
			}
		}
		at += sort.Search(len(rest), func(i int) bool { return rest[i].Owner > who })
	}
	return nil
}

// Written gives the recorded images by store (StoreRef.Key) and item. An object
// still is what keyform wrote or adopted last where its image under the host's key
// is the one here.
func (l *Ledger) Written() map[string]Items {
	out := map[string]Items{}
	for _, r := range l.Records {
		if r.Value == "" {
			continue
		}
		if out[r.Store] == nil {
			out[r.Store] = Items{}
		}
		out[r.Store][r.Item] = r.Value
	}
	return out
}

// With gives a ledger that has the records given in place of those with the same
// owner, address and store. One with neither Origin nor Pending only removes. The
// receiver stays as it is.
func (l Ledger) With(records ...Record) Ledger {
	if len(records) == 0 {
		return l
	}
	changed := make(map[[3]string]bool, len(records))
	out := make([]Record, 0, len(l.Records)+len(records))
	for _, r := range records {
		changed[r.key()] = true
		if r.Origin != "" || r.Pending != nil {
			out = append(out, r)
		}
	}
	for _, r := range l.Records {
		if !changed[r.key()] {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, compareRecords)
	return Ledger{Records: out}
}

func (r Record) key() [3]string { return [3]string{r.Owner, r.Address, r.Store} }

func compareRecords(a, b Record) int {
	if c := strings.Compare(a.Owner, b.Owner); c != 0 {
		return c
	}
	if c := strings.Compare(a.Address, b.Address); c != 0 {
		return c
	}
	return strings.Compare(a.Store, b.Store)
}

// LedgerChange is what a plan does to the ledger: Origin "" forgets the record.
type LedgerChange struct {
	Address string `json:"address"`
	Store   string `json:"store"`
	Origin  Origin `json:"origin,omitempty"`
	// Ref is the store of an adopted object, so that what is adopted can be read
	// there and recorded; nil leaves the record without a Value.
	Ref *StoreRef `json:"ref,omitempty"`
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
