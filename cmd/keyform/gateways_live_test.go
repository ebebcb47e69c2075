//go:build gateways && unix

package main

import (
	"encoding/json"
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
	// ask has the gateway do a turn. It is the Ask of live, or its Turn where only the
	// gateway's own client is let in.
	ask func(t testing.TB, agent string) []gatewaytest.Request
	// asked is when the last turn of sends began, by agent.
	asked map[string]time.Time
}

func (j judge) serves() liveJudge {
	j.Helper()
	live := j.Serve(j)
	return liveJudge{judge: j, live: live, ask: live.Ask, asked: map[string]time.Time{}}
}

// sends wants that the next turn that the gateway does for an agent sends this fake,
// and that what it wrote about that turn is no change to keyform.
func (j liveJudge) sends(agent, name string) {
	j.Helper()
	j.asked[agent] = time.Now().Truncate(time.Millisecond)
	gatewaytest.Sent(j, j.ask(j, agent), headerOf(name), fake(name))
	j.synced()
}

// keeps wants that an agent's store holds this fake once the gateway has noted there
// that the last turn used it.
func (j liveJudge) keeps(agent, name string) {
	j.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		text := j.Read(j, gatewaytest.StoreName(agent))
		switch noted := !lastUsed(text).Before(j.asked[agent]); {
		case noted && strings.Contains(text, fake(name)):
			j.Logf("declared %s, in the store after a turn", fake(name))
			return
		case noted || time.Now().After(end):
			j.Errorf("the store of %s after a turn has not %s with its usage (noted: %v)", agent, fake(name), noted)
			return
		}
	}
}

// lastUsed is when the gateway used any profile of a store last, by its own account.
func lastUsed(store string) (last time.Time) {
	var usage struct {
		UsageStats map[string]struct{ LastUsed int64 }
	}
	if json.Unmarshal([]byte(store), &usage) != nil { // half of what is being written
		return last
	}
	for _, u := range usage.UsageStats {
		if at := time.UnixMilli(u.LastUsed); at.After(last) {
			last = at
		}
	}
	return last
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
		j.keeps("main", "A") // else what is read next may be half of what the gateway writes

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
		gatewaytest.Sent(j, j.live.Ask(j, "main"), "x-api-key", fake("A3"))
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
		j.ask = j.live.Turn // which starts slowly: the gateway may not be done with that
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
