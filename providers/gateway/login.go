package gateway

import (
	"regexp"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/jsondoc"
	"github.com/keyform/keyform/providers/secrets/secret"
	literal "github.com/keyform/keyform/schema/credential"
)

// The members of an OAuth login, as clawdbot 2026.1.24-3 and OpenClaw 2026.2.26 write
// it.
const (
	accessKey  = "access"
	refreshKey = "refresh"
	accountKey = "accountId"
	emailKey   = "email"
)

// The forms of what is shown of a login. Anything could stand there, a token in the
// wrong place for one.
var (
	accountForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:@-]{0,79}$`)
	refForm     = regexp.MustCompile(`^[A-Za-z0-9/][A-Za-z0-9._:/#~-]{0,255}$`)
	emailForm   = regexp.MustCompile(`^[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9.-]{1,190}$`)
)

// login fills in what tells an OAuth login from others.
func (v storeView) login(p *plan.LiveProfile, n *jsondoc.Node) {
	access, _ := n.Get(accessKey).Str()
	refresh, _ := n.Get(refreshKey).Str()
	p.Access = plan.Fingerprint(secret.FromString(access).Fingerprint(v.key, plan.AccessDomain))
	p.Refresh = plan.Fingerprint(secret.FromString(refresh).Fingerprint(v.key, plan.RefreshDomain))
	p.Account, p.Email = shownAs(accountForm, n.Get(accountKey)), shownAs(emailForm, n.Get(emailKey))
}

func shownAs(form *regexp.Regexp, n *jsondoc.Node) string {
	text, _ := n.Str()
	if !form.MatchString(text) || literal.Contains(text) {
		return ""
	}
	return text
}
