// Bare reads and parses the files that keyform reads in a home of keyform-bench, and
// does nothing with them: the least that such a program can cost in Go.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2/hclparse"
)

func main() {
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "bare:", err)
		os.Exit(1)
	}
}

func run(home string) error {
	parser := hclparse.NewParser()
	if _, diags := parser.ParseHCLFile(filepath.Join(home, "config", "keyform.hcl")); diags.HasErrors() {
		return diags
	}
	state := filepath.Join(home, ".openclaw")
	env, err := os.ReadFile(filepath.Join(state, ".env"))
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(env)) {
		strings.Cut(line, "=")
	}
	names := []string{filepath.Join(state, "openclaw.json")}
	if ledger := filepath.Join(state, ".keyform", "ledger.json"); exists(ledger) {
		names = append(names, ledger)
	}
	agents, err := os.ReadDir(filepath.Join(state, "agents"))
	if err != nil {
		return err
	}
	for _, agent := range agents {
		names = append(names, filepath.Join(state, "agents", agent.Name(), "agent", "auth-profiles.json"))
	}
	for _, name := range names {
		if err := parse(name); err != nil {
			return err
		}
	}
	return nil
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

func parse(name string) error {
	raw, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	var v any
	return json.Unmarshal(raw, &v)
}
