package claudecode_test

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/keyform/keyform/plan"
)

// placement is how Claude Code is told where its files are, and where it looks then.
type placement struct {
	name string
	// declared is config_dir, env the variables; "HOME" at the start is the home.
	declared string
	env      map[string]string
	// at is where the login is, classes what is said besides.
	at, classes string
	// newOnly tells that 2.1.40 looks elsewhere.
	newOnly bool
}

// placements is what TestPlaces and, with the real program, TestRealPlaces go through.
func placements() []placement {
	const all, apart = "CLAUDE_CONFIG_DIR", "CLAUDE_SECURESTORAGE_CONFIG_DIR"
	return []placement{
		{name: "default", at: ".claude"},
		{name: "variable", env: map[string]string{all: "HOME/x"}, at: "x"},
		{name: "credentials apart", env: map[string]string{apart: "HOME/s", all: "HOME/x"}, at: "s", newOnly: true},
		{name: "credentials apart, empty", env: map[string]string{apart: "", all: "HOME/x"}, at: ".claude", newOnly: true},
		{name: "declared", declared: "HOME/d", env: map[string]string{apart: "HOME/s", all: "HOME/x"}, at: "d"},
		{name: "declared in the home", declared: "~/d", at: "d"},
		{name: "empty variable", env: map[string]string{all: ""}, at: "here", classes: "relative_dir"},
		{name: "relative variable", env: map[string]string{all: "rel"}, at: "here/rel", classes: "relative_dir"},
		{name: "no tilde in a variable", env: map[string]string{all: "~/x"}, at: "here/~/x", classes: "relative_dir"},
		{name: "relative, credentials apart", env: map[string]string{apart: "rel", all: "HOME/x"}, at: "here/rel", classes: "relative_dir", newOnly: true},
		{name: "composed form", env: map[string]string{all: "HOME/cafe\u0301"}, at: "caf\u00e9"},
	}
}

// lay puts a login where it is looked for and sets the variables. It gives what is
// declared.
func (c placement) lay(s *sandbox) string {
	expand := func(path string) string {
		if rest, ok := strings.CutPrefix(path, "HOME"); ok {
			return s.home + rest
		}
		return path
	}
	s.write(c.at+"/.credentials.json", document(nil))
	for name, value := range c.env {
		s.env[name] = expand(value)
	}
	return expand(c.declared)
}

func TestPlaces(t *testing.T) {
	for _, c := range placements() {
		t.Run(c.name, func(t *testing.T) {
			s := newSandbox(t)
			live := s.snapshot(c.lay(s))
			if live.Path != s.path(c.at+"/.credentials.json") || live.Form != plan.ClaudeLogin || classes(live) != c.classes {
				t.Errorf("%s at %s, %q", live.Form, live.Path, classes(live))
			}
		})
	}
}

func TestKeychainNames(t *testing.T) {
	s := newSandbox(t)
	suffix := func(dir string) string {
		sum := sha256.Sum256([]byte(dir))
		return "-" + hex.EncodeToString(sum[:4])
	}
	const plain = "Claude Code-credentials"
	at := s.host.Locate("")
	if at.Service != plain || at.Account != "gw" {
		t.Errorf("default: %q of %q", at.Service, at.Account)
	}
	s.env["CLAUDE_CONFIG_DIR"] = s.path("x")
	if at := s.host.Locate(""); at.Service != plain+suffix(s.path("x")) {
		t.Errorf("variable: %q", at.Service)
	}
	s.env["CLAUDE_SECURESTORAGE_CONFIG_DIR"] = ""
	if at := s.host.Locate(""); at.Service != plain {
		t.Errorf("empty variable: %q", at.Service)
	}
	if at := s.host.Locate("~/.claude"); at.Service != plain {
		t.Errorf("the default directory, declared: %q", at.Service)
	}
	if at := s.host.Locate("~/d"); at.Service != plain+suffix(s.path("d")) {
		t.Errorf("declared: %q", at.Service)
	}
	s.env["USER"] = "some one"
	if at := s.host.Locate(""); at.Account != "claude-code-user" {
		t.Errorf("a name with a blank: %q", at.Account)
	}
}

func TestIdentity(t *testing.T) {
	named := func(email string) string {
		return `{"oauthAccount":{"accountUuid":"` + uuid + `","emailAddress":"` + email + `"},"projects":{}}`
	}
	s := newSandbox(t)
	s.write(".claude/.credentials.json", document(nil))
	s.write(".claude.json", named("home@example.com"))
	s.write(".claude/.claude.json", named("unread@example.com"))
	if live := s.snapshot(""); live.Email != "home@example.com" || live.Account != uuid {
		t.Errorf("default: %q, %q", live.Email, live.Account)
	}
	// Where a variable or the declaration moves the directory, the file is in it.
	s.write("x/.credentials.json", document(nil))
	s.write("x/.claude.json", named("x@example.com"))
	if live := s.snapshot(s.path("x")); live.Email != "x@example.com" {
		t.Errorf("declared: %q", live.Email)
	}
	s.write("x/.config.json", named("config@example.com"))
	if live := s.snapshot(s.path("x")); live.Email != "config@example.com" {
		t.Errorf("the older name: %q", live.Email)
	}
	s.write(".claude.json", `{"oauthAccount":{"emailAddress":"sk-ant-FAKE in the wrong place","accountUuid":"sk-ant-FAKE"}}`)
	if live := s.snapshot(""); live.Email+live.Account != "" {
		t.Errorf("junk: %q, %q", live.Email, live.Account)
	}
	s.write(".claude.json", `{"oauthAccount":`)
	if live := s.snapshot(""); classes(live) != "identity_unreadable" || live.Form != plan.ClaudeLogin {
		t.Errorf("torn: %s, %q", live.Form, classes(live))
	}
	// Where a file was copied, the name is of another login than the one that counts.
	s.write(".claude.json", named("home@example.com"))
	s.write(".claude/.credentials.json", document(m{"accountUuid": otherUUID}))
	if live := s.snapshot(""); live.Account != otherUUID || live.Email != "" || classes(live) != "identity_disagrees" {
		t.Errorf("another account: %q, %q, %q", live.Account, live.Email, classes(live))
	}
	s.write("y/.claude.json", `{"primaryApiKey":"sk-ant-FAKE"}`)
	if live := s.snapshot(s.path("y")); live.Form != plan.ClaudeAbsent || classes(live) != "console_key" {
		t.Errorf("Console: %s, %q", live.Form, classes(live))
	}
}
