//go:build gateways && unix

package main

import (
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyform/keyform/providers/gatewaytest"
)

// refusal is how OpenClaw 2026.9.6 refuses a store beside which older files are.
var refusal = regexp.MustCompile(`Auth profile store ~/\.openclaw/(\S+) requires legacy credential migration`)

// blocked starts the gateway, which has to end, and gives the stores that it refuses to
// use. A start that has to wait long for the machine ends before it comes to that.
func (u upgrade) blocked() []string {
	u.Helper()
	var stores []string
	for range 5 {
		r := u.CLI(u, "gateway", "run")
		if r.Code == 0 {
			u.Fatalf("the gateway ran:\n%s%s", r.Stdout, r.Stderr)
		}
		for _, m := range refusal.FindAllStringSubmatch(r.Stdout+r.Stderr, -1) {
			if m[1] != "agents/main/agent/openclaw-agent.sqlite" { // main's own, for the files of the shared one
				stores = append(stores, m[1])
			}
		}
		if len(stores) > 0 {
			break
		}
		u.Logf("the gateway ended:\n%s%s", r.Stdout, r.Stderr)
	}
	slices.Sort(stores)
	return slices.Compact(stores)
}

func (u upgrade) wants(what string, want, got []string) {
	u.Helper()
	u.Logf("%s: %q", what, got)
	if diff := cmp.Diff(want, got); diff != "" {
		u.Errorf("%s (-as keyform's plan has it +as it is):\n%s", what, diff)
	}
}

// A home of 2026.4.29 is upgraded in place to 2026.9.6 without keyform: no command takes
// its configuration, its gateway mends that and does not start, and no credential
// is in any store. What is then lost is what the plan named before. OpenClaw's doctor
// saves what it does not give up.
func TestUpgradeWithoutKeyformLosesWhatThePlanNamed(t *testing.T) {
	t.Parallel()
	u := newUpgrade(t)
	named := u.looksAhead()
	if r := u.CLI(u, "models", "status", "--json"); r.Code != 1 || !regexp.MustCompile(`Unrecognized key: \\?"lastTouchedAt`).MatchString(r.Stdout) {
		t.Errorf("models status: exit status %d\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
	u.wants("blocked stores", named.stores, u.blocked())
	u.wants("files that it does not read", named.files, u.residue())
	u.wants("lost", named.ids, u.lost())

	if r := u.CLI(u, "doctor", "--fix", "--non-interactive"); r.Code != 0 {
		t.Errorf("doctor: exit status %d\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
	u.wants("lost for good", named.retired, u.lost())
}

// The same upgrade with keyform loses nothing but what the release has retired. No
// doctor has to run: the gateway starts, and each agent sends what it sent before.
func TestUpgradeWithKeyformLosesNothing(t *testing.T) {
	t.Parallel()
	u := newUpgrade(t)
	named := u.looksAhead()
	u.applies(``, "is of an earlier form", "lastTouchedAt goes", "is not made yet")
	u.wants("lost", named.retired, u.lost())
	u.sendsAll()
}

// sendsAll starts the gateway and wants that every agent sends its own credential:
// research has none of its own for Anthropic and sends main's.
func (u upgrade) sendsAll() {
	u.Helper()
	j := u.serves()
	for agent, name := range map[string]string{"main": "T", "ops": "T2", "research": "T", "lab": "B"} {
		gatewaytest.Sent(j, j.live.Ask(j, agent), headerOf(name), fake(name))
	}
	j.synced()
}

// One command of 2026.6.11 on the way strands main for ever: it takes the oldest logins,
// over which the doctor of 2026.9.6 stumbles. keyform's plan had named what is lost, and
// mends it afterwards as well.
func TestUpgradeThroughAnotherReleaseStrandsMain(t *testing.T) {
	if !gatewaytest.Thorough() {
		t.Skip("with RELEASES=all")
	}
	t.Parallel()
	u := newUpgrade(t)
	named := u.looksAhead()
	if r := u.As(u, gatewaytest.OpenClaw611()).CLI(u, "models", "status", "--json"); r.Code != 0 {
		t.Errorf("models status of 2026.6.11: exit status %d\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
	live := u.Serve(u) // it starts, since main's store is not empty
	live.Stop()
	u.CLI(u, "doctor", "--fix", "--non-interactive")
	lost := u.lost()
	u.Logf("lost: %q", lost)
	for _, id := range []string{"anthropic:default", "anthropic:manual", "groq:default", "openrouter:default", "openai-codex:default"} {
		if !slices.Contains(lost, gatewaytest.Shared+" "+id) {
			t.Errorf("%s of main is not lost", id)
		}
	}
	for _, id := range lost {
		if !slices.Contains(named.ids, id) {
			t.Errorf("the plan did not name %s", id)
		}
	}
	u.applies(``, "is of an earlier form")
	u.wants("lost", named.retired, u.lost())
	u.sendsAll()
}
