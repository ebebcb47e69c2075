package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/keyform/keyform/schema"
)

// Step is what only a person can do: a login at a provider. It is no change, and a
// plan with nothing else in it is empty.
type Step struct {
	Address string `json:"address"`
	// Name is the profile's id, Store the label of the store that it belongs in.
	Name  string `json:"name"`
	Store string `json:"store"`
	// What says what is not as declared, Command what to run.
	What    string `json:"what"`
	Command string `json:"command"`
}

// importing is a declared import of Claude Code's login.
type importing struct {
	profile *schema.Profile
	addr    schema.Address
	// writes tells that the plan stores the login, and is not refused.
	writes bool
}

// login compares a profile that is a login: one that the gateway holds and renews
// itself. What a refresh moves, the tokens and their expiry, is not looked at.
func (d *differ) login(p *schema.Profile, addr schema.Address, m *model) {
	live := m.live.Profile(p.ID)
	if p.Import != "" {
		d.importLogin(p, addr, m, live)
	} else if unmet := d.unmetLogin(p, m, live); unmet != "" {
		d.step(p, addr, m, unmet)
	} else {
		d.adoptLogin(p, addr, m, live)
	}
	if _, there := m.profiles[p.ID]; !there {
		// An order may name what has still to be logged in.
		m.profiles[p.ID] = modelProfile{provider: d.rules.Provider(p.Provider)}
	}
}

// unmetLogin says how the stored profile is not the login that oauth {} asserts, "" if
// it is.
func (d *differ) unmetLogin(p *schema.Profile, m *model, live *LiveProfile) string {
	switch {
	case live == nil:
		return "no such login in " + m.ref.Label
	case live.Kind != schema.OAuth:
		return fmt.Sprintf("%s holds the kind %s under this id", m.ref.Label, live.Kind)
	case d.rules.Provider(live.Provider) != d.rules.Provider(p.Provider) && !p.Lifecycle.Ignores("provider"):
		return fmt.Sprintf("the login in %s is one of provider %s", m.ref.Label, live.Provider)
	case p.Login.Account != "" && live.Account != "" && p.Login.Account != live.Account:
		return fmt.Sprintf("the login in %s is that of account %q, not of %q", m.ref.Label, live.Account, p.Login.Account)
	case p.Login.Email != "" && live.Email != "" && p.Login.Email != live.Email:
		return fmt.Sprintf("the login in %s is that of %s, not of %s", m.ref.Label, live.Email, p.Login.Email)
	}
	if p.Login.Account != "" && live.Account == "" || p.Login.Email != "" && live.Email == "" {
		d.unnamed = append(d.unnamed, fmt.Sprintf("%s in %s does not say whose login it is, so that cannot be compared.", p.ID, m.ref.Label))
	}
	return ""
}

// step notes what a person has to do.
func (d *differ) step(p *schema.Profile, addr schema.Address, m *model, what string) {
	d.missing[addr] = true
	provider := d.rules.Provider(p.Provider)
	command := d.rules.Logins[provider]
	if p.ID == d.rules.ClaudeSync {
		command = "claude auth login"
	} else if command == "" {
		command = d.rules.Login + " " + provider
	}
	d.out.Steps = append(d.out.Steps, Step{Address: addr.String(), Name: p.ID, Store: m.ref.Label, What: what, Command: command})
}

// adoptLogin records an asserted login. It is adopted whatever it was before, so that
// taking the block away never deletes it.
func (d *differ) adoptLogin(p *schema.Profile, addr schema.Address, m *model, live *LiveProfile) {
	r := d.record(addr, m.ref.Key())
	if r != nil && r.Origin == Adopted {
		if r.Value == "" || live.Applied || live.Credential == "" {
			return
		}
		d.warnf("KF0621", "Login of another account", p.Range, addr,
			"%s holds another login under %q than when it was adopted. If that is meant, apply once: the ledger then has the new one. Declare account or email in oauth {} to have it compared always.", m.ref.Label, p.ID)
	}
	d.ledger = append(d.ledger, LedgerChange{Address: addr.String(), Store: m.ref.Key(), Origin: Adopted, Ref: d.storeRef(m.ref.Key())})
}

// importLogin plans what the product's own sync from Claude Code would do.
func (d *differ) importLogin(p *schema.Profile, addr schema.Address, m *model, live *LiveProfile) {
	if p.ID != d.rules.ClaudeSync {
		d.missing[addr] = true
		d.errorf("KF0618", "Import that the gateway does not do", p.Attrs["import"], addr,
			"%s %s does not copy Claude Code's login, and a copy of it would be a second place that refreshes it, until one of the two is logged out. Use a setup-token instead (run \"claude setup-token\", and declare it as token), or an API key, which is what suits a gateway that is always on. Where another declared gateway is meant, name it with gateways = [...].",
			d.live.Product, d.live.Release)
		return
	}
	d.imports = &importing{profile: p, addr: addr}
	why := ""
	if live == nil || !p.Lifecycle.Ignores("import") {
		why = syncDue(live, d.sync, d.live.Product, float64(d.opts.Now))
	}
	switch {
	case why == "" && live == nil:
		d.step(p, addr, m, "Claude Code has no login that "+d.live.Product+" could copy")
		return
	case why == "":
		d.keep(addr, m.ref.Key(), Adopted)
		return
	}
	d.imports.writes = true
	m.profiles[p.ID] = modelProfile{d.rules.Provider(syncProvider), d.sync.Kind, true, true}
	m.change(d.importChange(addr, m, live, why))
}

func (d *differ) importChange(addr schema.Address, m *model, live *LiveProfile, why string) Change {
	from := d.sync
	op := ImportLogin{ID: addr.Name, Kind: from.Kind, Secret: SecretUse{
		Ref: schema.Ref{Source: schema.SourceClaudeCode, Args: []string{from.Path}}, Domain: ProfileDomain(d.live.Name, addr.Name),
	}}
	c := Change{
		Address: addr.String(), Action: Create, Name: addr.Name, Reason: why, Ops: Ops{op},
		Origin: d.origin(addr, m.ref.Key(), live == nil),
		After:  &Object{Type: "profile", Provider: syncProvider, Kind: from.Kind, From: "Claude Code", Expires: &from.Expires},
	}
	var expires *int64
	if from.Kind == schema.Token {
		ms := int64(from.Expires)
		expires = &ms
	}
	c.Summary = credentialText(from.Kind, expires, d.opts.Now)
	if live == nil {
		return c
	}
	c.Action, c.Rekey = Update, live.Kind != from.Kind
	c.Before = &Object{Type: "profile", Provider: live.Provider, Kind: live.Kind, Value: live.Credential, Expires: live.Expires}
	if c.Rekey {
		c.Summary = string(live.Kind) + " -> " + c.Summary
	} else {
		c.Summary = strings.Replace(c.Summary, "(sensitive)", "(sensitive) will change", 1)
	}
	if slices.Contains(m.live.Usage, addr.Name) {
		c.Summary += "; cooldown cleared"
	}
	return c
}

// comesBack says what becomes of a deleted profile that the product's own sync keeps.
func (d *differ) comesBack(id string) []string {
	switch {
	case !slices.Contains(d.rules.SyncedIDs, id):
		return nil
	case id != d.rules.ClaudeSync:
		return []string{d.live.Product + " brings it back as long as the program is logged in whose login it copies"}
	case d.sync != nil:
		return []string{d.live.Product + " brings it back at its next start: Claude Code is logged in on this host"}
	}
	return []string{d.live.Product + " brings it back once Claude Code is logged in on this host"}
}

// fromSync tells that a stored profile is one of the product's own sync, which copies
// logins: a key that a user stored under such an id, "openai:default", is none of its.
func (d *differ) fromSync(live *LiveProfile) bool {
	return live.Kind != schema.APIKey && slices.Contains(d.rules.SyncedIDs, live.ID)
}

// synced are the undeclared logins that the product copies by itself.
func (d *differ) synced() []string {
	var out []string
	for _, id := range d.rules.SyncedIDs {
		there := func(m *model) bool {
			live := m.live.Profile(id)
			return live != nil && d.fromSync(live) && !d.declaredAt(m, id) && !m.dropped[id]
		}
		if slices.ContainsFunc(d.stores, there) {
			out = append(out, id)
		}
	}
	return out
}
