package schema

import (
	"reflect"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// The constructors of references, by the name of the source that they ask.
const (
	SourceOnePassword = "onepassword"
	SourceEnv         = "env"
	SourceFile        = "secretfile"
	SourceCredential  = "credential"
	SourceStdin       = "stdin"
)

// SourceClaudeCode is the source of what import = "claude_code" copies. No
// constructor makes a reference to it: only plans hold one, whose argument is the path
// of Claude Code's file.
const SourceClaudeCode = ImportClaudeCode

// SourceLegacy is the source of what a migration imports: an entry of a file of an
// earlier form of the stores. Its arguments are the file and the profile's id; only plans
// hold such a reference.
const SourceLegacy = "legacy"

// String is the reference as a user reads it: `op://Vault/item/field` for 1Password,
// else the call that makes it, such as `env("NAME")` or `stdin()`. A reference that
// goes through a named source is always the call, so that the name is seen. The zero
// Ref gives "".
func (r Ref) String() string {
	if r.Source == SourceOnePassword && r.Alias == "" && len(r.Args) == 1 {
		return r.Args[0]
	}
	if r.Source == "" {
		return ""
	}
	args := make([]string, 0, len(r.Args)+1)
	for _, a := range r.Args {
		args = append(args, strconv.Quote(a))
	}
	if r.Alias != "" {
		args = append(args, strconv.Quote(r.Alias))
	}
	return r.Source + "(" + strings.Join(args, ", ") + ")"
}

// Key is one text for every reference and one reference for every text: source,
// alias and arguments, each quoted. It is for maps and for comparison, not for
// people.
func (r Ref) Key() string {
	var b strings.Builder
	b.WriteString(r.Source)
	b.WriteByte('@')
	b.WriteString(strconv.Quote(r.Alias))
	for _, a := range r.Args {
		b.WriteByte(',')
		b.WriteString(strconv.Quote(a))
	}
	return b.String()
}

// refValue is what the capsule type holds: a reference, and how the expression came
// to it. Only the reference counts in comparisons.
type refValue struct {
	ref Ref
	// secret names the secret block that was asked, or is "".
	secret string
	// disabled tells that this block has enabled = false.
	disabled bool
}

// refType is the one opaque type of secret references.
var refType = cty.CapsuleWithOps("secret reference", reflect.TypeFor[refValue](), &cty.CapsuleOps{
	GoString:     func(v any) string { return v.(*refValue).ref.String() },
	TypeGoString: func(reflect.Type) string { return "schema.refType" },
	Equals:       func(a, b any) cty.Value { return cty.BoolVal(sameRef(a, b)) },
	RawEquals:    sameRef,
	HashKey:      func(v any) string { return v.(*refValue).ref.Key() },
})

func sameRef(a, b any) bool { return a.(*refValue).ref.Key() == b.(*refValue).ref.Key() }

func refVal(v refValue) cty.Value { return cty.CapsuleVal(refType, &v) }

// asRef gives the reference in v; ok is false for every other value, null included.
func asRef(v cty.Value) (refValue, bool) {
	if v.Type() != refType || v.IsNull() || !v.IsKnown() {
		return refValue{}, false
	}
	return *v.EncapsulatedValue().(*refValue), true
}

// holdsRef reports whether a value of this type can hold a reference at any depth.
func holdsRef(ty cty.Type) bool {
	switch {
	case ty == refType:
		return true
	case ty.IsCollectionType():
		return holdsRef(ty.ElementType())
	case ty.IsTupleType():
		for _, e := range ty.TupleElementTypes() {
			if holdsRef(e) {
				return true
			}
		}
	case ty.IsObjectType():
		for _, a := range ty.AttributeTypes() {
			if holdsRef(a) {
				return true
			}
		}
	}
	return false
}
