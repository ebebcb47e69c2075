package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/keyform/keyform/providers/fsys"
	"github.com/keyform/keyform/schema/credential"
)

// app is one invocation with everything it gets from outside.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	environ        []string
	now            func() time.Time
	// dir is the directory of the configuration: -chdir, or the working directory.
	dir   string
	color colorMode
	// fs is the file system of the gateways.
	fs fsys.FS
	// mistake is what is wrong with an argument that must not be quoted.
	mistake error
	// lost is the error of writing to stderr, where nobody can be told.
	lost error
}

func newApp(stdin io.Reader, stdout, stderr io.Writer, environ []string) *app {
	return &app{stdin: stdin, stdout: stdout, stderr: stderr, environ: environ, now: time.Now, dir: "."}
}

// getenv reads a variable of the invocation's environment; "" if it is not set.
func (a *app) getenv(name string) string {
	for _, kv := range a.environ {
		if v, ok := strings.CutPrefix(kv, name+"="); ok {
			return v
		}
	}
	return ""
}

// run carries out the command line and gives the exit code. A command that failed after
// ctx had ended was interrupted.
func (a *app) run(ctx context.Context, args []string) int {
	fs, done, err := disk()
	if err == nil {
		a.fs = fs
		err = a.root().Run(ctx, args)
		err = errors.Join(err, done())
	}
	code := a.code(err)
	if code == exitError && ctx.Err() != nil {
		return exitInterrupted
	}
	return code
}

// code tells an error that has not been told, and gives its exit code.
func (a *app) code(err error) int {
	var code exit
	var usage usageError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &code):
		return int(code)
	case errors.As(err, &usage):
		fmt.Fprintf(a.stderr, "keyform: %s\nRun 'keyform help' for the commands, 'keyform COMMAND -help' for the flags of one.\n", credential.Mask(usage.msg))
	default:
		fmt.Fprintf(a.stderr, "keyform: %s\n", credential.Mask(err.Error()))
	}
	return exitError
}

// root is the table of commands. Nothing heavy happens here: a command's package
// work starts in its action.
func (a *app) root() *cli.Command {
	root := &cli.Command{
		Name:      "keyform",
		Usage:     "plan and apply the model credentials of OpenClaw-family gateways",
		UsageText: "keyform [-chdir=DIR] COMMAND [-flag[=value]] ...",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "chdir", Usage: "use the configuration in `DIR`", Value: "."},
			&cli.BoolFlag{Name: "version", Usage: "print keyform's version", Local: true},
		},
		Commands: []*cli.Command{
			a.validateCommand(), a.planCommand(), a.applyCommand(), a.showCommand(),
			a.fmtCommand(), a.versionCommand(), a.internalCommand(),
		},
		EnableShellCompletion: true,
		ConfigureShellCompletionCommand: func(c *cli.Command) {
			c.Hidden = false
			c.Usage = "print a completion script for bash, zsh, fish or pwsh"
		},
		HideVersion:               true,
		Suggest:                   true,
		DisableSliceFlagSeparator: true,
		Reader:                    a.stdin,
		Writer:                    a.stdout,
		ErrWriter:                 a.stderr,
		ExitErrHandler:            func(context.Context, *cli.Command, error) {},
		Before: func(ctx context.Context, c *cli.Command) (context.Context, error) {
			return ctx, a.chdir(c.String("chdir"))
		},
		Action: func(ctx context.Context, c *cli.Command) error {
			if c.Bool("version") {
				_, err := fmt.Fprintf(a.stdout, "keyform %s\n", version)
				return err
			}
			if name := c.Args().First(); name != "" {
				return usagef("there is no command %q.%s", name, suggest(name, c.Commands))
			}
			return cli.ShowRootCommandHelp(c)
		},
	}
	a.prepare(root)
	cli.FlagStringer = flagText
	return root
}

// prepare gives every command the same manners: mistakes in flags are told in one
// line, without the whole manual.
func (a *app) prepare(c *cli.Command) {
	c.OnUsageError = func(_ context.Context, _ *cli.Command, err error, _ bool) error {
		return usagef("%s", strings.TrimSuffix(err.Error(), "."))
	}
	if c.Before == nil {
		c.Before = func(ctx context.Context, _ *cli.Command) (context.Context, error) { return ctx, a.mistake }
	}
	for _, sub := range c.Commands {
		a.prepare(sub)
	}
}

func (a *app) chdir(dir string) error {
	info, err := os.Stat(dir)
	switch {
	case err != nil:
		return usagef("-chdir=%s: there is no such directory", dir)
	case !info.IsDir():
		return usagef("-chdir=%s: not a directory", dir)
	}
	a.dir = filepath.Clean(dir)
	return nil
}

func suggest(name string, commands []*cli.Command) string {
	if best := cli.SuggestCommand(commands, name); best != "" {
		return fmt.Sprintf(" Did you mean %q?", best)
	}
	return ""
}

// path gives a path of the command line, relative to -chdir like everything else.
func (a *app) path(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(a.dir, name)
}
