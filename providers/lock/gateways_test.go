//go:build gateways

package lock

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/keyform/keyform/providers/fsys"
)

// TestAThousandRoundsWithTheRealPrograms contends with the code that the gateways
// run. KEYFORM_ORACLES names the directory with their installations and node 24.
func TestAThousandRoundsWithTheRealPrograms(t *testing.T) {
	oracles := os.Getenv("KEYFORM_ORACLES")
	if oracles == "" {
		t.Fatal("KEYFORM_ORACLES is not set")
	}
	clawdbot := filepath.Join(oracles, "clawdbot-2026.1.24-3", "node_modules", "clawdbot")
	openclaw := filepath.Join(oracles, "openclaw-2026.2.26", "node_modules", "openclaw")
	tests := []struct {
		name        string
		form        Form
		how, module string
		document    document
	}{
		{"npm proper-lockfile with clawdbot's options", Dir, "proper-lockfile", clawdbot, plain()},
		{"clawdbot's own store update", Dir, "store", filepath.Join(clawdbot, "dist", "agents", "auth-profiles", "store.js"), usage()},
		{"OpenClaw's withFileLock", File, "file-lock", openclaw, plain()},
		{"OpenClaw's own store update", File, "store", storeModule(t, openclaw), usage()},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			contendWithNode(t, oracles, test.form, test.how, test.module, test.document)
		})
	}
}

const (
	nodeRounds  = 1000
	nodeWorkers = 4
	ourRounds   = 1000
	// ourIdle is the time between two of our rounds: a gateway that finds the lock
	// held sleeps 100 ms and more, and would never meet us again otherwise.
	ourIdle = 4 * time.Millisecond
)

// contendWithNode runs both sides until each has done its rounds.
func contendWithNode(t *testing.T, oracles string, form Form, how, module string, doc document) {
	t.Helper()
	dir := t.TempDir()
	store := filepath.Join(dir, "auth-profiles.json")
	if err := os.WriteFile(store, []byte(doc.empty), 0o600); err != nil {
		t.Fatal(err)
	}
	node := startNode(t, oracles, dir, how, module, store)
	var ours, retries, waits atomic.Int64
	counted := func(ctx context.Context, d time.Duration) error {
		waits.Add(1)
		return fsys.Pause(ctx, d)
	}
	finished := make(chan struct{})
	failed := make(chan error, 2)
	for range 2 {
		go func() {
			w := worker{document: doc, form: form, path: store, name: rand.Text(), sleep: counted}
			for {
				select {
				case <-finished:
					if ours.Load() >= ourRounds {
						failed <- nil
						return
					}
				default:
				}
				again, err := w.increment()
				if err != nil {
					failed <- err
					return
				}
				time.Sleep(ourIdle)
				ours.Add(1)
				retries.Add(int64(again))
			}
		}()
	}
	theirs, busy := node.wait(t)
	close(finished)
	for range 2 {
		if err := <-failed; err != nil {
			t.Error(err)
		}
	}
	n, err := doc.read(store)
	want := int(ours.Load()) + theirs
	t.Logf("keyform %d rounds (%d waits, %d locks lost and taken again), the program %d (gave up %d times): counter %d of %d",
		ours.Load(), waits.Load(), retries.Load(), theirs, busy, n, want)
	if err != nil || n != want || theirs < nodeRounds {
		t.Errorf("counter %d, %v; want %d, of them at least %d from the program", n, err, want, nodeRounds)
	}
	if waits.Load() < 100 {
		t.Errorf("only %d waits: the two sides hardly met", waits.Load())
	}
}

type nodeRun struct {
	cmd   *exec.Cmd
	lines *bufio.Scanner
	errs  *strings.Builder
}

// startNode returns when the program is loaded and contends.
func startNode(t *testing.T, oracles, home, how, module, store string) nodeRun {
	t.Helper()
	arch := map[string]string{"amd64": "x64", "arm64": "arm64"}[runtime.GOARCH]
	node := filepath.Join(oracles, "node24", "node_modules", "node-linux-"+arch, "bin", "node")
	script, err := filepath.Abs(filepath.Join("testdata", "contend.mjs"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), node, script, how, module, store, jsonOf(t, nodeWorkers), jsonOf(t, nodeRounds))
	cmd.Dir = home
	cmd.Env = []string{"HOME=" + home, "PATH=" + os.Getenv("PATH"),
		"CLAWDBOT_AGENT_DIR=" + filepath.Dir(store), "OPENCLAW_AGENT_DIR=" + filepath.Dir(store)}
	run := nodeRun{cmd: cmd, errs: &strings.Builder{}}
	cmd.Stderr = run.errs
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("node or the gateway is not installed: %v", err)
	}
	run.lines = bufio.NewScanner(out)
	for run.lines.Scan() {
		if run.lines.Text() == "ready" {
			return run
		}
	}
	t.Fatalf("the program did not start: %v: %s", cmd.Wait(), run.errs)
	return run
}

func (r nodeRun) wait(t *testing.T) (rounds, busy int) {
	t.Helper()
	var result struct{ Rounds, Busy int }
	for r.lines.Scan() {
		_ = json.Unmarshal(r.lines.Bytes(), &result)
	}
	if err := r.cmd.Wait(); err != nil {
		t.Errorf("node: %v: %s", err, r.errs)
	}
	return result.Rounds, result.Busy
}

func jsonOf(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// storeModule finds the bundle that defines and exports the store's update.
func storeModule(t *testing.T, openclaw string) string {
	t.Helper()
	exports := regexp.MustCompile(`(?m)^export \{.*updateAuthProfileStoreWithLock as `)
	files, err := filepath.Glob(filepath.Join(openclaw, "dist", "auth-profiles-*.js"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if exports.Match(b) {
			return file
		}
	}
	t.Fatalf("OpenClaw is not installed, or exports no store update: %d bundles looked at", len(files))
	return ""
}
