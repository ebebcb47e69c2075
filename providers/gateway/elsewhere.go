package gateway

import (
	"fmt"
	"maps"
	"slices"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/secrets/secret"
)

// readElsewhere finds the watched variables in the unit and in the environment of
// the running gateway, which both come before the .env file.
func (r *reader) readElsewhere() {
	watched := map[string]bool{}
	for _, names := range r.out.Rules.Variables {
		for _, name := range names {
			watched[name] = true
		}
	}
	for _, v := range r.out.Env.Vars {
		watched[v.Name] = true
	}
	for _, name := range r.host.Watch {
		watched[name] = true
	}
	var unitVars map[string]string
	if u := r.place.unit; u != nil {
		unitVars = u.env
		r.elsewhere(watched, unitVars, nil, plan.EnvElsewhere{Where: u.name})
	}
	if in := r.place.live; in != nil {
		r.elsewhere(watched, in.env, unitVars, plan.EnvElsewhere{Where: fmt.Sprintf("the running gateway (pid %d)", in.pid), Process: true})
	}
}

// elsewhere adds the watched variables of env that known does not have with the
// same value. Empty ones count, with no Value: dotenv 17.4.2 leaves a variable that
// exists, whatever is in it.
func (r *reader) elsewhere(watched map[string]bool, env, known map[string]string, as plan.EnvElsewhere) {
	for _, name := range slices.Sorted(maps.Keys(env)) {
		value := env[name]
		if was, listed := known[name]; !watched[name] || listed && was == value {
			continue
		}
		as.Name = name
		as.Value = plan.Fingerprint(secret.FromString(value).Fingerprint(r.key, plan.EnvDomain(r.spec.Name, name)))
		r.out.Elsewhere = append(r.out.Elsewhere, as)
	}
}
