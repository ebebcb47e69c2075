package secrets

import (
	"github.com/keyform/keyform/providers/secrets/onepassword"
	"github.com/keyform/keyform/providers/secrets/source"
	"github.com/keyform/keyform/schema"
)

// entry is one source: the function of the language that makes its references, and
// what resolves them.
type entry struct {
	constructor schema.Constructor
	make        func(source.Seams) source.Source
}

// own is a source whose constructor is the language's own, or that has none.
func own(name string, make func(source.Seams) source.Source) entry {
	for _, c := range schema.Constructors() {
		if c.Name == name {
			return entry{c, make}
		}
	}
	return entry{schema.Constructor{Name: name}, make}
}

// registry lists the sources in the order in which messages name them and costs are
// told. A source that is added here brings its constructor along.
func registry() []entry {
	return []entry{
		own(schema.SourceOnePassword, onepassword.New),
		own(schema.SourceEnv, newEnv),
		own(schema.SourceFile, newSecretFile),
		own(schema.SourceCredential, newCredential),
		own(schema.SourceStdin, newStdin),
		own(schema.SourceClaudeCode, newClaudeCode),
		own(schema.SourceLegacy, newLegacy),
	}
}

// Constructors are the functions of the language that make references to the sources.
func Constructors() []schema.Constructor {
	var out []schema.Constructor
	for _, e := range registry() {
		if e.constructor.Example != "" {
			out = append(out, e.constructor)
		}
	}
	return out
}

// lookup gives the source of a name, or nil.
func lookup(name string, seams source.Seams) source.Source {
	for _, e := range registry() {
		if e.constructor.Name == name {
			return e.make(seams)
		}
	}
	return nil
}
