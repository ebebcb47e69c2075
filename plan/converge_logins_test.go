package plan

import (
	"slices"

	"github.com/keyform/keyform/schema"
)

// Of the drawn ids anthropic:c is the one that the drawn product copies Claude Code's
// login to.
const drawnSync = "anthropic:c"

// sync draws a login of Claude Code.
func (w *world) sync() {
	if w.r.IntN(3) == 0 {
		return
	}
	w.live.Sync = &SyncLogin{
		Path: "/h/.claude/.credentials.json", Kind: schema.CredentialKind(w.pick("oauth", "token")),
		Access: Fingerprint(w.pick("fp:t1", "fp:t2")), Expires: w.drawnExpiry(),
	}
	if w.live.Sync.Kind == schema.OAuth {
		w.live.Sync.Refresh = Fingerprint(w.pick("fp:r1", "fp:r2"))
	}
}

// drawnExpiry is a time on one of the sides of what the sync compares with.
func (w *world) drawnExpiry() float64 {
	return now + []float64{-day, -1, 0, 1, nearExpiry - 1, nearExpiry, nearExpiry + 1, day}[w.r.IntN(8)]
}

// tokens draws those of a stored profile.
func (w *world) tokens(p *LiveProfile) {
	if p.Kind == schema.OAuth {
		p.Refresh, p.Account = Fingerprint(w.pick("fp:r1", "fp:r2", "")), w.pick("", "acct-1")
	}
	if p.Kind == schema.OAuth || p.ID == drawnSync && p.Kind == schema.Token {
		p.Access = Fingerprint(w.pick("fp:t1", "fp:t2"))
	}
	if p.ID == drawnSync && p.Expires != nil {
		*p.Expires = w.drawnExpiry()
	}
}

// logins turns some of the declared profiles into asserted logins, and that of the sync
// into an import.
func (w *world) logins(c *schema.Config) {
	for i := range c.Profiles {
		p := &c.Profiles[i]
		switch {
		case p.ID == drawnSync && p.Agent == "":
			if w.r.IntN(3) != 0 {
				p.Kind, p.Import, p.Use = schema.OAuth, schema.ImportClaudeCode, schema.Use{}
			}
		case w.r.IntN(4) == 0:
			p.Kind, p.Login, p.Use = schema.OAuth, &schema.Login{Account: w.pick("", "acct-1", "acct-2")}, schema.Use{}
		}
	}
}

// importLogin does what carrying out the op does.
func (w *world) importLogin(s *StoreSnapshot, op ImportLogin) {
	s.Profiles = slices.DeleteFunc(s.Profiles, func(p LiveProfile) bool { return p.ID == op.ID })
	from := w.live.Sync
	expires := from.Expires
	p := LiveProfile{ID: op.ID, Provider: syncProvider, Kind: from.Kind, Access: from.Access, Refresh: from.Refresh, Expires: &expires}
	if from.Kind == schema.Token {
		p.Credential = from.Access
	}
	s.Profiles = append(s.Profiles, p)
}

// imported counts the imports of a plan.
func imported(p *Plan) int {
	n := 0
	for _, w := range p.Gateways[0].Writes {
		for _, c := range w.Changes {
			if _, ok := c.Ops[0].(ImportLogin); ok {
				n++
			}
		}
	}
	return n
}
