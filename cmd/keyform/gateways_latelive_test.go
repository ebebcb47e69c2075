//go:build gateways && unix

package main

import (
	"strings"
	"testing"

	"github.com/keyform/keyform/providers/gatewaytest"
)

// A running gateway that keeps databases sends what was applied from the very next
// turn on, and is the same process throughout.
func TestLaterGatewayLive(t *testing.T) {
	const b = `profile "anthropic:b" { api_key = env("B") }
`
	declared := func(key, order, ops string) string {
		return `profile "anthropic:a" { api_key = env("` + key + `") }
` + b + `agent "main" { order = { anthropic = ["` + order + `"] } }
` + ops
	}
	t.Parallel()
	judge := newJudge(t, gatewaytest.Latest())
	judge.applies(declared("A", "anthropic:a", ""), "not running")
	j := judge.serves()
	same := func(what string) {
		t.Helper()
		starts := strings.Count(j.live.Log(), j.Release.Ready)
		t.Logf("after %s: process %d runs: %v, starts in its log: %d", what, j.live.PID, j.live.Runs(), starts)
		if !j.live.Runs() || starts != 1 {
			t.Errorf("after %s it is not the gateway that it was:\n%s", what, j.live.Log())
		}
	}
	j.sends("main", "A")

	j.applies(declared("A2", "anthropic:a", ""), "gateway running", "~ anthropic:a")
	j.sends("main", "A2")
	same("a rotated key")

	out := j.applies(declared("A2", "anthropic:b", ""), "gateway running", "~ order anthropic")
	if waits := strings.Contains(strings.Join(strings.Fields(out), " "), "goes on with the order that it had"); waits != j.Release.OrdersWait {
		t.Errorf("apply says that an order waits: %v\n%s", waits, out)
	}
	if j.Release.OrdersWait {
		j.sends("main", "A2")
	} else {
		j.sends("main", "B")
	}
	same("an order")

	j.applies(declared("A2", "anthropic:b", `agent "ops" {
  profile "anthropic:a" { api_key = env("OPS") }
  order = { anthropic = ["anthropic:a"] }
}
`), "gateway running", "agent ops", "+ anthropic:a")
	j.ordered("ops", "anthropic:a")
	j.sends("ops", "OPS")
	same("an agent's own profile")
}
