package plan

import (
	"github.com/keyform/keyform/schema"
)

// SyncLogin is what the sync of some products (Rules.ClaudeSync) copies: Claude Code's
// login as that sync reads it, in the home directory whatever Claude Code's own
// variables say.
type SyncLogin struct {
	// Path is the file, absolute.
	Path string `json:"path"`
	// Kind is OAuth, or Token for a login without a refresh token.
	Kind schema.CredentialKind `json:"kind"`
	// Access and Refresh are fingerprints under AccessDomain and RefreshDomain; Refresh
	// is "" for a Token.
	Access  Fingerprint `json:"access"`
	Refresh Fingerprint `json:"refresh,omitempty"`
	// Expires is in milliseconds since the epoch.
	Expires float64 `json:"expires"`
}

// AccessDomain is what the fingerprint of a login's access token is bound to, so that
// a stored copy of it can be told from another one.
const AccessDomain = "access token"

// nearExpiry is how long before the end of a login the sync looks for a newer one, in
// milliseconds (EXTERNAL_CLI_NEAR_EXPIRY_MS of clawdbot 2026.1.24-3).
const nearExpiry = 10 * 60 * 1000

// syncProvider is the provider under which the sync stores the login.
const syncProvider = "anthropic"

// syncDue says why the sync would store from over live, which is nil where there is
// none; "" if it would not. It is syncExternalCliCredentials of clawdbot 2026.1.24-3,
// condition by condition, but for the fields of other products' logins.
func syncDue(live *LiveProfile, from *SyncLogin, product string, now float64) string {
	own := "as " + product + "'s own sync does"
	switch {
	case from == nil:
		return ""
	case live == nil:
		return "copied " + own
	case live.Kind == schema.OAuth && from.Kind == schema.Token:
		return ""
	case live.Kind != from.Kind || live.Provider != syncProvider:
		return "replaced " + own
	case live.is(from):
		return ""
	}
	expires := 0.0
	switch {
	case live.Expires != nil:
		expires = *live.Expires
	case live.Kind == schema.OAuth:
		return ""
	}
	if live.Kind == schema.OAuth && expires > now+nearExpiry {
		return ""
	}
	switch {
	case expires <= now:
		return "expired, and Claude Code has another"
	case from.Expires > now && from.Expires > expires:
		return "Claude Code's is newer"
	}
	return ""
}

// is reports whether the stored login is this one, token by token.
func (p *LiveProfile) is(from *SyncLogin) bool {
	return p.Access == from.Access && p.Refresh == from.Refresh && p.Expires != nil && *p.Expires == from.Expires
}
