package plan

import (
	"fmt"
	"strings"
)

// unmanaged are the live profiles that stay as they are because nobody declared
// them, as addresses, sorted.
func (d *differ) unmanaged() []string {
	set := map[string]bool{}
	for _, m := range d.stores {
		for i := range m.live.Profiles {
			id := m.live.Profiles[i].ID
			if d.declaredAt(m, id) || m.dropped[id] {
				continue
			}
			addr := d.liveAddress(m, id)
			if main := d.byAgent[d.rules.MainAgent]; main != nil && main.live.Profile(id) != nil {
				addr = d.profileNamed(id)
			}
			set[addr.String()] = true
		}
	}
	return sortedKeys(set)
}

// notes tell of credentials in places that keyform reads and does not write, and
// of what applies to whom without being declared there.
func (d *differ) notes() []string {
	var out []string
	if d.out.Untold {
		out = append(out, "The gateway could not be told of what was written before: apply tells it again.")
	}
	if d.live.ConfigReadOnly != "" {
		out = append(out, fmt.Sprintf("%s does not write its configuration itself: %s. An edit from outside, such as keyform's, is what that is for.", d.live.Product, d.live.ConfigReadOnly))
	}
	out = append(out, d.commandNotes()...)
	c := d.live.Config
	for _, provider := range c.ModelKeys {
		out = append(out, fmt.Sprintf("%s has an API key of its own for %s in models.providers, used where neither a profile nor a variable applies.", c.Label, provider))
	}
	for _, name := range sortedKeys(c.EnvVars) {
		s := fmt.Sprintf("%s sets %s in env", c.Label, name)
		if d.live.Env.Var(name) != nil || d.setsVar(name) {
			s += "; the one in " + d.live.Env.Label + " wins"
		}
		out = append(out, s+".")
	}
	for _, a := range d.want.Agents {
		if a.ID != d.rules.MainAgent {
			continue
		}
		for _, o := range a.Orders {
			if heirs := d.heirs(d.rules.Provider(o.Provider)); len(heirs) > 0 {
				out = append(out, fmt.Sprintf("agent %s's order of %s applies to agents without one of their own, too: %s.", a.ID, o.Provider, strings.Join(heirs, ", ")))
			}
		}
	}
	if ids := d.synced(); len(ids) > 0 {
		out = append(out, fmt.Sprintf("These are copies that %s itself makes of other programs' logins: %s.", d.live.Product, strings.Join(ids, ", ")))
	}
	out = append(out, d.unnamed...)
	return append(out, d.legacyNotes()...)
}

func (d *differ) setsVar(name string) bool {
	for _, c := range d.env {
		if c.Name == name && c.Action != Delete {
			return true
		}
	}
	return false
}

// heirs are the agents that inherit main's order of a provider.
func (d *differ) heirs(provider string) []string {
	var out []string
	for _, m := range d.stores {
		if m.ref.Agent == d.rules.MainAgent {
			continue
		}
		if _, own := m.orders[orderKey(m.orders, provider, d.rules)]; !own {
			out = append(out, m.ref.Agent)
		}
	}
	return shorten(out)
}

// shorten names five, and counts the others.
func shorten(names []string) []string {
	if len(names) > 5 {
		return append(names[:5:5], fmt.Sprintf("and %d more", len(names)-5))
	}
	return names
}
