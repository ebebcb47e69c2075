package claudecode_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/claudecode"
)

// content is one state of the files with what keyform calls it.
type content struct {
	name string
	// file is the credentials' content; "-" is no file.
	file    string
	form    plan.ClaudeForm
	classes string
	// setup does something else to the directory.
	setup func(t *testing.T, dir string)
	// oldAccepts tells that 2.1.40 takes it for a login and 2.1.328 does not.
	oldAccepts bool
}

const (
	uuid      = "6f1c2b3a-1111-4222-8333-abcdefabcdef"
	otherUUID = "7f1c2b3a-1111-4222-8333-abcdefabcdef"
)

type m = map[string]any

// contents is what TestClasses and, with the real program, TestRealClaudeCode go through.
func contents() []content {
	good := document(nil)
	return append([]content{
		{name: "login", file: good, form: plan.ClaudeLogin},
		{name: "blanks around it", file: "\n " + good + "\n", form: plan.ClaudeLogin},
		{name: "the second of two members counts", file: `{"claudeAiOauth":{},` + good[1:], form: plan.ClaudeLogin},
		{name: "siblings", file: good[:len(good)-1] + `,"mcpOAuth":{"a|1":{"accessToken":"sk-ant-FAKEsibling"}},"unknown":1}`, form: plan.ClaudeLogin},
		{name: "setup token", file: document(m{"refreshToken": nil, "scopes": []any{"user:inference"}, "subscriptionType": nil}), form: plan.ClaudeSetupToken},
		{name: "setup token without expiry", file: document(m{"refreshToken": nil, "expiresAt": nil}), form: plan.ClaudeSetupToken},
		{name: "empty refresh token", file: document(m{"refreshToken": ""}), form: plan.ClaudeSetupToken},
		{name: "junk plan", file: document(m{"subscriptionType": "sk-ant-FAKEplan"}), form: plan.ClaudeLogin},
		{name: "junk in the scopes", file: document(m{"scopes": []any{3, "user:inference"}}), form: plan.ClaudeLogin},

		{name: "no file", file: "-", form: plan.ClaudeAbsent},
		{name: "other things only", file: `{"mcpOAuth":{"a|1":{"accessToken":"sk-ant-FAKEsibling"}}}`, form: plan.ClaudeAbsent},
		{name: "null for a login", file: `{"claudeAiOauth":null}`, form: plan.ClaudeAbsent},

		{name: "empty", file: "", form: plan.ClaudeBroken, classes: "bom_or_unparsable"},
		{name: "torn", file: good[:60], form: plan.ClaudeBroken, classes: "bom_or_unparsable"},
		{name: "byte order mark", file: "\ufeff" + good, form: plan.ClaudeBroken, classes: "bom_or_unparsable"},
		{name: "comment", file: "// mine\n" + good, form: plan.ClaudeBroken, classes: "bom_or_unparsable"},
		{name: "list", file: `[]`, form: plan.ClaudeBroken, classes: "bom_or_unparsable"},
		{name: "null", file: `null`, form: plan.ClaudeBroken, classes: "bom_or_unparsable"},
		{name: "string for a login", file: `{"claudeAiOauth":"sk-ant-FAKE"}`, form: plan.ClaudeBroken, classes: "access_missing"},
		{name: "empty login", file: `{"claudeAiOauth":{}}`, form: plan.ClaudeBroken, classes: "access_missing"},

		{name: "blanked by a failed refresh", file: document(m{"accessToken": "", "refreshToken": "", "expiresAt": 0}), form: plan.ClaudeEnded, classes: "tombstone"},
		{name: "blanked with a reason", file: document(m{"accessToken": "", "refreshToken": "", "expiresAt": 0, "loginEnded": "time_limit"}), form: plan.ClaudeEnded, classes: "tombstone"},
		{name: "copied in the middle of a login", file: document(m{"accessToken": ""}), form: plan.ClaudeBroken, classes: "access_missing"},
		{name: "no access token", file: document(m{"accessToken": nil}), form: plan.ClaudeBroken, classes: "access_missing"},
		{name: "no scopes", file: document(m{"scopes": nil}), form: plan.ClaudeBroken, classes: "scopes_invalid"},
		{name: "empty scopes", file: document(m{"scopes": []any{}}), form: plan.ClaudeBroken, classes: "scopes_invalid"},
		{name: "other scopes", file: document(m{"scopes": []any{"user:profile"}}), form: plan.ClaudeBroken, classes: "scopes_invalid"},
		{name: "scopes as a string", file: document(m{"scopes": "user:inference"}), form: plan.ClaudeBroken, classes: "scopes_invalid", oldAccepts: true},
	}, accepted()...)
}

// accepted are those that the real program takes for a login and that are not well.
func accepted() []content {
	good := document(nil)
	link := func(target string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			file := filepath.Join(dir, ".credentials.json")
			if err := os.Rename(file, filepath.Join(dir, target)); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(target, file); err != nil {
				t.Fatal(err)
			}
		}
	}
	identity := func(content string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			if err := os.WriteFile(filepath.Join(dir, ".claude.json"), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	return []content{
		{name: "access token expired", file: document(m{"expiresAt": now - 1}), form: plan.ClaudeLogin, classes: "access_expired_refreshable"},
		{name: "expiry of 0", file: document(m{"expiresAt": 0}), form: plan.ClaudeLogin, classes: "access_expired_refreshable"},
		{name: "setup token expired", file: document(m{"refreshToken": nil, "expiresAt": now - 1}), form: plan.ClaudeSetupToken, classes: "access_expired_no_refresh"},
		{name: "expiry in seconds", file: document(m{"expiresAt": now/1000 + 3600}), form: plan.ClaudeLogin, classes: "expiresAt_not_ms"},
		{name: "expiry as a string", file: document(m{"expiresAt": "2027-01-01"}), form: plan.ClaudeLogin, classes: "expiresAt_not_ms"},
		{name: "login ends soon", file: document(m{"refreshTokenExpiresAt": now + 86400000}), form: plan.ClaudeLogin, classes: "login_expires_soon"},
		{name: "login ends later", file: document(m{"refreshTokenExpiresAt": now + 8*86400000}), form: plan.ClaudeLogin},
		{name: "login ended", file: document(m{"refreshTokenExpiresAt": now - 1}), form: plan.ClaudeLogin, classes: "login_expired"},
		{name: "number for a token", file: document(m{"accessToken": 5}), form: plan.ClaudeLogin, classes: "token_not_text"},
		{name: "link", file: good, setup: link("elsewhere.json"), form: plan.ClaudeLogin, classes: "symlink"},
		{name: "open to others", file: good, form: plan.ClaudeLogin, classes: "mode_too_open", setup: func(t *testing.T, dir string) {
			if err := os.Chmod(filepath.Join(dir, ".credentials.json"), 0o644); err != nil {
				t.Fatal(err)
			}
		}},
		{name: "another account in .claude.json", file: document(m{"accountUuid": uuid}), form: plan.ClaudeLogin, classes: "identity_disagrees",
			setup: identity(`{"oauthAccount":{"accountUuid":"` + otherUUID + `","emailAddress":"b@example.com"}}`)},
		{name: "the same account in .claude.json", file: document(m{"accountUuid": uuid}), form: plan.ClaudeLogin,
			setup: identity(`{"oauthAccount":{"accountUuid":"` + uuid + `","emailAddress":"a@example.com"},"primaryApiKey":"sk-ant-FAKEconsole"}`)},
	}
}

// lay writes the content into a directory.
func (c content) lay(t *testing.T, dir string) {
	t.Helper()
	if c.file != "-" {
		if err := os.WriteFile(filepath.Join(dir, ".credentials.json"), []byte(c.file), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if c.setup != nil {
		c.setup(t, dir)
	}
}

func TestClasses(t *testing.T) {
	for _, c := range contents() {
		t.Run(c.name, func(t *testing.T) {
			s := newSandbox(t)
			dir := s.path("conf")
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			c.lay(t, dir)
			live := s.snapshot(dir)
			if live.Form != c.form || classes(live) != c.classes {
				t.Errorf("%s, %q, want %s, %q", live.Form, classes(live), c.form, c.classes)
			}
			for _, f := range live.Findings {
				if f.Detail == "" || f.Code == "" || f.Summary == "" || f.Advice == "" && f.Level != plan.LevelInfo {
					t.Errorf("incomplete: %+v", f)
				}
			}
		})
	}
}

// FuzzParse: no content panics, none of a token's is in an error, and what is shown has
// the form of what it should be.
func FuzzParse(f *testing.F) {
	for _, c := range contents() {
		f.Add([]byte(c.file))
	}
	f.Add([]byte(`{"claudeAiOauth":{"accessToken":[{"a":1}],"refreshToken":true,"scopes":["user:inference",{}],"expiresAt":1e999,"accountUuid":5}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		l, err := claudecode.Parse(raw)
		if err != nil {
			noleak(t, err.Error())
			if l.Present {
				t.Error("a login beside an error")
			}
			return
		}
		noleak(t, l.Account+l.Organization+l.Subscription+l.Ended)
		switch form := l.Form(); {
		case l.Present == (form == plan.ClaudeAbsent):
			t.Errorf("present %t, form %s", l.Present, form)
		case (form == plan.ClaudeLogin) != (l.RefreshFingerprint(key, "d") != "" && !l.Access.IsZero() && l.Scoped):
			t.Errorf("form %s of %+v", form, l)
		}
	})
}
