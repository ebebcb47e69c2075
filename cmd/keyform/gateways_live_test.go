//go:build gateways && unix

package main

import (
	"strings"
	"testing"
	"time"

	"github.com/keyform/keyform/providers/gatewaytest"
	"github.com/keyform/keyform/providers/reload"
)

// liveJudge is a judge whose gateway runs.
type liveJudge struct {
	judge
	live *gatewaytest.Live
}

func (j judge) serves() liveJudge {
	j.Helper()
	return liveJudge{judge: j, live: j.Serve(j)}
}

// sends wants that the next turn that the gateway does for an agent sends this fake,
// and that what it wrote about that turn is no change to keyform.
func (j liveJudge) sends(agent, name string) {
	j.Helper()
	gatewaytest.Sent(j, j.live.Turn(j, agent), headerOf(name), fake(name))
	j.synced()
}

// keeps wants that an agent's store holds this fake together with what a turn has
// written since.
func (j liveJudge) keeps(agent, name string) {
	j.Helper()
	text := j.Read(j, gatewaytest.StoreName(agent))
	j.Logf("declared %s, in the store after a turn: %v", fake(name), strings.Contains(text, fake(name)))
	if !strings.Contains(text, fake(name)) || !strings.Contains(text, `"lastUsed"`) {
		j.Errorf("the store of %s after a turn has not %s with its usage", agent, fake(name))
	}
}

// restarts wants that the gateway starts anew, as it does after a change of auth in
// its configuration, and waits until it answers.
func (j liveJudge) restarts(starts int) {
	j.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		if strings.Count(j.live.Log(), "listening on ws") >= starts && reload.Ready(j.Context(), j.live.Endpoint) == nil {
			return
		}
	}
	j.Fatalf("the gateway did not start anew:\n%s", j.live.Log())
}

// A running gateway sends what was applied from the very next turn on, keeps it when
// it writes its usage, and takes up a change of its configuration.
func TestGatewayLive(t *testing.T) {
	const b = `profile "anthropic:b" { api_key = env("B") }
`
	key := func(name string) string { return `profile "anthropic:a" { api_key = env("` + name + `") }` + "\n" }
	judged(t, func(judge judge) {
		clobbers := judge.Release.HasReload
		judge.applies(key("A")+b+`agent "main" { order = { anthropic = ["anthropic:a"] } }`, "not running")
		j := judge.serves()
		j.sends("main", "A")

		// The judge can tell: a write that the gateway is not told of.
		store := gatewaytest.StoreName("main")
		j.Write(j, store, strings.Replace(j.Read(j, store), fake("A"), fake("A2"), 1))
		got := j.live.Turn(j, "main")
		if after := j.Read(j, store); clobbers {
			gatewaytest.Sent(j, got, "x-api-key", fake("A"))
			if strings.Contains(after, fake("A2")) {
				j.Error("a write that the gateway is not told of is not overwritten")
			}
		} else {
			gatewaytest.Sent(j, got, "x-api-key", fake("A2"))
		}

		if clobbers {
			j.declare(`gateway "openclaw" { reload = "none" }` + "\n" + key("A3"))
			if code, out := j.keyform("apply", "-auto-approve"); code != exitError || !strings.Contains(out, "KF0610") {
				j.Errorf("apply that tells nothing: exit %d\n%s", code, out)
			}
		}
		out := j.applies(key("A3")+b+`agent "main" { order = { anthropic = ["anthropic:a"] } }`, "gateway running", "running gateway", "~ anthropic:a")
		if told := strings.Contains(out, "secrets.reload: told"); told != clobbers {
			j.Errorf("told: %v, want %v:\n%s", told, clobbers, out)
		}
		j.sends("main", "A3")
		j.keeps("main", "A3")
		j.sends("ops", "A3")
		j.keeps("ops", "A3")

		// A saved plan does not grow stale by a turn.
		j.declare(key("A4") + b + `agent "main" { order = { anthropic = ["anthropic:b", "anthropic:a"] } }`)
		j.keyform("plan", "-out=saved")
		gatewaytest.Sent(j, j.live.Turn(j, "main"), "x-api-key", fake("A3"))
		if code, out := j.keyform("apply", "saved"); code != exitOK {
			j.Errorf("apply of a saved plan: exit %d\n%s", code, out)
		}
		j.synced()
		j.sends("ops", "B")
		j.sends("main", "B")
		j.keeps("main", "A4")
		j.keeps("ops", "A4")

		// A profile and the order of the configuration in one run: the gateway is told
		// of the one and starts anew for the other.
		j.applies(key("A")+b+`provider "anthropic" { order = ["anthropic:a", "anthropic:b"] }`, "- order anthropic", "auth.order")
		j.restarts(2)
		j.sends("main", "A")
		j.sends("ops", "A")
		j.keeps("main", "A")

		// The last profile goes, and .env is read at a real start only.
		j.empties(``, "- anthropic:a", "- anthropic:b", "auth.order")
		j.restarts(3)
		j.applies(`provider "anthropic" { api_key = env("KEY") }`, "+ ANTHROPIC_API_KEY", ".env waits for a restart")
		got = j.live.Turn(j, "main")
		j.Logf("declared %s, before a start on the wire %v", fake("KEY"), got)
		if len(got) != 0 {
			j.Errorf("before a start: %v, want nothing", got)
		}
		j.live.Stop()
		j = judge.serves()
		j.sends("main", "KEY")
	})
}
