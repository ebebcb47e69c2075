// Package onepassword resolves op:// references with a 1Password service account.
//
// 1Password's SDK is not in this process: keyform starts itself as a short-lived
// helper (package child) for each account, sends all references at once, and ends
// it hard when it takes too long. The token is in the helper's environment and
// nowhere else: not in its arguments, not in a file. See package protocol for what
// the two say to each other.
package onepassword

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/keyform/keyform/providers/secrets/onepassword/protocol"
	"github.com/keyform/keyform/providers/secrets/secret"
	"github.com/keyform/keyform/providers/secrets/source"
	"github.com/keyform/keyform/schema"
)

const (
	// defaultTimeout allows for a slow machine: compiling the SDK's core takes two
	// seconds of processor time on a fast one.
	defaultTimeout = 90 * time.Second
	// retries is how often a helper is started again after a failure that may pass.
	retries = 2
)

// client is the source. run starts a helper; tests put something else there.
type client struct {
	seams source.Seams
	run   func(ctx context.Context, token string, refs []string) protocol.Response
}

// New makes the source. It needs the seams LookupEnv, Executable, Wait and Random.
func New(seams source.Seams) source.Source {
	return &client{seams: seams, run: helper{seams.Executable, seams.LookupEnv}.run}
}

// Cost tells the number of references and the one sign-in.
func (c *client) Cost(n int) string {
	if n == 1 {
		return "1 reference from 1Password, one sign-in"
	}
	return strconv.Itoa(n) + " references from 1Password, one sign-in"
}

// Fetch resolves all references in one helper. Where the service seems to be down
// it tries again in a fresh one, at most twice. A reference that cannot be one is
// not asked for, and where no other is left nothing is started.
func (c *client) Fetch(ctx context.Context, req source.Request) []source.Result {
	var ask []string
	seen := map[string]bool{}
	for _, ref := range req.Refs {
		if text := address(ref); schema.CheckOnePasswordRef(text) == nil && !seen[text] {
			seen[text] = true
			ask = append(ask, text)
		}
	}
	var resp protocol.Response
	if len(ask) > 0 {
		resp = c.attempt(ctx, req, ask)
	}
	out := make([]source.Result, 0, len(req.Refs))
	for _, ref := range req.Refs {
		out = append(out, result(ref, req.Block, resp))
	}
	return out
}

func address(ref schema.Ref) string {
	if len(ref.Args) != 1 {
		return ""
	}
	return ref.Args[0]
}

// attempt runs helpers until one gives an answer that another would not better.
func (c *client) attempt(ctx context.Context, req source.Request, refs []string) protocol.Response {
	token := req.Token.Reveal()
	if token == "" {
		token, _ = c.seams.LookupEnv(protocol.TokenVariable)
	}
	// A service account token is "ops_" and base64url; anything else would cost a
	// helper to find out.
	switch {
	case token == "":
		return protocol.Response{Failure: protocol.NoToken}
	case !strings.HasPrefix(token, "ops_") || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r >= 0x7f }):
		return protocol.Response{Failure: protocol.MalformedToken}
	}
	timeout := c.seams.Timeout
	if timeout == 0 {
		timeout = defaultTimeout
	}
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	for n := 1; ; n++ {
		resp := c.run(limited, token, refs)
		switch {
		case ctx.Err() != nil:
			return protocol.Response{Failure: protocol.Canceled}
		case limited.Err() != nil && resp.Failure != "":
			return protocol.Response{Failure: protocol.Deadline}
		case n > retries || resp.Failure != protocol.ServerError && resp.Failure != protocol.Transport:
			return resp
		}
		pause := time.Duration((0.5 + c.seams.Random()) * float64(n) * float64(time.Second))
		if c.seams.Wait(limited, pause) != nil {
			return resp
		}
	}
}

// result is the answer to one reference.
func result(ref schema.Ref, block *schema.Source, resp protocol.Response) source.Result {
	text := address(ref)
	if err := schema.CheckOnePasswordRef(text); err != nil {
		return source.Failed(ref, source.Malformed, "It cannot be a 1Password reference: "+err.Error()+".", "Write op://VAULT/ITEM/[SECTION/]FIELD.")
	}
	value, resolved := resp.Values[text]
	why, failed := resp.Problems[text]
	switch {
	case resp.Failure != "":
		why = resp.Failure
	case failed:
	case resolved:
		return source.Result{Value: secret.FromString(value)}
	default:
		why = protocol.NoAnswer
	}
	f := failure(ref, block, why)
	if ids := resp.Candidates[text]; len(ids) > 0 {
		f.Message += " Their ids: " + strings.Join(slices.Sorted(slices.Values(ids)), ", ") + "."
	}
	return source.Result{Failure: f}
}
