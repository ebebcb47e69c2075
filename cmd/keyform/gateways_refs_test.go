//go:build gateways && unix

package main

import (
	"strings"
	"testing"

	"github.com/keyform/keyform/providers/gatewaytest"
)

// A gateway that is told of a reference that it cannot resolve says so to the one of its
// methods that counts them, and apply tells the user. The turn then has no credential, also
// where the profile had a value before; with a value again it has one, and apply is quiet.
func TestLaterGatewayTellsOfUnresolvedReferences(t *testing.T) {
	const b = `profile "anthropic:b" { api_key = env("B") }
agent "main" { order = { anthropic = ["anthropic:a", "anthropic:b"] } }
`
	const unresolved = "could not resolve references ("
	t.Parallel()
	judge := newJudge(t, gatewaytest.Latest())
	judge.applies(`profile "anthropic:a" { api_key = env("A") }
`+b, "not running")
	j := judge.serves()
	j.sends("main", "A")

	const reference = `profile "anthropic:a" {
  api_key = env("NOT_SET")
  store   = "reference"
}
`
	if j.Release.Generation != gatewaytest.SharedSQLite { // up to 2026.7.35 it refuses to reload then
		j.declare(reference + b)
		if code, out := j.keyform("apply", "-auto-approve"); code == exitOK || !strings.Contains(out, "KF0707") {
			t.Errorf("apply: exit %d\n%s", code, out)
		}
		return
	}
	out := j.applies(reference+b, "gateway running", "reference env:default:NOT_SET", "KF0625")
	for _, part := range []string{"secrets.reload: told", unresolved} {
		if !strings.Contains(out, part) {
			t.Errorf("apply does not say %q:\n%s", part, out)
		}
	}
	got := j.live.Turn(j, "main")
	t.Logf("declared a reference that does not resolve, on the wire %v", got)
	if len(got) != 0 {
		t.Errorf("on the wire %v, want nothing: such a profile blocks those behind it", got)
	}

	out = j.applies(`profile "anthropic:a" { api_key = env("A2") }
`+b, "gateway running")
	if strings.Contains(out, unresolved) {
		t.Errorf("apply tells of references, and there is none:\n%s", out)
	}
	j.sends("main", "A2")
}
