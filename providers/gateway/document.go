package gateway

import (
	"fmt"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/secrets/secret"
)

// Document is one store, parsed, being edited. It does no I/O and is not safe for
// concurrent use. Nothing but Bytes gives content out.
type Document interface {
	// Items are the store's items as the Snapshot has them, fingerprinted under key,
	// with the edits made so far. gateway is its label in the configuration.
	Items(gateway string, key []byte) plan.Items
	// Do carries an op out. secrets gives the value of a use; it is asked once, and
	// only for an op that writes one. An error leaves the document in an undefined state.
	Do(op plan.Op, secrets Secrets) error
	// Bytes is the whole file: the one given, if nothing was edited. Of an edited one it
	// is never nil, though it may be empty.
	Bytes() []byte
}

// Secrets gives the value of a use.
type Secrets func(*plan.SecretUse) (secret.Value, error)

// OpenDocument parses a store. raw is nil for a file that does not exist. An error
// names line and column and holds no content.
func OpenDocument(ref plan.StoreRef, rules plan.Rules, raw []byte) (Document, error) {
	switch ref.Kind {
	case plan.AuthStore:
		if rules.Generation != "json" {
			return nil, fmt.Errorf("stores of the generation %q are not known", rules.Generation)
		}
		return openAuth(rules, raw)
	case plan.ConfigStore:
		return openConfig(ref.AuthPath, raw)
	case plan.EnvStore:
		return openEnv(raw), nil
	}
	return nil, fmt.Errorf("there is no store of the kind %q", ref.Kind)
}

// unfit is the error of an op for another kind of store.
func unfit(op plan.Op, store string) error {
	return fmt.Errorf("%T is not an edit of %s", op, store)
}
