package plan

import (
	"fmt"
	"slices"

	"github.com/keyform/keyform/schema"
	"github.com/keyform/keyform/schema/diag"
)

// StoredCheck is what a secret block expects of a value that a gateway resolves by
// itself, and where keyform finds that value. At most one of Variable, Literal and
// Unknown says so; else it is Use that is resolved.
type StoredCheck struct {
	// Use has the check, and the reference to resolve.
	Use SecretUse
	// Variable names a variable of the gateway's .env file.
	Variable string
	// Literal is a declared plain string.
	Literal string
	// Unknown says why keyform cannot have the value, as half a sentence.
	Unknown string
	Addr    schema.Address
	Range   diag.Range
}

// StoredChecks lists the profiles with store = "reference" whose secret block expects
// something of the value. Targets other than nil limit it to what they contain.
func StoredChecks(want *DesiredGateway, live *GatewaySnapshot, targets []schema.Address) []StoredCheck {
	var out []StoredCheck
	for _, p := range want.Profiles {
		addr := profileAddress(want.Gateway.Name, p)
		use := want.use(p.Use, ProfileDomain(want.Gateway.Name, p.ID), nil)
		if !p.Reference || use.Pattern == "" && use.MinLength == 0 || !targeted(targets, addr) {
			continue
		}
		c := StoredCheck{Use: use, Addr: addr, Range: p.Use.Range}
		switch use.Ref.Source {
		case schema.SourceEnv:
			if !c.variable(want, live) {
				continue // KF0625 tells
			}
		case schema.SourceFile:
			// The gateway's home may not be that of keyform's user.
			c.Use.Ref.Args = []string{StoredFile(use.Ref.Args[0], live.Home)}
		}
		out = append(out, c)
	}
	return out
}

// variable finds the value of a variable of the gateway's: what its process or service
// sets wins over its .env file, and that over its configuration. false is one that
// nothing sets.
func (c *StoredCheck) variable(want *DesiredGateway, live *GatewaySnapshot) bool {
	name := c.Use.Ref.Args[0]
	at := slices.IndexFunc(live.Elsewhere, func(e EnvElsewhere) bool {
		// A gateway that restarted itself carries along what it once took from the file.
		file := live.Env.Var(name)
		return e.Name == name && !(e.Process && file != nil && file.Value == e.Value)
	})
	if at >= 0 {
		c.Unknown = fmt.Sprintf("%s sets %s", live.Elsewhere[at].Where, name)
		return true
	}
	for _, p := range want.Providers {
		for _, v := range providerVars(want.Gateway.Name, p, live.Rules) {
			switch {
			case v.name != name:
			case v.use != nil:
				c.Use.Ref, c.Use.Token = v.use.Ref, want.use(*v.use, "", nil).Token
				return true
			default:
				c.Literal = v.literal
				return true
			}
		}
	}
	_, inConfig := live.Config.EnvVars[name]
	switch {
	case live.Env.Var(name) != nil:
		c.Variable = name
	case inConfig:
		c.Unknown = fmt.Sprintf("%s sets %s", live.Config.Label, name)
	}
	return c.Variable != "" || inConfig
}
