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
	Files []string `json:"files,omitempty"`
	IDs   []string `json:"ids,omitempty"`
	// LoginFile is one that the store of every agent is made of, whatever main has: Logins
	// are the profiles that it becomes, sorted. "" for none.
	LoginFile string   `json:"login_file,omitempty"`
	Logins    []string `json:"logins,omitempty"`
	// Alone tells that the agent takes them whatever becomes of main's store.
	Alone bool `json:"alone,omitempty"`
	// Load is what makes the gateway load the store: "running clawdbot models status".
	Load string `json:"load"`
}

// Missing tells that gateways take the store for none: it does not exist, or is empty.
func (s *StoreSnapshot) Missing() bool { return !s.Exists || s.Empty }

// guardImports refuses a plan that would strand logins: a store that it creates is
// one that the gateway fills no more. Main's store counts for all agents where one without
// a store gets a copy of main's instead.
func (d *differ) guardImports() {
	main := d.byAgent[d.rules.MainAgent]
	mainMade := main != nil && len(main.live.Profiles) == 0 && len(main.profiles) > 0
	for _, m := range d.stores {
		pending, made := m.live.Import, len(m.changes) > 0
		if pending == nil || !made && (!mainMade || pending.Alone) {
			continue
		}
		created := m.ref.Label
		if !made {
			created = main.ref.Label
		}
		files := slices.Clone(pending.Files)
		lost := slices.DeleteFunc(slices.Clone(pending.IDs), func(id string) bool { return made && d.declaredAt(m, id) })
		if made {
			if logins := d.lostLogins(m); len(logins) > 0 {
				lost, files = append(lost, logins...), append(files, pending.LoginFile)
			}
		}
		if len(lost) == 0 {
			continue
		}
		wayOut := "or move the file away, if nothing of it is wanted"
		if !d.want.Gateway.Migrate && d.canImport(pending.LoginFile) {
			wayOut = "or let keyform import them, with migrate = true; " + wayOut
		}
		d.errorf("KF0622", "Logins that would be left behind", diag.Range{}, schema.Address{Kind: schema.KindGateway, Gateway: d.live.Name},
			"%s: %s would make %s of it, but only while there is no credential store, and this plan creates one (%s). Let it take them first, by %s as the gateway's user, and plan again; %s.",
			strings.Join(files, " and "), d.live.Product, strings.Join(lost, ", "), created, pending.Load, wayOut)
	}
}

// lostLogins are the logins of LoginFile that a store gets no more once this plan has
// made it, and that it does not have from main either.
func (d *differ) lostLogins(m *model) []string {
	pending := m.live.Import
	if d.retires(pending.LoginFile) {
		return nil
	}
	main := d.byAgent[d.rules.MainAgent]
	return slices.DeleteFunc(slices.Clone(pending.Logins), func(id string) bool {
		if d.declaredAt(m, id) || m == main || main == nil {
			return d.declaredAt(m, id)
		}
		_, has := main.profiles[id]
		takes := main.live.Import != nil && len(main.changes) == 0
		return has || takes
	})
}

// retires tells that the plan takes what is in a legacy file and puts it aside.
func (d *differ) retires(label string) bool {
	return slices.ContainsFunc(d.aside, func(w StoreWrite) bool { return w.Store.Label == label })
}

// canImport tells that a legacy file is one that keyform can import from.
func (d *differ) canImport(label string) bool {
	return slices.ContainsFunc(d.live.Sources, func(s LegacySource) bool { return s.Label == label && s.Problem == "" })
}

// importNotes tell of logins that the gateway will take into the stores of its agents, one
// copy into each.
func (d *differ) importNotes() []string {
	file, ids := "", []string(nil)
	var where []string
	for _, m := range d.stores {
		pending := m.live.Import
		if pending == nil || pending.LoginFile == "" || d.retires(pending.LoginFile) || len(m.changes) > 0 {
			continue
		}
		file, ids, where = pending.LoginFile, pending.Logins, append(where, m.ref.Agent)
	}
	if len(where) == 0 {
		return nil
	}
	text := fmt.Sprintf("%s is of an older form: %s makes %s of it in the store of each agent that has none, at that agent's next load (%s), and keeps the file.",
		file, d.live.Product, strings.Join(ids, ", "), strings.Join(shorten(where), ", "))
	if len(where) > 1 {
		text += " Several of them then may hold copies of one login, and a refresh of one makes the others useless."
	}
	return []string{text}
}

// legacyNotes are remarks on what is left of earlier times and stays as it is.
func (d *differ) legacyNotes() []string {
	out := append(slices.Clone(d.live.Legacy), d.legacyRemarks...)
	out = append(out, d.importNotes()...)
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
