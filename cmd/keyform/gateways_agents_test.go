//go:build gateways && unix

package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/keyform/keyform/providers/gatewaytest"
)

// Profiles and orders of an agent's own, beside the shared ones and the order of
// the whole gateway.
func TestGatewaySendsAgentsOwn(t *testing.T) {
	const shared = `
profile "anthropic:a" { api_key = env("A") }
profile "anthropic:b" { api_key = env("B") }
`
	judged(t, func(j judge) {
		j.applies(shared+`
agent "ops" {
  profile "anthropic:a" { api_key = env("OPS") }
  order = { anthropic = ["anthropic:a"] }
}
agent "main" { order = { anthropic = ["anthropic:a"] } }
`, "agent ops", "+ anthropic:a", "+ order anthropic")
		j.sends("ops", "OPS")

		j.applies(shared+`
provider "anthropic" { order = ["anthropic:b", "anthropic:a"] }
`, "- order anthropic", "auth.order")
		j.sends("main", "B")
		j.sends("ops", "B")

		j.applies(shared+`
provider "anthropic" { order = ["anthropic:b", "anthropic:a"] }
agent "ops" { order = { anthropic = ["anthropic:a", "anthropic:b"] } }
`, "+ order anthropic")
		j.ordered("ops", "anthropic:a", "anthropic:b")
		j.sends("ops", "A") // the copy of main's

		j.applies(shared+`
agent "main" { order = { anthropic = ["anthropic:a", "anthropic:b"] } }
agent "ops" { order = { anthropic = ["anthropic:b"] } }
`, "auth.order")
		j.ordered("main", "anthropic:a", "anthropic:b")
		j.sends("main", "A")
		j.sends("ops", "B")
	})
}

// A turn of an agent writes the shared profiles and main's order into the agent's
// own file, where they shadow what is shared. What keyform changes reaches them.
func TestGatewayFollowsInCopies(t *testing.T) {
	const b, order = `profile "anthropic:b" { api_key = env("B") }
`, `agent "main" { order = { anthropic = [%s] } }
`
	declared := func(key string, ids ...string) string {
		text := fmt.Sprintf("profile \"anthropic:a\" { api_key = env(%q) }\n", key)
		if slices.Contains(ids, "b") {
			text += b
		}
		return text + fmt.Sprintf(order, `"anthropic:`+strings.Join(ids, `", "anthropic:`)+`"`)
	}
	judged(t, func(j judge) {
		j.Write(j, ".env", "ANTHROPIC_API_KEY='"+fake("KEY")+"'\n")
		j.applies(declared("A", "a", "b"))
		j.sends("ops", "A")
		copied := j.Read(j, gatewaytest.StoreName("ops"))
		for _, part := range []string{fake("A"), fake("B"), `"order"`, `"usageStats"`} {
			if !strings.Contains(copied, part) {
				j.Fatalf("the turn left no copy of %s in the agent's store", part)
			}
		}
		j.applies(declared("A2", "a", "b"), "agent main", "agent ops", "~ anthropic:a")
		j.sends("ops", "A2")
		j.applies(declared("A2", "b", "a"), "agent main", "agent ops", "~ order anthropic")
		j.sends("ops", "B")
		j.applies(declared("A2", "a"), "agent main", "agent ops", "- anthropic:b")
		j.sends("ops", "A2")
		j.empties(``, "agent main", "agent ops", "- anthropic:a", "- order anthropic")
		j.sends("ops", "KEY")
		for _, agent := range []string{"main", "ops"} {
			if left := j.Read(j, gatewaytest.StoreName(agent)); strings.Contains(left, "anthropic:") {
				j.Errorf("left in the store of %s:\n%s", agent, left)
			}
		}
	})
}
