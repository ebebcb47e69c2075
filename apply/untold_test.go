package apply

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/keyform/keyform/providers/reload"
)

// A gateway that could not be told is told by the next run, whose plan is empty.
func TestUntoldGatewayIsToldByTheNextRun(t *testing.T) {
	refused := &reload.Error{Kind: reload.Unauthorized, What: "secrets.reload", Where: "ws://127.0.0.1:1"}
	tests := map[string]struct {
		next  func(w *world)
		calls int
		state string
	}{
		"told":            {func(*world) {}, 1, "done"},
		"refused again":   {func(w *world) { w.reload.each = func(int) error { return refused } }, 1, "failed"},
		"not running":     {func(w *world) { w.running = false }, 0, ""},
		"not to be told":  {func(w *world) { w.gp.Reload.Mode = "none"; w.gp.Rules.Clobbers = false }, 0, ""},
		"reads every use": {func(w *world) { w.gp.Rules.ReloadMethod = "" }, 0, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "openclaw")
			w.running, w.gp.Rules.ReloadMethod = true, "secrets.reload"
			w.reload.each = func(int) error { return refused }
			if _, err := Run(t.Context(), w.plan(), w.deps()); err == nil {
				t.Fatal("no error")
			}
			if w.plan().HasChanges() {
				t.Fatal("the stores are not as planned")
			}
			w.reload.each, w.reload.calls = nil, nil
			tt.next(w)
			rep, err := Run(t.Context(), w.plan(), w.deps())
			var failed *ReloadError
			if errors.As(err, &failed) != (tt.state == "failed") || err != nil && failed == nil {
				t.Fatalf("the error is %v", err)
			}
			state := ""
			if r := rep.Gateways[0].Reload; r != nil {
				state = r.State
			}
			if len(w.reload.calls) != tt.calls || state != tt.state {
				t.Errorf("calls %v, state %q; want %d, %q", w.reload.calls, state, tt.calls, tt.state)
			}
			if left := w.content(w.dataFile(untoldName)) != nil; left != (tt.state == "failed") {
				t.Errorf("recorded as untold: %v", left)
			}
			w.mustBeClean()
		})
	}
}

// An interrupt before the gateway was told leaves it to the next run, too, and that
// run tells it although it writes nothing that the gateway would be told of.
func TestInterruptedTellingIsMadeGood(t *testing.T) {
	w := newWorld(t, "openclaw")
	w.running, w.gp.Rules.ReloadMethod = true, "secrets.reload"
	variables := w.want[7:]
	w.want = w.want[:7]
	ctx, cancel := context.WithCancel(t.Context())
	w.reload.each = func(int) error { cancel(); return ctx.Err() }
	var stop *InterruptedError
	if _, err := Run(ctx, w.plan(), w.deps()); !errors.As(err, &stop) {
		t.Fatalf("the error is %v", err)
	}
	w.reload.each, w.reload.calls, w.want = nil, nil, variables
	w.mustApply()
	if len(w.reload.calls) != 1 || w.content(w.dataFile(untoldName)) != nil {
		t.Errorf("calls %v", w.reload.calls)
	}
	w.reload.calls = nil
	w.mustApply()
	if len(w.reload.calls) != 0 {
		t.Errorf("told again: %v", w.reload.calls)
	}
}

// A gateway that says no to secrets.reload may do so over a reference, and would not start
// again then. One that does not answer is another matter.
func TestAdviceToWhomNobodyCouldTell(t *testing.T) {
	for kind, restart := range map[reload.Kind]bool{reload.Failed: false, reload.Timeout: true, reload.Unauthorized: true} {
		err := &ReloadError{Gateway: "gw", How: "rpc", What: "secrets.reload", Err: &reload.Error{Kind: kind, What: "secrets.reload"}}
		if says := strings.Contains(err.Error(), "Restart it"); says != restart {
			t.Errorf("%v: %v", kind, err)
		}
	}
}
