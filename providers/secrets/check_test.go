package secrets_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/keyform/keyform/providers/secrets"
	"github.com/keyform/keyform/providers/secrets/secret"
	"github.com/keyform/keyform/providers/secrets/source"
	"github.com/keyform/keyform/schema"
)

// Whatever the source, a credential is one line of text. env hands its value on
// untouched, so it shows what the resolver itself refuses.
func TestValues(t *testing.T) {
	for value, want := range map[string]string{
		"canary":                               "canary",
		" canary ":                             " canary ",
		"canary \u00e9":                        "canary \u00e9",
		strings.Repeat("x", source.MaxBytes):   strings.Repeat("x", source.MaxBytes),
		strings.Repeat("x", 1+source.MaxBytes): "!malformed",
		"canary\n":                             "!malformed",
		"canary\r":                             "!malformed",
		"canary\r\nX-Evil: 1":                  "!malformed",
		"canary\x00":                           "!malformed",
		"\ufeffcanary":                         "!malformed",
		"\xff\xfec\x00a\x00":                   "!malformed",
		"canary\xff":                           "!malformed",
		"":                                     "!empty",
	} {
		seams := source.Seams{LookupEnv: lookup(map[string]string{"V": value})}
		if got := one(t, seams, ref("env", "V")); got != want {
			t.Errorf("%.20q: got %.20q, want %.20q", value, got, want)
		}
	}
}

func TestCheck(t *testing.T) {
	value := secret.FromString("sk-ant-canary")
	pattern := regexp.MustCompile(`^sk-ant-`)
	for _, x := range []struct {
		block schema.Secret
		want  string
	}{
		{schema.Secret{}, ""},
		{schema.Secret{Pattern: pattern, MinLength: 13}, ""},
		{schema.Secret{MinLength: 14}, "shorter than min_length"},
		{schema.Secret{Pattern: regexp.MustCompile(`^sk-proj-`)}, "does not match its pattern"},
	} {
		x.block.Name = `team["red"]`
		err := secrets.Check(value, x.block)
		if x.want == "" && err != nil {
			t.Error(err)
		}
		if x.want == "" {
			continue
		}
		if err == nil || !strings.Contains(err.Error(), `secret.team["red"]`) || !strings.Contains(err.Error(), x.want) {
			t.Errorf("got %v, want a mention of %q", err, x.want)
		} else if text := err.Error(); strings.Contains(text, "canary") || strings.Contains(text, "13") || strings.Contains(text, "14") {
			t.Errorf("the error tells of the value: %s", text)
		}
	}
	if secrets.Check(secret.Value{}, schema.Secret{}) == nil {
		t.Error("no value passes")
	}
}

func TestCheckAll(t *testing.T) {
	r := secrets.New(source.Seams{LookupEnv: lookup(map[string]string{"A": "canary", "B": "canary"})}, nil)
	values, _ := r.Resolve(t.Context(), []schema.Ref{ref("env", "A"), ref("env", "B")})
	failures := secrets.CheckAll(values, []schema.Secret{
		{Name: "a", From: ref("env", "A"), MinLength: 100},
		{Name: "fine", From: ref("env", "A"), MinLength: 1},
		{Name: "b", From: ref("env", "B"), Pattern: regexp.MustCompile("^x")},
		{Name: "unused", From: ref("env", "C"), MinLength: 100},
	})
	if len(failures) != 2 || !strings.Contains(failures[0].Message, "secret.a ") || !strings.Contains(failures[1].Message, "secret.b ") {
		t.Errorf("got %v", failures)
	}
}
