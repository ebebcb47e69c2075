//go:build gateways && unix

package gatewaytest

import (
	"bytes"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// Release is one published gateway.
type Release struct {
	// Product is the npm package and the command's name; Version is its version.
	Product, Version string
	// StateDir and ConfigName are where it keeps things: $HOME/StateDir/ConfigName.
	StateDir, ConfigName string
	// Entry is the program in its package.
	Entry string
	// Model is one it knows without a network.
	Model string
	// HasReload tells whether its RPC has secrets.reload.
	HasReload bool
}

// String is the name under which install.sh knows it.
func (r Release) String() string { return r.Product + "-" + r.Version }

// Clawdbot and OpenClaw are the releases of the JSON store at its two ends: a lock
// directory and a file read at every turn; a lock file and a snapshot in memory that
// is written over outside edits.
func Clawdbot() Release {
	return Release{Product: "clawdbot", Version: "2026.1.24-3", StateDir: ".clawdbot", ConfigName: "clawdbot.json",
		Entry: "dist/entry.js", Model: "anthropic/claude-opus-4-5"}
}

// OpenClaw is 2026.2.26; see [Clawdbot].
func OpenClaw() Release {
	return Release{Product: "openclaw", Version: "2026.2.26", StateDir: ".openclaw", ConfigName: "openclaw.json",
		Entry: "openclaw.mjs", Model: "anthropic/claude-opus-4-5", HasReload: true}
}

// Releases is all of them.
func Releases() []Release { return []Release{Clawdbot(), OpenClaw()} }

// Each runs f as a subtest for every release.
func Each(t *testing.T, f func(t *testing.T, r Release)) {
	t.Helper()
	for _, r := range Releases() {
		t.Run(r.String(), func(t *testing.T) { f(t, r) })
	}
}

//go:embed install.sh
var installer []byte

// install makes sure that r, a name that install.sh knows, is there and gives the
// directory of all releases. Test programs that run side by side wait for one another.
func install(t testing.TB, r fmt.Stringer) string {
	t.Helper()
	dir := os.Getenv("KEYFORM_ORACLES")
	if dir == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			t.Fatalf("no cache directory for the gateways, set KEYFORM_ORACLES: %v", err)
		}
		dir = filepath.Join(cache, "keyform", "oracles")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	lock, err := os.OpenFile(filepath.Join(dir, "install.lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", "-s", "--", r.String())
	cmd.Stdin = bytes.NewReader(installer)
	cmd.Env = append(os.Environ(), "KEYFORM_ORACLES="+dir)
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("installing %s: %v\n%s", r, err, output)
	}
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		t.Fatal(err)
	}
	return real
}
