package main

import (
	"strings"

	"github.com/urfave/cli/v3"
)

// flagText is a flag in the help: one dash, as its users type it from Terraform.
func flagText(f cli.Flag) string {
	doc, ok := f.(cli.DocGenerationFlag)
	if !ok {
		return ""
	}
	usage := doc.GetUsage()
	value := ""
	if doc.TakesValue() {
		value = "VALUE"
		if before, rest, found := strings.Cut(usage, "`"); found {
			if name, after, found := strings.Cut(rest, "`"); found {
				value, usage = name, before+name+after
			}
		}
		value = "=" + value
	}
	name := "-" + f.Names()[0]
	if text := strings.Trim(doc.GetDefaultText(), `"`); doc.IsDefaultVisible() && text != "" && text != "false" {
		usage += " (default " + text + ")"
	}
	return name + value + "\t" + usage
}
