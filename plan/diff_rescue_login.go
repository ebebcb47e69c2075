package plan

import (
	"slices"
	"strings"

	"github.com/keyform/keyform/schema"
)

// written tells that a declaration decides what a profile of a store holds. One of oauth {}
// only says that there is a login: in a file of an earlier form it would be stranded.
func (r *rescue) written(m *model, id string) bool {
	return r.declaredAt(m, id) && r.asserted(m, id) == nil
}

// asserted is the declaration of a login by oauth {} that a profile of a store falls
// under, nil if there is none.
func (r *rescue) asserted(m *model, id string) *schema.Profile {
	var shared *schema.Profile
	for _, p := range r.want.Profiles {
		if p.ID != id || p.Kind != schema.OAuth || p.Import != "" {
			continue
		}
		if p.Agent == m.ref.Agent {
			return p
		}
		if p.Agent == "" {
			shared = p
		}
	}
	return shared
}

// meetLogin compares an asserted login with the one that is imported for it: where it is
// that, nobody has to log in.
func (r *rescue) meetLogin(p *LegacyProfile, m *model) {
	want := r.asserted(m, p.ID)
	if want == nil || want.Agent == "" && m.ref.Agent != r.rules.MainAgent {
		return
	}
	addr := profileAddress(r.live.Name, want)
	r.out.Steps = slices.DeleteFunc(r.out.Steps, func(s Step) bool { return s.Address == addr.String() && s.Store == m.ref.Label })
	delete(r.missing, addr)
	if unmet := r.unmetLogin(want, m, &p.LiveProfile); unmet != "" {
		r.step(want, addr, m, strings.Replace(unmet, "in "+m.ref.Label, "that is imported", 1))
	}
}
