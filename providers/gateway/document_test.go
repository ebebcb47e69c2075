package gateway_test

import (
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/claudecode"
	"github.com/keyform/keyform/providers/gateway"
	"github.com/keyform/keyform/providers/secrets/secret"
	"github.com/keyform/keyform/schema"
)

var update = flag.Bool("update", false, "write the golden files")

// vault gives env("X") the value FAKE-X, and a login of Claude Code to what refers to it:
// with a refresh token where the path ends in "oauth". Files of an earlier form have an
// API key, or one error, under every id.
func vault(u *plan.SecretUse) (secret.Value, error) {
	if u.Ref.Source == schema.SourceClaudeCode {
		login := claudecode.Copy{Access: secret.FromString("FAKE-claude-access"), Expires: 1802943106079.25}
		if strings.HasSuffix(u.Ref.Args[0], "oauth") {
			login.Refresh = secret.FromString("FAKE-claude-refresh")
		}
		return login.Pack()
	}
	if u.Ref.Source == schema.SourceLegacy {
		if u.Ref.Args[1] == plan.LegacyStats {
			return secret.FromString(`{"errorCount":1}`), nil
		}
		return secret.FromString(`{"type":"api_key","provider":"p","key":"FAKE-legacy"}`), nil
	}
	return secret.FromString("FAKE-" + u.Ref.Args[0]), nil
}

// rulesOf are the rules of a release, by "dir" or "file" lock: of before and after
// the time of references.
func rulesOf(references bool) plan.Rules {
	return plan.Rules{Generation: "json", MainAgent: "main", References: references}
}

// Each file of testdata/edit holds a store before, the ops, and the store after.
// "before" may be missing: then so is the file. The first line of the comment names
// the kind of store and, after a blank, "references" or a path to the auth object.
func TestEdits(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "edit", "*.txtar"))
	if err != nil || len(files) < 20 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { testEdit(t, file) })
	}
}

func testEdit(t *testing.T, file string) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string][]byte{}
	for _, f := range archive.Files {
		parts[f.Name] = f.Data
	}
	head := strings.Fields(strings.SplitN(string(archive.Comment), "\n", 2)[0])
	ref := plan.StoreRef{Kind: plan.StoreKind(head[0]), AuthPath: []string{"auth"}}
	if len(head) > 1 && head[1] == "root" {
		ref.AuthPath = nil
	}
	rules := rulesOf(len(head) > 1 && head[1] == "references")
	var ops plan.Ops
	if err := json.Unmarshal(parts["ops"], &ops); err != nil {
		t.Fatal(err)
	}
	got := edit(t, ref, rules, parts["before"], ops)
	if *update {
		archive.Files = append(archive.Files[:0:0], archive.Files...)
		kept := archive.Files[:0]
		for _, f := range archive.Files {
			if f.Name != "after" {
				kept = append(kept, f)
			}
		}
		archive.Files = append(kept, txtar.File{Name: "after", Data: got})
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(parts["after"]), string(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	// The same ops once more find everything done.
	if again := edit(t, ref, rules, got, ops); string(again) != string(got) {
		t.Errorf("a second time changes it: %s", cmp.Diff(string(got), string(again)))
	}
}

// edit carries ops out and checks that the document's items are those of its bytes.
func edit(t *testing.T, ref plan.StoreRef, rules plan.Rules, before []byte, ops plan.Ops) []byte {
	t.Helper()
	doc, err := gateway.OpenDocument(ref, rules, gateway.Content{Store: before})
	if err != nil {
		t.Fatal(err)
	}
	if got := doc.Content().Store; string(got) != string(before) || (got == nil) != (before == nil) {
		t.Fatal("opening a document changes it")
	}
	for _, op := range ops {
		if err := doc.Do(op, vault); err != nil {
			t.Fatalf("%T: %v", op, err)
		}
	}
	again, err := gateway.OpenDocument(ref, rules, gateway.Content{Store: doc.Content().Store})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(doc.Items("g", planKey), again.Items("g", planKey)); diff != "" {
		t.Fatalf("items of the edited and the re-read document differ:\n%s", diff)
	}
	return doc.Content().Store
}

func TestDocumentErrors(t *testing.T) {
	auth, conf, env := plan.StoreRef{Kind: plan.AuthStore}, plan.StoreRef{Kind: plan.ConfigStore, AuthPath: []string{"auth"}}, plan.StoreRef{Kind: plan.EnvStore}
	put := plan.PutProfile{ID: "a:b", Provider: "a", Kind: "api_key"}
	for _, test := range []struct {
		name string
		ref  plan.StoreRef
		raw  string
		op   plan.Op
		want string
	}{
		{"listing in a store", auth, "{}", plan.PutListing{}, "not an edit of a credential store"},
		{"profile in a configuration", conf, "{}", put, "not an edit of a configuration"},
		{"profile in .env", env, "", put, "not an edit of an environment file"},
		{"kept secret of a profile that is gone", auth, `{"profiles":{}}`, plan.PutProfile{ID: "a:b", Kind: "token", KeepSecret: true}, `"a:b" is gone`},
		{"login", auth, "{}", plan.PutProfile{ID: "a:b", Kind: "oauth"}, "never written"},
		{"import of what is no login", auth, "{}", plan.ImportLogin{ID: "a:b", Kind: "oauth", Secret: plan.SecretUse{Ref: schema.Ref{Source: "env", Args: []string{"X"}}}}, "not a login of Claude Code"},
		{"import of another kind", auth, "{}", plan.ImportLogin{ID: "a:b", Kind: "token", Secret: plan.SecretUse{Ref: schema.Ref{Source: "claude_code", Args: []string{"oauth"}}}}, "make a new plan"},
		{"auth is text", conf, `{auth: "sk-ant-FAKE"}`, plan.PutListing{ID: "a:b"}, "line 1, column 8"},
		{"auth is included", conf, `{auth: {order: {$include: "x"}}}`, plan.DropListing{ID: "a:b"}, "several files"},
		{"name", env, "", plan.SetVar{Name: "no name", Literal: "x"}, "not a name"},
		{"NUL", env, "", plan.SetVar{Name: "X", Literal: "sk-ant-FAKE\x00"}, "no quoting"},
	} {
		doc, err := gateway.OpenDocument(test.ref, rulesOf(true), gateway.Content{Store: []byte(test.raw)})
		if err == nil {
			err = doc.Do(test.op, vault)
		}
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "FAKE") {
			t.Errorf("%s: got %v, want a mention of %q", test.name, err, test.want)
		}
	}
	unresolved := errors.New("not resolved")
	doc, err := gateway.OpenDocument(auth, rulesOf(true), gateway.Content{})
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Do(put, func(*plan.SecretUse) (secret.Value, error) { return secret.Value{}, unresolved }); !errors.Is(err, unresolved) {
		t.Errorf("got %v", err)
	}
	if _, err := gateway.OpenDocument(auth, plan.Rules{Generation: "sqlite"}, gateway.Content{}); err == nil {
		t.Error("a store of another generation was opened")
	}
}
