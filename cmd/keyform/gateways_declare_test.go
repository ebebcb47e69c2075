//go:build gateways && unix

package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/keyform/keyform/providers/gatewaytest"
)

// The variables of a provider reach the wire from .env, and go with their blocks.
func TestGatewaySendsDeclaredVariables(t *testing.T) {
	judged(t, func(j judge) {
		j.applies(`provider "anthropic" { api_key = env("KEY") }`, "+ ANTHROPIC_API_KEY", "not running", "in PATH")
		j.reports(0, "by env")
		j.sends("main", "KEY")
		j.applies(`provider "anthropic" { api_key = env("KEY2") }`, "~ ANTHROPIC_API_KEY")
		j.sends("ops", "KEY2")
		j.applies(`provider "anthropic" { env = { ANTHROPIC_OAUTH_TOKEN = env("T") } }`, "- ANTHROPIC_API_KEY", "+ ANTHROPIC_OAUTH_TOKEN")
		j.sends("main", "T")
		j.applies(``, "- ANTHROPIC_OAUTH_TOKEN")
		j.reports(1, "missing anthropic")
		j.sendsNone("main")
		j.synced()
	})
}

// Shared profiles of both kinds, their order, and what is left when they go: first
// the next profile, at last the variable that somebody else keeps in .env.
func TestGatewaySendsDeclaredProfiles(t *testing.T) {
	const a, t2, order = `profile "anthropic:a" { api_key = env("A") }
`, `profile "anthropic:t" { token = env("T2") }
`, `agent "main" { order = { anthropic = ["anthropic:%s", "anthropic:%s"] } }
`
	judged(t, func(j judge) {
		j.Write(j, ".env", "ANTHROPIC_API_KEY='"+fake("KEY")+"'\n")
		j.applies(a, "+ anthropic:a")
		j.reports(0, "by profiles", "anthropic:a api_key static")
		j.sends("main", "A")

		j.applies(`profile "anthropic:a" { api_key = env("A2") }`, "~ anthropic:a")
		j.applies(a, "~ anthropic:a")

		j.applies(a+`profile "anthropic:t" { token = env("T") }`, "+ anthropic:t")
		j.reports(0, "by profiles", "anthropic:a api_key static", "anthropic:t token static")
		j.sends("main", "T") // without an order tokens come before keys
		j.applies(a+t2, "~ anthropic:t")
		j.applies(a+t2+fmt.Sprintf(order, "a", "t"), "+ order anthropic")
		j.ordered("main", "anthropic:a", "anthropic:t")
		j.sends("main", "A")
		j.applies(a+t2+fmt.Sprintf(order, "t", "a"), "~ order anthropic")
		j.sends("main", "T2")

		j.applies(a, "- anthropic:t", "- order anthropic")
		j.sends("main", "A")
		j.empties(``, "- anthropic:a")
		j.reports(0, "by env")
		j.sends("main", "KEY")
	})
}

// How long a declared setup-token lives is what the program's check goes by.
func TestGatewayChecksDeclaredExpiry(t *testing.T) {
	judged(t, func(j judge) {
		token := func(left time.Duration) string {
			return fmt.Sprintf(`profile "anthropic:t" {
  token   = env("T")
  expires = %q
}`, time.Now().Add(left).UTC().Format(time.RFC3339))
		}
		j.applies(token(12*time.Hour), "+ anthropic:t")
		j.reports(2, "by profiles", "anthropic:t token expiring")
		j.applies(token(90*24*time.Hour), "~ anthropic:t")
		j.reports(0, "by profiles", "anthropic:t token ok")
	})
}

// Another provider than Anthropic: its variable, and a profile that beats it.
func TestGatewaySendsOtherProviders(t *testing.T) {
	judged(t, func(j judge) {
		config := j.ReadConfig(j)
		config["agents"].(map[string]any)["defaults"] = map[string]any{"model": map[string]any{"primary": "openrouter/anthropic/claude-opus-4.5"}}
		j.WriteConfig(j, config)
		j.applies(`provider "openrouter" { api_key = env("R") }`, "+ OPENROUTER_API_KEY")
		j.sends("main", "R")
		j.applies(`
provider "openrouter" { api_key = env("R") }
profile "openrouter:default" { api_key = env("R2") }
`, "+ openrouter:default")
		j.reports(0, "by profiles", "openrouter:default api_key static")
		j.sends("main", "R2")
	})
}

// A refused key is set aside by the program for a while. A new one under its id is
// used at once.
func TestGatewaySendsRotatedKeyDuringCooldown(t *testing.T) {
	const rest = `profile "anthropic:b" { api_key = env("B") }
agent "main" { order = { anthropic = ["anthropic:a", "anthropic:b"] } }
`
	judged(t, func(j judge) {
		j.applies(`profile "anthropic:a" { api_key = env("A") }` + "\n" + rest)
		j.API.Refuse(fake("A"), 401)
		got := j.Turn(j, "main")
		j.Logf("declared x-api-key %s, refused; on the wire %v", fake("A"), got)
		want := []gatewaytest.Request{
			{Status: 401, Header: "x-api-key", Credential: fake("A")}, {Status: 200, Header: "x-api-key", Credential: fake("B")},
		}
		if len(got) != 2 || got[0].String() != want[0].String() || got[1].String() != want[1].String() {
			j.Errorf("on the wire %v, want %v", got, want)
		}
		j.synced()
		j.sends("main", "B") // A is set aside
		j.applies(`profile "anthropic:a" { api_key = env("A2") }`+"\n"+rest, "cooldown cleared")
		j.sends("main", "A2")
	})
}
