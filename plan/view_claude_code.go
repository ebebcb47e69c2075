package plan

import (
	"strings"
	"unicode/utf8"
)

// headline says in one line what Claude Code has: "login of a@example.com, max". now
// is in milliseconds since the epoch.
func (s *ClaudeCodeState) headline(now int64) string {
	expires := s.LoginExpires
	var text string
	switch s.Form {
	case ClaudeAbsent:
		return "no login"
	case ClaudeBroken:
		return "nothing that Claude Code accepts"
	case ClaudeEnded:
		return s.whose() + " that has ended"
	case ClaudeSetupToken:
		text, expires = "setup-token", s.Expires
	default:
		text = s.whose()
	}
	if s.Subscription != "" {
		text += ", " + s.Subscription
	}
	if expires == nil {
		return text
	}
	word := ", expires "
	if *expires < float64(now) {
		word = ", expired "
	}
	return text + word + dateText(*expires, now)
}

func (s *ClaudeCodeState) whose() string {
	switch {
	case s.Email != "":
		return "login of " + s.Email
	case s.Account != "":
		return "login of account " + s.Account
	}
	return "login"
}

// write writes the part of a view that is about Claude Code: the headline, and the
// findings with what to do about each.
func (s *ClaudeCodeState) write(b *strings.Builder, headline string, style Style) {
	b.WriteString(style.paint("1", "Claude Code") + " at " + s.Label + "\n")
	b.WriteString("  " + strings.TrimLeft(indent(headline, 2), " "))
	width := 0
	for _, f := range s.Findings {
		width = max(width, utf8.RuneCountInString(f.Class))
	}
	for _, f := range s.Findings {
		sign, says := style.paint("33", "!"), f.Advice
		if f.Level == LevelInfo {
			sign = "."
		}
		if says == "" {
			says = f.Detail
		}
		b.WriteString("    " + sign + " " + pad(f.Class, width) + "   " + strings.TrimLeft(indent(says, 4+2+width+3), " "))
	}
}
