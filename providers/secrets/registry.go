package secrets

import (
	"github.com/keyform/keyform/providers/secrets/onepassword"
	"github.com/keyform/keyform/providers/secrets/source"
	"github.com/keyform/keyform/schema"
)

// entry is one source under the name of its constructor in the language.
type entry struct {
	name string
	make func(source.Seams) source.Source
}

// registry lists the sources in the order in which costs are told.
func registry() []entry {
	return []entry{
		{schema.SourceOnePassword, onepassword.New},
		{schema.SourceEnv, newEnv},
		{schema.SourceFile, newSecretFile},
		{schema.SourceCredential, newCredential},
		{schema.SourceStdin, newStdin},
		{schema.SourceClaudeCode, newClaudeCode},
	}
}

// lookup gives the source of a name, or nil.
func lookup(name string, seams source.Seams) source.Source {
	for _, e := range registry() {
		if e.name == name {
			return e.make(seams)
		}
	}
	return nil
}
