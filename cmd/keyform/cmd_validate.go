package main

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v3"

	"github.com/keyform/keyform/schema"
	"github.com/keyform/keyform/schema/diag"
)

func (a *app) validateCommand() *cli.Command {
	var vars []schema.VarInput
	var asJSON bool
	return &cli.Command{
		Name:      "validate",
		Usage:     "check the configuration, without looking at any store",
		UsageText: "keyform validate [-flag[=value]] ...",
		Flags: append(a.varFlags(&vars),
			&cli.BoolFlag{Name: "json", Usage: "print one JSON document", Destination: &asJSON},
			a.colorFlag(),
		),
		Action: func(_ context.Context, c *cli.Command) error {
			if err := noArguments(c); err != nil {
				return err
			}
			cfg, diags := a.load(vars)
			if err := a.showValidity(cfg, diags, asJSON); err != nil {
				return err
			}
			if diags.HasErrors() {
				return exit(exitError)
			}
			return nil
		},
	}
}

func (a *app) showValidity(cfg *schema.Config, diags diag.Diagnostics, asJSON bool) error {
	if asJSON {
		return diags.View(cfg.Files).WriteJSON(a.stdout)
	}
	a.tell(diags, cfg.Files)
	if diags.HasErrors() {
		return nil
	}
	_, err := fmt.Fprintln(a.stdout, "The configuration is valid.")
	return err
}
