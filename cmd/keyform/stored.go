package main

import (
	"fmt"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/gateway"
	"github.com/keyform/keyform/providers/secrets"
	"github.com/keyform/keyform/providers/secrets/secret"
	"github.com/keyform/keyform/providers/secrets/source"
	"github.com/keyform/keyform/schema"
	"github.com/keyform/keyform/schema/diag"
)

// storedCheck is one check, with the .env file of its gateway.
type storedCheck struct {
	plan.StoredCheck
	env string
}

// resolves tells that the check needs its reference resolved by keyform.
func (c *storedCheck) resolves() bool {
	return c.Variable == "" && c.Literal == "" && c.Unknown == ""
}

// storedChecks are the checks of what gateways resolve by themselves.
func storedChecks(want *plan.DesiredGateway, live *plan.GatewaySnapshot, opts plan.Options) []storedCheck {
	var out []storedCheck
	if opts.Destroy {
		return nil
	}
	for _, c := range plan.StoredChecks(want, live, opts.Targets) {
		if opts.NoResolve {
			c = plan.StoredCheck{Use: c.Use, Unknown: "-no-resolve was given", Addr: c.Addr, Range: c.Range}
		}
		out = append(out, storedCheck{c, live.Env.Path})
	}
	return out
}

// checkStored holds what gateways resolve by themselves against the secret blocks. What
// keyform cannot have is not the gateway's problem: it is told, and no error.
func (s *staged) checkStored(host gateway.Host, checks []storedCheck, values secrets.Values, failures []source.Failure, cfg *schema.Config) {
	for _, c := range checks {
		v, unknown := c.value(host, values, failures)
		if unknown != "" {
			s.diags = append(s.diags, diag.Diagnostic{
				Severity: diag.Warning, Code: "KF0664", Summary: "Check that is not made", Range: c.Range, Address: c.Addr.String(),
				Detail: fmt.Sprintf("secret.%s says what the value has to be like, and it is the gateway that resolves it. keyform cannot look at it here: %s.", c.Use.Via, unknown),
			})
			continue
		}
		for i := range cfg.Secrets {
			block := &cfg.Secrets[i]
			if block.Name != c.Use.Via {
				continue
			}
			if err := secrets.Check(v, *block); err != nil {
				s.diags = append(s.diags, diag.Diagnostic{
					Code: "KF0502", Summary: "Secret that fails its check", Range: block.Range, Within: fmt.Sprintf("secret %q", block.Name), Address: c.Addr.String(),
					Detail: fmt.Sprintf("What the gateway will resolve for %s: %s. Correct what is stored there, or the check.", c.Addr, err),
				})
			}
		}
	}
}

// value is what the gateway will resolve, or why that is not known.
func (c *storedCheck) value(host gateway.Host, values secrets.Values, failures []source.Failure) (v secret.Value, unknown string) {
	switch {
	case c.Unknown != "":
		return v, c.Unknown
	case c.Literal != "":
		return secret.FromString(c.Literal), ""
	case c.Variable != "":
		v, err := gateway.EnvValue(host, c.env, c.Variable)
		if err != nil {
			return v, err.Error()
		}
		return v, ""
	}
	v, ok := values.Get(c.Use.Ref)
	if ok {
		return v, ""
	}
	for _, f := range failures {
		if f.Ref.Key() == c.Use.Ref.Key() {
			return v, f.Ref.String() + " does not resolve here (" + string(f.Kind) + ")"
		}
	}
	return v, c.Use.Ref.String() + " does not resolve here"
}

// others are the failures of references that something of refs needs.
func others(failures []source.Failure, refs []schema.Ref) []source.Failure {
	needed := map[string]bool{}
	for _, r := range refs {
		needed[r.Key()] = true
	}
	var out []source.Failure
	for _, f := range failures {
		if needed[f.Ref.Key()] {
			out = append(out, f)
		}
	}
	return out
}
