package secrets

import (
	"context"

	"github.com/keyform/keyform/providers/secrets/source"
)

// claudeCode is what import = "claude_code" stores: Claude Code's login, tokens and
// expiry in one. Only plans refer to it.
type claudeCode struct{ seams source.Seams }

func newClaudeCode(s source.Seams) source.Source { return claudeCode{s} }

func (c claudeCode) Fetch(ctx context.Context, req source.Request) []source.Result {
	out := make([]source.Result, 0, len(req.Refs))
	for _, ref := range req.Refs {
		if c.seams.ClaudeCode == nil {
			out = append(out, source.Failed(ref, source.Unsupported, "Claude Code's login cannot be read here.", "Apply with the keyform command."))
			continue
		}
		value, err := c.seams.ClaudeCode(ctx)
		switch {
		case err != nil:
			out = append(out, source.Failed(ref, source.Other, "Claude Code's login cannot be read: "+err.Error()+".", "Look whether claude is logged in, and make a new plan."))
		case value.IsZero():
			out = append(out, source.Failed(ref, source.NotFound, "Claude Code has no login any more.", `Log in with "claude auth login", or make a new plan.`))
		default:
			out = append(out, source.Result{Value: value})
		}
	}
	return out
}

func (claudeCode) Cost(int) string { return "Claude Code's login" }
