package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/keyform/keyform/apply"
	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/secrets"
	"github.com/keyform/keyform/schema"
	"github.com/keyform/keyform/schema/diag"
)

func (a *app) applyCommand() *cli.Command {
	args := &applyArgs{}
	return &cli.Command{
		Name:      "apply",
		Usage:     "make the change: plan, ask, write, verify",
		UsageText: "keyform apply [PLANFILE] [-flag[=value]] ...",
		Flags: append(args.flags(a),
			&cli.BoolFlag{Name: "auto-approve", Usage: "do not ask", Destination: &args.autoApprove},
			&cli.BoolFlag{Name: "input", Usage: "-input=false: never ask for anything", Value: true, Destination: &args.input},
			&cli.DurationFlag{Name: "lock-timeout", Usage: "wait for a lock up to `DURATION` (10s)", Value: 10 * time.Second, Destination: &args.lockTimeout},
		),
		Action: func(ctx context.Context, c *cli.Command) error {
			if err := args.check(c); err != nil {
				return err
			}
			if args.planFile != "" {
				return a.applySaved(ctx, args)
			}
			return a.applyFresh(ctx, args)
		},
	}
}

// replans bounds how often applyFresh plans again.
const replans = 5

// applyFresh plans, asks and applies in one run. Where nobody has to approve and a
// gateway, or its command line, wrote between the plan and the locks, it plans again.
func (a *app) applyFresh(ctx context.Context, args *applyArgs) error {
	if !args.autoApprove && (!args.input || !isTerminal(a.stdin)) {
		return usagef("apply asks before it writes, and there is nobody to ask: give -auto-approve, or the file of a saved plan")
	}
	for left := replans; ; left-- {
		s, err := a.approved(ctx, args)
		if err != nil {
			return err
		}
		report, err := a.carryOut(ctx, s, args)
		// What came by standard input is gone.
		again := left > 0 && args.autoApprove && applyCode(err) == exitStale && !s.resolver.UsesStdin(refsOf(s.plan))
		if !again {
			return a.settle(s, args, report, err)
		}
		fmt.Fprintln(a.stderr, "Something else has written since the plan. Nothing was written here; planning again.")
	}
}

// approved makes the plan, shows it and asks.
func (a *app) approved(ctx context.Context, args *applyArgs) (*staged, error) {
	s, err := a.stage(ctx, &args.planArgs)
	if err != nil {
		return nil, err
	}
	if s.failed {
		if err := a.showPlan(ctx, s, &args.planArgs); err != nil {
			return nil, err
		}
		return nil, exit(exitError)
	}
	if !args.json {
		if err := a.showPlan(ctx, s, &args.planArgs); err != nil {
			return nil, err
		}
	}
	if s.plan.HasChanges() && !args.autoApprove {
		if s.resolver.UsesStdin(refsOf(s.plan)) {
			return nil, usagef("a secret comes from standard input, so apply cannot ask there: give -auto-approve")
		}
		if !a.approve(ctx) {
			fmt.Fprintln(a.stderr, "Apply cancelled; nothing was written.")
			return nil, exit(exitError)
		}
	}
	return s, nil
}

// applySaved carries out a saved plan: no configuration is read and nothing is asked.
func (a *app) applySaved(ctx context.Context, args *applyArgs) error {
	p, key, done, err := a.loadPlan(a.path(args.planFile), args.keyFile)
	if err != nil {
		return a.refusePlan(args.planFile, err)
	}
	if err := plan.Verify(p); err != nil {
		return fmt.Errorf("the saved plan breaks a rule of keyform's own: %w", err)
	}
	s := &staged{plan: p, key: key, resolver: secrets.New(a.seams(), sourcesOf(p))}
	report, err := a.carryOut(ctx, s, args)
	if err := a.settle(s, args, report, err); err != nil {
		return err
	}
	return done()
}

func (a *app) carryOut(ctx context.Context, s *staged, args *applyArgs) (*apply.Report, error) {
	progress := &progress{w: a.stderr, quiet: args.json}
	return apply.Run(ctx, s.plan, a.applyDeps(s, args.lockTimeout, progress))
}

// settle shows what came of a run and gives the exit code.
func (a *app) settle(s *staged, args *applyArgs, report *apply.Report, err error) error {
	var diags diag.Diagnostics
	if err != nil {
		diags = applyDiags(err)
	}
	if args.json {
		if jerr := writeReportJSON(a.stdout, report, append(s.diags, diags...).View(s.files).Diagnostics); jerr != nil {
			return jerr
		}
	} else {
		writeReport(a.stdout, s.plan, report)
		a.tell(diags, s.files)
		if err != nil && untouched(report) {
			fmt.Fprintln(a.stderr, "Nothing was written.")
		}
	}
	if code := applyCode(err); code != exitOK {
		return exit(code)
	}
	return nil
}

// approve asks on stderr and reads one line; only "yes" is a yes. An interrupt is a no,
// although the read goes on until the process ends.
func (a *app) approve(ctx context.Context) bool {
	fmt.Fprint(a.stderr, "\nApply these changes? Only 'yes' will be accepted: ")
	answer := make(chan string, 1)
	go func() {
		line, err := bufio.NewReader(a.stdin).ReadString('\n')
		switch {
		case err == io.EOF:
			fmt.Fprintln(a.stderr)
		case err != nil:
			line = ""
		}
		answer <- line
	}()
	select {
	case line := <-answer:
		return strings.TrimRight(line, "\r\n") == "yes"
	case <-ctx.Done():
		fmt.Fprintln(a.stderr)
		return false
	}
}

func refsOf(p *plan.Plan) []schema.Ref {
	uses := p.Secrets()
	refs := make([]schema.Ref, len(uses))
	for i, u := range uses {
		refs[i] = u.Ref
	}
	return refs
}

// sourcesOf gives the source blocks that the references of a saved plan need.
func sourcesOf(p *plan.Plan) []schema.Source {
	seen := map[string]bool{}
	var out []schema.Source
	for _, u := range p.Secrets() {
		name := u.Ref.Alias
		if name == "" {
			name = plan.DefaultSource
		}
		key := u.Ref.Source + "\x00" + name
		if u.Token == nil || seen[key] {
			continue
		}
		seen[key] = true
		out = append(out, schema.Source{Type: u.Ref.Source, Name: name, Token: &schema.Use{Ref: *u.Token}})
	}
	return out
}
