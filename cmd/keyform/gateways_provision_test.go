//go:build gateways && unix

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/keyform/keyform/providers/gatewaytest"
)

// provisioned runs f for every release that keeps databases, in a home that has none.
func provisioned(t *testing.T, f func(j judge)) {
	t.Parallel()
	gatewaytest.EachSQLite(t, func(t *testing.T, r gatewaytest.Release) {
		t.Parallel()
		f(judgeOf(t, gatewaytest.NewBareHome(t, r)))
	})
}

// A gateway that was installed and never ran, without even a configuration, is
// provisioned from nothing. What it sends once it has a model is what was declared.
func TestLaterGatewayProvisionedFromNothing(t *testing.T) {
	provisioned(t, func(j judge) {
		config := j.ReadConfig(j)
		if err := os.RemoveAll(j.State); err != nil {
			j.Fatal(err)
		}
		j.applies(`profile "anthropic:a" { api_key = env("A") }
profile "anthropic:t" { token = env("T") }
agent "main" { order = { anthropic = ["anthropic:a"] } }
`, "+ anthropic:a", "+ anthropic:t", "+ order anthropic", "is not made yet", "in PATH")
		if _, err := os.Stat(j.Config); err == nil {
			j.Errorf("%s was made, and nothing declared is in it", j.Config)
		}
		j.WriteConfig(j, config)
		j.ordered("main", "anthropic:a")
		j.uses("main", "A")
	})
}

// keyform is killed while the gateway's command line makes the databases. The command
// goes on by itself, and the next run finds its way beside it. What a command that is
// killed too may leave is a database without anything in it.
func TestLaterGatewayProvisionedAfterAKill(t *testing.T) {
	const shared = `profile "anthropic:a" { api_key = env("A") }
agent "main" { order = { anthropic = ["anthropic:a"] } }
`
	provisioned(t, func(j judge) {
		j.declare(shared)
		j.killedDuring("order\x00clear")
		if code, out := j.keyform("apply", "-auto-approve"); code != exitOK || !strings.Contains(out, "which was killed") {
			j.Errorf("apply after the killed one: exit %d\n%s", code, out)
		}
		j.synced()

		j.Write(j, filepath.Join("agents", "ops", "agent", filepath.Base(j.Database("ops"))), "")
		j.applies(shared+`agent "ops" {
  profile "anthropic:a" { api_key = env("OPS") }
  order = { anthropic = ["anthropic:a"] }
}
`, "agent ops", "is not made yet")
		j.ordered("main", "anthropic:a")
		j.ordered("ops", "anthropic:a")
	})
}

// killedDuring applies, and kills keyform with SIGKILL when a process of this home has
// these words on its command line. Neither there nor in its environment may be a secret.
func (j judge) killedDuring(words string) {
	j.Helper()
	cmd := j.command([]string{"apply", "-auto-approve"})
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		j.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		if pid := j.running(words, cmd.Process.Pid); pid != 0 {
			cmd.Process.Kill() //nolint:errcheck // Wait tells
			break
		}
		select {
		case err := <-ended:
			j.Fatalf("it ended before anything ran %q: %v\n%s", words, err, out.String())
		case <-time.After(time.Millisecond):
		}
	}
	if err := <-ended; err == nil || err.Error() != "signal: killed" {
		j.Fatalf("apply: %v\n%s", err, out.String())
	}
	fmt.Fprintf(j.log, "$ keyform apply, killed\n%s", out.String())
}

// running gives a process of this home, other than keyform itself, that has these words on
// its command line; 0 is none.
func (j judge) running(words string, keyform int) int {
	j.Helper()
	for _, pid := range j.Processes() {
		line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		if err != nil || pid == keyform || !bytes.Contains(line, []byte(words)) {
			continue
		}
		environ, _ := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
		j.mustNotLeak("the command line of the gateway's command", string(line))
		j.mustNotLeak("the environment of the gateway's command", string(environ))
		return pid
	}
	return 0
}
