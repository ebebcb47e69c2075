package gateway_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/gateway"
	"github.com/keyform/keyform/schema"
)

// seed adds the stores of the golden files of one kind.
func seed(f *testing.F, kind string) {
	f.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "edit", kind+"-*.txtar"))
	if err != nil || len(files) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, part := range archive.Files {
			if part.Name != "ops" {
				f.Add(string(part.Data), "a:x")
			}
		}
	}
	f.Add("", "a:x")
	f.Add("{", "")
	f.Add(`{"profiles":{"":{}},"usageStats":{"":1},"lastGood":{"a":""}}`, "")
}

// quotes reports whether an error holds a word of the file that is long enough to be
// a secret.
func quotes(err error, raw string) bool {
	for _, word := range strings.FieldsFunc(raw, func(r rune) bool { return strings.ContainsRune("{}[]\",: \n\t", r) }) {
		if len(word) > 12 && !strings.Contains("profiles usageStats $include", word) && strings.Contains(err.Error(), word) {
			return true
		}
	}
	return false
}

// fuzzOps are edits of every kind for an id.
func fuzzOps(id string, config bool) plan.Ops {
	use := plan.SecretUse{Ref: schema.Ref{Source: "env", Args: []string{"NEW"}}}
	login := plan.SecretUse{Ref: schema.Ref{Source: schema.SourceClaudeCode, Args: []string{"oauth"}}}
	expires := int64(1826704219342)
	if config {
		return plan.Ops{
			plan.PutListing{ID: id, Provider: "p", Mode: "token", Email: "e"}, plan.SetOrder{Provider: "p", IDs: []string{id, "b"}},
			plan.PutListing{ID: "second", Provider: "p", Mode: "oauth"}, plan.DropListing{ID: id}, plan.DropOrder{Provider: "p"},
		}
	}
	return plan.Ops{
		plan.PutProfile{ID: id, Provider: "p", Kind: "api_key", Secret: use}, plan.SetOrder{Provider: "p", IDs: []string{id, "b"}},
		plan.PutProfile{ID: id, Provider: "p", Kind: "token", Secret: use, Expires: &expires},
		plan.ImportLogin{ID: id, Kind: "oauth", Secret: login}, plan.ImportLogin{ID: "second", Kind: "oauth", Secret: login},
		plan.PutProfile{ID: "second", Provider: "p", Kind: "token", Secret: use}, plan.DropProfile{ID: id}, plan.DropOrder{Provider: "p"},
	}
}

// importOps are the edits of an import from files of an earlier form.
func importOps(id string) plan.Ops {
	use := func(list string) plan.SecretUse {
		return plan.SecretUse{Ref: schema.Ref{Source: schema.SourceLegacy, Args: []string{"/f", list, id}}}
	}
	return plan.Ops{
		plan.ImportUsage{ID: id, Secret: use(plan.LegacyStats)}, plan.SetLastGood{Provider: "p", ID: id},
		plan.ImportEntry{ID: id, Provider: "p", Kind: "api_key", Secret: use(plan.LegacyProfiles)},
	}
}

// try opens a document, and edits it op by op. After each of them the bytes must
// say what the document says, and the op must have had its effect and no other.
func try(t *testing.T, ref plan.StoreRef, raw, id string) {
	doc, err := gateway.OpenDocument(ref, rulesOf(true), gateway.Content{Store: []byte(raw)})
	if err != nil {
		if quotes(err, raw) {
			t.Fatalf("the error quotes the file: %v", err)
		}
		return
	}
	if !bytes.Equal(doc.Content().Store, []byte(raw)) {
		t.Fatal("opening changes the file")
	}
	for _, op := range fuzzOps(id, ref.Kind == plan.ConfigStore) {
		before := doc.Items("g", planKey)
		if err := doc.Do(op, vault); err != nil {
			return // such as a depth or a type that does not allow it
		}
		again, err := gateway.OpenDocument(ref, rulesOf(true), gateway.Content{Store: doc.Content().Store})
		if err != nil {
			t.Fatalf("%T makes what cannot be read: %v", op, err)
		}
		after := again.Items("g", planKey)
		if diff := cmp.Diff(doc.Items("g", planKey), after); diff != "" {
			t.Fatalf("%T: document and bytes differ: %s", op, diff)
		}
		for name := range unlike(before, after) {
			if !strings.HasSuffix(name, " "+named(op)) {
				t.Fatalf("%T of %q changed %q", op, named(op), name)
			}
		}
	}
}

// unlike are the names that differ.
func unlike(a, b plan.Items) map[string]bool {
	out := map[string]bool{}
	for name := range a {
		out[name] = a[name] != b[name]
	}
	for name := range b {
		out[name] = a[name] != b[name]
	}
	for name, differs := range out {
		if !differs {
			delete(out, name)
		}
	}
	return out
}

func named(op plan.Op) string {
	switch op := op.(type) {
	case plan.PutProfile:
		return op.ID
	case plan.ImportLogin:
		return op.ID
	case plan.ImportEntry:
		return op.ID
	case plan.ImportUsage:
		return op.ID
	case plan.SetLastGood:
		return op.Provider
	case plan.DropProfile:
		return op.ID
	case plan.PutListing:
		return op.ID
	case plan.DropListing:
		return op.ID
	case plan.SetOrder:
		return op.Provider
	case plan.DropOrder:
		return op.Provider
	}
	return ""
}

func FuzzAuthDocument(f *testing.F) {
	seed(f, "auth")
	f.Fuzz(func(t *testing.T, raw, id string) { try(t, plan.StoreRef{Kind: plan.AuthStore}, raw, id) })
}

func FuzzConfigDocument(f *testing.F) {
	seed(f, "config")
	f.Fuzz(func(t *testing.T, raw, id string) {
		try(t, plan.StoreRef{Kind: plan.ConfigStore, AuthPath: []string{"auth"}}, raw, id)
	})
}

// FuzzReadConfig reads configurations and what they include.
func FuzzReadConfig(f *testing.F) {
	f.Add(`{$include: "a.json5", auth: {}}`, `{auth: {order: {}}}`)
	f.Add(`{auth: {$include: ["a.json5"]}}`, `{profiles: {"a:b": {}}}`)
	f.Add(`{agents: {list: [{id: "x"}, 7, {$include: "a.json5"}]}}`, `{id: "y", agentDir: "~"}`)
	f.Add(`[]`, ``)
	f.Fuzz(func(t *testing.T, config, included string) {
		s := newSandbox(t)
		s.write(".openclaw/openclaw.json", config)
		s.write(".openclaw/a.json5", included)
		live, diags := gateway.Read(t.Context(), s.host, []schema.Gateway{openclaw("2026.2.26")}, planKey)
		if diags.HasErrors() {
			return
		}
		c := live.Gateways[0].Config
		if c.Refusal != "" {
			return
		}
		if _, err := os.Stat(c.Path); err != nil {
			t.Fatal(err)
		}
		agrees(t, c)
	})
}
