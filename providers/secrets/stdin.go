package secrets

import (
	"context"
	"io"

	"github.com/keyform/keyform/providers/secrets/secret"
	"github.com/keyform/keyform/providers/secrets/source"
	"github.com/keyform/keyform/schema"
)

// stdin is stdin(): the whole standard input. All references to it are one, so the
// resolver asks once in a run.
type stdin struct{ seams source.Seams }

func newStdin(s source.Seams) source.Source { return stdin{s} }

func (s stdin) Fetch(ctx context.Context, req source.Request) []source.Result {
	out := make([]source.Result, 0, len(req.Refs))
	for _, ref := range req.Refs {
		out = append(out, s.fetch(ctx, ref))
	}
	return out
}

func (stdin) Cost(int) string { return "the standard input" }

func (s stdin) fetch(ctx context.Context, ref schema.Ref) source.Result {
	if s.seams.Stdin == nil || s.seams.StdinIsTerminal {
		return source.Failed(ref, source.Unsupported, "The standard input is a terminal or closed, and a secret is not typed there.", "Send the secret in: keyform apply -auto-approve < FILE.")
	}
	type answer struct {
		b   []byte
		err error
	}
	done := make(chan answer, 1)
	go func() {
		// What is one byte too long for any source is too long here as well.
		b, err := io.ReadAll(io.LimitReader(s.seams.Stdin, source.MaxBytes+3))
		done <- answer{b, err}
	}()
	select {
	case <-ctx.Done():
		return source.Failed(ref, source.Other, "The run ended before the standard input did.", "Send the secret in from a file or a command that ends.")
	case a := <-done:
		if a.err != nil {
			return source.Failed(ref, source.Other, "The standard input cannot be read: "+a.err.Error()+".", "Send the secret in from a file.")
		}
		return source.Result{Value: secret.New(source.TrimNewline(a.b))}
	}
}
