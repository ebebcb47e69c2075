package plan

import (
	"github.com/keyform/keyform/schema"
)

// Desired is a configuration seen from its gateways.
type Desired struct {
	Owner    string
	Gateways []DesiredGateway
	// ClaudeCode is nil where it is not declared.
	ClaudeCode *schema.ClaudeCode
}

// DesiredGateway is all that is declared for one gateway. The pointers lead into
// the Config that Desire was given, which must not change meanwhile.
type DesiredGateway struct {
	Gateway   schema.Gateway
	Providers []*schema.Provider
	Profiles  []*schema.Profile
	Agents    []*schema.Agent
	// Removed are the addresses to forget.
	Removed []schema.Address
	secrets map[string]*schema.Secret
	sources map[string]*schema.Source
}

// Desire sorts a configuration by gateway.
func Desire(c *schema.Config) Desired {
	d := Desired{Owner: c.Owner, ClaudeCode: c.ClaudeCode}
	secrets := make(map[string]*schema.Secret, len(c.Secrets))
	for i := range c.Secrets {
		secrets[c.Secrets[i].Name] = &c.Secrets[i]
	}
	sources := make(map[string]*schema.Source, len(c.Sources))
	for i := range c.Sources {
		sources[c.Sources[i].Type+"\x00"+c.Sources[i].Name] = &c.Sources[i]
	}
	at := make(map[string]int, len(c.Gateways))
	for i, g := range c.Gateways {
		at[g.Name] = i
		d.Gateways = append(d.Gateways, DesiredGateway{Gateway: g, secrets: secrets, sources: sources})
	}
	for i := range c.Providers {
		for _, g := range c.Providers[i].Gateways {
			dg := &d.Gateways[at[g]]
			dg.Providers = append(dg.Providers, &c.Providers[i])
		}
	}
	for i := range c.Profiles {
		for _, g := range c.Profiles[i].Gateways {
			dg := &d.Gateways[at[g]]
			dg.Profiles = append(dg.Profiles, &c.Profiles[i])
		}
	}
	for i := range c.Agents {
		for _, g := range c.Agents[i].Gateways {
			dg := &d.Gateways[at[g]]
			dg.Agents = append(dg.Agents, &c.Agents[i])
		}
	}
	for _, r := range c.Removed {
		if i, ok := at[r.From.Gateway]; ok {
			d.Gateways[i].Removed = append(d.Gateways[i].Removed, r.From)
		}
	}
	return d
}

// use turns a declared use into the form that a plan carries.
func (d *DesiredGateway) use(u schema.Use, domain string, prints Prints) SecretUse {
	s := SecretUse{Ref: u.Ref, Via: u.Secret, Domain: domain}
	if sec := d.secrets[u.Secret]; sec != nil {
		if sec.Pattern != nil {
			s.Pattern = sec.Pattern.String()
		}
		s.MinLength = sec.MinLength
	}
	alias := u.Ref.Alias
	if alias == "" {
		alias = DefaultSource
	}
	if src := d.sources[u.Ref.Source+"\x00"+alias]; src != nil && src.Token != nil {
		token := src.Token.Ref
		s.Token = &token
	}
	s.Want = prints[s.PrintKey()]
	return s
}

// DefaultSource is the name of the source block that references without the
// name of a source use, where it is declared.
const DefaultSource = "default"

// PrintKey says which secret is wanted where.
type PrintKey struct{ Domain, Ref string }

// PrintKey identifies a use among the fingerprints of a run.
func (s *SecretUse) PrintKey() PrintKey { return PrintKey{s.Domain, s.Ref.Key()} }

// Prints are the fingerprints of the declared secrets, under the plan's key. A
// missing one was not resolved.
type Prints map[PrintKey]Fingerprint

// Needs lists the secrets that a comparison of want with live takes, in the order
// of the configuration; the same one may be there several times. Targets other
// than nil limit it to what they contain.
func Needs(want *DesiredGateway, live *GatewaySnapshot, targets []schema.Address) []SecretUse {
	var out []SecretUse
	name := want.Gateway.Name
	for _, p := range want.Profiles {
		if a := profileAddress(name, p); p.Kind != schema.OAuth && !p.Reference && targeted(targets, a) {
			out = append(out, want.use(p.Use, ProfileDomain(name, p.ID), nil))
		}
	}
	for _, p := range want.Providers {
		for _, v := range providerVars(name, p, live.Rules) {
			if v.use != nil && targeted(targets, v.addr) {
				out = append(out, want.use(*v.use, EnvDomain(name, v.name), nil))
			}
		}
	}
	return out
}

func targeted(targets []schema.Address, a schema.Address) bool {
	if targets == nil {
		return true
	}
	for _, t := range targets {
		if t.Contains(a) {
			return true
		}
	}
	return false
}

func profileAddress(gateway string, p *schema.Profile) schema.Address {
	return schema.Address{Kind: schema.KindProfile, Gateway: gateway, Agent: p.Agent, Name: p.ID}
}

// Literal is a declared plain string that is compared like a secret, because what
// it is compared with may be one.
type Literal struct{ Domain, Text string }

// PrintKey identifies the literal among the fingerprints of a run.
func (l Literal) PrintKey() PrintKey { return PrintKey{l.Domain, LiteralRef(l.Text)} }

// Literals lists the variables that are declared as plain strings.
func Literals(want *DesiredGateway, live *GatewaySnapshot) []Literal {
	var out []Literal
	for _, p := range want.Providers {
		for _, v := range providerVars(want.Gateway.Name, p, live.Rules) {
			if v.use == nil {
				out = append(out, Literal{EnvDomain(want.Gateway.Name, v.name), v.literal})
			}
		}
	}
	return out
}
