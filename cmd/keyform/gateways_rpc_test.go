//go:build gateways && unix

package main

import (
	"strings"
	"testing"

	"github.com/keyform/keyform/providers/gatewaytest"
)

// However a gateway that has to be told lets its clients in, keyform gets in; where
// it does not, it says so, and the next run that does makes it good.
func TestGatewayLiveLogins(t *testing.T) {
	t.Parallel()
	t.Run("password", func(t *testing.T) {
		t.Parallel()
		j := newJudge(t, gatewaytest.OpenClaw())
		j.login(map[string]any{"mode": "password", "password": "fake-rpc-password-77a1"})
		live := j.rotates()
		live.live.Login, live.ask = []string{"--password", "fake-rpc-password-77a1"}, live.live.Turn
		live.sends("main", "A2")
		live.keeps("main", "A2")
		if strings.Contains(j.log.String(), "fake-rpc-password") {
			j.Error("keyform printed the password")
		}
	})
	t.Run("none", func(t *testing.T) {
		t.Parallel()
		j := newJudge(t, gatewaytest.OpenClaw())
		j.login(map[string]any{"mode": "none"})
		j.applies(loginKey("A"))
		live := j.serves()
		live.ask = live.live.Turn
		j.declare(loginKey("A2"))
		// It lets in known devices only, and none is known before its own client has run.
		code, out := j.keyform("apply", "-auto-approve")
		if code != exitPartial || !strings.Contains(out, "KF0707") || !strings.Contains(out, "device identity") {
			j.Errorf("apply without a device: exit %d\n%s", code, out)
		}
		j.CLI(j, "devices", "list")
		code, out = j.keyform("apply", "-auto-approve")
		if code != exitOK || !strings.Contains(out, "secrets.reload: told") {
			j.Errorf("apply with a device: exit %d\n%s", code, out)
		}
		live.sends("main", "A2")
		live.keeps("main", "A2")
	})
	t.Run("wrong token", func(t *testing.T) {
		t.Parallel()
		j := newJudge(t, gatewaytest.OpenClaw())
		j.login(map[string]any{"mode": "token"})
		j.Write(j, ".env", "OPENCLAW_GATEWAY_TOKEN="+gatewaytest.Token+"\n")
		j.applies(loginKey("A"))
		live := j.serves()
		j.Write(j, ".env", "OPENCLAW_GATEWAY_TOKEN=fake-rpc-token-of-another\n")
		j.declare(loginKey("A2"))
		code, out := j.keyform("apply", "-auto-approve")
		if code != exitPartial || !strings.Contains(out, "KF0707") || !strings.Contains(out, "not authorized") || strings.Contains(out, "fake-rpc-token") {
			j.Errorf("apply with a wrong token: exit %d\n%s", code, out)
		}
		// The stores are as declared. The gateway is not, and the plan knows.
		code, out = j.keyform("plan", "-detailed-exitcode")
		if code != exitChanges || !strings.Contains(out, "could not be told") {
			j.Errorf("plan after it: exit %d\n%s", code, out)
		}
		j.Write(j, ".env", "OPENCLAW_GATEWAY_TOKEN="+gatewaytest.Token+"\n")
		code, out = j.keyform("apply", "-auto-approve")
		if code != exitOK || !strings.Contains(out, "secrets.reload: told") {
			j.Errorf("apply with the right token: exit %d\n%s", code, out)
		}
		j.synced()
		live.sends("main", "A2")
		live.keeps("main", "A2")
	})
}

func loginKey(name string) string { return `profile "anthropic:a" { api_key = env("` + name + `") }` }

// login sets how the gateway lets clients in.
func (j judge) login(auth map[string]any) {
	j.Helper()
	config := j.ReadConfig(j)
	config["gateway"].(map[string]any)["auth"] = auth
	j.WriteConfig(j, config)
}

// rotates starts a gateway with the key A and applies A2.
func (j judge) rotates() liveJudge {
	j.Helper()
	j.applies(loginKey("A"))
	live := j.serves()
	j.applies(loginKey("A2"), "gateway running")
	return live
}
