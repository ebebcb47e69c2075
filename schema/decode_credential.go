package schema

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"

	"github.com/keyform/keyform/schema/diag"
)

// claudeProfile is the profile that the sync of clawdbot and clawdia writes.
const claudeProfile = "anthropic:claude-cli"

// credential decodes which of api_key, token, oauth {} and import is there.
func (f *frame) credential(p *Profile) bool {
	login := f.oauthBlock()
	var written []string
	for _, name := range []string{"api_key", "token", "import"} {
		if f.has(name) {
			written = append(written, name)
		}
	}
	uses := map[string]*Use{"api_key": f.use("api_key"), "token": f.use("token")}
	switch n := len(written); {
	case n > 1 || n == 1 && login != nil:
		at := toRange(f.content.Attributes[written[n-1]].Expr.Range())
		if login != nil {
			at = toRange(login.DefRange)
		}
		f.credentialError("Two credentials in one profile", "A profile holds one credential: exactly one of api_key, token, oauth {} and import.", at)
		return false
	case login != nil:
		p.Kind, p.Login = OAuth, f.login(login)
		return true
	case n == 0:
		f.credentialError("Profile without a credential",
			"A profile holds one credential: add api_key, or token for a setup-token or another bearer token, with a secret reference; or oauth {} for a login that the gateway itself holds.",
			toRange(f.block.DefRange))
		return false
	case written[0] == "import":
		p.Kind, p.Import = OAuth, f.importOf()
		return p.Import != ""
	}
	p.Kind = APIKey
	if written[0] == "token" {
		p.Kind = Token
	}
	use := uses[written[0]]
	if use == nil {
		f.nullCredential(written[0])
		return false
	}
	p.Use = *use
	return true
}

func (f *frame) credentialError(summary, detail string, at diag.Range) {
	f.l.report(diag.Diagnostic{Code: "KF0212", Summary: summary, Detail: detail, Range: at})
}

// nullCredential reports a credential that is null; one that is wrong has been
// reported.
func (f *frame) nullCredential(name string) {
	v, ok := f.scope.value(f.content.Attributes[name].Expr)
	if !ok || !v.IsNull() {
		return
	}
	r, _ := f.attr(name)
	f.credentialError("Profile without a credential", fmt.Sprintf("%s is null here. Use enabled = false for a profile that is not wanted.", name), r)
}

// oauthBlock gives the oauth block, nil where there is none.
func (f *frame) oauthBlock() *hcl.Block {
	var first *hcl.Block
	for _, b := range f.content.Blocks {
		switch {
		case b.Type != "oauth":
		case first == nil:
			first = b
		default:
			f.l.report(diag.Diagnostic{
				Code:    "KF0108",
				Summary: "Duplicate oauth block",
				Detail:  fmt.Sprintf("There is an oauth block at %s already.", place(toRange(first.DefRange))),
				Range:   toRange(b.DefRange),
			})
		}
	}
	return first
}

// login decodes what oauth {} asserts.
func (f *frame) login(b *hcl.Block) *Login {
	inner := f.l.open(b, bodySchema([]string{"account", "email"}))
	inner.scope = f.scope
	out := &Login{}
	out.Account, _ = inner.text("account")
	out.Email, _ = inner.text("email")
	if out.Email != "" && !emailForm.MatchString(out.Email) {
		inner.invalid("email", "An email is an address such as ops@example.com.")
	}
	return out
}

// importOf decodes import, "" where it is wrong.
func (f *frame) importOf() string {
	from, ok := f.text("import")
	switch {
	case !ok:
		f.nullCredential("import")
	case from == ImportClaudeCode:
		return from
	default:
		f.invalid("import", fmt.Sprintf("The argument \"import\" must be %q: it is the one login that a gateway copies and keyform may copy for it.", ImportClaudeCode))
	}
	return ""
}

// checkImport refuses an import into another place than the one that the gateways'
// own sync writes. Which gateways have that sync is known when the release is.
func (f *frame) checkImport(p *Profile) bool {
	if p.Import == "" || p.ID == "" {
		return true
	}
	problem := ""
	switch {
	case p.ID != claudeProfile || p.Provider != "anthropic":
		problem = fmt.Sprintf("The gateways copy Claude Code's login to the profile %q of provider anthropic and to no other.", claudeProfile)
	case p.Agent != "":
		problem = "Claude Code's login goes into the shared store: a copy in an agent's own would be a second place that refreshes it. Declare the profile at the top level."
	default:
		return true
	}
	r, _ := f.attr("import")
	f.l.report(diag.Diagnostic{Code: "KF0220", Summary: "Import into another place", Detail: problem, Range: r})
	return false
}
