package gateway_test

import (
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/fsys"
	"github.com/keyform/keyform/providers/gateway"
	"github.com/keyform/keyform/schema"
	"github.com/keyform/keyform/schema/diag"
)

// planKey and hostKey are the two keys of fingerprints.
var (
	planKey = []byte(strings.Repeat("p", 32))
	hostKey = []byte(strings.Repeat("h", 32))
)

// sandbox is a home directory with gateways in it.
type sandbox struct {
	t    *testing.T
	home string
	env  map[string]string
	host gateway.Host
}

func newSandbox(t *testing.T) *sandbox {
	t.Helper()
	home, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s := &sandbox{t: t, home: home, env: map[string]string{}}
	s.host = gateway.Host{
		FS: fsys.OS{}, Home: home, UID: os.Geteuid(), Temp: filepath.Join(home, "tmp"),
		Getenv: func(name string) string { return s.env[name] },
		Proc:   gateway.NewProc(filepath.Join(home, "proc")),
		Sleep:  func(context.Context, time.Duration) error { return nil },
	}
	return s
}

// path is a path in the home.
func (s *sandbox) path(name string) string { return filepath.Join(s.home, filepath.FromSlash(name)) }

func (s *sandbox) write(name, content string) {
	s.t.Helper()
	path := s.path(name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// copyHome lays out a state directory that a real gateway wrote.
func (s *sandbox) copyHome(name, stateDir string) {
	s.t.Helper()
	root := filepath.Join("testdata", "homes", name, "state")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		s.write(stateDir+strings.TrimPrefix(filepath.ToSlash(path), filepath.ToSlash(root)), string(content))
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *sandbox) read(specs ...schema.Gateway) (plan.Snapshot, diag.Diagnostics) {
	s.t.Helper()
	live, diags := gateway.Read(s.t.Context(), s.host, specs, planKey)
	s.noleak(live, diags)
	return live, diags
}

// one reads one gateway without any complaint.
func (s *sandbox) one(spec schema.Gateway) plan.GatewaySnapshot {
	s.t.Helper()
	live, diags := s.read(spec)
	if len(diags) > 0 || len(live.Gateways) != 1 {
		s.t.Fatalf("%d gateways, %+v", len(live.Gateways), diags)
	}
	return live.Gateways[0]
}

// noleak looks for the secrets of the test data in what came out.
func (s *sandbox) noleak(out ...any) {
	s.t.Helper()
	text, err := json.Marshal(out)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, part := range []string{"FAKE", "sk-ant", "sk-or"} {
		if strings.Contains(string(text), part) {
			s.t.Errorf("%q of a secret is in the output: %s", part, text)
		}
	}
}

// wantCode asserts exactly one diagnostic, with this code and words in its detail.
func wantCode(t *testing.T, diags diag.Diagnostics, severity diag.Severity, code string, words ...string) {
	t.Helper()
	if len(diags) != 1 || diags[0].Code != code || diags[0].Severity != severity {
		t.Fatalf("got %+v, want one %s %s", diags, severity, code)
	}
	for _, w := range words {
		if !strings.Contains(diags[0].Detail, w) {
			t.Errorf("%s lacks %q: %s", code, w, diags[0].Detail)
		}
	}
}

func clawdbot() schema.Gateway { return schema.Gateway{Name: "bot", Product: "clawdbot"} }

func openclaw(version string) schema.Gateway {
	return schema.Gateway{Name: "claw", Product: "openclaw", Version: version}
}
