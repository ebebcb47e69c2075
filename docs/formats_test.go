package docs_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/keyform/keyform/apply"
	"github.com/keyform/keyform/examples/sandbox"
	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/lock"
	"github.com/keyform/keyform/schema/diag"
)

const formatsPage = "docs/formats.md"

// TestFormats holds every JSON example of the page against a document that keyform
// has just written: all that the example has is in the document.
func TestFormats(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("apply does nothing on Windows")
	}
	bin := sandbox.Build(t)
	checked := 0
	for _, b := range (page{formatsPage, read(t, formatsPage)}).blocks() {
		what, ok := strings.CutPrefix(b.mark, "json: ")
		if !ok {
			if b.language == "json" {
				t.Errorf("%s:%d has no mark that says where it comes from", b.page, b.line)
			}
			continue
		}
		checked++
		example, how, _ := strings.Cut(what, ": ")
		s := sandbox.Lay(t, bin, exampleDir(t, example))
		var want any
		if err := json.Unmarshal([]byte(b.text), &want); err != nil {
			t.Errorf("%s:%d: %v", b.page, b.line, err)
			continue
		}
		candidates := documents(t, s, how)
		var misses []string
		for _, doc := range candidates {
			miss := within(want, doc, "")
			if miss == "" {
				misses = nil
				break
			}
			misses = append(misses, miss)
		}
		if misses != nil {
			t.Errorf("%s:%d: %s", b.page, b.line, strings.Join(misses, "\n or "))
		}
	}
	if checked < 8 {
		t.Errorf("found %d examples", checked)
	}
}

func exampleDir(t *testing.T, name string) string {
	t.Helper()
	if name != "broken" {
		return filepath.Join("..", "examples", name)
	}
	dir := t.TempDir()
	src := "profile \"anthropic:a\" {\n  api_key = var.key\n}\n\ngateway \"clawdbot\" {}\n"
	if err := os.WriteFile(filepath.Join(dir, "main.hcl"), []byte(src), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// documents gives what keyform writes: one document, or the lines of the journal.
func documents(t *testing.T, s *sandbox.Sandbox, how string) []any {
	t.Helper()
	text := ""
	file := func(name string) string {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	switch how {
	case "saved plan":
		s.Run(t, ".", "plan", "-out=saved")
		text = file(filepath.Join(s.Config, "saved"))
	case "ledger.json", "journal.jsonl":
		s.Run(t, ".", "apply", "-auto-approve")
		text = file(filepath.Join(s.Home, ".clawdbot", ".keyform", how))
	default:
		text = s.Run(t, ".", strings.Fields(how)...).Stdout
	}
	var out []any
	dec := json.NewDecoder(bytes.NewReader([]byte(s.Steady(text))))
	for dec.More() {
		var doc any
		if err := dec.Decode(&doc); err != nil {
			t.Fatalf("%s: %v\n%s", how, err, text)
		}
		out = append(out, doc)
	}
	return out
}

// within says what of want is not in got, or "". An element of a list may be
// anywhere in the other; "…" is anything.
func within(want, got any, at string) string {
	if want == "…" {
		return ""
	}
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			return at + " is no object"
		}
		for _, key := range slices.Sorted(maps.Keys(w)) {
			if _, there := g[key]; !there {
				return at + "." + key + " is not there"
			}
			if miss := within(w[key], g[key], at+"."+key); miss != "" {
				return miss
			}
		}
		return ""
	case []any:
		g, ok := got.([]any)
		if !ok {
			return at + " is no list"
		}
		for i, e := range w {
			miss := fmt.Sprintf("%s is empty", at)
			for _, candidate := range g {
				if miss = within(e, candidate, fmt.Sprintf("%s[%d]", at, i)); miss == "" {
					break
				}
			}
			if miss != "" {
				return miss
			}
		}
		return ""
	}
	if !reflect.DeepEqual(want, got) {
		return fmt.Sprintf("%s is %v, not %v", at, got, want)
	}
	return ""
}

// TestKeys looks for every key of every document in the section that describes it.
func TestKeys(t *testing.T) {
	text := read(t, formatsPage)
	validation := section(t, text, "## Validation")
	planned := section(t, text, "## Plan")
	for heading, kind := range map[string]any{
		"## Plan": plan.View{}, "## Report": apply.Report{}, "## Validation": diag.View{}, "## What is live": plan.LiveView{},
		"### Ledger": plan.Record{}, "### Journal": apply.Entry{},
	} {
		described := section(t, text, heading)
		keys := map[string]bool{}
		jsonKeys(reflect.TypeOf(kind), keys)
		for key := range keys {
			name := "`" + key + "`"
			switch {
			case key == "format_version", strings.Contains(described, name):
			case heading != "### Ledger" && heading != "### Journal" && strings.Contains(validation, name):
			case heading == "## What is live" && strings.Contains(planned, name):
			default:
				t.Errorf("%s: the key %s is not described", heading, name)
			}
		}
		if len(keys) < 5 {
			t.Errorf("%s: found the keys %v", heading, keys)
		}
	}
	if lock.Dir != "directory" || lock.File != "file" {
		t.Error("the forms of locks have other names now")
	}
}

// jsonKeys collects the keys that a type has in JSON, at any depth.
func jsonKeys(ty reflect.Type, keys map[string]bool) {
	switch ty.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		jsonKeys(ty.Elem(), keys)
	case reflect.Struct:
		for i := range ty.NumField() {
			f := ty.Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if name != "" {
				keys[name] = true
			}
			if name != "" || f.Anonymous {
				jsonKeys(f.Type, keys)
			}
		}
	}
}
