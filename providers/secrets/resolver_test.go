package secrets_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyform/keyform/providers/secrets"
	"github.com/keyform/keyform/providers/secrets/onepassword/child"
	"github.com/keyform/keyform/providers/secrets/onepassword/onepasswordtest"
	"github.com/keyform/keyform/providers/secrets/source"
	"github.com/keyform/keyform/schema"
)

// TestMain makes this test binary the 1Password helper, as keyform is.
func TestMain(m *testing.M) {
	if slices.Equal(os.Args[1:], []string{"internal", "op-resolve"}) {
		os.Exit(child.Main(context.Background(), os.Stdin, os.Stdout, os.Getenv))
	}
	os.Exit(m.Run())
}

func ref(src string, args ...string) schema.Ref { return schema.Ref{Source: src, Args: args} }

func onepasswordRef(text, alias string) schema.Ref {
	return schema.Ref{Source: schema.SourceOnePassword, Args: []string{text}, Alias: alias}
}

func lookup(env map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) { v, ok := env[name]; return v, ok }
}

// noHelper are the seams of a run in which no helper may be started.
func noHelper(t *testing.T, env map[string]string) source.Seams {
	return source.Seams{LookupEnv: lookup(env), Executable: func() (string, error) {
		t.Error("a helper is started")
		return "", os.ErrNotExist
	}}
}

// kinds are the failures as "reference kind".
func kinds(failures []source.Failure) []string {
	var out []string
	for _, f := range failures {
		out = append(out, f.Ref.String()+" "+string(f.Kind))
	}
	return out
}

func TestResolveListsAllFailuresOnce(t *testing.T) {
	r := secrets.New(noHelper(t, map[string]string{"GOOD": "canary-1", "EMPTY": "", "BROKEN": "canary\n2"}), nil)
	good := ref("env", "GOOD")
	values, failures := r.Resolve(t.Context(), []schema.Ref{
		ref("env", "MISSING"), good, ref("env", "EMPTY"), good, ref("env", "MISSING"), ref("env", "BROKEN"),
		ref("keyring", "s", "u"), onepasswordRef("op://v/i", ""), onepasswordRef("op://v/i/f", "work"), onepasswordRef("op://v/i/f", ""),
	})
	want := []string{
		`env("MISSING") not-found`, `env("EMPTY") empty`, `env("BROKEN") malformed`,
		`keyring("s", "u") unsupported`, "op://v/i malformed", `onepassword("op://v/i/f", "work") malformed`, "op://v/i/f unauthenticated",
	}
	if diff := cmp.Diff(want, kinds(failures)); diff != "" {
		t.Error(diff)
	}
	if v, ok := values.Get(good); !ok || v.Reveal() != "canary-1" || len(values) != 1 {
		t.Errorf("%d values, good one there: %v", len(values), ok)
	}
	for _, f := range failures {
		if f.Message == "" || f.Advice == "" || !strings.Contains(f.Error(), f.Ref.String()) {
			t.Errorf("%#v says too little", f)
		}
	}
	if text := fmt.Sprintf("%v %+v %#v", values, failures, values); strings.Contains(text, "canary") {
		t.Error("a secret is in what is shown")
	}
}

func TestResolvedOnceForARun(t *testing.T) {
	env := map[string]string{"A": "first"}
	r := secrets.New(noHelper(t, env), nil)
	refs := []schema.Ref{ref("env", "A")}
	r.Resolve(t.Context(), refs)
	env["A"] = "second"
	values, _ := r.Resolve(t.Context(), refs)
	if v, _ := values.Get(refs[0]); v.Reveal() != "first" {
		t.Error("the second call asked again")
	}
	if cost := r.Cost(refs); len(cost) != 0 {
		t.Errorf("what is resolved costs %q", cost)
	}
}

func TestTokenOfASource(t *testing.T) {
	block := func(name string, token schema.Ref) schema.Source {
		return schema.Source{Type: schema.SourceOnePassword, Name: name, Token: &schema.Use{Ref: token}}
	}
	r := secrets.New(noHelper(t, map[string]string{"SHORT": "canary"}), []schema.Source{
		block("missing", ref("env", "MISSING")), block("short", ref("env", "SHORT")), block("chain", onepasswordRef("op://v/i/f", "short")),
	})
	_, failures := r.Resolve(t.Context(), []schema.Ref{
		onepasswordRef("op://v/i/f", "missing"), onepasswordRef("op://v/i/f", "short"), onepasswordRef("op://v/i/f", "chain"),
	})
	for i, want := range []string{"MISSING is not set", "is none", "another source's token"} {
		if f := failures[i]; f.Kind != source.Unauthenticated || !strings.Contains(f.Message, want) || strings.Contains(f.Error(), "canary") {
			t.Errorf("got %v, want a mention of %q", f.Error(), want)
		}
	}
}

// The standard input can be read once, also where it is a token and a secret.
func TestStdinTwice(t *testing.T) {
	seams := noHelper(t, nil)
	seams.Stdin = strings.NewReader("canary\n")
	r := secrets.New(seams, []schema.Source{{Type: schema.SourceOnePassword, Name: "default", Token: &schema.Use{Ref: ref("stdin")}}})
	values, failures := r.Resolve(t.Context(), []schema.Ref{onepasswordRef("op://v/i/f", ""), ref("stdin")})
	if diff := cmp.Diff([]string{"op://v/i/f unauthenticated"}, kinds(failures)); diff != "" {
		t.Error(diff)
	}
	if v, _ := values.Get(ref("stdin")); v.Reveal() != "canary" {
		t.Error("the secret is gone after the token was read")
	}
}

func TestCostAndStdin(t *testing.T) {
	r := secrets.New(source.Seams{}, []schema.Source{
		{Type: schema.SourceOnePassword, Name: "default", Token: &schema.Use{Ref: ref("stdin")}},
		{Type: schema.SourceOnePassword, Name: "work"},
	})
	op := []schema.Ref{onepasswordRef("op://v/i/f", "work"), onepasswordRef("op://v/i/g", "work"), onepasswordRef("op://v/i/f", "work")}
	all := append([]schema.Ref{ref("env", "A"), ref("secretfile", "/a"), ref("secretfile", "/b"), onepasswordRef("op://v/i/f", "")}, op...)
	want := []string{"1 reference from 1Password, one sign-in", "2 references from 1Password, one sign-in", "1 environment variable", "2 secret files", "the standard input"}
	if diff := cmp.Diff(want, r.Cost(all)); diff != "" {
		t.Error(diff)
	}
	if r.Cost(nil) != nil {
		t.Error("nothing costs something")
	}
	if !r.UsesStdin(all) || r.UsesStdin(op) || !r.UsesStdin([]schema.Ref{ref("stdin")}) {
		t.Error("UsesStdin is wrong")
	}
}

// TestOnePasswordThroughASource goes the whole way: the token from a systemd
// credential, the secrets from the unmodified SDK in a helper process.
func TestOnePasswordThroughASource(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a process that costs two seconds")
	}
	vault := onepasswordtest.Vault{Title: "ai"}
	var refs []schema.Ref
	for _, name := range []string{"anthropic", "openai", "openrouter"} {
		vault.Items = append(vault.Items, onepasswordtest.Item{Title: name, Fields: []onepasswordtest.Field{{ID: "credential", Value: "canary-" + name}}})
		refs = append(refs, onepasswordRef("op://ai/"+name+"/credential", ""))
	}
	vault.Items = append(vault.Items, onepasswordtest.Item{Title: "lines", Fields: []onepasswordtest.Field{{ID: "credential", Value: "canary\n"}}})
	refs = append(refs, onepasswordRef("op://ai/lines/credential", "default"))
	s := onepasswordtest.New(t, vault)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "op-token"), []byte(s.Token()+"\n"), 0o400); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"CREDENTIALS_DIRECTORY": dir}
	for _, line := range s.Env() {
		name, value, _ := strings.Cut(line, "=")
		env[name] = value
	}
	r := secrets.New(
		source.Seams{LookupEnv: lookup(env), Files: osFiles{}, Executable: os.Executable, Random: func() float64 { return 0 },
			Wait: func(context.Context, time.Duration) error { return nil }},
		[]schema.Source{{Type: schema.SourceOnePassword, Name: "default", Token: &schema.Use{Ref: ref("credential", "op-token")}}})
	values, failures := r.Resolve(t.Context(), append(refs, refs...))
	for i, want := range []string{"canary-anthropic", "canary-openai", "canary-openrouter"} {
		if v, _ := values.Get(refs[i]); v.Reveal() != want {
			t.Errorf("%s did not resolve", refs[i])
		}
	}
	// A line end is taken off files, not off what 1Password stores.
	if diff := cmp.Diff([]string{`onepassword("op://ai/lines/credential", "default") malformed`}, kinds(failures)); diff != "" {
		t.Error(diff)
	}
	signIns := 0
	for _, q := range s.Requests() {
		if strings.HasSuffix(q.Path, "/auth/start") {
			signIns++
		}
	}
	if signIns != 1 {
		t.Errorf("%d sign-ins, want 1", signIns)
	}
}
