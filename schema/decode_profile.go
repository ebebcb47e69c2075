package schema

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"github.com/hashicorp/hcl/v2"

	"github.com/keyform/keyform/schema/diag"
)

var (
	profileID  = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]*:\S+$`)
	providerID = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]*$`)
	emailForm  = regexp.MustCompile(`^[^@\s]+@[^@\s]+$`)
)

// profileAttributes are the attributes of a profile that lifecycle can ignore.
func profileAttributes() []string {
	return []string{"api_key", "token", "import", "provider", "mode", "email", "expires", "issued", "lifetime", "store"}
}

func (l *loader) loadProfiles() {
	body := bodySchema(append([]string{"for_each", "id", "enabled", "gateways"}, profileAttributes()...), "lifecycle", "oauth")
	for _, b := range l.blocks["profile"] {
		leave := l.enter(header(b))
		f := l.open(b, body)
		frames, _ := l.instances(f)
		for _, inst := range frames {
			gateways, ok := l.gatewaysOf(&inst)
			l.addProfile(&inst, "", gateways, ok)
		}
		leave()
	}
}

// gatewaysOf gives the gateways of a block and reports where there is none.
func (l *loader) gatewaysOf(f *frame) ([]string, bool) {
	if f.enabled {
		l.needGateway(f.block)
	}
	return f.gatewayList()
}

// addProfile decodes a profile and keeps it where it is sound and enabled.
func (l *loader) addProfile(f *frame, agent string, gateways []string, ok bool) {
	p, sound := l.decodeProfile(f)
	p.Agent, p.Gateways = agent, gateways
	sound = f.checkImport(&p) && sound
	if p.ID != "" {
		f.declare("profile", agent, p.ID, gateways)
	}
	if sound && ok && f.enabled {
		l.cfg.Profiles = append(l.cfg.Profiles, p)
	}
}

func (l *loader) decodeProfile(f *frame) (p Profile, sound bool) {
	id, at, ok := f.id()
	ok = ok && l.checkProfileID(id, at)
	p = Profile{ID: id, IDRange: at, Range: toRange(f.block.DefRange), Attrs: f.attrRanges()}
	if prefix, _, colon := strings.Cut(id, ":"); colon {
		p.Provider = prefix
	}
	if provider, written := f.text("provider"); written {
		p.Provider = provider
		if !providerID.MatchString(provider) {
			f.invalid("provider", "A provider id is small letters, digits, '.', '_' and '-', such as anthropic or openai-codex.")
		}
	}
	credentialOK := f.credential(&p)
	f.profileMode(&p)
	p.Email, _ = f.text("email")
	if p.Email != "" && !emailForm.MatchString(p.Email) {
		f.invalid("email", "An email is an address such as ops@example.com.")
	}
	f.profileExpiry(&p)
	f.profileStore(&p)
	p.Lifecycle = f.lifecycle(profileAttributes())
	return p, ok && credentialOK
}

func (l *loader) checkProfileID(id string, r diag.Range) bool {
	if profileID.MatchString(id) && !strings.ContainsFunc(id, unicode.IsControl) {
		return true
	}
	l.report(diag.Diagnostic{
		Code:    "KF0208",
		Summary: "Invalid profile id",
		Detail: `A profile id is PROVIDER:NAME, such as "anthropic:default": a provider of small letters, digits, '.', '_' and '-', ` +
			`a colon, and a name without spaces.`,
		Range: r,
	})
	return false
}

// profileMode decodes mode, which must fit the credential's kind: gateways refuse a
// credential whose type is not the mode, save a token under mode oauth.
func (f *frame) profileMode(p *Profile) {
	mode, ok := f.text("mode")
	if !ok {
		return
	}
	p.Mode = mode
	modes := []string{"api_key", "token", "oauth"}
	switch {
	case mode == string(p.Kind), mode == "oauth" && p.Kind == Token:
	case mode == "api_key", mode == "token", mode == "oauth":
		fitting := `"api_key"`
		switch p.Kind {
		case Token:
			fitting = `"token" or "oauth"`
		case OAuth:
			fitting = `"oauth"`
		}
		r, _ := f.attr("mode")
		f.l.report(diag.Diagnostic{
			Code:    "KF0213",
			Summary: "Mode that the credential cannot satisfy",
			Detail: fmt.Sprintf("The profile holds %s, and gateways would refuse it under mode %q. Set mode to %s, or leave it out.",
				kindNoun(p.Kind), mode, fitting),
			Range: r,
		})
	default:
		f.invalid("mode", fmt.Sprintf("The argument \"mode\" must be %s.%s", quoteList(modes, "or"), didYouMean(mode, modes)))
	}
}

func kindNoun(k CredentialKind) string {
	switch k {
	case Token:
		return "a token"
	case OAuth:
		return "an OAuth login"
	}
	return "an API key"
}

// lifecycle decodes the lifecycle block; names are the attributes that can be
// ignored.
func (f *frame) lifecycle(names []string) Lifecycle {
	var out Lifecycle
	var first *hcl.Block
	for _, b := range f.content.Blocks {
		if b.Type != "lifecycle" {
			continue
		}
		if first != nil {
			f.l.report(diag.Diagnostic{
				Code:    "KF0108",
				Summary: "Duplicate lifecycle block",
				Detail:  fmt.Sprintf("There is a lifecycle block at %s already.", place(toRange(first.DefRange))),
				Range:   toRange(b.DefRange),
			})
			continue
		}
		first = b
		inner := f.l.open(b, bodySchema([]string{"prevent_destroy", "ignore_changes"}))
		inner.scope = f.scope
		out.PreventDestroy = inner.boolean("prevent_destroy", false)
		out.IgnoreChanges, out.IgnoreAll = inner.ignored(f.block.Type, names)
	}
	return out
}
