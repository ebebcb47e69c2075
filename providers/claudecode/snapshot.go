package claudecode

import "github.com/keyform/keyform/plan"

// Snapshot gives what a plan sees of it: no plaintext, and no token but as a
// fingerprint. key is the key of the plan's fingerprints, 32 bytes; now is in
// milliseconds since the epoch.
func (r *Reading) Snapshot(key []byte, now int64) *plan.ClaudeCodeSnapshot {
	login := r.Login
	s := &plan.ClaudeCodeSnapshot{
		ClaudeCodeState: plan.ClaudeCodeState{
			Where: "file", Path: r.shown(), Label: r.label(), Form: r.Form(),
			Account: login.Account, Subscription: login.Subscription,
			Expires: login.Expires, LoginExpires: login.LoginExpires,
			Findings: r.Lint(now),
		},
		Refresh: login.RefreshFingerprint(key, plan.RefreshDomain),
	}
	if r.FromKeychain {
		s.Where = "keychain"
	}
	if s.Expires != nil && *s.Expires < leastMilliseconds {
		s.Expires = nil
	}
	if s.LoginExpires != nil && *s.LoginExpires < leastMilliseconds {
		s.LoginExpires = nil
	}
	// The name in .claude.json is that of a login which names no account, or the same one.
	if login.Present && !r.disagrees() {
		s.Email = r.Identity.Email
		if s.Account == "" {
			s.Account = r.Identity.Account
		}
	}
	return s
}

// Form is what Claude Code makes of what was read.
func (r *Reading) Form() plan.ClaudeForm {
	if r.Broken != "" {
		return plan.ClaudeBroken
	}
	return r.Login.Form()
}
