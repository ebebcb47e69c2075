//go:build gateways && unix

package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/keyform/keyform/providers/gatewaytest"
)

// storeText is a store with one profile that somebody else put there.
func storeText(id, kind, name string) string {
	field := map[string]string{"api_key": "key", "token": "token"}[kind]
	return fmt.Sprintf("{\n  \"version\": 1,\n  \"profiles\": {\n    %q: {\"type\": %q, \"provider\": \"anthropic\", %q: %q}\n  }\n}\n", id, kind, field, fake(name))
}

// Where auth.profiles lists ids of a provider, the program uses no other. A declared
// profile is listed with them, also where what is listed does not exist.
func TestGatewayUsesListedProfiles(t *testing.T) {
	judged(t, func(j judge) {
		listing := func(id, mode string) {
			j.auth(map[string]any{"profiles": map[string]any{id: map[string]any{"provider": "anthropic", "mode": mode}}})
		}
		j.Write(j, ".env", "ANTHROPIC_API_KEY='"+fake("KEY")+"'\n")
		// The judge can tell: a stored token that is not listed goes unused.
		listing("anthropic:x", "api_key")
		x, token := storeText("anthropic:x", "api_key", "C"), `profile "anthropic:t" { token = env("T") }`
		j.store("main", x)
		j.applies(token, "+ anthropic:t", "anthropic:t listed")
		j.sends("main", "T")
		j.applies(``, "- anthropic:t")
		j.sends("main", "C")

		listing("anthropic:gone", "api_key")
		j.store("main", storeText("anthropic:t", "token", "T"))
		before := "KEY" // clawdbot then looks no further
		if j.Release.Product == "openclaw" {
			before = "T"
		}
		gatewaytest.Sent(j, j.Turn(j, "main"), headerOf(before), fake(before))
		j.applies(token, "anthropic:t listed")
		j.sends("main", "T")
	})
}

// Declaring mode or email makes a listing where there was none, which would hide the
// live profiles that nobody declares. They are listed too.
func TestGatewayKeepsUnlistedProfilesUsable(t *testing.T) {
	judged(t, func(j judge) {
		j.store("main", storeText("anthropic:live", "token", "T"))
		j.applies(`profile "anthropic:a" {
  api_key = env("A")
  email   = "ops@example.com"
}`, "anthropic:a listed", "anthropic:live listed (so that it stays usable)")
		j.reports(0, "by profiles", "anthropic:a api_key static", "anthropic:live token static")
		j.sends("main", "T")
		j.applies(`profile "anthropic:t" {
  token = env("T2")
  mode  = "oauth"
}
agent "main" { order = { anthropic = ["anthropic:t", "anthropic:live"] } }`, "- anthropic:a", "anthropic:t")
		j.sends("main", "T2") // a listed mode "oauth" takes a stored token
	})
}

// An entry of auth.profiles whose mode is not the stored kind makes the program
// reject the profile. keyform corrects it, and migrates "token" to "oauth" where the
// login is OAuth.
func TestGatewayAcceptsCorrectedModes(t *testing.T) {
	judged(t, func(j judge) {
		login := "anthropic:login"
		if j.Release.Product == "clawdbot" {
			login = "anthropic:claude-cli"
		}
		entry := func(mode string) map[string]any { return map[string]any{"provider": "anthropic", "mode": mode} }
		j.Write(j, ".env", "ANTHROPIC_API_KEY='"+fake("KEY")+"'\n")
		j.auth(map[string]any{"profiles": map[string]any{"anthropic:t": entry("api_key")}})
		j.store("main", storeText("anthropic:t", "token", "T"))
		gatewaytest.Sent(j, j.Turn(j, "main"), "x-api-key", fake("KEY")) // rejected
		j.applies(`profile "anthropic:t" { token = env("T") }`, "auth.profiles")
		j.sends("main", "T")

		j.auth(map[string]any{"profiles": map[string]any{login: entry("token")}})
		j.store("main", fmt.Sprintf(`{"version":1,"profiles":{%q:{"type":"oauth","provider":"anthropic","access":%q,"refresh":"refresh-fake","expires":%d}}}`,
			login, fake("T2"), time.Now().Add(24*time.Hour).UnixMilli()))
		gatewaytest.Sent(j, j.Turn(j, "main"), "x-api-key", fake("KEY")) // rejected
		j.applies(``, "> "+login, `mode "token" -> "oauth"`, "1 to migrate")
		j.sends("main", "T2")
	})
}
