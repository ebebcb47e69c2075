package plan

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/keyform/keyform/schema"
)

// configModel is the configuration's auth object as it will be.
type configModel struct {
	live     *ConfigSnapshot
	orders   map[string][]string
	listings map[string]Listing
	changes  []Change
}

func (c *configModel) init(live *ConfigSnapshot) {
	c.live = live
	c.orders = make(map[string][]string, len(live.Orders))
	for provider, ids := range live.Orders {
		c.orders[provider] = ids
	}
	c.listings = make(map[string]Listing, len(live.Listings))
	for _, l := range live.Listings {
		c.listings[l.ID] = l
	}
}

func (c *configModel) change(ch Change) { c.changes = append(c.changes, ch) }
func (c *configModel) unlist(id string) { delete(c.listings, id) }

// listings enters declared profiles in auth.profiles where they would go unused
// otherwise, and corrects entries that would reject them. These gateways (measured
// with clawdbot 2026.1.24-3 and OpenClaw 2026.2.26) use, where no explicit order applies, only
// the listed ids of a provider as soon as one is listed; and they skip a profile whose entry
// names another provider or a mode that does not fit its kind.
func (d *differ) listings() {
	if d.opts.Destroy {
		return
	}
	filtered := d.filteringProviders()
	declares := d.declaringProviders()
	touched := map[string]bool{}
	kinds := map[string]*schema.Profile{}
	for _, p := range d.want.Profiles {
		addr := profileAddress(d.live.Name, p)
		if d.missing[addr] || !d.targeted(addr) || d.live.Ledger.Foreign(d.owner, addr.String()) != nil {
			continue
		}
		provider := d.rules.Provider(p.Provider)
		_, listed := d.config.listings[p.ID]
		if !listed && !filtered[provider] && !declares[provider] {
			continue
		}
		if other := kinds[p.ID]; other != nil {
			d.checkSharedEntry(p, other, addr)
			continue
		}
		kinds[p.ID] = p
		if d.listing(d.withEntry(p), addr) {
			touched[provider] = true
		}
	}
	for _, provider := range sortedKeys(touched) {
		d.keepUsable(provider, filtered[provider])
	}
}

// checkSharedEntry refuses a second declaration of an id that contradicts the first
// one: auth.profiles has one entry for an id, for all agents.
func (d *differ) checkSharedEntry(p, first *schema.Profile, addr schema.Address) {
	differs := func(a, b string) bool { return a != "" && b != "" && a != b }
	if p.Kind == first.Kind && d.rules.Provider(p.Provider) == d.rules.Provider(first.Provider) && !differs(p.Mode, first.Mode) && !differs(p.Email, first.Email) {
		return
	}
	d.errorf("KF0609", "Profiles that cannot both be used", p.Range, addr,
		"auth.profiles has one entry for %q, for all agents, and this declaration of it (%s) and that in %s line %d (%s) want different ones: the gateway would skip one of the two. Give one of them another id.",
		p.ID, p.Kind, first.Range.Filename, first.Range.Start.Line, first.Kind)
}

// withEntry gives the profile with what other declarations of its id say about its
// entry.
func (d *differ) withEntry(p *schema.Profile) *schema.Profile {
	merged := *p
	merged.Mode = cmp.Or(p.Mode, d.ids[p.ID].mode)
	merged.Email = cmp.Or(p.Email, d.ids[p.ID].email)
	return &merged
}

// filteringProviders are the providers of which auth.profiles lists an id now.
func (d *differ) filteringProviders() map[string]bool {
	out := map[string]bool{}
	for _, l := range d.config.listings {
		out[d.rules.Provider(l.Provider)] = true
	}
	return out
}

// declaringProviders are those of which a declared profile has mode or email: from
// then on all of their declared profiles are listed.
func (d *differ) declaringProviders() map[string]bool {
	out := map[string]bool{}
	for _, p := range d.want.Profiles {
		if p.Mode != "" || p.Email != "" {
			out[d.rules.Provider(p.Provider)] = true
		}
	}
	return out
}

// listing compares a profile's entry; it reports whether it was entered anew.
func (d *differ) listing(p *schema.Profile, addr schema.Address) bool {
	mode := cmp.Or(p.Mode, d.entryMode(p.ID, p.Kind))
	old, listed := d.config.listings[p.ID]
	after := Listing{ID: p.ID, Provider: p.Provider, Mode: mode, Email: p.Email}
	c := Change{
		Address: addr.String(), Name: "auth.profiles",
		After: &Object{Type: "listing", Provider: after.Provider, Mode: after.Mode, Email: after.Email},
	}
	if !listed {
		c.Action, c.Summary = Create, p.ID+" listed"
		if c.Reason = p.Provider + " lists its ids"; p.Mode != "" || p.Email != "" {
			c.Reason = ""
		}
	} else {
		after = d.correctListing(p, old, after)
		if after == old {
			return false
		}
		c.Action, c.Summary = Update, p.ID+": "+listingText(old, after)
		c.Before = &Object{Type: "listing", Provider: old.Provider, Mode: old.Mode, Email: old.Email}
		c.After = &Object{Type: "listing", Provider: after.Provider, Mode: after.Mode, Email: after.Email}
		if p.Mode == "" && p.Email == "" {
			c.Reason = fmt.Sprintf("as it is, the gateway would skip the %s", p.Kind)
		}
	}
	c.Ops = Ops{PutListing(after)}
	d.config.listings[p.ID] = after
	d.config.change(c)
	return !listed
}

// entryMode is the mode that an entry gets by itself: the kind of its credential. A
// token under an id that some store holds an OAuth login of, or that the product syncs
// as one, gets "oauth", which takes both.
func (d *differ) entryMode(id string, kind schema.CredentialKind) string {
	if kind == schema.Token && (d.storesOAuth(id) || slices.Contains(d.rules.ModeMigrations, id)) {
		return string(schema.OAuth)
	}
	return string(kind)
}

func (d *differ) storesOAuth(id string) bool {
	return slices.ContainsFunc(d.stores, func(m *model) bool { return m.profiles[id].kind == schema.OAuth })
}

// correctListing keeps of an entry what does not contradict the declaration.
func (d *differ) correctListing(p *schema.Profile, old, want Listing) Listing {
	if d.rules.Provider(old.Provider) == d.rules.Provider(want.Provider) || p.Lifecycle.Ignores("provider") {
		want.Provider = old.Provider
	}
	if p.Mode == "" && modeAccepts(old.Mode, p.Kind) && (old.Mode != string(schema.Token) || !d.storesOAuth(p.ID)) || p.Lifecycle.Ignores("mode") {
		want.Mode = old.Mode
	}
	if p.Email == "" || p.Lifecycle.Ignores("email") {
		want.Email = old.Email
	}
	return want
}

// modeAccepts is the gateways' own rule: a mode takes its own kind, and "oauth" a
// token too.
func modeAccepts(mode string, kind schema.CredentialKind) bool {
	return mode == string(kind) || mode == "oauth" && kind == schema.Token
}

// keepUsable lists the live profiles that a new listing would hide.
func (d *differ) keepUsable(provider string, filteredBefore bool) {
	if filteredBefore && !(d.rules.ListedFallback && d.listedAllMissing(provider)) {
		return
	}
	if _, ordered := d.config.orders[orderKey(d.config.orders, provider, d.rules)]; ordered {
		return
	}
	for _, m := range d.stores {
		if d.ordered(m, provider) {
			continue
		}
		for _, p := range m.live.Profiles {
			after, there := m.profiles[p.ID]
			if _, listed := d.config.listings[p.ID]; listed || !there || after.provider != provider {
				continue
			}
			l := Listing{ID: p.ID, Provider: p.Provider, Mode: d.entryMode(p.ID, after.kind)}
			d.config.listings[p.ID] = l
			d.config.change(Change{
				Address: d.liveAddress(m, p.ID).String(), Action: Create, Name: "auth.profiles",
				Summary: p.ID + " listed", Reason: "so that it stays usable",
				Ops: Ops{PutListing(l)}, After: &Object{Type: "listing", Provider: l.Provider, Mode: l.Mode},
			})
		}
	}
}

// listedAllMissing reports whether none of the ids that were listed for the
// provider was in a store, in which case releases with that fallback used all.
func (d *differ) listedAllMissing(provider string) bool {
	for _, l := range d.live.Config.Listings {
		if d.rules.Provider(l.Provider) != provider {
			continue
		}
		for _, m := range d.stores {
			if m.live.Profile(l.ID) != nil {
				return false
			}
		}
	}
	return true
}

// ordered reports whether an order of its own or main's applies to an agent.
func (d *differ) ordered(m *model, provider string) bool {
	for _, s := range d.view(m) {
		if _, ok := s.orders[orderKey(s.orders, provider, d.rules)]; ok {
			return true
		}
	}
	return false
}

// migrations turns the legacy mode "token" into "oauth" where the stored login is
// OAuth or the product's own rule says so: with "token" these gateways skip a
// stored OAuth login.
func (d *differ) migrations() {
	if !d.want.Gateway.Migrate || d.opts.Destroy {
		return
	}
	for _, live := range d.live.Config.Listings {
		l, listed := d.config.listings[live.ID]
		if !listed || l != live || l.Mode != string(schema.Token) {
			continue
		}
		reason := ""
		switch {
		case d.ids[l.ID].mode != "":
			continue
		case d.storesOAuth(l.ID):
			reason = "legacy; its stored login is OAuth"
		case slices.Contains(d.rules.ModeMigrations, l.ID) && !d.declaresID(l.ID):
			reason = "legacy; " + d.live.Product + " syncs this login as OAuth"
		default:
			continue
		}
		addr := d.profileNamed(l.ID)
		if !d.targeted(addr) {
			continue
		}
		after := l
		after.Mode = string(schema.OAuth)
		d.config.listings[l.ID] = after
		d.config.change(Change{
			Address: addr.String(), Action: Migrate, Name: l.ID, Reason: reason,
			Summary: listingText(l, after), Ops: Ops{PutListing(after)},
			Before: &Object{Type: "listing", Provider: l.Provider, Mode: l.Mode, Email: l.Email},
			After:  &Object{Type: "listing", Provider: after.Provider, Mode: after.Mode, Email: after.Email},
		})
	}
}
