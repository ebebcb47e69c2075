package plan

import (
	"fmt"
	"strings"

	"github.com/keyform/keyform/schema"
	"github.com/keyform/keyform/schema/diag"
)

// ClaudeForm is what Claude Code makes of its credentials, as its release 2.1.328
// judges them.
type ClaudeForm string

// The forms. Of ClaudeLogin and ClaudeSetupToken "claude auth status" says that
// somebody is logged in, of the others that nobody is.
const (
	// ClaudeLogin has a refresh token, ClaudeSetupToken has none.
	ClaudeLogin      ClaudeForm = "login"
	ClaudeSetupToken ClaudeForm = "setup_token"
	// ClaudeEnded is what a failed refresh leaves: the tokens are blank.
	ClaudeEnded ClaudeForm = "ended"
	// ClaudeBroken is there and nothing that Claude Code can use.
	ClaudeBroken ClaudeForm = "broken"
	ClaudeAbsent ClaudeForm = "absent"
)

// Level says how much a Finding matters.
type Level string

// The levels.
const (
	// LevelError: Claude Code cannot work with this, or soon cannot.
	LevelError   Level = "error"
	LevelWarning Level = "warning"
	// LevelInfo is as it should be and worth knowing.
	LevelInfo Level = "info"
)

// Finding is one remark about Claude Code's credentials. None of its texts holds
// anything of a token.
type Finding struct {
	// Class is stable: "tombstone", "shadowed_by_env".
	Class string `json:"class"`
	Level Level  `json:"level"`
	// Code and Summary are those of the diagnostic about it.
	Code    string `json:"code"`
	Summary string `json:"summary"`
	// Detail says what is so and why that matters, Advice what to do; whole sentences.
	Detail string `json:"detail"`
	Advice string `json:"advice,omitempty"`
}

// ClaudeCodeState is the Claude Code of one host as far as it is shown.
type ClaudeCodeState struct {
	// Where is "file" or "keychain". Path is the file, absolute, whose links are not
	// followed; or the name of the keychain's item. Label is how a user knows it.
	Where string     `json:"where"`
	Path  string     `json:"path"`
	Label string     `json:"label"`
	Form  ClaudeForm `json:"form"`
	// Account is the account's UUID in lower case, Email its email, Subscription its
	// plan: "max". "" where it is not known.
	Account      string `json:"account,omitempty"`
	Email        string `json:"email,omitempty"`
	Subscription string `json:"subscription,omitempty"`
	// Expires is when the access token ends, LoginExpires when the login does, in
	// milliseconds since the epoch; nil where the file says nothing.
	Expires      *float64  `json:"expires,omitempty"`
	LoginExpires *float64  `json:"login_expires,omitempty"`
	Findings     []Finding `json:"findings,omitempty"`
}

// ClaudeCodeSnapshot is the Claude Code of one host as it was found.
type ClaudeCodeSnapshot struct {
	ClaudeCodeState
	// Refresh is the fingerprint of the refresh token under RefreshDomain.
	Refresh Fingerprint `json:"refresh,omitempty"`
}

// RefreshDomain is what the fingerprint of a refresh token is bound to, wherever it
// is stored, so that one token in two places shows.
const RefreshDomain = "refresh token"

// ClaudeCodePlan is what a plan says of Claude Code. It is never a change.
type ClaudeCodePlan struct {
	Expect schema.Expectation `json:"expect"`
	// AsDeclared tells that the login is the expected one; findings may be there
	// nevertheless.
	AsDeclared bool `json:"as_declared"`
	// Summary says in words what is there.
	Summary string `json:"summary"`
	ClaudeCodeState
}

// claudeCode holds the login against what is declared.
func claudeCode(want *schema.ClaudeCode, live *ClaudeCodeSnapshot, now int64) (*ClaudeCodePlan, diag.Diagnostics) {
	p := &ClaudeCodePlan{Expect: want.Expect, Summary: live.headline(now), ClaudeCodeState: live.ClaudeCodeState}
	unmet := p.unmet()
	if len(unmet) == 0 {
		unmet = p.otherAccount(want.Account)
	}
	p.AsDeclared = len(unmet) == 0 && (p.accepted() || want.Expect == schema.ExpectAbsent)
	p.Findings = append(unmet, live.Findings...)
	var diags diag.Diagnostics
	for _, f := range p.Findings {
		if f.Level == LevelInfo {
			continue
		}
		diags = append(diags, diag.Diagnostic{
			Severity: diag.Warning, Code: f.Code, Summary: f.Summary, Detail: strings.TrimSpace(f.Detail + " " + f.Advice),
			Range: p.rangeOf(f, want), Address: schema.Address{Kind: schema.KindClaudeCode}.String(),
		})
	}
	return p, diags
}

// accepted tells whether Claude Code takes what is there for a login.
func (s *ClaudeCodeState) accepted() bool {
	return s.Form == ClaudeLogin || s.Form == ClaudeSetupToken
}

// rangeOf is the argument that a finding is about, else the block.
func (p *ClaudeCodePlan) rangeOf(f Finding, want *schema.ClaudeCode) diag.Range {
	arg := "config_dir"
	if f.Code == unexpectedLogin {
		arg = "expect"
		if f.Class == otherAccount || f.Class == accountUnknown {
			arg = "account"
		}
	}
	if r, ok := want.Attrs[arg]; ok {
		return r
	}
	return want.Range
}

// unexpectedLogin is the code of everything that is not as declared.
const (
	unexpectedLogin = "KF0651"
	otherAccount    = "other_account"
	accountUnknown  = "account_unknown"
)

func unexpected(class, detail, advice string) []Finding {
	return []Finding{{
		Class: class, Level: LevelError, Code: unexpectedLogin, Summary: "Claude Code that is not as declared", Detail: detail, Advice: advice,
	}}
}

// unmet says what is there instead of what is expected. A login that has ended or is
// broken has its own finding, which says the same.
func (p *ClaudeCodePlan) unmet() []Finding {
	const logout = `"claude auth logout" removes it, and with it everything else in that place, such as the tokens of MCP servers.`
	switch {
	case p.Expect == schema.ExpectLogin && p.Form == ClaudeAbsent:
		return unexpected("absent", "A login is expected and there is none in "+p.Label+".", `Log in with claude, by "claude auth login".`)
	case p.Expect == schema.ExpectLogin && p.Form == ClaudeSetupToken:
		return unexpected("not_a_login", "A login is expected and "+p.Label+" holds a token without a refresh token, as a setup-token is. Nobody can tell whose it is, and claude cannot renew it.",
			`Log in with claude, by "claude auth login", or use expect = "setup_token".`)
	case p.Expect == schema.ExpectSetupToken && p.Form == ClaudeAbsent:
		return unexpected("absent", "A setup-token is expected and there is none in "+p.Label+".",
			`Run "claude setup-token", which stores nothing, and put what it prints there: docs/claude-code.md has the form.`)
	case p.Expect == schema.ExpectSetupToken && p.Form == ClaudeLogin:
		return unexpected("not_a_setup_token", "A setup-token is expected and "+p.Label+" holds a login, which claude refreshes and somebody may be using.",
			`Use expect = "login" if that is meant. `+logout)
	case p.Expect == schema.ExpectAbsent && p.accepted():
		return unexpected("present", "No login is expected and there is one in "+p.Label+".", logout)
	}
	return nil
}

// otherAccount compares the account, an email or a UUID.
func (p *ClaudeCodePlan) otherAccount(want string) []Finding {
	if want == "" || p.Form != ClaudeLogin {
		return nil
	}
	is := p.Account
	if strings.Contains(want, "@") {
		is = p.Email
	}
	switch {
	case is == "":
		return unexpected(accountUnknown, fmt.Sprintf("The login should be that of %s, and Claude Code has not noted whose it is.", want),
			`Log in with claude, by "claude auth login": it notes the account in .claude.json. A copied file brings no name along.`)
	case !strings.EqualFold(is, want):
		return unexpected(otherAccount, fmt.Sprintf("The login is that of %s and should be that of %s.", is, want),
			`Log in with claude as that account, by "claude auth login", or correct account.`)
	}
	return nil
}
