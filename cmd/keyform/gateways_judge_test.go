//go:build gateways && unix

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyform/keyform/providers/gatewaytest"
)

// judge is a home that keyform writes and the released program of that home judges:
// by its own reports, and by the credential that its turns send to the model API.
type judge struct {
	*testing.T
	*gatewaytest.Home
	// log is everything that keyform printed.
	log *bytes.Buffer
}

// judged runs f for every release of the one-file store, two programs at a time.
func judged(t *testing.T, f func(j judge)) {
	t.Parallel()
	gatewaytest.EachJSON(t, func(t *testing.T, r gatewaytest.Release) {
		t.Parallel()
		f(newJudge(t, r))
	})
}

func newJudge(t *testing.T, r gatewaytest.Release) judge {
	return judgeOf(t, gatewaytest.NewHome(t, r))
}

func judgeOf(t *testing.T, h *gatewaytest.Home) judge {
	j := judge{T: t, Home: h, log: new(bytes.Buffer)}
	t.Cleanup(j.tidy)
	return j
}

// fake gives a credential of the test: T… are setup-tokens, R… keys for OpenRouter,
// all others keys for Anthropic. A setup-token has to have the length of real ones.
func fake(name string) string {
	prefix, size := "sk-ant-api03-", 40
	switch name[0] {
	case 'T':
		prefix, size = "sk-ant-oat01-", 90
	case 'R':
		prefix, size = "sk-or-v1-", 40
	}
	return prefix + strings.Repeat(name+"-fake-", size)[:size] + name
}

// fakes are the names that configurations may use in env("NAME").
func fakes() []string {
	return []string{"A", "A2", "A3", "A4", "B", "C", "OPS", "OPS2", "KEY", "KEY2", "T", "T2", "R", "R2"}
}

// keyform runs the program in this home and gives its exit code and what it printed.
func (j judge) keyform(args ...string) (int, string) {
	j.Helper()
	return j.finishes(j.command(args))
}

// finishes runs a command of keyform's to its end.
func (j judge) finishes(cmd *exec.Cmd) (int, string) {
	j.Helper()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		j.Fatal(err)
	}
	out := stdout.String() + stderr.String()
	fmt.Fprintf(j.log, "$ %s\n%s", cmd.Args, out)
	return cmd.ProcessState.ExitCode(), out
}

// command is the program in this home, with every fake in its environment.
func (j judge) command(args []string) *exec.Cmd {
	cmd := exec.Command("keyform", append([]string{"-chdir=" + j.declared()}, args...)...)
	cmd.Env = j.Env()
	for _, name := range fakes() {
		cmd.Env = append(cmd.Env, name+"="+fake(name))
	}
	return cmd
}

func (j judge) declared() string { return filepath.Join(filepath.Dir(j.Dir), "declared") }

// declare replaces the configuration. Without a gateway block of its own it gets a
// bare one.
func (j judge) declare(hcl string) {
	j.Helper()
	if !strings.Contains(hcl, "gateway \"") {
		hcl = fmt.Sprintf("gateway %q {}\n%s", j.Release.Product, hcl)
	}
	if err := errors.Join(os.MkdirAll(j.declared(), 0o700), os.WriteFile(filepath.Join(j.declared(), "main.hcl"), []byte(hcl), 0o600)); err != nil {
		j.Fatal(err)
	}
}

// applies declares, wants a plan with changes that says all of what it has to,
// applies, and wants a plan without changes. It gives what the apply printed.
func (j judge) applies(hcl string, says ...string) string {
	j.Helper()
	j.declare(hcl)
	return j.carriesOut(nil, says)
}

// empties is applies for a change that leaves a provider without a usable profile,
// which has to be refused without -allow-mass-change.
func (j judge) empties(hcl string, says ...string) {
	j.Helper()
	j.declare(hcl)
	if code, out := j.keyform("apply", "-auto-approve"); code != exitError || !strings.Contains(out, "KF0614") {
		j.Errorf("apply without -allow-mass-change: exit %d\n%s", code, out)
	}
	j.carriesOut([]string{"-allow-mass-change"}, says)
}

func (j judge) carriesOut(flags, says []string) string {
	j.Helper()
	code, out := j.keyform(append([]string{"plan", "-detailed-exitcode"}, flags...)...)
	if code != exitChanges {
		j.Fatalf("plan of a change: exit %d\n%s", code, out)
	}
	for _, part := range append(says, j.Release.Product+" "+j.Release.Version+" at ") {
		if !strings.Contains(out, part) {
			j.Errorf("the plan does not say %q:\n%s", part, out)
		}
	}
	code, out = j.keyform(append([]string{"apply", "-auto-approve"}, flags...)...)
	if code != exitOK {
		j.Fatalf("apply: exit %d\n%s", code, out)
	}
	j.synced()
	return out
}

// synced wants a plan without changes.
func (j judge) synced() {
	j.Helper()
	if code, out := j.keyform("plan", "-detailed-exitcode"); code != exitOK {
		j.Errorf("exit %d of a plan that has to be empty:\n%s", code, out)
	}
}

// sends wants that a turn of an agent sends this fake, and that what the program
// wrote about the turn is no change to keyform.
func (j judge) sends(agent, name string) {
	j.Helper()
	gatewaytest.Sent(j, j.Turn(j, agent), headerOf(name), fake(name))
	j.synced()
}

// headerOf is how a credential of that name goes over the wire.
func headerOf(name string) string {
	if name[0] == 'T' || name[0] == 'R' {
		return "bearer"
	}
	return "x-api-key"
}

// sendsNone wants that a turn finds no credential.
func (j judge) sendsNone(agent string) {
	j.Helper()
	got := j.Turn(j, agent)
	j.Logf("declared none, on the wire %v", got)
	if len(got) != 0 {
		j.Errorf("on the wire %v, want nothing", got)
	}
}

// reports wants that "models status" of the program says how it would authenticate
// ("profiles" or "env"), which profiles it knows, as "anthropic:a token static", and,
// with --check, this exit code.
func (j judge) reports(check int, kind string, profiles ...string) {
	j.Helper()
	var status struct {
		Auth struct {
			MissingProvidersInUse []string
			Providers             []struct {
				Provider  string
				Effective struct{ Kind string }
			}
			OAuth struct {
				Profiles []struct{ ProfileID, Type, Status string }
			}
		}
	}
	r := j.CLI(j, "models", "status", "--json", "--check")
	if err := json.Unmarshal([]byte(r.Stdout), &status); err != nil {
		j.Fatalf("models status: %v\n%s%s", err, r.Stdout, r.Stderr)
	}
	got := []string{}
	for _, p := range status.Auth.OAuth.Profiles {
		got = append(got, p.ProfileID+" "+p.Type+" "+p.Status)
	}
	for _, p := range status.Auth.Providers {
		if p.Provider == "anthropic" || p.Provider == "openrouter" { // later releases have others that stand for them
			got = append(got, "by "+p.Effective.Kind)
		}
	}
	for _, p := range status.Auth.MissingProvidersInUse {
		got = append(got, "missing "+p)
	}
	want := append(slices.Clone(profiles), kind)
	slices.Sort(want)
	slices.Sort(got)
	j.Logf("models status --check: %d, %q", r.Code, got)
	if diff := cmp.Diff(want, got); diff != "" || r.Code != check {
		j.Errorf("models status --check: %d, want %d; reported (-want +got):\n%s", r.Code, check, diff)
	}
}

// ordered wants what "models auth order get" of the program says for Anthropic; no
// ids are none.
func (j judge) ordered(agent string, ids ...string) {
	j.Helper()
	var got struct {
		AgentID string
		Order   []string
	}
	j.JSON(j, &got, "models", "auth", "order", "get", "--provider", "anthropic", "--agent", agent, "--json")
	j.Logf("models auth order get of %s: %q", agent, got.Order)
	if got.AgentID != agent || !slices.Equal(got.Order, ids) {
		j.Errorf("order of %s: %q, want that of %s: %q", got.AgentID, got.Order, agent, ids)
	}
}

// store writes an agent's credential store as some other program might have.
func (j judge) store(agent, content string) {
	j.Helper()
	j.Write(j, gatewaytest.StoreName(agent), content)
}

// auth sets the configuration's auth object by hand.
func (j judge) auth(auth map[string]any) {
	j.Helper()
	config := j.ReadConfig(j)
	config["auth"] = auth
	j.WriteConfig(j, config)
}

// tidy looks for secrets where none may be, and at the modes of what keyform wrote.
func (j judge) tidy() {
	j.mustNotLeak("what keyform printed", j.log.String())
	data := filepath.Join(j.State, ".keyform")
	err := filepath.WalkDir(data, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == "backups":
			return fs.SkipDir
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if want := map[bool]fs.FileMode{true: 0o700, false: 0o600}[d.IsDir()]; info.Mode().Perm() != want {
			j.Errorf("%s has mode %o, want %o", path, info.Mode().Perm(), want)
		}
		if !d.IsDir() {
			content, err := os.ReadFile(path)
			j.mustNotLeak(path, string(content))
			return err
		}
		return nil
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		j.Error(err)
	}
	if j.Failed() {
		j.Logf("keyform printed:\n%s", j.log)
	}
}

func (j judge) mustNotLeak(where, text string) {
	j.Helper()
	for _, name := range fakes() {
		if strings.Contains(text, fake(name)[13:33]) {
			j.Errorf("%s holds the secret %s", where, name)
		}
	}
	if strings.Contains(text, gatewaytest.Token) {
		j.Errorf("%s holds the RPC token", where)
	}
}
