package schema

import (
	"testing"

	"github.com/zclconf/go-cty/cty"
)

func TestRefString(t *testing.T) {
	cases := map[string]Ref{
		"":                               {},
		"op://Vault/item/field":          {Source: SourceOnePassword, Args: []string{"op://Vault/item/field"}},
		`onepassword("op://v/i/f", "w")`: {Source: SourceOnePassword, Args: []string{"op://v/i/f"}, Alias: "w"},
		`env("NAME")`:                    {Source: SourceEnv, Args: []string{"NAME"}},
		`secretfile("/a \"b\"")`:         {Source: SourceFile, Args: []string{`/a "b"`}},
		`credential("x")`:                {Source: SourceCredential, Args: []string{"x"}},
		`stdin()`:                        {Source: SourceStdin},
	}
	for want, r := range cases {
		if got := r.String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// TestRefKey checks that references that differ in anything have different keys.
func TestRefKey(t *testing.T) {
	refs := []Ref{
		{Source: "env", Args: []string{"A"}},
		{Source: "env", Args: []string{"A", "B"}},
		{Source: "env", Args: []string{"A,\"B\""}},
		{Source: "env", Args: []string{"A"}, Alias: "B"},
		{Source: "env", Alias: "A"},
		{Source: "env"},
		{Source: "envA"},
		{Source: "env", Args: []string{""}},
	}
	seen := map[string]Ref{}
	for _, r := range refs {
		if other, again := seen[r.Key()]; again {
			t.Errorf("%+v and %+v have the key %s", r, other, r.Key())
		}
		seen[r.Key()] = r
	}
}

func TestRefTypeEquality(t *testing.T) {
	a := refVal(refValue{ref: Ref{Source: "env", Args: []string{"A"}}, secret: "s"})
	same := refVal(refValue{ref: Ref{Source: "env", Args: []string{"A"}}, disabled: true})
	other := refVal(refValue{ref: Ref{Source: "env", Args: []string{"B"}}})
	if !a.RawEquals(same) || !a.Equals(same).True() || a.Hash() != same.Hash() {
		t.Error("the same reference is not equal to itself")
	}
	if a.RawEquals(other) || a.Equals(other).True() {
		t.Error("different references are equal")
	}
	if n := cty.SetVal([]cty.Value{a, same, other}).LengthInt(); n != 2 {
		t.Errorf("a set of two references has %d elements", n)
	}
}
