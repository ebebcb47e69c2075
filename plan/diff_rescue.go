package plan

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/keyform/keyform/schema"
)

// rescue plans what brings stranded credentials into the stores that the release
// reads, and puts the files that held them aside as the gateway's own importer does. It
// comes after the declared profiles: what is declared needs no import.
func (d *differ) rescue() {
	if !d.want.Gateway.Migrate || d.opts.Destroy {
		return
	}
	r := &rescue{differ: d, picked: d.pick(), stands: map[cell]*LegacyProfile{}, kept: map[cell]bool{}}
	var sources []*LegacySource
	for i := range d.live.Sources {
		s := &d.live.Sources[i]
		m := d.byAgent[s.Agent]
		switch {
		case s.Interrupted:
			d.warnInterrupted(s)
		case s.Problem != "":
			d.legacyRemarks = append(d.legacyRemarks, fmt.Sprintf("%s is of an earlier form and nothing can be taken from it: %s.", s.Label, s.Problem))
		case m != nil && s.counts(m) && m.live.Refusal != "":
			// Nobody asked for it, so it does not keep the plan from being applied.
			d.legacyRemarks = append(d.legacyRemarks, fmt.Sprintf("%s (%s) is of an earlier form. It would be imported, but %s", s.Label, m.title(), m.live.Refusal))
		case m != nil && s.counts(m):
			r.importProfiles(s, m)
			sources = append(sources, s)
		}
	}
	// A plan for a part of the gateway leaves the rest in the files, and the files.
	if d.targeted(d.gatewayAddress()) {
		for _, m := range r.stores {
			r.renameStore(m)
		}
		// What is in the file of the state comes before what is beside the credentials.
		for _, own := range []bool{true, false} {
			for _, s := range sources {
				if (s.Form == stateForm) == own {
					r.importState(s, d.byAgent[s.Agent])
				}
			}
		}
		for _, s := range sources {
			d.putAside(s)
		}
		r.renameConfig()
	}
	for i := range d.live.Sources {
		s := &d.live.Sources[i]
		if m := d.byAgent[s.Agent]; m != nil && s.Problem == "" && !s.Interrupted && !s.counts(m) {
			d.remarkArchive(s, m)
		}
	}
}

// rescue is the import of one gateway.
type rescue struct {
	*differ
	// picked are the files to take profiles from.
	picked map[cell]*LegacySource
	// stands has the profiles of files whose credential is in the store afterwards.
	stands map[cell]*LegacyProfile
	// kept tells whether that of the first file with the id is: the one that usageStats
	// are about.
	kept map[cell]bool
}

func (d *differ) gatewayAddress() schema.Address {
	return schema.Address{Kind: schema.KindGateway, Gateway: d.live.Name}
}

// warnInterrupted tells of a file that only the gateway's own importer can finish.
func (d *differ) warnInterrupted(s *LegacySource) {
	d.warnf("KF0657", "Import that was interrupted", d.want.Gateway.Range, schema.Address{Kind: schema.KindGateway, Gateway: d.live.Name},
		"%s: %s has begun to import it and has not put it aside. It goes on with it at \"%s doctor --fix\", and would stop there for ever without the file, so keyform takes nothing from it and leaves it. Run that, and plan again.",
		s.Label, d.live.Product, d.live.Product)
}

// oauthForm is the file of logins by provider, the oldest of the forms: releases read it
// only where nothing newer was there. stateForm has no profiles.
const (
	oauthForm = "oauth.json"
	stateForm = "auth-state.json"
)

// hasLogin tells that a login of the provider is there, or comes from a newer file.
func (d *differ) hasLogin(s *LegacySource, m *model, p *LegacyProfile) bool {
	for _, have := range m.profiles {
		if have.kind == schema.OAuth && have.provider == d.rules.Provider(p.Provider) {
			return true
		}
	}
	for i := range d.live.Sources {
		o := &d.live.Sources[i]
		if o.Form != oauthForm && o.Agent == s.Agent && slices.ContainsFunc(o.Profiles, func(q LegacyProfile) bool {
			return q.Kind == schema.OAuth && d.rules.Provider(q.Provider) == d.rules.Provider(p.Provider)
		}) {
			return true
		}
	}
	return false
}

// oldID is the id of the profile in its file.
func (p *LegacyProfile) oldID() string {
	if p.Was != "" {
		return p.Was
	}
	return p.ID
}

// counts tells that a file is one to import from. What is put aside already has been
// imported, and what has gone from the store since was taken away on purpose: only a
// store that holds nothing gets it back.
func (s *LegacySource) counts(m *model) bool {
	return !s.Aside || len(m.live.Profiles) == 0
}

// remarkArchive names what only a file that was put aside still holds.
func (d *differ) remarkArchive(s *LegacySource, m *model) {
	var lost []string
	for i := range s.Profiles {
		p := &s.Profiles[i]
		if _, there := m.profiles[p.ID]; !there && !d.declaredAt(m, p.ID) && !slices.Contains(d.rules.RetiredIDs, p.oldID()) {
			lost = append(lost, p.ID)
		}
	}
	if len(lost) > 0 {
		d.legacyRemarks = append(d.legacyRemarks, fmt.Sprintf("%s, which was put aside, holds %s, and the %s does not. keyform puts them back into an empty store only.", s.Label, strings.Join(lost, ", "), m.title()))
	}
}

// cell is one profile in one store.
type cell struct{ agent, id string }

// pick chooses, of several files that hold one profile, the one to take it from.
func (d *differ) pick() map[cell]*LegacySource {
	best := map[cell]*LegacyProfile{}
	from := map[cell]*LegacySource{}
	for i := range d.live.Sources {
		s := &d.live.Sources[i]
		if m := d.byAgent[s.Agent]; s.Problem != "" || m == nil || !s.counts(m) {
			continue
		}
		for j := range s.Profiles {
			p, at := &s.Profiles[j], cell{s.Agent, s.Profiles[j].ID}
			var rival *LiveProfile
			if best[at] != nil {
				rival = &best[at].LiveProfile
			}
			if yes, _ := p.better(rival, d.rules, d.opts.Now); yes {
				best[at], from[at] = p, s
			}
		}
	}
	return from
}

// importProfiles imports the profiles of a file.
func (r *rescue) importProfiles(s *LegacySource, m *model) {
	d := r.differ
	var taken, there, left []string
	for i := range s.Profiles {
		p := &s.Profiles[i]
		live, at := m.live.Profile(p.ID), cell{s.Agent, p.ID}
		yes, why := p.better(live, d.rules, d.opts.Now)
		stands := false
		switch {
		case !d.targeted(d.liveAddress(m, p.ID)):
		case slices.Contains(d.rules.RetiredIDs, p.oldID()):
			left = append(left, p.oldID()+" (retired: "+d.live.Product+" "+d.live.Release+" has no use for it)")
		case r.written(m, p.ID):
			there = append(there, p.ID+" (declared)")
		case r.picked[at] != s:
			there = append(there, p.ID+" (from another file)")
		case s.Form == oauthForm && d.hasLogin(s, m, p):
			left = append(left, p.ID+" (another login of "+p.Provider+" is newer)")
		case live == nil && r.inherited(p, m):
			there = append(there, p.ID+" (inherited from the "+d.byAgent[d.rules.MainAgent].title()+")")
		case yes:
			d.importProfile(s, p, m, live)
			r.meetLogin(p, m)
			taken = append(taken, p.ID)
			stands = true
		case why == "":
			there = append(there, p.ID)
			stands = true
		default:
			left = append(left, p.ID+" ("+why+")")
		}
		if _, known := r.kept[at]; !known {
			r.kept[at] = stands
		}
		if stands {
			r.stands[at] = p
		}
	}
	d.remarkSource(s, m, taken, there, left)
}

// inherited tells that an agent sees the login in the store that agents share, from where
// the gateway takes it and refreshes it: the same one, or one of the same account that is
// as new. A copy would be a second holder of one refresh token. OpenClaw's own importer
// leaves it out, too (isInheritedMainOAuthCredentialFromStores, 2026.9.6).
func (r *rescue) inherited(p *LegacyProfile, m *model) bool {
	shared := r.byAgent[r.rules.MainAgent]
	if p.Kind != schema.OAuth || shared == nil || m == shared || shared.profiles[p.ID].kind != schema.OAuth || r.written(shared, p.ID) {
		return false
	}
	have := shared.live.Profile(p.ID)
	if q := r.stands[cell{r.rules.MainAgent, p.ID}]; q != nil {
		have = &q.LiveProfile
	}
	switch {
	case have == nil:
		return false
	case p.Refresh != "" && p.Refresh == have.Refresh:
		return true
	case p.Account != "" && have.Account != "" && p.Account != have.Account:
		return false
	}
	same := p.Account != "" && p.Account == have.Account || p.Email != "" && strings.EqualFold(p.Email, have.Email)
	return same && have.Expires != nil && (p.Expires == nil || *have.Expires >= *p.Expires)
}

func (d *differ) importProfile(s *LegacySource, p *LegacyProfile, m *model, live *LiveProfile) {
	op := ImportEntry{ID: p.ID, Provider: p.Provider, Kind: p.Kind, Secret: legacyUse(s, LegacyProfiles, p.oldID(), EntryDomain(s.Path, p.oldID()), p.Entry)}
	c := Change{
		Address: d.liveAddress(m, p.ID).String(), Action: Migrate, Name: p.ID, Ops: Ops{op},
		Summary: strings.Replace(credentialText(p.Kind, nil, d.opts.Now), "(sensitive)", "(sensitive) imported", 1),
		After:   &Object{Type: "profile", Provider: p.Provider, Kind: p.Kind, Value: p.Credential, From: s.Label, Expires: p.Expires},
	}
	if p.Expires != nil && p.Kind == schema.Token {
		c.Summary += ", expires " + dateText(*p.Expires, d.opts.Now)
	}
	if p.Was != "" {
		c.Summary += "; was " + p.Was
	}
	if live != nil {
		c.Before = &Object{Type: "profile", Provider: live.Provider, Kind: live.Kind, Value: live.Credential, Expires: live.Expires}
		if d.rules.usable(&p.LiveProfile, d.opts.Now) && d.rules.usable(live, d.opts.Now) {
			c.Summary += "; it was refreshed later than the live one"
		} else {
			c.Summary += "; the live one cannot be used any more"
		}
	}
	m.profiles[p.ID] = modelProfile{d.rules.Provider(p.Provider), p.Kind, d.rules.usable(&p.LiveProfile, d.opts.Now), true}
	m.change(c)
}

// unread says what the release does with a legacy file.
func (d *differ) unread(s *LegacySource, m *model) string {
	if pending := m.live.Import; pending != nil && pending.LoginFile == s.Label {
		return d.live.Product + " " + d.live.Release + " reads only as long as the agent has no store"
	}
	return d.live.Product + " " + d.live.Release + " does not read"
}

// putAside plans the renaming of a file whose content is imported.
func (d *differ) putAside(s *LegacySource) {
	if s.Aside {
		return
	}
	why := "after the import"
	if s.Blocks {
		why = "after the import; as long as it is there the gateway refuses to work"
	}
	base := path.Base(s.Label)
	d.aside = append(d.aside, StoreWrite{
		Store: s.ref(), Exists: true, Before: s.Items(),
		Changes: []Change{{
			Address: d.gatewayAddress().String(), Action: Migrate, Name: base,
			Summary: "renamed to " + base + d.rules.Archive, Reason: why, Ops: Ops{PutAside{}},
			Before: &Object{Type: "file"},
		}},
	})
}

// remarkSource says what becomes of each profile of a file.
func (d *differ) remarkSource(s *LegacySource, m *model, taken, there, left []string) {
	says := []string{}
	for _, part := range []struct {
		what string
		ids  []string
	}{{"imports ", taken}, {"finds there already ", there}, {"leaves behind ", left}} {
		if len(part.ids) > 0 {
			says = append(says, part.what+strings.Join(part.ids, ", "))
		}
	}
	if len(says) == 0 {
		return
	}
	d.legacyRemarks = append(d.legacyRemarks, fmt.Sprintf("%s (%s) is of an earlier form, which %s. Of what it holds this plan %s.", s.Label, m.title(), d.unread(s, m), strings.Join(says, "; ")))
}
