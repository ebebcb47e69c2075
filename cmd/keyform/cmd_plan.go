package main

import (
	"context"
	"os"

	"github.com/urfave/cli/v3"

	"github.com/keyform/keyform/plan"
)

func (a *app) planCommand() *cli.Command {
	args := &planArgs{}
	var out string
	var detailed bool
	return &cli.Command{
		Name:      "plan",
		Usage:     "show what would change",
		UsageText: "keyform plan [-flag[=value]] ...",
		Flags: append(args.flags(a),
			&cli.StringFlag{Name: "out", Usage: "save the plan in `FILE`, for apply", Destination: &out},
			&cli.BoolFlag{Name: "detailed-exitcode", Usage: "exit 2 if there are changes", Destination: &detailed},
			&cli.StringFlag{Name: "json-into", Usage: "write the JSON document to `FILE` besides", Destination: &args.jsonInto},
			&cli.BoolFlag{Name: "no-resolve", Usage: "ask no source for a secret; credentials are not compared", Destination: &args.noResolve},
		),
		Action: func(ctx context.Context, c *cli.Command) error {
			if err := noArguments(c); err != nil {
				return err
			}
			s, err := a.stage(ctx, args)
			if err != nil {
				return err
			}
			if err := a.showPlan(ctx, s, args); err != nil {
				return err
			}
			if s.failed {
				return exit(exitError)
			}
			if out != "" {
				if err := a.savePlan(s, a.path(out), args.keyFile); err != nil {
					return err
				}
			}
			if detailed && (s.plan.HasChanges() || s.plan.Untold()) {
				return exit(exitChanges)
			}
			return nil
		},
	}
}

// showPlan writes the view of a staged plan: to stdout as text or JSON, and as
// JSON to the file of -json-into. Diagnostics go to stderr as text; the JSON
// document has them inside.
func (a *app) showPlan(ctx context.Context, s *staged, args *planArgs) error {
	p := s.plan
	if p == nil {
		p = &plan.Plan{FormatVersion: plan.FormatVersion, Keyform: version}
	}
	view := plan.NewView(p, s.diags.View(s.files).Diagnostics, s.cost)
	if args.jsonInto != "" {
		if err := writeViewFile(a.path(args.jsonInto), view); err != nil {
			return err
		}
	}
	if args.json {
		return view.WriteJSON(a.stdout)
	}
	a.tell(s.diags, s.files)
	if s.plan == nil || len(s.plan.Gateways) == 0 && s.plan.ClaudeCode == nil {
		return nil
	}
	if args.diff {
		if err := a.writeDiff(ctx, a.stdout, s.plan); err != nil {
			return err
		}
	}
	return view.WriteText(a.stdout, plan.Style{Color: a.useColor(a.stdout), Verbose: args.verbose})
}

func writeViewFile(path string, view *plan.View) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if err := view.WriteJSON(f); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
