package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/keyform/keyform/schema"
	"github.com/keyform/keyform/schema/diag"
)

// providerVar is one variable that a provider block declares.
type providerVar struct {
	name    string
	addr    schema.Address
	use     *schema.Use
	literal string
	at      diag.Range
	attr    string
}

// providerVars lists the variables of a provider block: api_key goes to the provider's
// variable for a key (Rules.KeyVariable). A provider without one gives an entry without a
// name.
func providerVars(gateway string, p *schema.Provider, rules Rules) []providerVar {
	addr := func(name string) schema.Address {
		return schema.Address{Kind: schema.KindEnv, Gateway: gateway, Provider: p.ID, Name: name}
	}
	var out []providerVar
	if p.APIKey != nil {
		name := rules.KeyVariable(p.ID)
		out = append(out, providerVar{name: name, addr: addr(name), use: p.APIKey, at: p.APIKey.Range, attr: "api_key"})
	}
	for _, e := range p.Env {
		out = append(out, providerVar{name: e.Name, addr: addr(e.Name), use: e.Use, literal: e.Literal, at: e.Range, attr: "env"})
	}
	return out
}

// variables compares the declared variables with the .env file.
func (d *differ) variables() {
	taken := map[string]providerVar{}
	for _, p := range d.want.Providers {
		for _, v := range providerVars(d.live.Name, p, d.rules) {
			if v.name == "" {
				d.errorf("KF0602", "Provider without a known variable", v.at, schema.Address{Kind: schema.KindProvider, Gateway: d.live.Name, Provider: p.ID},
					"%s %s reads no environment variable for an API key of provider %q. Name the variable yourself, with env = { NAME = ... }.%s",
					d.live.Product, d.live.Release, p.ID, schema.DidYouMean(p.ID, sortedKeys(d.rules.Variables)))
				continue
			}
			if d.foreign(v.addr, v.at) {
				continue
			}
			if other, ok := taken[v.name]; ok {
				d.sameVariable(v, other)
				continue
			}
			taken[v.name] = v
			if d.targeted(v.addr) {
				d.variable(p, v)
			}
		}
	}
}

// sameVariable lets two providers share a variable only with one value.
func (d *differ) sameVariable(v, other providerVar) {
	same := v.literal == other.literal && (v.use == nil) == (other.use == nil) && (v.use == nil || v.use.Ref.Key() == other.use.Ref.Key())
	if !same {
		d.errorf("KF0612", "One variable with two values", v.at, v.addr,
			"%s and %s both set %s, and not to the same reference. A gateway reads one value of it for both: declare the same one, or drop one of them.", other.addr, v.addr, v.name)
	}
}

func (d *differ) variable(p *schema.Provider, v providerVar) {
	op := SetVar{Name: v.name, Literal: v.literal}
	after := &Object{Type: "variable", Provider: p.ID, Literal: v.literal}
	want, from := Fingerprint(""), ""
	if v.use != nil {
		use := d.want.use(*v.use, EnvDomain(d.live.Name, v.name), d.prints)
		op.Secret, want, from = &use, use.Want, use.Ref.String()
	} else {
		want = d.prints[PrintKey{EnvDomain(d.live.Name, v.name), LiteralRef(v.literal)}]
	}
	after.Value, after.From = want, from
	live := d.live.Env.Var(v.name)
	warnings := d.outranked(p, v, want, live)
	if live != nil && (want == "" || want == live.Value || p.Lifecycle.Ignores(v.attr)) {
		if want == "" {
			d.unchecked++
		}
		d.keep(v.addr, string(EnvStore), Adopted)
		if len(warnings) > 0 {
			d.warnf("KF0613", "Variable that does not take effect", v.at, v.addr, "%s.", strings.Join(warnings, "; "))
		}
		return
	}
	if want == "" {
		d.unchecked++
	}
	c := Change{
		Address: v.addr.String(), Action: Create, Name: v.name, Ops: Ops{op}, Warnings: warnings, After: after,
		Summary: "(sensitive)", Origin: d.origin(v.addr, string(EnvStore), live == nil),
	}
	if v.use == nil {
		c.Summary = fmt.Sprintf("%q", v.literal)
	}
	if live != nil {
		c.Action, c.Summary = Update, c.Summary+" will change"
		c.Before = &Object{Type: "variable", Provider: p.ID, Value: live.Value}
		if live.Count > 1 {
			c.Summary += fmt.Sprintf("; %d assignments become one", live.Count)
		}
		c.Rekey = v.use != nil
	}
	d.env = append(d.env, c)
}

// LiteralRef is the Ref of a PrintKey for a variable that is declared as a plain
// string: the caller fingerprints the literal like a secret, under the same domain.
func LiteralRef(literal string) string { return "literal:" + literal }

// outranked says what keeps a variable of the .env file from taking effect.
func (d *differ) outranked(p *schema.Provider, v providerVar, want Fingerprint, live *EnvLive) []string {
	var out []string
	for _, e := range d.live.Elsewhere {
		if e.Name != v.name || e.After || want != "" && e.Value == want {
			continue
		}
		// A gateway that restarted itself carries along what it once took from the file.
		if e.Process && live != nil && e.Value == live.Value {
			continue
		}
		if e.Value == "" {
			out = append(out, e.Where+" sets "+v.name+" to nothing, which wins")
			continue
		}
		out = append(out, e.Where+" sets its own "+v.name+", which wins")
	}
	candidates := d.rules.Variables[d.rules.Provider(p.ID)]
	for _, higher := range candidates[:max(0, slices.Index(candidates, v.name))] {
		if d.live.Env.Var(higher) != nil || slices.ContainsFunc(d.live.Elsewhere, func(e EnvElsewhere) bool { return e.Name == higher && e.Value != "" }) {
			out = append(out, higher+" is set too and comes before "+v.name+" for "+p.ID)
		}
	}
	return out
}

func (d *differ) removeVar(addr schema.Address, r *Record, why string) {
	live := d.live.Env.Var(addr.Name)
	declaredElsewhere := !d.opts.Destroy && slices.ContainsFunc(d.want.Providers, func(p *schema.Provider) bool {
		return slices.ContainsFunc(providerVars(d.live.Name, p, d.rules), func(v providerVar) bool { return v.name == addr.Name })
	})
	if live == nil || declaredElsewhere {
		d.forget(r)
		return
	}
	var warnings []string
	for _, e := range d.live.Elsewhere {
		if e.Name == addr.Name && e.After && e.Value != "" {
			warnings = append(warnings, e.Where+" sets "+addr.Name+" too, which counts from then on")
		}
	}
	d.env = append(d.env, Change{
		Warnings: warnings, Address: addr.String(), Action: Delete, Name: addr.Name, Reason: why, Summary: "(sensitive) goes",
		Ops: Ops{DropVar{Name: addr.Name}}, Before: &Object{Type: "variable", Provider: addr.Provider, Value: live.Value},
	})
}
