//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/keyform/keyform/providers/sqlstore"
	"github.com/keyform/keyform/providers/sqlstore/sqlstoretest"
)

// sharedDatabase is the state database below the state directory.
const sharedDatabase = "state/openclaw.sqlite"

const killSharedStore = `{"version":1,"profiles":{` +
	`"anthropic:manual":{"type":"token","provider":"anthropic","token":"sk-ant-oat01-HANDhandHANDhandHANDhand","expires":1826704246084.9473},` +
	`"anthropic:work":{"type":"token","provider":"anthropic","token":"sk-ant-oat01-HANDhandHANDhandHANDhand","note":"mine"},` +
	`"anthropic:kept":{"type":"api_key","provider":"anthropic","key":"sk-ant-api03-KEPTkeptKEPTkeptKEPTkept"},` +
	`"anthropic:login":{"type":"oauth","provider":"anthropic","access":"a","refresh":"r","expires":1826702591987}}}`

const killSharedState = `{"version":1,"order":{"anthropic":["anthropic:manual"]},"lastGood":{"anthropic":"anthropic:work"},` +
	`"usageStats":{"anthropic:work":{"errorCount":3},"anthropic:manual":{"lastUsed":1795168463959}}}`

// killStranded is what an earlier release left, for the run to import and rename.
const killStranded = `{"google-gemini-cli": {"access": "GEMa", "refresh": "GEMr", "expires": 1826702591987}}
`

// layKillDatabases is layKillHome for OpenClaw 2026.9.6, whose stores are databases. The
// copy in ops's database is one that a person made.
func layKillDatabases(t *testing.T, bin string) killHome {
	t.Helper()
	h := killHome{product: "openclaw", dir: filepath.Join(fastDir(t), "databases"), bin: bin, databases: true}
	h.putConfigs(t)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	cells := sqlstore.Cells{Store: []byte(killSharedStore), State: []byte(killSharedState)}
	must(sqlstoretest.MakeState(filepath.Join(h.dir, h.state(sharedDatabase)), sqlstoretest.R9, "state-db", cells))
	for _, agent := range []string{"main", "research"} {
		must(sqlstoretest.MakeAgent(filepath.Join(h.dir, h.store(agent)), sqlstoretest.R9, agent, sqlstore.Cells{}))
	}
	config := strings.Replace(killConfig, `list: [{ id: "main", default: true }, { id: "ops" }, { id: "research" }]`, `entries: { main: { default: true }, ops: {}, research: {} }`, 1)
	h.put(t, h.state("openclaw.json"), strings.Replace(config, "RELEASE", "2026.9.6", 1))
	h.put(t, h.state(".env"), killEnv)
	h.must(t, 0, "one", "apply", "-auto-approve")
	shared, _, err := readCells(filepath.Join(h.dir, h.state(sharedDatabase)), h.dir)
	must(err)
	must(sqlstoretest.MakeAgent(filepath.Join(h.dir, h.store("ops")), sqlstoretest.R9, "ops", sqlstore.Cells{Store: []byte(shared)}))
	h.put(t, h.state("credentials/oauth.json"), killStranded)
	return h
}

// cells is a database's content as a text, which a database with a log in it has as
// well; the test fails where the database is not sound.
func (h killHome) cells(t *testing.T, name string) string {
	t.Helper()
	tmp, err := os.MkdirTemp(fastDir(t), "cells-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(tmp)
	store, state, err := readCells(filepath.Join(h.dir, name), tmp)
	if err != nil {
		t.Errorf("%s: %v", name, err)
	}
	return store + "\n" + state
}

// points are the operations of a run at which databases are worked on, of the lines
// that KEYFORM_FAULT_OPS_FILE gets.
func points(ops []string) map[int]bool {
	named := map[string]bool{}
	for _, op := range sqlstore.Ops() {
		named[string(op)] = true
	}
	out := map[int]bool{}
	for i, line := range ops {
		if op, _, _ := strings.Cut(line, " "); named[op] {
			out[i+1] = true
		}
	}
	return out
}

// fastDir is a temporary directory in memory where there is such a place: waiting for a
// disk takes most of the time of these runs.
func fastDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "keyform-kill-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// remove removes the home, and the gateways' locks for it, which lie elsewhere.
func (h killHome) remove(t *testing.T) {
	t.Helper()
	err := dropCoordinators(h.dir)
	if err == nil {
		err = os.RemoveAll(h.dir)
	}
	if err != nil {
		t.Error(err)
	}
}

// faultsBinary builds keyform with the hooks for faults.
func faultsBinary(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "keyform")
	out, err := exec.Command("go", "build", "-tags", "keyform_faults", "-o", bin, ".").CombinedOutput()
	if err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return bin
}
