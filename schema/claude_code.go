package schema

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/keyform/keyform/schema/diag"
)

// Expectation is what a host's Claude Code is declared to have.
type Expectation string

// The expectations, in the words of the language.
const (
	// ExpectLogin: a login of a person, which Claude Code refreshes.
	ExpectLogin Expectation = "login"
	// ExpectSetupToken: a long-lived token without a refresh token.
	ExpectSetupToken Expectation = "setup_token"
	// ExpectAbsent: neither.
	ExpectAbsent Expectation = "absent"
)

// ClaudeCode is the host's Claude Code login: what is expected of it. keyform never
// writes it.
type ClaudeCode struct {
	// ConfigDir is Claude Code's configuration directory, "" where it is not declared. A
	// leading "~/" is not expanded yet.
	ConfigDir string
	Expect    Expectation
	// Account is an email or an account's UUID in lower case; "" where any will do. Only
	// with ExpectLogin.
	Account string
	Range   diag.Range
	// Attrs has the ranges of the attributes that are there, by name.
	Attrs map[string]diag.Range
}

var (
	accountUUID  = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	accountEmail = regexp.MustCompile(`^[^\s@]+@[^\s@]+$`)
)

func (l *loader) loadClaudeCode() {
	var first diag.Range
	for _, b := range l.blocks["claude_code"] {
		leave := l.enter(header(b))
		f := l.open(b, bodySchema([]string{"config_dir", "expect", "account", "enabled"}))
		enabled := f.boolean("enabled", true)
		c := &ClaudeCode{
			ConfigDir: f.path("config_dir"),
			Expect:    Expectation(f.choice("expect", string(ExpectLogin), string(ExpectSetupToken), string(ExpectAbsent))),
			Account:   f.account(),
			Range:     toRange(b.DefRange),
			Attrs:     f.attrRanges(),
		}
		if f.has("account") && (c.Expect == ExpectSetupToken || c.Expect == ExpectAbsent) {
			f.invalid("account", `An account can only be expected of a login: a setup-token names none. Leave it out, or use expect = "login".`)
		}
		if !first.Empty() {
			l.report(diag.Diagnostic{
				Code:    "KF0108",
				Summary: "Duplicate claude_code block",
				Detail:  fmt.Sprintf("There is one at %s already, and keyform looks at one Claude Code of a host. Remove one of them.", place(first)),
				Range:   c.Range,
			})
		} else if first = c.Range; enabled {
			l.cfg.ClaudeCode = c
		}
		leave()
	}
}

// account gives the account of a claude_code block, "" where it is not written or wrong.
func (f *frame) account() string {
	s, ok := f.text("account")
	switch {
	case !ok:
		return ""
	case accountUUID.MatchString(s):
		return strings.ToLower(s)
	case accountEmail.MatchString(s):
		return s
	}
	f.invalid("account", `The argument "account" must be the email of the account, or its UUID as Claude Code has it in .claude.json. Leave it out if any account will do.`)
	return ""
}
