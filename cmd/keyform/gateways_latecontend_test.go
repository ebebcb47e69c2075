//go:build gateways && unix

package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/keyform/keyform/providers/gatewaytest"
)

// busy is how either side would show that the other was in its way.
var busy = regexp.MustCompile(`(?i)SQLITE_BUSY|database is locked|\bbusy\b|KF07\d\d`)

// The command line of OpenClaw 2026.9.6 writes the same rows as keyform. Neither loses
// what the other wrote, and neither shows its user that it had to wait. The time only
// bounds how many times that is tried. Nothing declared is in the configuration: the
// first command in a home refuses to go on where that changes under it, whoever does it.
// (The commands of 2026.9.5 give up at once where anybody holds the coordinator.)
func TestLaterGatewayCommandsDuringApplies(t *testing.T) {
	const most, bound = 250, 3 * time.Minute
	t.Parallel()
	j := newJudge(t, gatewaytest.OpenClaw96())
	config := func(i int) string {
		even := i%2 == 0
		pick := func(a, b string) string { return map[bool]string{true: a, false: b}[even] }
		return fmt.Sprintf(`profile "anthropic:a" { api_key = env(%q) }
profile "anthropic:b" { api_key = env("B") }
agent "main" { order = { anthropic = ["anthropic:%s"] } }
agent "ops" {
  profile "anthropic:a" { api_key = env(%q) }
}
`, pick("A2", "A3"), pick("a", "b"), pick("OPS", "OPS2"))
	}
	j.applies(config(1))

	quit, pasted := make(chan struct{}), make(chan []string, 1)
	go func() {
		var ids []string
		defer func() { pasted <- ids }()
		for {
			ids = append(ids, j.pastes(len(ids)))
			select {
			case <-quit:
				return
			default:
			}
		}
	}()
	begin, applies := time.Now(), 0
	var longest time.Duration
	for applies < most && time.Since(begin) < bound {
		start := time.Now()
		j.declare(config(applies))
		code, out := j.keyform("apply", "-auto-approve")
		longest = max(longest, time.Since(start))
		// Had the other side undone the last one, there would be less to do.
		if code != exitOK || busy.MatchString(out) || !strings.Contains(out, "Applied 3 changes") {
			j.Errorf("apply %d: exit %d\n%s", applies, code, out)
			break
		}
		applies++
	}
	close(quit)
	ids := <-pasted
	j.Logf("%d profiles by the command line during %d applies in %s, the longest %s, %d planned again",
		len(ids), applies, time.Since(begin).Round(time.Second), longest.Round(time.Millisecond), strings.Count(j.log.String(), "planning again"))
	j.synced()
	j.holds(gatewaytest.Shared, ids...)
}

// pastes lets the program store a key for OpenRouter, the nth, and gives its id.
func (j judge) pastes(n int) string {
	j.Helper()
	id := fmt.Sprintf("openrouter:loop%d", n)
	r := j.CLIInput(j, fmt.Sprintf("sk-or-v1-loop-%d-%s\n", n, strings.Repeat("0", 40)), "models", "auth", "--agent", "main", "paste-api-key", "--provider", "openrouter", "--profile-id", id)
	if r.Code != 0 || busy.MatchString(r.Stdout+r.Stderr) {
		j.Errorf("paste of %s: exit status %d\n%s%s", id, r.Code, r.Stdout, r.Stderr)
	}
	return id
}

// holds wants profiles in the store of an agent, or the shared one.
func (j judge) holds(agent string, ids ...string) {
	j.Helper()
	var store struct {
		Profiles map[string]struct{ Key string }
	}
	if err := json.Unmarshal(j.Cells(j, agent).Store, &store); err != nil {
		j.Fatal(err)
	}
	for n, id := range ids {
		if !strings.Contains(store.Profiles[id].Key, fmt.Sprintf("-loop-%d-", n)) {
			j.Errorf("the store has lost %s", id)
		}
	}
}
