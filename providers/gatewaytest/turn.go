//go:build gateways && unix

package gatewaytest

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"testing"
)

// Turn lets an agent answer one message in a process of its own, without a gateway,
// and gives what it asked the model API. Every turn is a new session.
//
// Several requests mean that earlier ones were refused; none means that the program
// found no credential to use, and what it printed is in the test's log.
func (h *Home) Turn(t testing.TB, agent string) []Request {
	t.Helper()
	message := greeting()
	_, before := h.API.since(0)
	// 2026.9.6 asks a gateway all the same if one listens. Nothing does on the discard port.
	r := h.run(t, "", []string{"OPENCLAW_GATEWAY_PORT=9"}, []string{"agent", "--local", "--agent", agent, "--session-id", rand.Text(), "--message", message, "--timeout", "120"})
	return h.report(t, fmt.Sprintf("%s: turn of %s", h.Release, agent), message, before, r)
}

// greeting is a message that no other turn has.
func greeting() string { return "hi " + rand.Text() }

// Sends checks that one turn of an agent asks exactly once, successfully, with this
// header ("x-api-key" or "bearer") and credential, and prints both sides.
func (h *Home) Sends(t testing.TB, agent, header, credential string) {
	t.Helper()
	Sent(t, h.Turn(t, agent), header, credential)
}

// Sent checks that a turn's requests are one, successful, with this header and
// credential, and prints both sides.
func Sent(t testing.TB, got []Request, header, credential string) {
	t.Helper()
	want := Request{Status: 200, Header: header, Credential: credential}
	t.Logf("declared %s %s, on the wire %v", header, credential, got)
	if len(got) != 1 || got[0].String() != want.String() {
		t.Errorf("on the wire %v, want [%v]", got, want)
	}
}

// report gives the requests for a message after the first n.
func (h *Home) report(t testing.TB, what, message string, n int, r Result) []Request {
	t.Helper()
	all, _ := h.API.since(n)
	var seen []Request
	answered := false
	for _, request := range all {
		if request.answers(message) {
			seen = append(seen, request)
			answered = answered || request.Status == http.StatusOK
		}
	}
	if !answered {
		t.Logf("%s: nothing answered, exit status %d; asked in all %v: %s %s", what, r.Code, all, end(r.Stdout), end(r.Stderr))
	}
	return seen
}

// end keeps what fits on a screen; the programs print long reports.
func end(text string) string { return text[max(0, len(text)-800):] }
