package gateway

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/jsondoc"
	"github.com/keyform/keyform/providers/secrets/secret"
	"github.com/keyform/keyform/schema"
)

// The members of an auth-profiles.json, version 1, as clawdbot 2026.1.24-3 and
// OpenClaw 2026.2.26 write them.
const (
	storeVersion = 1
	versionKey   = "version"
	profilesKey  = "profiles"
	orderKey     = "order"
	lastGoodKey  = "lastGood"
	usageKey     = "usageStats"
	typeKey      = "type"
	providerKey  = "provider"
	expiresKey   = "expires"
)

// errEmpty is a store of no bytes: torn, or really empty.
var errEmpty = errors.New("the file is empty")

// parseStore reads a store and checks what an edit relies on. Errors name a place
// and never hold content.
func parseStore(raw []byte) (*jsondoc.Doc, error) {
	if len(raw) == 0 {
		return nil, errEmpty
	}
	doc, err := jsondoc.ParseStrict(raw)
	if err != nil {
		return nil, err
	}
	root := doc.Root()
	if err := wantObject(root, "the file"); err != nil {
		return nil, err
	}
	for _, key := range []string{profilesKey, orderKey, lastGoodKey, usageKey} {
		if n := root.Get(key); n != nil {
			if err := wantObject(n, `"`+key+`"`); err != nil {
				return nil, err
			}
		}
	}
	if v := root.Get(versionKey); v != nil {
		if number, ok := v.Number(); !ok || number != storeVersion {
			return nil, errVersion
		}
	}
	return doc, nil
}

// errVersion is a store of a form that is not known.
var errVersion = fmt.Errorf(`"version" is not %d, the only form of this file that is known`, storeVersion)

func wantObject(n *jsondoc.Node, what string) error {
	if n.Kind() == jsondoc.Object {
		return nil
	}
	line, column := n.Pos()
	return fmt.Errorf("line %d, column %d: %s is not an object", line, column, what)
}

// storeView turns a parsed store into what a plan sees of it.
type storeView struct {
	gateway string
	rules   plan.Rules
	key     []byte
}

// fill sets what is in the store, and gives the ids of entries that the release
// ignores, and drops at its next write. state is nil where the form has no cell for it,
// or it is not there. Releases that take an order only beside a store
// (Rules.OrderNeedsStore) are read so.
func (v storeView) fill(s *plan.StoreSnapshot, root, state *jsondoc.Node) (ignored []string) {
	profiles := root.Get(profilesKey)
	if n := profiles.Len(); n > 0 {
		s.Profiles = make([]plan.LiveProfile, 0, n)
	}
	for id, n := range profiles.Members() {
		p, ok := v.profile(id, n)
		if !ok {
			ignored = append(ignored, id)
			continue
		}
		s.Profiles = append(s.Profiles, p)
	}
	if v.rules.OrderNeedsStore && root == nil {
		return ignored
	}
	s.Orders = readOrders(root.Get(orderKey))
	for provider, ids := range readOrders(state.Get(orderKey)) {
		if s.Orders == nil {
			s.Orders = map[string][]string{}
		}
		s.Orders[provider] = ids
	}
	for _, cell := range []*jsondoc.Node{root, state} {
		v.fillState(s, cell)
	}
	slices.Sort(s.Usage)
	s.Usage = slices.Compact(s.Usage)
	return ignored
}

func (v storeView) fillState(s *plan.StoreSnapshot, cell *jsondoc.Node) {
	for provider, n := range cell.Get(lastGoodKey).Members() {
		if id, ok := n.Str(); ok {
			if s.LastGood == nil {
				s.LastGood = map[string]string{}
			}
			s.LastGood[provider] = id
		}
	}
	for id := range cell.Get(usageKey).Members() {
		s.Usage = append(s.Usage, id)
	}
}

// readOrders reads lists of ids by provider as the gateways do: what is no list is
// no order, and neither is an empty one.
func readOrders(n *jsondoc.Node) map[string][]string {
	var out map[string][]string
	for provider, list := range n.Members() {
		var ids []string
		for item := range list.Items() {
			if id, ok := item.Str(); ok {
				if id = strings.TrimSpace(id); id != "" {
					ids = append(ids, id)
				}
			}
		}
		if len(ids) > 0 {
			if out == nil {
				out = map[string][]string{}
			}
			out[provider] = ids
		}
	}
	return out
}

// profile reads one entry; ok tells whether the release takes it for one.
func (v storeView) profile(id string, n *jsondoc.Node) (p plan.LiveProfile, ok bool) {
	kind := credentialKind(n, v.rules)
	provider, _ := n.Get(providerKey).Str()
	if kind == "" || strings.TrimSpace(provider) == "" {
		return p, false
	}
	p = plan.LiveProfile{ID: id, Provider: provider, Kind: kind}
	if e, ok := n.Get(expiresKey).Number(); ok && !math.IsInf(e, 0) && !math.IsNaN(e) {
		p.Expires = &e
	}
	if kind == schema.OAuth {
		p.Refreshing = fenced(n)
		v.login(&p, n)
		p.Credential = plan.Fingerprint(account(n).Fingerprint(v.key, plan.ProfileDomain(v.gateway, id)))
		return p, true
	}
	p.About = v.rules.Commands && kind == schema.Token
	value := credential(n, kind, v.rules)
	if id == v.rules.ClaudeSync {
		p.Access = plan.Fingerprint(value.Fingerprint(v.key, plan.AccessDomain))
	}
	p.Credential = plan.Fingerprint(value.Fingerprint(v.key, plan.ProfileDomain(v.gateway, id)))
	if v.rules.References {
		p.Reference = reference(n, kind)
	}
	return p, true
}

// credentialKind is the kind of an entry, "" for one that is no credential. From
// OpenClaw 2026.2.26 on "mode" stands in for a missing "type".
func credentialKind(n *jsondoc.Node, rules plan.Rules) schema.CredentialKind {
	t := n.Get(typeKey)
	if t == nil && rules.References {
		t = n.Get("mode")
	}
	text, _ := t.Str()
	switch kind := schema.CredentialKind(text); kind {
	case schema.APIKey, schema.Token, schema.OAuth:
		return kind
	}
	return ""
}

// valueField is where a kind of credential is stored, refField where a reference to it is.
func valueField(kind schema.CredentialKind) string {
	if kind == schema.APIKey {
		return "key"
	}
	return "token"
}

func refField(kind schema.CredentialKind) string { return valueField(kind) + "Ref" }

// reference is what an entry refers to, nil where it holds a value. Its parts are
// names, which OpenClaw 2026.9.6 holds to patterns that no credential fits.
func reference(n *jsondoc.Node, kind schema.CredentialKind) *plan.StoredRef {
	r := n.Get(refField(kind))
	if r.Kind() != jsondoc.Object {
		return nil
	}
	return &plan.StoredRef{Source: shownAs(refForm, r.Get("source")), Provider: shownAs(refForm, r.Get(providerKey)), ID: shownAs(refForm, r.Get("id"))}
}

// credential is the stored key or token.
func credential(n *jsondoc.Node, kind schema.CredentialKind, rules plan.Rules) secret.Value {
	value := n.Get(valueField(kind))
	if value == nil && kind == schema.APIKey && rules.References {
		value = n.Get("apiKey")
	}
	text, _ := value.Str()
	return secret.FromString(text)
}

// account is what tells the logins of an OAuth entry apart and survives a refresh.
func account(n *jsondoc.Node) secret.Value {
	var parts []string
	for _, key := range []string{"accountId", "email", "clientId", "enterpriseUrl", "projectId"} {
		if text, ok := n.Get(key).Str(); ok && text != "" {
			parts = append(parts, key+"="+text)
		}
	}
	return secret.FromString(strings.Join(parts, "\n"))
}
