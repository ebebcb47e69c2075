package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/keyform/keyform/schema"
	"github.com/keyform/keyform/schema/diag"
)

// LegacyImport are logins in files of an older form that the gateway takes into a
// store as long as the store does not exist, and never after that.
type LegacyImport struct {
	// Files are the files, as a user knows them; IDs the profiles that they become,
	// sorted.
	Files []string `json:"files"`
	IDs   []string `json:"ids"`
	// Load is what makes the gateway load the store: "running clawdbot models status".
	Load string `json:"load"`
}

// Missing tells that gateways take the store for none: it does not exist, or is empty.
func (s *StoreSnapshot) Missing() bool { return !s.Exists || s.Empty }

// guardImports refuses a plan that would strand logins: a store that it creates is
// one that the gateway fills no more. Main's store counts for all agents, since an agent
// without a store gets a copy of main's instead.
func (d *differ) guardImports() {
	main := d.byAgent[d.rules.MainAgent]
	mainMade := main != nil && len(main.live.Profiles) == 0 && len(main.profiles) > 0
	for _, m := range d.stores {
		pending, made := m.live.Import, len(m.changes) > 0
		if pending == nil || !made && !mainMade {
			continue
		}
		lost := slices.DeleteFunc(slices.Clone(pending.IDs), func(id string) bool { return made && d.declaredAt(m, id) })
		created := m.ref.Label
		if !made {
			created = main.ref.Label
		}
		if len(lost) == 0 {
			continue
		}
		d.errorf("KF0622", "Logins that would be left behind", diag.Range{}, schema.Address{Kind: schema.KindGateway, Gateway: d.live.Name},
			"%s: %s would make %s of it, but only while there is no credential store, and this plan creates one (%s). Let it take them first, by %s as the gateway's user, and plan again; or move the file away, if nothing of it is wanted.",
			strings.Join(pending.Files, " and "), d.live.Product, strings.Join(lost, ", "), created, pending.Load)
	}
}

// legacyNotes are remarks on what is left of earlier times and stays as it is.
func (d *differ) legacyNotes() []string {
	out := append(slices.Clone(d.live.Legacy), d.legacyRemarks...)
	for _, id := range d.rules.RetiredIDs {
		if where := d.placesOf(id); len(where) > 0 {
			out = append(out, fmt.Sprintf("%s in %s is of a sync that %s does not have any more; its doctor removes the profile when it is told to repair. keyform leaves it.",
				id, strings.Join(where, ", "), d.live.Product))
		}
	}
	return append(out, d.defaultModelNote()...)
}

// placesOf names the stores and the configuration that have an undeclared id.
func (d *differ) placesOf(id string) []string {
	var out []string
	for _, m := range d.stores {
		if m.live.Profile(id) != nil && !d.declaredAt(m, id) && !m.dropped[id] {
			out = append(out, m.ref.Label)
		}
	}
	if _, listed := d.config.listings[id]; listed && !d.declaresID(id) {
		out = append(out, d.live.Config.Label)
	}
	return out
}

// defaultModelNote tells of a default model that nothing pays for: it is in use by
// the gateway's own account of it, so that "models status --check" calls the gateway ill.
func (d *differ) defaultModelNote() []string {
	model := d.rules.DefaultModel
	provider, _, _ := strings.Cut(model, "/")
	if model == "" || d.live.Config.Model != "" || d.hasCredential(provider) {
		return nil
	}
	return []string{fmt.Sprintf("No model is configured, so that %s uses %s, and there is no credential of %s: its \"models status --check\" fails.", d.live.Product, model, provider)}
}

// hasCredential tells whether the provider has a profile or a variable after the plan.
func (d *differ) hasCredential(provider string) bool {
	for _, m := range d.stores {
		for _, p := range m.profiles {
			if p.provider == provider && p.usable {
				return true
			}
		}
	}
	for _, name := range d.rules.Variables[provider] {
		_, inConfig := d.live.Config.EnvVars[name]
		elsewhere := slices.ContainsFunc(d.live.Elsewhere, func(e EnvElsewhere) bool { return e.Name == name && e.Value != "" })
		if inConfig || elsewhere || d.setsVar(name) || d.live.Env.Var(name) != nil && !d.dropsVar(name) {
			return true
		}
	}
	return slices.Contains(d.live.Config.ModelKeys, provider)
}

func (d *differ) dropsVar(name string) bool {
	return slices.ContainsFunc(d.env, func(c Change) bool { return c.Name == name && c.Action == Delete })
}
