package claudecode_test

import (
	"context"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/claudecode"
)

// Half of a file is read again: releases up to 2.1.40 write in place.
func TestTornFileIsReadAgain(t *testing.T) {
	for _, half := range []string{"", document(nil)[:70]} {
		s := newSandbox(t)
		s.write(".claude/.credentials.json", half)
		pauses := 0
		s.host.Sleep = func(context.Context, time.Duration) error {
			if pauses++; pauses == 3 {
				s.write(".claude/.credentials.json", document(nil))
			}
			return nil
		}
		r, err := claudecode.Read(t.Context(), s.host, "")
		if err != nil || r.Form() != plan.ClaudeLogin || pauses != 3 {
			t.Errorf("after %d pauses: %s, %v", pauses, r.Form(), err)
		}
	}
}

func TestReadingEndsWithItsContext(t *testing.T) {
	s := newSandbox(t)
	s.write(".claude/.credentials.json", "")
	ctx, cancel := context.WithCancel(t.Context())
	s.host.Sleep = func(context.Context, time.Duration) error { cancel(); return ctx.Err() }
	if _, err := claudecode.Read(ctx, s.host, ""); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestLinkToNothing(t *testing.T) {
	s := newSandbox(t)
	s.write(".claude/other", "")
	if err := os.Symlink("gone", s.path(".claude/.credentials.json")); err != nil {
		t.Fatal(err)
	}
	if live := s.snapshot(""); live.Form != plan.ClaudeAbsent || classes(live) != "symlink" {
		t.Errorf("%s, %q", live.Form, classes(live))
	}
}

func TestFileThatCannotBeOpened(t *testing.T) {
	s := newSandbox(t)
	if err := os.MkdirAll(s.path(".claude/.credentials.json"), 0o700); err != nil {
		t.Fatal(err)
	}
	if live := s.snapshot(""); live.Form != plan.ClaudeBroken || classes(live) != "unreadable" {
		t.Errorf("%s, %q", live.Form, classes(live))
	}
}

// The same refresh token has the same fingerprint wherever it is, and a rotated one
// another; neither moves what is compared.
func TestRefreshFingerprint(t *testing.T) {
	s := newSandbox(t)
	s.write(".claude/.credentials.json", document(nil))
	first := s.snapshot("")
	s.write("x/.credentials.json", document(m{"accessToken": "sk-ant-oat01-FAKEother"}))
	if copied := s.snapshot(s.path("x")); first.Refresh == "" || copied.Refresh != first.Refresh {
		t.Errorf("a copy: %q, %q", first.Refresh, copied.Refresh)
	}
	s.write(".claude/.credentials.json", document(m{"refreshToken": "sk-ant-ort01-FAKErotated"}))
	if rotated := s.snapshot(""); rotated.Refresh == first.Refresh || rotated.Form != first.Form {
		t.Errorf("rotated: %q, %s", rotated.Refresh, rotated.Form)
	}
}

// status is how a program ended.
type status int

func (status) Error() string   { return "ended FAKE" }
func (s status) ExitCode() int { return int(s) }

// TestKeychain goes through the stand-in for the command security; what a Mac really
// answers was never seen.
func TestKeychain(t *testing.T) {
	for _, c := range []struct {
		name    string
		answer  string
		err     error
		where   string
		form    plan.ClaudeForm
		classes string
	}{
		{name: "item", answer: document(m{"subscriptionType": "pro"}) + "\n", where: "keychain", form: plan.ClaudeLogin},
		{name: "broken item", answer: "{\n", where: "keychain", form: plan.ClaudeBroken, classes: "bom_or_unparsable"},
		{name: "no item", err: status(44), where: "file", form: plan.ClaudeSetupToken},
		{name: "locked", err: status(36), where: "file", form: plan.ClaudeSetupToken, classes: "keychain_unreadable"},
		{name: "no command", err: errors.New("not found FAKE"), where: "file", form: plan.ClaudeSetupToken, classes: "keychain_unreadable"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSandbox(t)
			s.write(".claude/.credentials.json", document(m{"refreshToken": nil}))
			s.host.OS = "darwin"
			var argv []string
			s.host.Run = func(_ context.Context, a []string) ([]byte, error) {
				argv = a
				return []byte(c.answer), c.err
			}
			live := s.snapshot("")
			if live.Where != c.where || live.Form != c.form || classes(live) != c.classes {
				t.Errorf("%s from the %s, %q", live.Form, live.Where, classes(live))
			}
			want := []string{"/usr/bin/security", "find-generic-password", "-a", "gw", "-s", "Claude Code-credentials", "-w"}
			if !slices.Equal(argv, want) {
				t.Errorf("ran %q", argv)
			}
		})
	}
	s := newSandbox(t)
	s.host.Run = func(context.Context, []string) ([]byte, error) { t.Error("asked on Linux"); return nil, nil }
	s.snapshot("")
}

// TestNothingIsWritten looks for calls that could write a file, or run anything but
// the command that reads the keychain.
func TestNothingIsWritten(t *testing.T) {
	banned := []string{
		"Mkdir", "MkdirAll", "Create", "CreateTemp", "Append", "Rename", "Remove", "RemoveAll", "Chmod", "Chown", "Chtimes", "SyncDir", "Flock",
		"WriteAtomic", "WriteFile", "OpenFile", "Open", "Symlink", "Link", "Truncate", "StartProcess",
	}
	allowed := []string{"context", "fmt", "regexp", "errors", "bytes", "slices", "strings", "time", "io/fs", "path/filepath", "crypto/sha256", "encoding/hex",
		"encoding/json", "os/exec", "golang.org/x/text/unicode/norm"}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	commands, looked := 0, 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		looked++
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, imported := range file.Imports {
			path := strings.Trim(imported.Path.Value, `"`)
			if !slices.Contains(allowed, path) && !strings.HasPrefix(path, "github.com/keyform/keyform/") {
				t.Errorf("%s imports %s", name, path)
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if slices.Contains(banned, sel.Sel.Name) {
				t.Errorf("%s calls %s", name, sel.Sel.Name)
			}
			if strings.HasPrefix(sel.Sel.Name, "Command") {
				commands++
			}
			return true
		})
	}
	if commands != 1 || looked < 5 {
		t.Errorf("found %d commands in %d files", commands, looked)
	}
}
