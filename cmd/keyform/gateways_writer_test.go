//go:build gateways && unix

package main

import (
	"strings"
	"testing"

	"github.com/keyform/keyform/providers/gatewaytest"
)

// The gateway's own commands write what is declared, before a gateway runs and beside
// one, and leave its configuration alone; the next turn sends it.
func TestCommandsWriteDeclared(t *testing.T) {
	const gateway = `gateway "openclaw" { writer = "gateway" }
`
	const a, token, order = `profile "anthropic:a" { api_key = env("A") }
`, `profile "anthropic:t" {
  token   = env("T")
  expires = "2099-01-01"
}
`, `agent "ops" { order = { anthropic = ["anthropic:a", "anthropic:t"] } }
`
	// To the commands of 2026.6.11 another agent's order is one of its own profiles.
	judgedLater(t, func(offline judge) {
		if !offline.Release.SQLite() {
			offline.Skip("no databases")
		}
		agent, order := "ops", order
		if offline.Release.Generation == gatewaytest.AgentSQLite {
			agent, order = "main", strings.ReplaceAll(order, "ops", "main")
		}
		config := "// a comment\n" + offline.Read(offline, offline.Release.ConfigName)
		offline.Write(offline, offline.Release.ConfigName, config)
		offline.applies(gateway+a+token+order, "not running", "+ anthropic:a", "+ anthropic:t", "agent "+agent, "+ order anthropic")
		offline.ordered(agent, "anthropic:a", "anthropic:t")

		j := offline.serves()
		j.applies(gateway+strings.ReplaceAll(a, `"A"`, `"A2"`)+token+order, "gateway running", "~ anthropic:a")
		j.sends(agent, "A2")
		if j.Release.Generation == gatewaytest.SharedSQLite {
			j.applies(gateway+token, "- anthropic:a", "- order anthropic")
			j.ordered("ops")
			if j.Release == gatewaytest.OpenClaw96() {
				j.writesNewer()
			}
		} else {
			j.declare(gateway + token)
			if code, out := j.keyform("apply", "-auto-approve"); code != exitError || !strings.Contains(out, "KF0652") {
				j.Errorf("a deletion: exit %d\n%s", code, out)
			}
		}
		if got := j.Read(j, j.Release.ConfigName); got != config {
			j.Errorf("the commands have changed the configuration:\n%s", got)
		}
	})
}

// writesNewer wants that the databases of 2026.9.6, which are newer than what the declared
// release has, 2026.9.5 with the forms 17 and 21, are read, and written by the commands
// unasked.
func (j liveJudge) writesNewer() {
	j.Helper()
	j.declare(`gateway "openclaw" { version = "2026.9.5" }
profile "anthropic:t" {
  token   = env("T2")
  expires = "2099-01-01"
}
`)
	code, out := j.keyform("apply", "-auto-approve")
	if says := "has the form 18, which is newer than what this keyform knows, 17"; code != exitOK || !strings.Contains(strings.Join(strings.Fields(out), " "), says) {
		j.Errorf("apply to a newer database: exit %d\n%s", code, out)
	}
	j.sends("main", "T2")
}
