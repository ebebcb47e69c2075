package gateway_test

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/gateway"
)

// cellRules are of a release that keeps a store in two cells.
func cellRules() plan.Rules {
	return plan.Rules{Generation: "shared-sqlite", References: true, OrderNeedsStore: true}
}

// seedCells adds stores of the golden files, each one as the one cell and as the other.
func seedCells(f *testing.F) {
	f.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "edit", "auth-*.txtar"))
	if err != nil || len(files) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	const state = `{"version":1,"order":{"p":["a:x","b"],"q":[]},"lastGood":{"p":"a:x","q":"b"},"usageStats":{"a:x":{"errorCount":1},"b":{}},"more":[1e400]}`
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, part := range archive.Files {
			if part.Name == "before" {
				f.Add(part.Data, []byte(state), "a:x")
				f.Add(part.Data, part.Data, "anthropic:default")
			}
		}
	}
	f.Add([]byte(`{"version":1,"profiles":{}}`), []byte(`{"version":1}`), "")
	f.Add([]byte(`{"profiles":{"a:x":7},"order":{"p":["b"]}}`), []byte(`{"order":{"p":["c"]}}`), "a:x")
	f.Add([]byte(`{"profiles":[]}`), []byte("\x00\xff"), "a:x")
	f.Add([]byte{}, []byte(`{"usageStats":{"a:x":{}}}`), "a:x")
}

// FuzzCells edits stores of two cells with anything in them. No bytes are a cell that is
// not there.
func FuzzCells(f *testing.F) {
	seedCells(f)
	f.Fuzz(func(t *testing.T, store, state []byte, id string) {
		if !utf8.ValidString(id) {
			return // no id is: they are read as JSON or HCL
		}
		c := gateway.Content{}
		if len(store) > 0 {
			c.Store = store
		}
		if len(state) > 0 {
			c.State = state
		}
		tryCells(t, c, id)
	})
}

func openCells(t *testing.T, c gateway.Content) gateway.Document {
	t.Helper()
	doc, err := gateway.OpenDocument(plan.StoreRef{Kind: plan.AuthStore}, cellRules(), c)
	if err != nil {
		if quotes(err, string(c.Store)) || quotes(err, string(c.State)) {
			t.Fatalf("the error quotes a cell: %v", err)
		}
		return nil
	}
	if !doc.Content().Equal(c) {
		t.Fatal("opening changes a cell")
	}
	return doc
}

func tryCells(t *testing.T, c gateway.Content, id string) {
	doc := openCells(t, c)
	if doc == nil {
		return
	}
	for _, op := range append(importOps(id), fuzzOps(id, false)...) {
		was := doc.Content()
		if err := doc.Do(op, vault); err != nil {
			return // such as a depth or a type that does not allow it
		}
		now := doc.Content()
		if diff := cmp.Diff(unmanaged(t, was, op), unmanaged(t, now, op)); diff != "" {
			t.Fatalf("%T of %q changes what is not its own: %s", op, named(op), diff)
		}
		again := openCells(t, now)
		if again == nil {
			t.Fatalf("%T makes what cannot be read", op)
		}
		if err := again.Do(op, vault); err != nil || !again.Content().Equal(now) {
			t.Fatalf("%T of %q, done already, changes a cell again (error %v)", op, named(op), err)
		}
	}
}

// unmanaged is what a store says beside the object that an op is about, as JSON of both
// cells. What is empty counts as not there: edits make and remove what they need.
func unmanaged(t *testing.T, c gateway.Content, op plan.Op) string {
	t.Helper()
	var out strings.Builder
	for _, cell := range [][]byte{c.Store, c.State} {
		root := map[string]any{}
		dec := json.NewDecoder(bytes.NewReader(cell))
		dec.UseNumber()
		if len(cell) > 0 {
			if err := dec.Decode(&root); err != nil {
				t.Fatal(err)
			}
		}
		delete(root, "version")
		subject := named(op)
		for _, key := range []string{"profiles", "usageStats", "lastGood", "order"} {
			object, _ := root[key].(map[string]any)
			for name, v := range object {
				if s, _ := v.(string); name == subject || key == "lastGood" && s == subject {
					delete(object, name)
				}
			}
			if len(object) == 0 {
				delete(root, key)
			}
		}
		text, err := json.Marshal(root)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(append(text, '\n'))
	}
	return out.String()
}
