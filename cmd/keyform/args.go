package main

import (
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/keyform/keyform/schema"
)

// planArgs are the arguments of everything that plans.
type planArgs struct {
	vars            []schema.VarInput
	targets         []string
	destroy         bool
	noResolve       bool
	allowMassChange bool
	verbose         bool
	diff            bool
	json            bool
	jsonInto        string
	keyFile         string
}

// planningFlags are the flags that make no sense beside a saved plan.
var planningFlags = []string{"var", "var-file", "target", "destroy", "allow-mass-change"}

// varFlag collects -var and -var-file in one list, in the order given.
// A malformed one is not an error of Set, which the flag library would quote it in:
// it is noted as a mistake without its value.
type varFlag struct {
	into    *[]schema.VarInput
	mistake *error
	file    bool
}

func (f varFlag) Set(s string) error {
	if f.file {
		*f.into = append(*f.into, schema.VarInput{File: s})
		return nil
	}
	v, err := schema.ParseVar(s)
	if err != nil {
		*f.mistake = usagef("%s: write it as -var=NAME=VALUE", err)
		return nil
	}
	*f.into = append(*f.into, v)
	return nil
}

func (f varFlag) String() string { return "" }
func (f varFlag) Get() any       { return nil }

func (a *app) varFlags(into *[]schema.VarInput) []cli.Flag {
	return []cli.Flag{
		&cli.GenericFlag{Name: "var", Usage: "set a variable, `NAME=VALUE`; may be repeated", Value: varFlag{into, &a.mistake, false}, HideDefault: true},
		&cli.GenericFlag{Name: "var-file", Usage: "set the variables of `FILE`; may be repeated", Value: varFlag{into, &a.mistake, true}, HideDefault: true},
	}
}

// flags are the ones of plan that apply takes too.
func (p *planArgs) flags(a *app) []cli.Flag {
	return append(a.varFlags(&p.vars),
		&cli.StringSliceFlag{Name: "target", Usage: "plan only `ADDRESS` and what it contains; may be repeated", Destination: &p.targets},
		&cli.BoolFlag{Name: "destroy", Usage: "remove all that keyform manages here", Destination: &p.destroy},
		&cli.BoolFlag{Name: "allow-mass-change", Usage: "permit sweeping changes", Destination: &p.allowMassChange},
		&cli.BoolFlag{Name: "diff", Usage: "show the change of each file, masked", Destination: &p.diff},
		&cli.BoolFlag{Name: "verbose", Usage: "name what is left alone as well", Destination: &p.verbose},
		&cli.BoolFlag{Name: "json", Usage: "print one JSON document", Destination: &p.json},
		&cli.StringFlag{Name: "plan-key-file", Usage: "keep the key of a saved plan in `FILE`", Destination: &p.keyFile},
		a.colorFlag(),
	)
}

func (a *app) colorFlag() cli.Flag {
	return &cli.BoolFlag{Name: "no-color", Usage: "no colours, even on a terminal", Destination: &a.color.never}
}

// addresses resolves -target against the gateways of the configuration.
func (p *planArgs) addresses(gateways []string) ([]schema.Address, error) {
	var out []schema.Address
	for _, t := range p.targets {
		addr, err := schema.ParseAddress(t, gateways...)
		if err != nil {
			return nil, usagef("-target: %s", err)
		}
		out = append(out, addr)
	}
	return out, nil
}

// applyArgs are the arguments of apply.
type applyArgs struct {
	planArgs
	planFile    string
	autoApprove bool
	input       bool
	lockTimeout time.Duration
}

// noArguments refuses positional arguments.
func noArguments(c *cli.Command) error {
	if c.Args().Len() > 0 {
		return usagef("%s takes no argument %q", c.Name, c.Args().First())
	}
	return nil
}

// given lists the flags of names that are set on the command line.
func given(c *cli.Command, names []string) string {
	var out []string
	for _, n := range names {
		if c.IsSet(n) {
			out = append(out, "-"+n)
		}
	}
	return strings.Join(out, ", ")
}

func (a *applyArgs) check(c *cli.Command) error {
	if c.Args().Len() > 1 {
		return usagef("apply takes one plan file, not %d arguments", c.Args().Len())
	}
	a.planFile = c.Args().First()
	if a.planFile != "" {
		if flags := given(c, planningFlags); flags != "" {
			return usagef("a saved plan is carried out as it is: %s cannot go with it. Plan again with that", flags)
		}
	}
	if a.lockTimeout < 0 {
		return usagef("-lock-timeout=%s: not a waiting time", a.lockTimeout)
	}
	return nil
}
