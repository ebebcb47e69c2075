//go:build gateways && unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyform/keyform/providers/gatewaytest"
)

// What the programs themselves wrote, declared as it is, is no change, is not
// touched, and is forgotten, not deleted, with its blocks.
func TestGatewayStoresReadWithoutDifference(t *testing.T) {
	judged(t, func(j judge) {
		onboard := []string{"onboard", "--non-interactive", "--accept-risk", "--mode", "local", "--skip-channels", "--skip-skills", "--skip-health", "--skip-ui", "--skip-daemon", "--json"}
		j.runs(append(onboard, "--auth-choice", "apiKey", "--anthropic-api-key", fake("A"))...)
		j.Answer(j, "Paste token", fake("T"), "models", "auth", "paste-token", "--provider", "anthropic", "--profile-id", "anthropic:setup", "--expires-in", "90d")
		j.runs("models", "auth", "order", "set", "--provider", "anthropic", "anthropic:setup", "anthropic:default")
		j.runs("models", "auth", "order", "set", "--provider", "anthropic", "--agent", "ops", "anthropic:default")
		j.Write(j, ".env", "export ANTHROPIC_API_KEY=\""+fake("KEY")+"\" # by hand\n")
		gatewaytest.Sent(j, j.Turn(j, "main"), "bearer", fake("T"))
		gatewaytest.Sent(j, j.Turn(j, "ops"), "x-api-key", fake("A"))

		const main = `
provider "anthropic" { api_key = env("KEY") }
profile "anthropic:default" {
  api_key = env("A")
  mode    = "api_key"
}
profile "anthropic:setup" {
  token = env("T")
  mode  = "token"
}
agent "main" { order = { anthropic = ["anthropic:setup", "anthropic:default"] } }
agent "ops" { order = { anthropic = ["anthropic:default"] } }
`
		before := j.files()
		for _, hcl := range []string{main, ``} {
			j.declare(hcl)
			j.synced()
			if code, out := j.keyform("apply", "-auto-approve"); code != exitOK {
				j.Errorf("apply: exit %d\n%s", code, out)
			}
			j.synced()
			if diff := cmp.Diff(before, j.files()); diff != "" {
				j.Errorf("files of the program (-before +after):\n%s", diff)
			}
		}
		j.applies(strings.Replace(main, `env("T")`, `env("T2")`, 1), "~ anthropic:setup", "agent ops")
		j.sends("main", "T2")
	})
}

// runs runs the program, which has to succeed.
func (j judge) runs(args ...string) {
	j.Helper()
	if r := j.CLI(j, args...); r.Code != 0 {
		j.Fatalf("%s %q: exit status %d\n%s%s", j.Release, args, r.Code, r.Stdout, r.Stderr)
	}
}

// files are the stores, the configuration and .env, with their modes and times.
func (j judge) files() map[string]string {
	j.Helper()
	files := map[string]string{}
	for _, name := range []string{gatewaytest.StoreName("main"), gatewaytest.StoreName("ops"), j.Release.ConfigName, ".env"} {
		info, err := os.Stat(filepath.Join(j.State, name))
		if err != nil {
			j.Fatal(err)
		}
		files[name] = info.Mode().String() + " " + info.ModTime().String() + "\n" + j.Read(j, name)
	}
	return files
}
