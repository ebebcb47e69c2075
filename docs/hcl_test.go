package docs_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyform/keyform/providers/product"
	"github.com/keyform/keyform/providers/secrets"
	"github.com/keyform/keyform/schema"
	"github.com/keyform/keyform/schema/diag"
)

// TestHCL checks every configuration that a page shows: it is in the canonical form
// and has nothing in it that the language does not know. One that is marked as
// complete loads as it is; one that is marked as an example is that example's file.
func TestHCL(t *testing.T) {
	checked := 0
	for _, p := range pages(t) {
		for _, b := range p.blocks() {
			if b.language != "hcl" {
				continue
			}
			checked++
			formatted, problems := schema.Format(p.path, []byte(b.text))
			if problems.HasErrors() {
				t.Errorf("%s:%d: %s", p.path, b.line, problems[0].Detail)
				continue
			}
			if string(formatted) != b.text {
				t.Errorf("%s:%d is not in the canonical form:\n%s", p.path, b.line, cmp.Diff(b.text, string(formatted)))
			}
			if file, ok := strings.CutPrefix(b.mark, "example: "); ok {
				if want := read(t, "examples/"+file); want != b.text {
					t.Errorf("%s:%d is not %s:\n%s", p.path, b.line, file, cmp.Diff(want, b.text))
				}
			}
			checkLoads(t, b)
		}
	}
	if checked < 15 {
		t.Errorf("found %d configurations", checked)
	}
}

func checkLoads(t *testing.T, b block) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.hcl"), []byte(b.text), 0o600); err != nil {
		t.Fatal(err)
	}
	_, problems := schema.Load(dir, schema.Inputs{Version: "0.1.0", Products: product.Names(), Constructors: secrets.Constructors()})
	// A fragment may lack what stands elsewhere on its page: names, sources, gateways.
	missing := []string{"KF0110", "KF0116", "KF0126", "KF0206", "KF0210", "KF0211"}
	for _, d := range problems {
		if d.Severity == diag.Error && (b.mark == "complete" || !slices.Contains(missing, d.Code)) {
			t.Errorf("%s:%d: %s: %s: %s", b.page, b.line, d.Code, d.Summary, d.Detail)
		}
	}
}

// TestFunctions compares the functions that the page lists with those of the language.
func TestFunctions(t *testing.T) {
	var known []string
	for _, m := range regexp.MustCompile(`(?m)^\t\t"([a-z]+)":|^\tall\["([a-z]+)"\]`).FindAllStringSubmatch(read(t, "schema/functions.go"), -1) {
		known = append(known, m[1]+m[2])
	}
	slices.Sort(known)
	var listed []string
	text := section(t, read(t, "docs/language.md"), "## Expressions and functions")
	_, text, _ = strings.Cut(text, "Of values:")
	for _, m := range regexp.MustCompile("`([a-z]+)`").FindAllStringSubmatch(text, -1) {
		listed = append(listed, m[1])
	}
	slices.Sort(listed)
	if diff := cmp.Diff(known, listed); diff != "" || len(known) < 50 {
		t.Errorf("functions of the language (-) and on the page (+):\n%s", diff)
	}
}

// TestArguments compares the tables of arguments with what the blocks take: an
// argument on the page is known, and the message about an unknown one is not met.
func TestArguments(t *testing.T) {
	text := read(t, "docs/language.md")
	for name, block := range map[string]string{
		"keyform": "keyform", "variable": `variable "x"`, "gateway": `gateway "openclaw"`, "provider": `provider "x"`,
		"profile": `profile "x:y"`, "agent": `agent "main"`, "secret": `secret "x"`, "source": `source "onepassword" "x"`,
		"claude_code": "claude_code",
	} {
		for _, m := range regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\|").FindAllStringSubmatch(section(t, text, "### "+name), -1) {
			if m[1] == "validation" || name == "agent" && m[1] == "profile" {
				continue // blocks, which the fragments on the page show
			}
			dir := t.TempDir()
			src := block + " {\n  " + m[1] + " = 1\n}\n"
			if err := os.WriteFile(filepath.Join(dir, "main.hcl"), []byte(src), 0o600); err != nil {
				t.Fatal(err)
			}
			_, problems := schema.Load(dir, schema.Inputs{})
			for _, d := range problems {
				if d.Code == "KF0106" {
					t.Errorf("%s: %s: %s", name, m[1], d.Detail)
				}
			}
		}
	}
}
