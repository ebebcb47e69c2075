package gateway

import (
	"fmt"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/secrets/secret"
)

// Document is one store, parsed, being edited. It does no I/O and is not safe for
// concurrent use. Nothing but Content gives content out.
type Document interface {
	// Items are the store's items as the Snapshot has them, fingerprinted under key,
	// with the edits made so far. gateway is its label in the configuration.
	Items(gateway string, key []byte) plan.Items
	// Do carries an op out. secrets gives the value of a use; it is asked once, and
	// only for an op that writes one. An error leaves the document in an undefined state.
	Do(op plan.Op, secrets Secrets) error
	// Content is the whole store: the one given, if nothing was edited. The Store of an
	// edited one is never nil, though it may be empty.
	Content() Content
}

// Secrets gives the value of a use.
type Secrets func(*plan.SecretUse) (secret.Value, error)

// OpenDocument parses a store; the zero Content is one that is not there. An error
// names line and column and holds no content.
func OpenDocument(ref plan.StoreRef, rules plan.Rules, c Content) (Document, error) {
	switch ref.Kind {
	case plan.AuthStore:
		form, err := formOf(rules)
		if err != nil {
			return nil, err
		}
		return openAuth(rules, form, c)
	case plan.ConfigStore:
		return openConfig(ref.AuthPath, c.Store)
	case plan.EnvStore:
		return openEnv(c.Store), nil
	case plan.LegacyStore:
		return &legacyDoc{path: ref.Path, given: c}, nil
	}
	return nil, fmt.Errorf("there is no store of the kind %q", ref.Kind)
}

// unfit is the error of an op for another kind of store.
func unfit(op plan.Op, store string) error {
	return fmt.Errorf("%T is not an edit of %s", op, store)
}
