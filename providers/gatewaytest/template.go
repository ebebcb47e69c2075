//go:build gateways && unix

package gatewaytest

import (
	"bytes"
	_ "embed"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

//go:embed template.mjs
var templateModule string

// seedToken has the length of a real one and is gone from the template.
func seedToken() string { return "sk-ant-oat01-" + strings.Repeat("0", 80) }

// databases puts the databases of a fresh installation, with agents main and ops and
// without a credential, into a home. Only the program itself can make them, which takes
// it 20 s or more: it does so once for each release, beside the releases.
func (h *Home) databases(t testing.TB) {
	t.Helper()
	made := h.in(h.template(t))
	for _, from := range made.databaseFiles() {
		name, err := filepath.Rel(made.State, from)
		if err != nil {
			t.Fatal(err)
		}
		h.Write(t, name, made.Read(t, name))
	}
}

// databaseFiles are the databases of a fresh installation.
func (h *Home) databaseFiles() []string {
	return []string{filepath.Join(h.State, "state", "openclaw.sqlite"), h.Database("main"), h.Database("ops")}
}

// in is the home in another place.
func (h *Home) in(dir string) *Home {
	other := *h
	other.Dir, other.State = dir, filepath.Join(dir, h.Release.StateDir)
	other.Config = filepath.Join(other.State, h.Release.ConfigName)
	return &other
}

// template gives the home that has the databases. Test programs that run side by side
// wait for one another.
func (h *Home) template(t testing.TB) string {
	t.Helper()
	all := filepath.Join(h.oracles, "keyform-templates")
	made := filepath.Join(all, h.Release.String())
	if err := os.MkdirAll(all, 0o755); err != nil {
		t.Fatal(err)
	}
	lock, err := os.OpenFile(made+".lock", os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(made); err == nil {
		return made
	}
	dir, err := os.MkdirTemp(all, "making-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir) //nolint:errcheck // moved away, or rubbish
	h.in(dir).makeTemplate(t)
	if err := os.Rename(dir, made); err != nil {
		t.Fatal(err)
	}
	return made
}

func (h *Home) makeTemplate(t testing.TB) {
	t.Helper()
	t.Logf("making the databases of %s", h.Release)
	h.WriteConfig(t, h.config())
	for _, agent := range []string{"main", "ops"} {
		for _, args := range [][]string{
			{"models", "auth", "--agent", agent, "paste-token", "--provider", "anthropic", "--profile-id", "anthropic:seed"},
			{"models", "auth", "order", "set", "--agent", agent, "--provider", "anthropic", "anthropic:seed"}, // makes an agent's where credentials are shared
		} {
			if r := h.CLIInput(t, seedToken()+"\n", args...); r.Code != 0 {
				t.Fatalf("%s %q: exit status %d\n%s%s", h.Release, args, r.Code, r.Stdout, r.Stderr)
			}
		}
	}
	h.Node(t, templateModule, nil, h.databaseFiles()...)
	keep := map[string]bool{}
	for _, path := range h.databaseFiles() {
		keep[path] = true
	}
	err := filepath.WalkDir(h.Dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if !keep[path] {
			return os.Remove(path)
		}
		content, err := os.ReadFile(path)
		if err == nil && (bytes.Contains(content, []byte(h.Dir)) || bytes.Contains(content, []byte(seedToken()))) {
			err = errors.New(path + " remembers its home or its credential")
		}
		return err
	})
	if err != nil {
		t.Fatalf("template of %s: %v", h.Release, err)
	}
}
