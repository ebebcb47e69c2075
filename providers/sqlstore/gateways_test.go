//go:build gateways && unix

package sqlstore_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/keyform/keyform/providers/gatewaytest"
	"github.com/keyform/keyform/providers/sqlstore"
)

// theirs gives the database in which a release keeps what its command line saves.
func theirs(h *gatewaytest.Home) sqlstore.Place {
	state := sqlstore.Place{Path: filepath.Join(h.State, "state", "openclaw.sqlite"), Kind: sqlstore.State, MaxVersion: 18, Coordinated: true, UID: os.Getuid()}
	if h.Release.Generation == gatewaytest.SharedSQLite {
		return state
	}
	return sqlstore.Place{Path: filepath.Join(h.State, "agents", "main", "agent", "openclaw-agent.sqlite"), Agent: "main", MaxVersion: 1, UID: os.Getuid()}
}

// add puts one profile into the store, as an edit of what is there.
func add(p sqlstore.Place, id string) error {
	return sqlstore.Hold(context.Background(), p, held(), func(tx *sqlstore.Tx) error {
		store := map[string]any{"version": 1, "profiles": map[string]any{}}
		if cell := tx.Cells().Store; cell != nil {
			if err := json.Unmarshal(cell, &store); err != nil {
				return err
			}
		}
		store["profiles"].(map[string]any)[id] = map[string]any{"type": "api_key", "provider": "anthropic", "key": "sk-ant-api03-fake-" + id}
		cell, err := json.Marshal(store)
		if err != nil {
			return err
		}
		return tx.Replace(sqlstore.Cells{Store: cell, State: tx.Cells().State})
	})
}

// contend writes in bursts, without a pause to speak of, while the real command line saves
// profiles, and checks that both end well and nothing is lost. A command of 2026.9.6 copies
// the state database before it does anything, and gives up where that changed during ten
// copies one after another: that is what the pauses between the bursts are for.
func contend(t *testing.T, h *gatewaytest.Home, rounds int) {
	const burst = 10
	p := theirs(h)
	ctx, stop := context.WithCancel(context.Background())
	var ours []string
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := 0; ctx.Err() == nil; i++ {
			id := fmt.Sprintf("anthropic:ours%d", i)
			if err := add(p, id); err != nil {
				t.Errorf("%s: %v", id, err)
				return
			}
			ours = append(ours, id)
			pause := 10 * time.Millisecond
			if i%burst == burst-1 {
				pause = 400 * time.Millisecond
			}
			time.Sleep(pause)
		}
	})
	var wanted []string
	for i := range rounds {
		id := fmt.Sprintf("anthropic:theirs%d", i)
		got := h.CLIInput(t, "sk-ant-api03-fake-theirs\n", "models", "auth", "--agent", "main", "paste-api-key", "--provider", "anthropic", "--profile-id", id)
		if got.Code != 0 {
			t.Errorf("%s: exit %d\n%s%s", id, got.Code, got.Stdout, got.Stderr)
			continue
		}
		wanted = append(wanted, id)
	}
	stop()
	wg.Wait()
	t.Logf("%d writes of ours beside %d of the command line", len(ours), len(wanted))
	var store struct{ Profiles map[string]any }
	if err := json.Unmarshal(read(t, p).Store, &store); err != nil {
		t.Fatal(err)
	}
	for _, id := range append(wanted, ours...) {
		if store.Profiles[id] == nil {
			t.Errorf("%s is lost", id)
		}
	}
}

func TestContendWithTheCommandLine(t *testing.T) {
	for _, r := range gatewaytest.Releases() {
		if !r.SQLite() {
			continue
		}
		t.Run(r.String(), func(t *testing.T) {
			h := gatewaytest.NewHome(t, r)
			if gatewaytest.Thorough() { // what cmd/keyform does by the whole program
				contend(t, h, 10)
			}
			contendBesideAGateway(t, h)
		})
	}
}

// A gateway that finds its -wal or -shm replaced kills itself, but looks only now and
// then: so look for it, at what it has open.
func contendBesideAGateway(t *testing.T, h *gatewaytest.Home) {
	live := h.Serve(t)
	live.WaitListening(t)
	contend(t, h, 5)
	open := 0
	fds, err := filepath.Glob("/proc/[0-9]*/fd/*")
	must(t, err)
	for _, fd := range fds {
		target, err := os.Readlink(fd)
		if err != nil || !strings.HasPrefix(target, h.State) || !strings.Contains(target, ".sqlite-") {
			continue
		}
		held, err := os.Stat(fd)
		if err != nil {
			continue // closed meanwhile
		}
		open++
		named, err := os.Stat(strings.TrimSuffix(target, " (deleted)"))
		if err != nil || !os.SameFile(held, named) {
			t.Errorf("the gateway's %s was replaced: %v", target, err)
		}
	}
	if _, err := os.Stat("/proc/self/fd"); err == nil && open == 0 {
		t.Error("no process has a log open: is there a gateway?")
	}
	live.Stop()
}
