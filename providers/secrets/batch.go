package secrets

import "github.com/keyform/keyform/schema"

// batch is what one source is asked for through one account.
type batch struct {
	source, alias string
	block         *schema.Source
	refs          []schema.Ref
}

// batches sorts what is not resolved yet by source and account, both in the order
// in which refs name them, and drops repetitions.
func (r *Resolver) batches(refs []schema.Ref) []batch {
	var out []batch
	index := map[[2]string]int{}
	seen := map[string]bool{}
	for _, ref := range refs {
		key := ref.Key()
		if _, done := r.resolved[key]; done || seen[key] {
			continue
		}
		seen[key] = true
		block := r.block(ref)
		account := [2]string{ref.Source, ref.Alias}
		if block != nil {
			account[1] = block.Name
		}
		i, ok := index[account]
		if !ok {
			i = len(out)
			index[account] = i
			out = append(out, batch{source: ref.Source, alias: account[1], block: block})
		}
		out[i].refs = append(out[i].refs, ref)
	}
	return out
}

// block finds the source block that a reference is asked through, or nil.
func (r *Resolver) block(ref schema.Ref) *schema.Source {
	name := ref.Alias
	if name == "" {
		name = defaultAlias
	}
	for i, b := range r.blocks {
		if b.Type == ref.Source && b.Name == name {
			return &r.blocks[i]
		}
	}
	return nil
}

// tokenRefs are the references to the tokens that batches need.
func tokenRefs(batches []batch) []schema.Ref {
	var out []schema.Ref
	for _, b := range batches {
		if b.block != nil && b.block.Token != nil {
			out = append(out, b.block.Token.Ref)
		}
	}
	return out
}
