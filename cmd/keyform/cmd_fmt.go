package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/schema"
	"github.com/keyform/keyform/schema/diag"
)

type fmtArgs struct{ check, diff, recursive bool }

func (a *app) fmtCommand() *cli.Command {
	args := &fmtArgs{}
	return &cli.Command{
		Name:      "fmt",
		Usage:     "rewrite configuration files in the canonical form",
		UsageText: "keyform fmt [-check] [-diff] [-recursive] [FILE|DIR|-] ...",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "check", Usage: "write nothing; exit 3 if a file is not in the canonical form", Destination: &args.check},
			&cli.BoolFlag{Name: "diff", Usage: "show the change", Destination: &args.diff},
			&cli.BoolFlag{Name: "recursive", Usage: "go into sub-directories", Destination: &args.recursive},
			a.colorFlag(),
		},
		Action: func(_ context.Context, c *cli.Command) error {
			return a.fmt(args, c.Args().Slice())
		},
	}
}

func (a *app) fmt(args *fmtArgs, targets []string) error {
	if slices.Equal(targets, []string{"-"}) {
		return a.fmtStdin(args)
	}
	if len(targets) == 0 {
		targets = []string{"."}
	}
	var files []string
	for _, t := range targets {
		found, err := a.fmtFiles(a.path(t), args.recursive)
		if err != nil {
			return err
		}
		files = append(files, found...)
	}
	failed, unformatted := false, false
	for _, file := range files {
		changed, diags, err := a.fmtFile(file, args)
		if err != nil {
			return err
		}
		failed = failed || diags.HasErrors()
		unformatted = unformatted || changed
	}
	switch {
	case failed:
		return exit(exitError)
	case args.check && unformatted:
		return exit(exitUnformatted)
	}
	return nil
}

// fmtFiles lists the native-syntax files of a target; a file is taken as it is.
func (a *app) fmtFiles(target string, recursive bool) ([]string, error) {
	info, err := os.Stat(target)
	if err != nil {
		return nil, usagef("%s: there is no such file or directory", target)
	}
	if !info.IsDir() {
		return []string{target}, nil
	}
	var files []string
	err = filepath.WalkDir(target, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != target && (!recursive || strings.HasPrefix(d.Name(), ".")):
			return filepath.SkipDir
		case !d.IsDir() && !strings.HasPrefix(d.Name(), ".") && (strings.HasSuffix(d.Name(), ".hcl") || strings.HasSuffix(d.Name(), ".vars")):
			files = append(files, path)
		}
		return nil
	})
	return files, err
}

func (a *app) fmtFile(file string, args *fmtArgs) (changed bool, diags diag.Diagnostics, err error) {
	src, err := os.ReadFile(file)
	if err != nil {
		return false, nil, err
	}
	name, err := filepath.Rel(a.dir, file)
	if err != nil {
		name = file
	}
	out, diags := schema.Format(name, src)
	if diags.HasErrors() {
		a.tell(diags, map[string][]byte{name: src})
		return false, diags, nil
	}
	if bytes.Equal(src, out) {
		return false, nil, nil
	}
	fmt.Fprintln(a.stdout, name)
	if args.diff {
		fmt.Fprint(a.stdout, plan.UnifiedDiff("old/"+name, "new/"+name, string(src), string(out)))
	}
	if args.check {
		return true, nil, nil
	}
	return true, nil, rewrite(file, out)
}

// rewrite replaces a file of the user's own by way of a new one, keeping its mode.
func rewrite(file string, content []byte) error {
	real, err := filepath.EvalSymlinks(file)
	if err != nil {
		return err
	}
	info, err := os.Stat(real)
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(real), ".keyform-fmt-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, werr := tmp.Write(content)
	cerr := tmp.Chmod(info.Mode().Perm())
	if err := tmp.Close(); werr != nil || cerr != nil || err != nil {
		return fmt.Errorf("write %s: %w", tmp.Name(), firstError(werr, cerr, err))
	}
	return os.Rename(tmp.Name(), real)
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (a *app) fmtStdin(args *fmtArgs) error {
	src, err := io.ReadAll(a.stdin)
	if err != nil {
		return err
	}
	out, diags := schema.Format("<stdin>", src)
	if diags.HasErrors() {
		a.tell(diags, map[string][]byte{"<stdin>": src})
		return exit(exitError)
	}
	switch {
	case args.diff:
		fmt.Fprint(a.stdout, plan.UnifiedDiff("old/<stdin>", "new/<stdin>", string(src), string(out)))
	case !args.check:
		if _, err := a.stdout.Write(out); err != nil {
			return err
		}
	}
	if args.check && !bytes.Equal(src, out) {
		return exit(exitUnformatted)
	}
	return nil
}
