package claudecode

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/secrets/secret"
	"github.com/keyform/keyform/schema"
)

// Copy is Claude Code's login as the sync of clawdbot 2026.1.24-3 takes it
// (readClaudeCliCredentials of its cli-credentials.js).
type Copy struct {
	Access secret.Value
	// Refresh is zero for a login without one, which the sync stores as a token.
	Refresh secret.Value
	// Expires is in milliseconds since the epoch, more than 0.
	Expires float64
}

// Copy reads what that sync would copy: the login in ~/.claude whatever the environment
// says, where a Mac has one in the keychain. nil is none. What the sync cannot read is none for
// it, too; the error is that of ctx.
func (h Host) Copy(ctx context.Context) (*Copy, error) {
	r := Reading{Place: h.DefaultPlace(), home: h.Home}
	if err := r.readLogin(ctx, &h); err != nil {
		return nil, err
	}
	l := r.Login
	if r.Broken != "" || l.NotText || l.Access.IsZero() || l.Expires == nil || *l.Expires <= 0 {
		return nil, nil
	}
	return &Copy{Access: l.Access, Refresh: l.Refresh, Expires: *l.Expires}, nil
}

// Kind is OAuth, or Token for a login without a refresh token.
func (c *Copy) Kind() schema.CredentialKind {
	if c.Refresh.IsZero() {
		return schema.Token
	}
	return schema.OAuth
}

// Snapshot is the login without its tokens, under the plan's key of 32 bytes.
func (c *Copy) Snapshot(h Host, key []byte) *plan.SyncLogin {
	return &plan.SyncLogin{
		Path: h.DefaultPlace().File, Kind: c.Kind(), Expires: c.Expires,
		Access:  plan.Fingerprint(c.Access.Fingerprint(key, plan.AccessDomain)),
		Refresh: plan.Fingerprint(c.Refresh.Fingerprint(key, plan.RefreshDomain)),
	}
}

// packed is a Copy as one line of text, so that the tokens and the expiry of one
// reading travel together from a source of secrets to a store.
type packed struct {
	Access  string  `json:"access"`
	Refresh string  `json:"refresh,omitempty"`
	Expires float64 `json:"expires"`
}

// Pack makes one secret of the login.
func (c *Copy) Pack() (secret.Value, error) {
	b, err := json.Marshal(packed{c.Access.Reveal(), c.Refresh.Reveal(), c.Expires})
	if err != nil {
		return secret.Value{}, errors.New("the expiry of Claude Code's login is no time")
	}
	return secret.New(b), nil
}

// Unpack takes apart what Pack made. The error holds nothing of it.
func Unpack(v secret.Value) (*Copy, error) {
	var p packed
	if err := json.Unmarshal([]byte(v.Reveal()), &p); err != nil || p.Access == "" {
		return nil, errors.New("this is not a login of Claude Code")
	}
	return &Copy{Access: secret.FromString(p.Access), Refresh: secret.FromString(p.Refresh), Expires: p.Expires}, nil
}
