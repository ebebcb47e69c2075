//go:build gateways && unix

package gatewaytest

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/keyform/keyform/providers/reload"
	"github.com/keyform/keyform/providers/secrets/secret"
)

// Live is a running gateway.
type Live struct {
	*Home
	// Endpoint is its RPC with the token of the configuration.
	Endpoint reload.Endpoint
	// Login are the arguments by which the client of Turn logs in. Serve sets those of
	// the configuration's token.
	Login []string
	// PID is the process that Serve started.
	PID int

	cancel context.CancelFunc
	done   chan struct{}
	log    string
}

// Serve starts a gateway in h and waits until it accepts RPC. It ends with the test.
func (h *Home) Serve(t testing.TB) *Live {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	l := &Live{
		Home:     h,
		Endpoint: reload.Endpoint{URL: reload.Loopback(h.Port, false), Token: secret.FromString(Token)},
		Login:    []string{"--token", Token},
		cancel:   cancel, done: make(chan struct{}), log: filepath.Join(filepath.Dir(h.Dir), "gateway.log"),
	}
	out, err := os.Create(l.log)
	if err != nil {
		t.Fatal(err)
	}
	cmd := h.command(ctx, []string{"gateway", "run"})
	cmd.Stdout, cmd.Stderr = out, out
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = 20 * time.Second
	err = cmd.Start()
	out.Close()
	if err != nil {
		t.Fatal(err)
	}
	l.PID = cmd.Process.Pid
	go func() {
		defer close(l.done)
		cmd.Wait() //nolint:errcheck // its log says how it ended
	}()
	t.Cleanup(l.Stop)
	l.WaitListening(t)
	return l
}

// WaitListening waits until the log says that the gateway answers, or is about to; a
// wrong token does not matter here.
func (l *Live) WaitListening(t testing.TB) {
	t.Helper()
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		if strings.Contains(l.Log(), l.Release.Ready) {
			return
		}
		if !l.Runs() {
			t.Fatalf("%s ended at its start:\n%s", l.Release, l.Log())
		}
	}
	t.Fatalf("%s does not listen:\n%s", l.Release, l.Log())
}

// Runs tells whether the process that Serve started still runs.
func (l *Live) Runs() bool {
	select {
	case <-l.done:
		return false
	default:
		return true
	}
}

// Log is what the gateway printed so far.
func (l *Live) Log() string {
	text, err := os.ReadFile(l.log)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// Stop ends the gateway with SIGTERM and waits for its end; it may be called again.
// OpenClaw 2026.2.26 replaces itself by a process outside of its group after some
// changes of its configuration. That one is known by its home.
func (l *Live) Stop() {
	l.cancel()
	<-l.done
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		signal := syscall.SIGTERM
		if time.Now().After(end) {
			signal = syscall.SIGKILL
		}
		left := l.Processes()
		if len(left) == 0 {
			return
		}
		for _, pid := range left {
			syscall.Kill(pid, signal) //nolint:errcheck // it may be gone
		}
	}
}

// Processes gives every process whose environment has this home, where /proc tells.
func (h *Home) Processes() []int {
	files, _ := filepath.Glob("/proc/[0-9]*/environ")
	var pids []int
	for _, file := range files {
		environ, err := os.ReadFile(file)
		if err != nil || !strings.Contains("\x00"+string(environ), "\x00HOME="+h.Dir+"\x00") {
			continue
		}
		var pid int
		if _, err := fmt.Sscanf(file, "/proc/%d/environ", &pid); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

// Turn asks the gateway for a turn of an agent, in a new session, by the gateway's
// own client. It gives what [Home.Turn] gives.
func (l *Live) Turn(t testing.TB, agent string) []Request {
	t.Helper()
	id, message := rand.Text(), greeting()
	params, err := json.Marshal(map[string]string{"message": message, "agentId": agent, "sessionKey": "agent:" + agent + ":" + id, "idempotencyKey": id})
	if err != nil {
		t.Fatal(err)
	}
	_, before := l.API.since(0)
	r := l.CLI(t, append([]string{"gateway", "call", "agent", "--expect-final", "--params", string(params),
		"--url", l.Endpoint.URL, "--timeout", "150000"}, l.Login...)...)
	return l.report(t, fmt.Sprintf("%s: live turn of %s", l.Release, agent), message, before, r)
}

// Ask is Turn by keyform's own client, where that logs in by the token: it costs no
// process. It may be back before the gateway has noted that it used the credential. A turn
// that the gateway gives up before it begins is asked for again.
func (l *Live) Ask(t testing.TB, agent string) []Request {
	t.Helper()
	const most = 3
	for try := 1; ; try++ {
		got, run := l.ask(t, agent)
		if len(got) > 0 || try == most || !l.gaveUp(run) {
			return got
		}
		t.Logf("%s: it gave the turn up before it began", l.Release)
	}
}

// gaveUp says that the gateway's log tells of a run, by its id or its session's, a failure
// of OpenClaw 2026.9.6 that has nothing to do with credentials: on a slow machine a turn
// sometimes ends at "Agent database cleanup failed" before it begins.
func (l *Live) gaveUp(run string) bool {
	for line := range strings.Lines(l.Log()) {
		if strings.Contains(line, "Agent database cleanup failed") && strings.Contains(strings.ToLower(line), strings.ToLower(run)) {
			return true
		}
	}
	return false
}

func (l *Live) ask(t testing.TB, agent string) (asked []Request, runID string) {
	t.Helper()
	_, before := l.API.since(0)
	id, message := rand.Text(), greeting()
	var run, end struct{ RunID, Status string }
	l.call(t, "agent", map[string]any{"message": message, "agentId": agent, "sessionKey": "agent:" + agent + ":" + id, "idempotencyKey": id}, &run)
	for until := time.Now().Add(limit); end.Status == "" || end.Status == "timeout" && time.Now().Before(until); {
		l.call(t, "agent.wait", map[string]any{"runId": run.RunID, "timeoutMs": 3_000}, &end)
	}
	what := fmt.Sprintf("%s: live turn of %s, which ended as %q", l.Release, agent, end.Status)
	return l.report(t, what, message, before, Result{Stdout: l.Log()}), run.RunID
}

// call calls a method of the gateway and decodes the answer.
func (l *Live) call(t testing.TB, method string, params, into any) {
	t.Helper()
	answer, err := reload.Call(t.Context(), l.Endpoint, method, params)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(answer, into); err != nil {
		t.Fatalf("%s: %v", method, err)
	}
}
