//go:build gateways && unix

package gatewaytest_test

import (
	"testing"

	"github.com/keyform/keyform/providers/gatewaytest"
)

const envKey = "sk-ant-api03-from-the-environment-file"

func TestTurnSendsTheKeyOfTheEnvironmentFile(t *testing.T) {
	gatewaytest.Each(t, func(t *testing.T, r gatewaytest.Release) {
		h := gatewaytest.NewHome(t, r)
		if got := h.Turn(t, "main"); len(got) != 0 {
			t.Errorf("without any credential: %v", got)
		}
		h.Write(t, ".env", "ANTHROPIC_API_KEY='"+envKey+"'\n")
		h.Sends(t, "main", "x-api-key", envKey)
		h.API.Refuse(envKey, 401)
		if got := h.Turn(t, "ops"); len(got) == 0 || got[0].Status != 401 || got[0].Credential != envKey {
			t.Errorf("a refused key: %v", got)
		}
	})
}

func TestLiveTurnSendsTheKeyOfTheEnvironmentFile(t *testing.T) {
	gatewaytest.Each(t, func(t *testing.T, r gatewaytest.Release) {
		h := gatewaytest.NewHome(t, r)
		h.Write(t, ".env", "ANTHROPIC_API_KEY='"+envKey+"'\n")
		live := h.Serve(t)
		gatewaytest.Sent(t, live.Turn(t, "ops"), "x-api-key", envKey)
	})
}

func TestCommandReportsTheEnvironmentFile(t *testing.T) {
	gatewaytest.Each(t, func(t *testing.T, r gatewaytest.Release) {
		h := gatewaytest.NewHome(t, r)
		if got := h.CLI(t, "models", "status", "--check").Code; got != 1 {
			t.Errorf("exit status %d without a credential, want 1", got)
		}
		h.Write(t, ".env", "ANTHROPIC_API_KEY='"+envKey+"'\n")
		var status struct {
			Auth struct {
				Providers []struct {
					Provider  string
					Effective struct{ Kind string }
				}
			}
		}
		h.JSON(t, &status, "models", "status", "--json")
		if p := status.Auth.Providers; len(p) != 1 || p[0].Provider != "anthropic" || p[0].Effective.Kind != "env" {
			t.Errorf("providers %+v, want anthropic by env", p)
		}
	})
}
