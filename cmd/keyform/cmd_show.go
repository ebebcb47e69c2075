package main

import (
	"context"

	"github.com/urfave/cli/v3"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/gateway"
)

func (a *app) showCommand() *cli.Command {
	args := &planArgs{}
	return &cli.Command{
		Name:      "show",
		Usage:     "show a saved plan, or what is live, masked",
		UsageText: "keyform show [-json] [PLANFILE]",
		Flags: append(a.varFlags(&args.vars),
			&cli.BoolFlag{Name: "json", Usage: "print one JSON document", Destination: &args.json},
			&cli.BoolFlag{Name: "verbose", Usage: "name what a saved plan leaves alone as well", Destination: &args.verbose},
			&cli.StringFlag{Name: "plan-key-file", Usage: "the key of the saved plan is in `FILE`", Destination: &args.keyFile},
			a.colorFlag(),
		),
		Action: func(ctx context.Context, c *cli.Command) error {
			switch c.Args().Len() {
			case 0:
				return a.showLive(ctx, args)
			case 1:
				return a.showSaved(ctx, c.Args().First(), args)
			}
			return usagef("show takes one plan file, not %d arguments", c.Args().Len())
		},
	}
}

func (a *app) showSaved(ctx context.Context, file string, args *planArgs) error {
	p, _, _, err := a.loadPlan(a.path(file), args.keyFile)
	if err != nil {
		return a.refusePlan(file, err)
	}
	return a.showPlan(ctx, &staged{plan: p}, args)
}

// showLive shows what the gateways of the configuration hold; without a
// configuration, those that are where their products live by default.
func (a *app) showLive(ctx context.Context, args *planArgs) error {
	cfg, diags := a.load(args.vars)
	gateways, claude := cfg.Gateways, cfg.ClaudeCode
	if diags.HasErrors() && len(cfg.Files) > 0 {
		a.tell(diags, cfg.Files)
		return exit(exitError)
	}
	if len(cfg.Files) == 0 {
		gateways, claude = gateway.Discover(a.host(nil)), a.presentClaudeCode()
		if len(gateways) == 0 && claude == nil {
			return usagef("there is no configuration here, and neither a gateway nor a Claude Code in its default place")
		}
		diags = nil
	}
	key, err := a.planKey("")
	if err != nil {
		return err
	}
	live, more := gateway.Read(ctx, a.host(watched(cfg)), gateways, key)
	diags = append(diags, more...)
	diags = append(diags, a.readClaudeCode(ctx, &live, claude, key)...)
	view := plan.NewLiveView(live, a.now().UnixMilli(), diags.View(cfg.Files).Diagnostics)
	if args.json {
		err = view.WriteJSON(a.stdout)
	} else {
		a.tell(diags, cfg.Files)
		err = view.WriteText(a.stdout, plan.Style{Color: a.useColor(a.stdout)})
	}
	if err == nil && diags.HasErrors() {
		return exit(exitError)
	}
	return err
}
