// Package secrets turns references into secrets.
//
// A Resolver asks each source once for everything that a run needs, and checks
// what comes back: a credential is one line of text. Nothing is asked before
// Resolve is called, so a run that needs no secret starts nothing and opens nothing.
//
// To add a source: one file (or a package) with its constructor and an implementation of
// source.Source, and one line in registry.
package secrets

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/keyform/keyform/providers/secrets/secret"
	"github.com/keyform/keyform/providers/secrets/source"
	"github.com/keyform/keyform/schema"
)

// defaultAlias is the name of the source block that references without an alias
// are asked through, where it is declared.
const defaultAlias = "default"

// Values are resolved secrets by the Key of their reference. The nil Values is
// valid and empty.
type Values map[string]secret.Value

// Get gives the secret behind ref. ok is false where it was not resolved.
func (v Values) Get(ref schema.Ref) (value secret.Value, ok bool) {
	value, ok = v[ref.Key()]
	return value, ok
}

// Resolver resolves the references of one run. What was resolved once is kept
// until the Resolver is dropped, so a plan and the apply after it see one value and
// ask once. A Resolver is safe for concurrent use; calls run one after another.
type Resolver struct {
	seams  source.Seams
	blocks []schema.Source

	mu       sync.Mutex
	resolved Values
}

// New makes a Resolver and asks nobody. blocks are the source blocks of the
// configuration, at most one of a type and name.
func New(seams source.Seams, blocks []schema.Source) *Resolver {
	return &Resolver{seams: seams, blocks: blocks, resolved: Values{}}
}

// Resolve gives the secrets behind refs, which may repeat. Each source gets all its
// references in one request for each of its accounts. Where some fail, the others
// are there all the same, and failures has every one that failed, once each, in the
// order of refs.
func (r *Resolver) Resolve(ctx context.Context, refs []schema.Ref) (values Values, failures []source.Failure) {
	r.mu.Lock()
	defer r.mu.Unlock()
	failed := r.fetch(ctx, refs, true)
	values = Values{}
	for _, ref := range refs {
		key := ref.Key()
		if f, ok := failed[key]; ok {
			failures = append(failures, *f)
			delete(failed, key)
		} else if v, ok := r.resolved[key]; ok {
			values[key] = v
		}
	}
	return values, failures
}

// UsesStdin reports whether resolving refs reads the standard input, which a
// prompt then cannot.
func (r *Resolver) UsesStdin(refs []schema.Ref) bool {
	return slices.ContainsFunc(refs, func(ref schema.Ref) bool {
		block := r.block(ref)
		return ref.Source == schema.SourceStdin ||
			block != nil && block.Token != nil && block.Token.Ref.Source == schema.SourceStdin
	})
}

// Cost says what resolving refs needs, one phrase for each source and account, in
// the order of the registry: "3 references from 1Password, one sign-in". What is
// resolved already costs nothing.
func (r *Resolver) Cost(refs []schema.Ref) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	batches := r.batches(append(tokenRefs(r.batches(refs)), refs...))
	var out []string
	for _, e := range registry() {
		for _, b := range batches {
			if b.source == e.constructor.Name {
				out = append(out, e.make(r.seams).Cost(len(b.refs)))
			}
		}
	}
	return out
}

// fetch resolves what is not resolved yet and gives the failures by key. Tokens of
// sources are fetched first; a source whose token needs a token itself is refused.
func (r *Resolver) fetch(ctx context.Context, refs []schema.Ref, tokens bool) map[string]*source.Failure {
	failed := map[string]*source.Failure{}
	var tokenFailures map[string]*source.Failure
	if tokens {
		tokenFailures = r.fetch(ctx, tokenRefs(r.batches(refs)), false)
	}
	for _, b := range r.batches(refs) {
		for i, res := range r.fetchBatch(ctx, b, tokens, tokenFailures) {
			if res.Failure == nil {
				res.Failure = checkValue(b.refs[i], res.Value)
			}
			if res.Failure != nil {
				failed[b.refs[i].Key()] = res.Failure
				continue
			}
			r.resolved[b.refs[i].Key()] = res.Value
		}
	}
	return failed
}

func (r *Resolver) fetchBatch(ctx context.Context, b batch, tokens bool, tokenFailures map[string]*source.Failure) []source.Result {
	all := func(kind source.Kind, message, advice string) []source.Result {
		out := make([]source.Result, 0, len(b.refs))
		for _, ref := range b.refs {
			out = append(out, source.Failed(ref, kind, message, advice))
		}
		return out
	}
	src := lookup(b.source, r.seams)
	if src == nil {
		return all(source.Unsupported, fmt.Sprintf("This keyform knows no source of secrets named %q.", b.source), "Use a newer keyform, or another source.")
	}
	req := source.Request{Refs: b.refs, Block: b.block}
	if b.alias != "" && b.block == nil {
		return all(source.Malformed, fmt.Sprintf("No block source %q %q is declared.", b.source, b.alias), "Declare it, or leave the name out of the reference.")
	}
	if b.block != nil && b.block.Token != nil {
		ref := b.block.Token.Ref
		name := fmt.Sprintf("source %q %q", b.block.Type, b.block.Name)
		if !tokens {
			return all(source.Unsupported, "The token of "+name+" would have to be fetched to fetch another source's token.", "Give the token from env, secretfile, credential or stdin.")
		}
		if f := tokenFailures[ref.Key()]; f != nil {
			return all(source.Unauthenticated, "The token of "+name+" could not be had from "+ref.String()+": "+f.Message, f.Advice)
		}
		req.Token = r.resolved[ref.Key()]
	}
	return src.Fetch(ctx, req)
}
