package plan

import (
	"fmt"
	"strings"

	"github.com/keyform/keyform/schema"
	"github.com/keyform/keyform/schema/diag"
)

// A refresh token works once: whoever uses it gets the next one, and all who have the
// old one are logged out, some providers' whole family of tokens with it. So keyform
// copies none to a second place, and tells of those that are in several.

// place is where a refresh token is stored.
type place struct {
	addr schema.Address
	text string
	// synced tells that it is main's copy of Claude Code's login, which the product and
	// Claude Code keep in step.
	synced bool
}

// sharedLogins refuses a second import of one login, and warns of refresh tokens that
// are in several places.
func sharedLogins(differs []*differ, live *Snapshot) diag.Diagnostics {
	return append(secondImports(differs, live.Sync), duplicates(differs, live)...)
}

// secondImports refuses to give one login to two gateways. What the other one has
// copied by itself matters only where this plan would write.
func secondImports(differs []*differ, from *SyncLogin) diag.Diagnostics {
	var diags diag.Diagnostics
	first := ""
	for _, d := range differs {
		if d.imports == nil {
			continue
		}
		other := first
		if first == "" {
			first = d.live.Name
		}
		for _, o := range differs {
			if other == "" && o != d && d.imports.writes && from != nil && o.holds(from.Refresh) {
				other = o.live.Name
			}
		}
		if other != "" {
			d.imports.writes = false
			p := d.imports.profile
			diags = append(diags, diag.Diagnostic{
				Code: "KF0620", Summary: "One login for two gateways", Range: p.Attrs["import"], Address: d.imports.addr.String(),
				Detail: fmt.Sprintf("Gateway %q has Claude Code's login or imports it, and two gateways that refresh one login log each other out. Import it into one of them, with gateways = [...], and give the other one a setup-token or an API key.", other),
			})
		}
	}
	return diags
}

// holds reports whether main's store has its copy of Claude Code's login with this
// refresh token.
func (d *differ) holds(refresh Fingerprint) bool {
	m := d.byAgent[d.rules.MainAgent]
	if m == nil || refresh == "" || d.rules.ClaudeSync == "" {
		return false
	}
	p := m.live.Profile(d.rules.ClaudeSync)
	return p != nil && p.Refresh == refresh
}

func duplicates(differs []*differ, live *Snapshot) diag.Diagnostics {
	places := map[Fingerprint][]place{}
	var found []Fingerprint
	add := func(token Fingerprint, p place) {
		if token == "" {
			return
		}
		if places[token] == nil {
			found = append(found, token)
		}
		places[token] = append(places[token], p)
	}
	if c := live.ClaudeCode; c != nil && (live.Sync == nil || c.Refresh != live.Sync.Refresh || c.Path != live.Sync.Path && c.Where == "file") {
		add(c.Refresh, place{text: "Claude Code (" + c.Label + ")"})
	}
	for _, d := range differs {
		for _, m := range d.stores {
			for i := range m.live.Profiles {
				p := &m.live.Profiles[i]
				if m.dropped[p.ID] {
					continue
				}
				synced := p.ID == d.rules.ClaudeSync && m.ref.Agent == d.rules.MainAgent
				if synced && d.imports != nil && d.imports.writes {
					continue // replaced by the one that is added below
				}
				add(p.Refresh, d.place(m, p.ID, synced))
			}
		}
	}
	for _, d := range differs {
		if d.imports != nil && d.imports.writes {
			add(live.Sync.Refresh, d.place(d.byAgent[d.rules.MainAgent], d.rules.ClaudeSync, true))
		}
	}
	var diags diag.Diagnostics
	for _, token := range found {
		list := places[token]
		if s := live.Sync; s != nil && s.Refresh == token {
			list = withClaude(list, s, differs)
		}
		if len(list) > 1 {
			diags = append(diags, duplicate(list))
		}
	}
	return diags
}

func (d *differ) place(m *model, id string, synced bool) place {
	return place{d.liveAddress(m, id), fmt.Sprintf("%s in %s of gateway %q", id, m.ref.Label, d.live.Name), synced}
}

// withClaude adds the file that the products' sync reads to the places of its token:
// as one with the first copy that such a sync keeps, or as one of its own.
func withClaude(list []place, from *SyncLogin, differs []*differ) []place {
	path := from.Path
	for _, d := range differs {
		path = ShowPath(path, d.live.Home)
	}
	out := append([]place(nil), list...)
	for i := range out {
		if out[i].synced {
			out[i].text += ", in step with " + path
			return out
		}
	}
	return append(out, place{text: "Claude Code (" + path + ")"})
}

func duplicate(list []place) diag.Diagnostic {
	const shown = 6
	texts := make([]string, 0, shown+1)
	address := ""
	for i, p := range list {
		if address == "" && p.addr.Kind != "" {
			address = p.addr.String()
		}
		if i == shown {
			texts = append(texts, fmt.Sprintf("and %d more", len(list)-shown))
		} else if i < shown {
			texts = append(texts, p.text)
		}
	}
	return diag.Diagnostic{
		Severity: diag.Warning, Code: "KF0619", Summary: "One login in several places", Address: address,
		Detail: "One refresh token is stored in several places: " + strings.Join(texts, "; ") +
			". It works once: as soon as one of them is refreshed, the others are logged out. Keep one of them, and log in anew in the others or delete them.",
	}
}
