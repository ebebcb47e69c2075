package claudecode_test

import (
	"strconv"
	"strings"
	"testing"
)

// shadowing is a setting and whether 2.1.328, and 2.1.40, uses it instead of the login.
type shadowing struct {
	// env has assignments; settings the user's settings file.
	env, settings string
	now, old      bool
}

// shadowings is what TestShadows and, with the real program, TestRealPrecedence go
// through.
func shadowings() []shadowing {
	return []shadowing{
		{env: "CLAUDE_CODE_USE_BEDROCK=1", now: true, old: true},
		{env: "CLAUDE_CODE_USE_BEDROCK=TRUE", now: true, old: true},
		{env: "CLAUDE_CODE_USE_BEDROCK=yes", now: true, old: true},
		{env: "CLAUDE_CODE_USE_BEDROCK=on", now: true, old: true},
		{env: "CLAUDE_CODE_USE_BEDROCK=0"},
		{env: "CLAUDE_CODE_USE_BEDROCK=x"},
		{env: "CLAUDE_CODE_USE_VERTEX=1", now: true, old: true},
		{env: "CLAUDE_CODE_USE_FOUNDRY=1", now: true, old: true},
		{env: "CLAUDE_CODE_USE_MANTLE=1", now: true},
		{env: "CLAUDE_CODE_SIMPLE=1", now: true},
		{env: "ANTHROPIC_AUTH_TOKEN=FAKE", now: true, old: true},
		{env: "ANTHROPIC_AUTH_TOKEN="},
		{env: "ANTHROPIC_API_KEY=FAKE", now: true},
		{env: "ANTHROPIC_API_KEY="},
		{env: "CLAUDE_CODE_OAUTH_TOKEN=FAKE", now: true, old: true},
		{env: "CLAUDE_CODE_OAUTH_TOKEN="},
		{env: "ANTHROPIC_FEDERATION_RULE_ID=a"},
		{env: "ANTHROPIC_FEDERATION_RULE_ID=a ANTHROPIC_ORGANIZATION_ID=b", now: true},
		{env: "ANTHROPIC_BASE_URL=http://127.0.0.1:9"},
		{settings: `{"env":{"ANTHROPIC_API_KEY":"FAKE"}}`, now: true},
		{settings: `{"env":{"ANTHROPIC_AUTH_TOKEN":"FAKE"}}`, now: true},
		{settings: `{"env":{"CLAUDE_CODE_OAUTH_TOKEN":"FAKE"}}`, now: true},
		{settings: `{"env":{"CLAUDE_CODE_USE_BEDROCK":"1"}}`, now: true, old: true},
		{settings: `{"env":{"CLAUDE_CODE_USE_BEDROCK":1}}`, now: true, old: true},
		{settings: `{"env":{"ANTHROPIC_API_KEY":""}}`},
		{settings: `{"apiKeyHelper":"/bin/false"}`, now: true, old: true},
		{settings: `{"apiKeyHelper":""}`},
		{settings: `{"apiKeyHelper":"/bin/false","env":5}`},
		{settings: "// mine\n" + `{"apiKeyHelper":"/bin/false"}`},
	}
}

func (c shadowing) assignments() map[string]string {
	env := map[string]string{}
	for _, kv := range strings.Fields(c.env) {
		name, value, _ := strings.Cut(kv, "=")
		env[name] = value
	}
	return env
}

func TestShadows(t *testing.T) {
	for i, c := range shadowings() {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			s := newSandbox(t)
			s.write("x/.credentials.json", document(nil))
			s.env = c.assignments()
			s.env["CLAUDE_CONFIG_DIR"] = s.path("x")
			if c.settings != "" {
				s.write("x/settings.json", c.settings)
			}
			live := s.snapshot("")
			if shadowed := strings.Contains(classes(live), "shadowed_by_"); shadowed != c.now {
				t.Errorf("%s%s: shadowed %t, want %t: %q", c.env, c.settings, shadowed, c.now, classes(live))
			}
			for _, f := range live.Findings {
				if f.Class == "shadowed_by_env" != (c.env != "") {
					t.Errorf("%s", f.Class)
				}
			}
		})
	}
}

// Without a login there is nothing to shadow.
func TestNothingToShadow(t *testing.T) {
	s := newSandbox(t)
	s.env["ANTHROPIC_API_KEY"] = "FAKE"
	if live := s.snapshot(""); classes(live) != "" {
		t.Errorf("%q", classes(live))
	}
}

func TestSettingsThatCannotBeRead(t *testing.T) {
	s := newSandbox(t)
	s.write(".claude/.credentials.json", document(nil))
	s.write(".claude/settings.json", "{")
	live := s.snapshot("")
	if classes(live) != "settings_unreadable" || !strings.Contains(live.Findings[0].Detail, "~/.claude/settings.json") {
		t.Errorf("%q, %+v", classes(live), live.Findings)
	}
}
