package main

import (
	"context"

	"github.com/urfave/cli/v3"

	"github.com/keyform/keyform/providers/secrets/onepassword/child"
)

// internalCommand holds what keyform starts of itself, not for people.
func (a *app) internalCommand() *cli.Command {
	return &cli.Command{
		Name:   "internal",
		Hidden: true,
		Commands: []*cli.Command{{
			Name:  "op-resolve",
			Usage: "resolve 1Password references: a request on stdin, the answer on stdout",
			Action: func(ctx context.Context, _ *cli.Command) error {
				if code := child.Main(ctx, a.stdin, a.stdout, a.getenv); code != 0 {
					return exit(code)
				}
				return nil
			},
		}},
	}
}
