package main

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/urfave/cli/v3"

	"github.com/keyform/keyform/plan"
)

// versionInfo is what version -json prints.
type versionInfo struct {
	FormatVersion string            `json:"format_version"`
	Version       string            `json:"version"`
	Go            string            `json:"go"`
	Platform      string            `json:"platform"`
	Modules       map[string]string `json:"modules"`
}

func (a *app) versionCommand() *cli.Command {
	var asJSON bool
	return &cli.Command{
		Name:      "version",
		Usage:     "print keyform's version",
		UsageText: "keyform version [-json]",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "json", Usage: "print one JSON document, with the modules keyform is built from", Destination: &asJSON},
		},
		Action: func(_ context.Context, c *cli.Command) error {
			if err := noArguments(c); err != nil {
				return err
			}
			if !asJSON {
				_, err := fmt.Fprintf(a.stdout, "keyform %s\n", version)
				return err
			}
			info := versionInfo{plan.FormatVersion, version, runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH, map[string]string{}}
			if build, ok := debug.ReadBuildInfo(); ok {
				for _, m := range build.Deps {
					info.Modules[m.Path] = m.Version
				}
			}
			enc := json.NewEncoder(a.stdout)
			enc.SetIndent("", "  ")
			return enc.Encode(info)
		},
	}
}
