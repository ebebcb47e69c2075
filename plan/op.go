package plan

import (
	"encoding/json"
	"fmt"

	"github.com/keyform/keyform/schema"
)

// Op is one edit of one store. The set is sealed: these types are all there are,
// they are data, and package providers knows how to carry each of them out.
type Op interface {
	// kind is the op's name in the plan file.
	kind() string
}

// PutProfile stores a credential. Fields of the profile that keyform does not
// know stay; fields of another kind of credential go. Where the credential differs from what
// is stored, the profile's usageStats and a lastGood that names it go too.
type PutProfile struct {
	ID       string                `json:"id"`
	Provider string                `json:"provider"`
	Kind     schema.CredentialKind `json:"kind"`
	Secret   SecretUse             `json:"secret"`
	// Reference is what is stored instead of the secret, nil to store the secret.
	Reference *StoredRef `json:"reference,omitempty"`
	// KeepSecret leaves the stored credential and its usage as they are and edits
	// only the rest.
	KeepSecret bool `json:"keep_secret,omitempty"`
	// Expires is in milliseconds since the epoch. nil removes a stored one, unless
	// KeepExpires.
	Expires     *int64 `json:"expires,omitempty"`
	KeepExpires bool   `json:"keep_expires,omitempty"`
}

// StoredRef is a reference that the gateway itself resolves: a SecretRef of OpenClaw
// 2026.2.26 and later. It holds no secret.
type StoredRef struct {
	// Source is "env", "file", "exec" or "store"; Provider the name under
	// secrets.providers of the gateway's configuration; ID what it gives of it.
	Source   string `json:"source"`
	Provider string `json:"provider"`
	ID       string `json:"id"`
}

// String is how it is shown: "env:default:ANTHROPIC_API_KEY".
func (r StoredRef) String() string { return r.Source + ":" + r.Provider + ":" + r.ID }

// ImportLogin stores Claude Code's login as the product's own sync does: in place of
// whatever the profile holds, of which only fields that no credential has stay. What
// is stored is what Claude Code has by then; a login that is no longer of the Kind is an
// error.
type ImportLogin struct {
	ID string `json:"id"`
	// Kind is OAuth, or Token for a login without a refresh token.
	Kind   schema.CredentialKind `json:"kind"`
	Secret SecretUse             `json:"secret"`
}

// ImportEntry stores an entry of a legacy file whole, as the gateway's own importer does,
// in place of whatever the profile holds. The secret is the entry as JSON.
type ImportEntry struct {
	ID string `json:"id"`
	// Provider is the one that is stored, whatever the entry says.
	Provider string                `json:"provider"`
	Kind     schema.CredentialKind `json:"kind"`
	Secret   SecretUse             `json:"secret"`
}

// ImportUsage stores the usageStats that a legacy file has of a profile, unless the store
// has some of it. The secret is what the file has, as JSON: nobody has looked into it.
type ImportUsage struct {
	ID     string    `json:"id"`
	Secret SecretUse `json:"secret"`
}

// SetLastGood stores which profile of a provider worked last, unless the store says so.
type SetLastGood struct {
	Provider string `json:"provider"`
	ID       string `json:"id"`
}

// PutAside renames a legacy file whose content is imported, as Rules.Archive says.
type PutAside struct{}

// DropProfile removes a profile with its usageStats and a lastGood that names it.
type DropProfile struct {
	ID string `json:"id"`
}

// SetOrder sets the order of a provider, in a store or in the configuration's
// auth.order. Provider is spelt as the store already spells it.
type SetOrder struct {
	Provider string   `json:"provider"`
	IDs      []string `json:"ids"`
}

// DropOrder removes the order of a provider, and the orders object when it is empty.
type DropOrder struct {
	Provider string `json:"provider"`
}

// PutListing enters a profile in the configuration's auth.profiles or changes its entry.
// An Email of "" leaves a stored one.
type PutListing struct {
	ID       string `json:"id"`
	Provider string `json:"provider"`
	Mode     string `json:"mode"`
	Email    string `json:"email,omitempty"`
}

// DropListing removes a profile from auth.profiles.
type DropListing struct {
	ID string `json:"id"`
}

// PutSecretProvider makes or replaces an entry of the configuration's secrets.providers.
type PutSecretProvider SecretProvider

// DropSecretProvider removes an entry of secrets.providers.
type DropSecretProvider struct {
	Name string `json:"name"`
}

// DropTouchedAt removes meta.lastTouchedAt from the configuration.
type DropTouchedAt struct{}

// SetVar assigns a variable of the .env file: a secret, or where that is nil the literal.
type SetVar struct {
	Name    string     `json:"name"`
	Secret  *SecretUse `json:"secret,omitempty"`
	Literal string     `json:"literal,omitempty"`
}

// DropVar removes all assignments of a variable.
type DropVar struct {
	Name string `json:"name"`
}

func (PutProfile) kind() string  { return "put_profile" }
func (ImportLogin) kind() string { return "import_login" }
func (ImportEntry) kind() string { return "import_entry" }
func (ImportUsage) kind() string { return "import_usage" }
func (SetLastGood) kind() string { return "set_last_good" }
func (PutAside) kind() string    { return "put_aside" }
func (DropProfile) kind() string { return "drop_profile" }
func (SetOrder) kind() string    { return "set_order" }
func (DropOrder) kind() string   { return "drop_order" }
func (PutListing) kind() string  { return "put_listing" }
func (DropListing) kind() string { return "drop_listing" }
func (SetVar) kind() string      { return "set_var" }

func (PutSecretProvider) kind() string  { return "put_secret_provider" }
func (DropSecretProvider) kind() string { return "drop_secret_provider" }
func (DropTouchedAt) kind() string      { return "drop_touched_at" }

func (DropVar) kind() string { return "drop_var" }

// OpSecret gives the secret that an op wants, nil if it wants none.
func OpSecret(op Op) *SecretUse {
	switch op := op.(type) {
	case PutProfile:
		if !op.KeepSecret && op.Reference == nil {
			return &op.Secret
		}
	case ImportLogin:
		return &op.Secret
	case ImportEntry:
		return &op.Secret
	case ImportUsage:
		return &op.Secret
	case SetVar:
		return op.Secret
	}
	return nil
}

// Ops is a list of ops that keeps their types in JSON.
type Ops []Op

type taggedOp struct {
	Op   string          `json:"op"`
	Args json.RawMessage `json:"args"`
}

// MarshalJSON writes [{"op": "...", "args": {...}}].
func (ops Ops) MarshalJSON() ([]byte, error) {
	out := make([]taggedOp, len(ops))
	for i, op := range ops {
		args, err := json.Marshal(op)
		if err != nil {
			return nil, err
		}
		out[i] = taggedOp{op.kind(), args}
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads what MarshalJSON wrote; an unknown op is an error.
func (ops *Ops) UnmarshalJSON(b []byte) error {
	var in []taggedOp
	if err := json.Unmarshal(b, &in); err != nil {
		return err
	}
	*ops = nil
	for _, t := range in {
		op, err := t.decode()
		if err != nil {
			return err
		}
		*ops = append(*ops, op)
	}
	return nil
}

func (t taggedOp) decode() (Op, error) {
	switch t.Op {
	case "put_profile":
		return decodeOp[PutProfile](t.Args)
	case "import_login":
		return decodeOp[ImportLogin](t.Args)
	case "import_entry":
		return decodeOp[ImportEntry](t.Args)
	case "import_usage":
		return decodeOp[ImportUsage](t.Args)
	case "set_last_good":
		return decodeOp[SetLastGood](t.Args)
	case "put_aside":
		return decodeOp[PutAside](t.Args)
	case "drop_profile":
		return decodeOp[DropProfile](t.Args)
	case "set_order":
		return decodeOp[SetOrder](t.Args)
	case "drop_order":
		return decodeOp[DropOrder](t.Args)
	case "put_listing":
		return decodeOp[PutListing](t.Args)
	case "drop_listing":
		return decodeOp[DropListing](t.Args)
	case "put_secret_provider":
		return decodeOp[PutSecretProvider](t.Args)
	case "drop_secret_provider":
		return decodeOp[DropSecretProvider](t.Args)
	case "drop_touched_at":
		return decodeOp[DropTouchedAt](t.Args)
	case "set_var":
		return decodeOp[SetVar](t.Args)
	case "drop_var":
		return decodeOp[DropVar](t.Args)
	}
	return nil, fmt.Errorf("unknown op %q", t.Op)
}

func decodeOp[T Op](b []byte) (Op, error) {
	var op T
	err := json.Unmarshal(b, &op)
	return op, err
}
