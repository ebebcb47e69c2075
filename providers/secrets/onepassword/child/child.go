// Package child is keyform's 1Password helper: what the process "keyform internal
// op-resolve" does. It is the only package that imports 1Password's SDK.
//
// The SDK runs in a process of its own because its core, a WebAssembly module, costs
// two seconds and 166 MB to compile, cannot be interrupted while it compiles, and is
// lost for the whole process after some failed requests. The process lives for one
// batch of references and one sign-in.
package child

import (
	"context"
	"encoding/json"
	"io"

	onepassword "github.com/1password/onepassword-sdk-go"

	"github.com/keyform/keyform/providers/secrets/onepassword/protocol"
)

// Main reads one protocol.Request from stdin, resolves it with the service account
// token in getenv(protocol.TokenVariable), writes one protocol.Response to stdout
// and gives the exit code: 0 if an answer was written, also one that tells a
// failure, and 1 if none could be. It returns 1 early where ctx or stdin ends, for
// then nobody waits any more; work may go on in the background until the process
// ends, which the caller must see to. The SDK finds proxies and root certificates in
// the process's own environment.
func Main(ctx context.Context, stdin io.Reader, stdout io.Writer, getenv func(string) string) int {
	var req protocol.Request
	in := json.NewDecoder(stdin)
	if err := in.Decode(&req); err != nil {
		return answer(stdout, protocol.Response{Failure: protocol.BadRequest})
	}
	if req.Version != protocol.Version {
		return answer(stdout, protocol.Response{Failure: protocol.OtherVersion})
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		_, _ = io.Copy(io.Discard, io.MultiReader(in.Buffered(), stdin))
		cancel()
	}()
	done := make(chan protocol.Response, 1)
	go func() { done <- resolve(ctx, getenv(protocol.TokenVariable), req.References) }()
	select {
	case <-ctx.Done():
		return 1
	case resp := <-done:
		return answer(stdout, resp)
	}
}

func answer(stdout io.Writer, resp protocol.Response) int {
	resp.Version = protocol.Version
	if err := json.NewEncoder(stdout).Encode(resp); err != nil {
		return 1
	}
	return 0
}

// resolve signs in once and resolves refs.
func resolve(ctx context.Context, token string, refs []string) protocol.Response {
	if token == "" {
		return protocol.Response{Failure: protocol.NoToken}
	}
	client, err := onepassword.NewClient(ctx,
		onepassword.WithServiceAccountToken(token),
		onepassword.WithIntegrationInfo("keyform", "1"))
	if err != nil {
		return protocol.Response{Failure: reason(err)}
	}
	out := protocol.Response{Values: map[string]string{}, Problems: map[string]protocol.Reason{}}
	for _, stage := range [][]string{probes(refs), refs} {
		stage = open(stage, out)
		if len(stage) == 0 {
			continue
		}
		got, err := client.Secrets().ResolveAll(ctx, stage)
		if err != nil {
			return protocol.Response{Failure: reason(err)}
		}
		collect(stage, got, out)
	}
	out.Candidates = candidates(ctx, client, out.Problems)
	return out
}

// collect sorts the SDK's answers into values and problems.
func collect(refs []string, got onepassword.ResolveAllResponse, out protocol.Response) {
	for _, ref := range refs {
		switch r := got.IndividualResponses[ref]; {
		case r.Error != nil:
			out.Problems[ref] = protocol.Reason(r.Error.Type)
		case r.Content != nil:
			out.Values[ref] = r.Content.Secret
		default:
			out.Problems[ref] = protocol.Other
		}
	}
}
