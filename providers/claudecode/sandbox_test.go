package claudecode_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/claudecode"
	"github.com/keyform/keyform/providers/fsys"
)

// now is 2026-11-20 12:00 UTC.
const now = 1795176000000

var key = []byte(strings.Repeat("k", 32))

// sandbox is a home directory with a Claude Code in it.
type sandbox struct {
	t    *testing.T
	home string
	env  map[string]string
	host claudecode.Host
}

func newSandbox(t *testing.T) *sandbox {
	t.Helper()
	home, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s := &sandbox{t: t, home: home, env: map[string]string{}}
	s.host = claudecode.Host{
		FS: fsys.OS{}, Home: home, Dir: filepath.Join(home, "here"), OS: "linux", User: "gw",
		LookupEnv: func(name string) (string, bool) { v, ok := s.env[name]; return v, ok },
		Sleep:     func(context.Context, time.Duration) error { return nil },
	}
	return s
}

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

// snapshot reads what is there, and looks for the tokens in what comes of it. The
// files are as they were afterwards.
func (s *sandbox) snapshot(configDir string) *plan.ClaudeCodeSnapshot {
	s.t.Helper()
	before := s.tree()
	r, err := claudecode.Read(s.t.Context(), s.host, configDir)
	if err != nil {
		s.t.Fatal(err)
	}
	live := r.Snapshot(key, now)
	text, err := json.Marshal(live)
	if err != nil {
		s.t.Fatal(err)
	}
	noleak(s.t, string(text))
	if after := s.tree(); after != before {
		s.t.Errorf("reading changed the files:\n%s\nwas\n%s", after, before)
	}
	return live
}

// tree is every file with its mode and content.
func (s *sandbox) tree() string {
	s.t.Helper()
	var b strings.Builder
	err := filepath.Walk(s.home, func(path string, info os.FileInfo, err error) error {
		if err != nil {
			return err
		}
		b.WriteString(path + " " + info.Mode().String())
		if info.Mode().IsRegular() {
			content, err := os.ReadFile(path)
			if err != nil && !os.IsPermission(err) {
				return err
			}
			b.Write(content)
		}
		b.WriteByte('\n')
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return b.String()
}

// noleak looks for the tokens of the test data.
func noleak(t *testing.T, text string) {
	t.Helper()
	for _, part := range []string{"FAKE", "sk-ant"} {
		if strings.Contains(text, part) {
			t.Errorf("%q of a token is in the output: %s", part, text)
		}
	}
}

// classes are those of the findings, in order.
func classes(s *plan.ClaudeCodeSnapshot) string {
	var out []string
	for _, f := range s.Findings {
		out = append(out, f.Class)
	}
	return strings.Join(out, " ")
}

// document is a login as 2.1.328 writes it, with some members replaced: those whose
// value is nil are left out.
func document(changes map[string]any) string {
	login := map[string]any{
		"accessToken": "sk-ant-oat01-FAKEaccess", "refreshToken": "sk-ant-ort01-FAKErefresh",
		"expiresAt": now + 8*3600*1000, "scopes": []any{"user:inference", "user:profile"}, "subscriptionType": "max",
	}
	for name, value := range changes {
		if login[name] = value; value == nil {
			delete(login, name)
		}
	}
	text, err := json.Marshal(map[string]any{"claudeAiOauth": login})
	if err != nil {
		panic(err)
	}
	return string(text)
}
