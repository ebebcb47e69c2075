//go:build gateways && unix

package claudecode_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/gatewaytest"
)

// TestRealClaudeCode asks the real program, with placeholder tokens, in scratch
// directories and without a network, what it makes of every content: what keyform calls
// a login is one, and what it calls absent, ended or broken is none.
func TestRealClaudeCode(t *testing.T) {
	gatewaytest.EachClaude(t, func(t *testing.T, c gatewaytest.Claude) {
		for _, content := range contents() {
			t.Run(content.name, func(t *testing.T) {
				s := newSandbox(t)
				content.lay(t, s.home)
				file := filepath.Join(s.home, ".credentials.json")
				before, _ := os.ReadFile(file)
				got := c.Status(t, s.home, s.home, "CLAUDE_CONFIG_DIR="+s.home)
				want := content.form == plan.ClaudeLogin || content.form == plan.ClaudeSetupToken || c.Old && content.oldAccepts
				if got.LoggedIn != want || want != (got.Code == 0) || want != (got.AuthMethod == "claude.ai") {
					t.Errorf("%+v of what keyform calls %s, %q", got, content.form, content.classes)
				}
				if after, _ := os.ReadFile(file); string(after) != string(before) {
					t.Error("the program changed the file: keyform's word on it was about another")
				}
			})
		}
	})
}

// TestRealPrecedence: what keyform says comes before the login does, and nothing else
// of the table.
func TestRealPrecedence(t *testing.T) {
	gatewaytest.EachClaude(t, func(t *testing.T, c gatewaytest.Claude) {
		for _, shadow := range shadowings() {
			t.Run(shadow.env+shadow.settings, func(t *testing.T) {
				s := newSandbox(t)
				s.write(".credentials.json", document(nil))
				if shadow.settings != "" {
					s.write("settings.json", shadow.settings)
				}
				env := []string{"CLAUDE_CONFIG_DIR=" + s.home}
				for name, value := range shadow.assignments() {
					env = append(env, name+"="+value)
				}
				want := shadow.now
				if c.Old {
					want = shadow.old
				}
				if got := c.Status(t, s.home, s.home, env...); want == (got.AuthMethod == "claude.ai") {
					t.Errorf("%+v, want the login shadowed: %t", got, want)
				}
			})
		}
	})
}

// TestRealPlaces: the real program finds the login where keyform looks for it, and
// nowhere else. What is declared stands for CLAUDE_CONFIG_DIR.
func TestRealPlaces(t *testing.T) {
	gatewaytest.EachClaude(t, func(t *testing.T, c gatewaytest.Claude) {
		for _, place := range placements() {
			if c.Old && place.newOnly {
				continue
			}
			t.Run(place.name, func(t *testing.T) {
				s := newSandbox(t)
				declared := place.lay(s)
				at := s.host.Locate(declared)
				if declared != "" {
					s.env = map[string]string{"CLAUDE_CONFIG_DIR": at.Dir}
				}
				var env []string
				for name, value := range s.env {
					env = append(env, name+"="+value)
				}
				if err := os.MkdirAll(s.host.Dir, 0o700); err != nil {
					t.Fatal(err)
				}
				if got := c.Status(t, s.host.Dir, s.home, env...); !got.LoggedIn {
					t.Errorf("%+v with a login in %s", got, at.File)
				}
				if err := os.Remove(at.File); err != nil {
					t.Fatal(err)
				}
				if got := c.Status(t, s.host.Dir, s.home, env...); got.LoggedIn {
					t.Errorf("%+v without a login in %s", got, at.File)
				}
			})
		}
	})
}

// TestRealIdentity: the real program shows the name that keyform reads, and does not
// start with a file that keyform calls unreadable.
func TestRealIdentity(t *testing.T) {
	gatewaytest.EachClaude(t, func(t *testing.T, c gatewaytest.Claude) {
		s := newSandbox(t)
		s.write(".claude/.credentials.json", document(nil))
		for _, file := range []struct{ name, email string }{
			{".claude.json", "home@example.com"}, {".claude/.config.json", "config@example.com"},
		} {
			s.write(file.name, `{"oauthAccount":{"accountUuid":"`+uuid+`","emailAddress":"`+file.email+`"}}`)
			live, got := s.snapshot(""), c.Status(t, s.home, s.home)
			if live.Email != file.email || got.Email != file.email {
				t.Errorf("%s: keyform reads %q, the program %q", file.name, live.Email, got.Email)
			}
		}
		s.write(".claude/.config.json", `{"oauthAccount":`)
		if live := s.snapshot(""); classes(live) != "identity_unreadable" {
			t.Errorf("torn: %q", classes(live))
		}
		if got := c.Status(t, s.home, s.home); !c.Old && got.LoggedIn {
			t.Errorf("torn: %+v", got)
		}
	})
}
