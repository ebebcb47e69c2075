package schema

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/keyform/keyform/schema/credential"
	"github.com/keyform/keyform/schema/diag"
)

func TestLoadUnreadable(t *testing.T) {
	dir := t.TempDir()
	cfg, ds := Load(filepath.Join(dir, "gone"), Inputs{})
	if cfg == nil || !ds.HasErrors() || ds[0].Code != "KF0102" {
		t.Errorf("a missing directory: %v", ds)
	}
	if err := os.Symlink("nowhere", filepath.Join(dir, "a.hcl")); err != nil {
		t.Fatal(err)
	}
	if _, ds = Load(dir, Inputs{}); !ds.HasErrors() || ds[0].Code != "KF0102" || strings.Contains(ds[0].Detail, dir) {
		t.Errorf("a broken link: %v", ds)
	}
	write(t, dir, "b.hcl", "")
	if _, ds = Load(dir, Inputs{Vars: []VarInput{{File: "gone.vars"}}}); len(ds) != 2 || ds[1].Code != "KF0102" {
		t.Errorf("a missing variables file: %v", ds)
	}
}

func TestLoadRefusesHugeFiles(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.hcl", strings.Repeat("#\n", maxFile/2+1))
	if _, ds := Load(dir, Inputs{}); len(ds) != 1 || !strings.Contains(ds[0].Detail, "larger than 4 MiB") {
		t.Errorf("got %v", ds)
	}
}

func TestLoadFollowsLinksToFiles(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	write(t, other, "x", "gateway \"openclaw\" {}\n")
	if err := os.Symlink(filepath.Join(other, "x"), filepath.Join(dir, "a.hcl")); err != nil {
		t.Fatal(err)
	}
	cfg, ds := Load(dir, Inputs{})
	if len(ds) > 0 || len(cfg.Gateways) != 1 || len(cfg.Files["a.hcl"]) == 0 {
		t.Errorf("got %v, %v", cfg, ds)
	}
}

func TestParseVar(t *testing.T) {
	if v, err := ParseVar("a=b=c"); err != nil || v != (VarInput{Name: "a", Value: "b=c"}) {
		t.Errorf("got %+v, %v", v, err)
	}
	for _, arg := range []string{"hunter2", "=hunter2", "1a=hunter2", "hunter 2=x"} {
		if _, err := ParseVar(arg); err == nil || strings.Contains(err.Error(), "hunter") {
			t.Errorf("%q: got %v", arg, err)
		}
	}
}

// TestLoadIsRepeatable checks that the same files give the same list of problems
// every time: decoding goes over maps.
func TestLoadIsRepeatable(t *testing.T) {
	names, _ := filepath.Glob("testdata/spec/*.txtar")
	dir := t.TempDir()
	for _, name := range names {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			if base := filepath.Base(name); strings.HasSuffix(f.Name, ".hcl") && f.Name == filepath.Base(f.Name) {
				write(t, dir, base+"-"+f.Name, string(f.Data))
			}
		}
	}
	first := fmt.Sprint(problems(dir))
	for range 5 {
		if again := fmt.Sprint(problems(dir)); again != first {
			t.Fatal("a second run gives another list")
		}
	}
}

func problems(dir string) diag.Diagnostics {
	_, ds := Load(dir, Inputs{Version: "0.1.0"})
	return ds
}

func write(t testing.TB, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// FuzzLoad checks that no source text, in HCL or JSON, makes the loader panic, and
// that no credential that stands in it is shown.
func FuzzLoad(f *testing.F) {
	names, err := filepath.Glob("testdata/spec/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			if json := strings.HasSuffix(file.Name, ".hcl.json"); json || strings.HasSuffix(file.Name, ".hcl") {
				f.Add(file.Data, json)
			}
		}
	}
	f.Fuzz(func(t *testing.T, src []byte, json bool) {
		name := "main.hcl"
		if json {
			name = "main.hcl.json"
		}
		l := newLoader("testdata/none", Inputs{Version: "0.1.0"})
		l.sources = []source{{name: name, text: src}}
		l.cfg.Files[name] = src
		l.load()
		var shown bytes.Buffer
		view := l.diags.View(l.cfg.Files)
		if err := view.WriteJSON(&shown); err != nil {
			t.Fatal(err)
		}
		if err := view.WriteText(&shown, diag.TextOptions{}); err != nil {
			t.Fatal(err)
		}
		for rest := string(src); ; {
			from, to, found := credential.Find(rest)
			if !found {
				break
			}
			if bytes.Contains(shown.Bytes(), []byte(rest[from:to])) {
				t.Errorf("a credential is shown:\n%s", shown.String())
			}
			rest = rest[to:]
		}
	})
}

// manyProfiles is a configuration of 1,000 profiles.
func manyProfiles() string {
	var src strings.Builder
	src.WriteString("gateway \"openclaw\" {}\nvariable \"vault\" {\n  default = \"v\"\n}\nsecret \"one\" {\n  from = env(\"ONE\")\n}\n")
	for i := range 1000 {
		fmt.Fprintf(&src, "profile \"anthropic:p%d\" {\n  token = onepassword(\"op://${var.vault}/item-%d/credential\")\n  expires = \"2027-01-01\"\n  email = \"p%d@example.com\"\n}\n", i, i, i)
	}
	return src.String()
}

// BenchmarkLoad loads 1,000 profiles.
func BenchmarkLoad(b *testing.B) {
	dir := b.TempDir()
	write(b, dir, "main.hcl", manyProfiles())
	b.ReportAllocs()
	for b.Loop() {
		cfg, ds := Load(dir, Inputs{Version: "0.1.0"})
		if len(ds) > 0 || len(cfg.Profiles) != 1000 {
			b.Fatal(ds)
		}
	}
}

// BenchmarkLoadOrders loads 1,000 agents with an order each.
func BenchmarkLoadOrders(b *testing.B) {
	var src strings.Builder
	src.WriteString("gateway \"openclaw\" {}\n")
	for i := range 1000 {
		fmt.Fprintf(&src, "agent \"a%d\" {\n  order = { anthropic = [\"anthropic:a\", \"anthropic:b\"] }\n}\n", i)
	}
	dir := b.TempDir()
	write(b, dir, "main.hcl", src.String())
	b.ReportAllocs()
	for b.Loop() {
		if cfg, ds := Load(dir, Inputs{}); len(ds) > 0 || len(cfg.Agents) != 1000 {
			b.Fatal(ds)
		}
	}
}

// BenchmarkParse is what HCL alone takes for the files of BenchmarkLoad, to compare.
func BenchmarkParse(b *testing.B) {
	src := []byte(manyProfiles())
	b.ReportAllocs()
	for b.Loop() {
		if _, ds := hclsyntax.ParseConfig(src, "main.hcl", hcl.InitialPos); ds.HasErrors() {
			b.Fatal(ds)
		}
	}
}
