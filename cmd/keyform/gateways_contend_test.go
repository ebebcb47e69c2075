//go:build gateways && unix

package main

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/keyform/keyform/providers/gatewaytest"
	"github.com/keyform/keyform/providers/reload"
)

// Turns of a running gateway write the same stores as keyform, under the same locks.
// Neither loses what the other wrote.
func TestGatewayLiveTurnsDuringApplies(t *testing.T) {
	const rounds, perRound = 8, 3
	config := func(key string) string {
		return fmt.Sprintf(`
profile "anthropic:a" { api_key = env(%q) }
profile "anthropic:b" { api_key = env("B") }
agent "main" { order = { anthropic = ["anthropic:a"] } }
agent "ops" { order = { anthropic = ["anthropic:b"] } }
`, key)
	}
	judged(t, func(judge judge) {
		judge.store("main", storeText("anthropic:hand", "token", "T"))
		judge.applies(config("A"))
		j := judge.serves()
		j.sends("ops", "B") // leaves a copy of anthropic:a in the agent's store
		var runs []string
		var last time.Time
		ended, again := 0, 0
		for round := range rounds {
			for range perRound {
				last = time.Now()
				runs = append(runs, j.begins("main"), j.begins("ops"))
			}
			for len(runs)-ended > 2*perRound {
				j.ends(runs[ended])
				ended++
			}
			out := j.applies(config([]string{"A2", "A3"}[round%2]), "agent main", "agent ops", "gateway running")
			again += strings.Count(out, "written again")
		}
		for _, run := range runs[ended:] {
			j.ends(run)
		}
		j.synced()
		j.sends("main", "A3")
		j.keeps("main", "A3")
		for _, agent := range []string{"main", "ops"} {
			if text := j.Read(j, gatewaytest.StoreName(agent)); !strings.Contains(text, fake("A3")) || !strings.Contains(text, fake("T")) {
				j.Errorf("the store of %s lost a credential", agent)
			}
		}
		// The gateway's own: when each agent's profile was used last.
		for agent, id := range map[string]string{"main": "anthropic:a", "ops": "anthropic:b"} {
			if used := j.lastUsed(agent, id); used.Before(last.Truncate(time.Millisecond)) {
				j.Errorf("%s of %s was used last at %s, the last turn began at %s", id, agent, used, last)
			}
		}
		j.Logf("%d turns during %d applies, %d stores written again", len(runs), rounds, again)
	})
}

// begins asks the gateway for a turn of an agent and gives the run's id.
func (j liveJudge) begins(agent string) string {
	j.Helper()
	id := rand.Text()
	var run struct{ RunID string }
	j.calls("agent", map[string]any{"message": "hi", "agentId": agent, "sessionKey": "agent:" + agent + ":" + id, "idempotencyKey": id}, &run)
	return run.RunID
}

// ends waits for the end of a turn, which must be a good one.
func (j liveJudge) ends(run string) {
	j.Helper()
	var end struct{ Status string }
	j.calls("agent.wait", map[string]any{"runId": run, "timeoutMs": 60_000}, &end)
	if end.Status != "ok" {
		j.Errorf("turn %s ended as %q", run, end.Status)
	}
}

func (j liveJudge) calls(method string, params, into any) {
	j.Helper()
	answer, err := reload.Call(j.Context(), j.live.Endpoint, method, params)
	if err != nil {
		j.Fatal(err)
	}
	if err := json.Unmarshal(answer, into); err != nil {
		j.Fatalf("%s: %v", method, err)
	}
}

func (j judge) lastUsed(agent, id string) time.Time {
	j.Helper()
	var store struct {
		UsageStats map[string]struct{ LastUsed int64 }
	}
	if err := json.Unmarshal([]byte(j.Read(j, gatewaytest.StoreName(agent))), &store); err != nil {
		j.Fatal(err)
	}
	return time.UnixMilli(store.UsageStats[id].LastUsed)
}
