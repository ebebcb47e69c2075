package apply

import (
	"context"
	"errors"
	"regexp"
	"slices"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/secrets"
	"github.com/keyform/keyform/providers/secrets/secret"
	"github.com/keyform/keyform/providers/secrets/source"
	"github.com/keyform/keyform/schema"
)

// vault holds the resolved secrets of a run.
type vault struct{ values secrets.Values }

// get is what a gateway.Document asks for a secret.
func (v vault) get(use *plan.SecretUse) (secret.Value, error) {
	value, ok := v.values.Get(use.Ref)
	if !ok {
		return secret.Value{}, errors.New("the secret " + use.Ref.String() + " was not resolved")
	}
	return value, nil
}

// resolve gets every secret of the plan at once, and checks each against its secret
// block and against the plan.
func resolve(ctx context.Context, p *plan.Plan, d Deps) (vault, error) {
	uses := p.Secrets()
	if len(uses) == 0 {
		return vault{}, nil
	}
	d.Progress(Event{Kind: SecretsStarted})
	values, failures := d.Secrets.Resolve(ctx, uses)
	if err := ctx.Err(); err != nil {
		return vault{}, err
	}
	wanted := wantedBy(p)
	if err := secretsError(uses, values, failures, wanted); err != nil {
		return vault{}, err
	}
	if err := rotated(p, values, d.PlanKey); err != nil {
		return vault{}, err
	}
	d.Progress(Event{Kind: SecretsDone})
	return vault{values}, nil
}

// wantedBy gives the addresses that want a reference, by its key.
func wantedBy(p *plan.Plan) map[string][]string {
	out := map[string][]string{}
	eachUse(p, func(_ string, c *plan.Change, use *plan.SecretUse) {
		key := use.Ref.Key()
		if !slices.Contains(out[key], c.Address) {
			out[key] = append(out[key], c.Address)
		}
	})
	return out
}

func eachUse(p *plan.Plan, f func(gateway string, c *plan.Change, use *plan.SecretUse)) {
	for i := range p.Gateways {
		g := &p.Gateways[i]
		for j := range g.Writes {
			for k := range g.Writes[j].Changes {
				c := &g.Writes[j].Changes[k]
				for _, op := range c.Ops {
					if use := plan.OpSecret(op); use != nil {
						f(g.Name, c, use)
					}
				}
			}
		}
	}
}

// secretsError lists what could not be resolved and what is not as its secret block
// wants it, each reference once.
func secretsError(uses []plan.SecretUse, values secrets.Values, failures []source.Failure, wanted map[string][]string) error {
	e := &SecretsError{}
	told := map[string]bool{}
	tell := func(f source.Failure) {
		if key := f.Ref.Key(); !told[key] {
			told[key] = true
			e.Failures = append(e.Failures, SecretFailure{Failure: f, Addresses: wanted[key]})
		}
	}
	for _, f := range failures {
		tell(f)
	}
	for _, use := range uses {
		value, ok := values.Get(use.Ref)
		if !ok || value.IsZero() {
			tell(source.Failure{Ref: use.Ref, Kind: source.Empty, Message: "Its source gave nothing.", Advice: "Store the credential there, or refer to another place."})
			continue
		}
		if err := checkUse(use, value); err != nil {
			tell(source.Failure{Ref: use.Ref, Kind: source.Malformed,
				Message: "What it resolves to is not what is expected: " + err.Error() + ".",
				Advice:  "Correct what is stored there, the reference, or the secret block."})
		}
	}
	if len(e.Failures) == 0 {
		return nil
	}
	return e
}

func checkUse(use plan.SecretUse, value secret.Value) error {
	s := schema.Secret{Name: use.Via, MinLength: use.MinLength}
	if use.Pattern != "" {
		pattern, err := regexp.Compile(use.Pattern)
		if err != nil {
			return errors.New("the pattern of secret." + use.Via + " is not a regular expression")
		}
		s.Pattern = pattern
	}
	return secrets.Check(value, s)
}

// rotated gives a *StaleError that names what resolves to something else than at
// plan time. What was not resolved then is not compared.
func rotated(p *plan.Plan, values secrets.Values, key []byte) error {
	e := &StaleError{}
	eachUse(p, func(gateway string, c *plan.Change, use *plan.SecretUse) {
		if use.Want == "" {
			return
		}
		value, _ := values.Get(use.Ref)
		if plan.Fingerprint(value.Fingerprint(key, use.Domain)) != use.Want {
			e.Moved = append(e.Moved, Stale{Gateway: gateway, Address: c.Address, What: use.Ref.String() + " resolves to something else now"})
		}
	})
	if len(e.Moved) == 0 {
		return nil
	}
	return e
}
