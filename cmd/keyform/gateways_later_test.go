//go:build gateways && unix

package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/keyform/keyform/providers/gatewaytest"
)

// judgedLater runs f for every release that keeps a store's order beside it, or
// databases.
func judgedLater(t *testing.T, f func(j judge)) {
	t.Parallel()
	gatewaytest.EachLater(t, func(t *testing.T, r gatewaytest.Release) {
		t.Parallel()
		f(newJudge(t, r))
	})
}

// uses is sends, without a turn where that is too dear.
func (j judge) uses(agent, name string) {
	j.Helper()
	if j.Release.Heavy {
		j.synced()
		return
	}
	j.sends(agent, name)
}

// agrees wants that "models status" of the program shows an agent's profiles with
// these fakes, as "anthropic:a A": it shows both ends of a credential. That is asked only
// where no turn tells more.
func (j judge) agrees(agent string, profiles ...string) {
	j.Helper()
	if !j.Release.Heavy {
		return
	}
	var status struct {
		Auth struct {
			Providers []struct{ Profiles struct{ Labels []string } }
		}
	}
	j.JSON(j, &status, "models", "status", "--json", "--agent", agent)
	var got []string
	for _, p := range status.Auth.Providers {
		got = append(got, p.Profiles.Labels...)
	}
	j.Logf("declared for %s %q, models status %q", agent, profiles, got)
	for _, profile := range profiles {
		id, name, _ := strings.Cut(profile, " ")
		if key := fake(name); !slices.ContainsFunc(got, func(label string) bool {
			return strings.HasPrefix(label, id+"=") && strings.Contains(label, key[:8]) && strings.HasSuffix(label, key[len(key)-8:])
		}) {
			j.Errorf("models status of %s: %q, want %s as %s", agent, got, id, key)
		}
	}
}

// What is declared is what a turn sends: a variable, a shared key before it, a
// setup-token before both, and the order of the provider before that. What goes
// leaves the next in line.
func TestLaterGatewaySendsDeclared(t *testing.T) {
	const env, a, token = `provider "anthropic" { api_key = env("KEY") }
`, `profile "anthropic:a" { api_key = env("A") }
`, `profile "anthropic:t" { token = env("T") }
`
	judgedLater(t, func(j judge) {
		j.applies(env, "+ ANTHROPIC_API_KEY", "not running", "in PATH")
		j.uses("main", "KEY")
		j.applies(env+a+token, "+ anthropic:a", "+ anthropic:t")
		j.uses("main", "T")
		j.applies(`provider "anthropic" {
  api_key = env("KEY")
  order   = ["anthropic:a", "anthropic:t"]
}
`+a+token, "order")
		j.uses("ops", "A")

		j.applies(env+token, "- anthropic:a")
		j.reports(0, "by profiles", "anthropic:t token static")
		j.empties(env, "- anthropic:t")
		j.reports(0, "by env")
	})
}

// Profiles and orders of an agent's own, beside the shared ones and the order of all. Of
// 2026.9.6 a gateway is asked: that it starts takes less than two turns without one.
func TestLaterGatewaySendsAgentsOwn(t *testing.T) {
	const shared = `provider "anthropic" { order = ["anthropic:b", "anthropic:a"] }
profile "anthropic:a" { api_key = env("A") }
profile "anthropic:b" { api_key = env("B") }
`
	judgedLater(t, func(j judge) {
		j.applies(shared+`agent "ops" {
  profile "anthropic:a" { api_key = env("OPS") }
  order = { anthropic = ["anthropic:a"] }
}
`, "agent ops", "+ anthropic:a", "+ order anthropic")
		j.ordered("ops", "anthropic:a")
		j.agrees("ops", "anthropic:a OPS")
		uses := j.uses
		if j.Release.Generation == gatewaytest.SharedSQLite {
			uses = j.serves().sends
		}
		uses("ops", "OPS")

		// An order alone, which later releases heed beside a store only. The profile of its own
		// becomes a copy of the shared one.
		j.applies(shared+`agent "ops" { order = { anthropic = ["anthropic:a", "anthropic:b"] } }
`, "agent ops", "~ anthropic:a", "~ order anthropic")
		uses("ops", "A")

		j.applies(shared+`agent "main" { order = { anthropic = ["anthropic:a"] } }
`, "agent main", "+ order anthropic", "- order anthropic")
		j.agrees("main", "anthropic:a A", "anthropic:b B")
		if j.Release.OrdersWait {
			return
		}
		uses("main", "A")
		if j.Release.Generation == gatewaytest.SharedSQLite { // main's order is no other agent's
			uses("ops", "B")
		}
	})
}

// A refused key is set aside by the program for a while. A new one under its id is
// used at once.
func TestLaterGatewaySendsRotatedKeyDuringCooldown(t *testing.T) {
	const rest = `profile "anthropic:b" { api_key = env("B") }
provider "anthropic" { order = ["anthropic:a", "anthropic:b"] }
`
	judgedLater(t, func(j judge) {
		if j.Release.Heavy {
			j.Skip("no turn, no cooldown")
		}
		j.applies(`profile "anthropic:a" { api_key = env("A") }` + "\n" + rest)
		j.API.Refuse(fake("A"), 401)
		got := j.Turn(j, "main")
		j.Logf("declared x-api-key %s, refused; on the wire %v", fake("A"), got)
		if last := len(got) - 1; last < 1 || got[0].Status != 401 || got[0].Credential != fake("A") || got[last].Status != 200 || got[last].Credential != fake("B") {
			j.Errorf("on the wire %v, want %s refused and then %s", got, fake("A"), fake("B"))
		}
		j.synced()
		j.applies(`profile "anthropic:a" { api_key = env("A2") }`+"\n"+rest, "cooldown cleared")
		j.uses("main", "A2")
	})
}
