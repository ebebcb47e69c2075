package house

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// root is the top of the module.
func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// eachFile calls f for every file of the project, by its slash-separated path below
// the top.
func eachFile(t *testing.T, f func(name string, content []byte)) {
	t.Helper()
	top := os.DirFS(root(t))
	seen := 0
	err := fs.WalkDir(top, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains([]string{".git", "bin", "dist"}, name):
			return fs.SkipDir
		case !d.Type().IsRegular():
			return nil
		}
		content, err := fs.ReadFile(top, name)
		if err != nil {
			return err
		}
		seen++
		f(name, content)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 100 {
		t.Fatalf("only %d files found: is this the top of the project?", seen)
	}
}

// source is one Go file that is not a test.
type source struct {
	name string
	file *ast.File
}

// sources parses every Go file but the tests, whatever its build constraints, by
// directory.
func sources(t *testing.T, fset *token.FileSet) map[string][]source {
	t.Helper()
	dirs := map[string][]source{}
	eachFile(t, func(name string, content []byte) {
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || strings.Contains(name, "/testdata/") {
			return
		}
		file, err := parser.ParseFile(fset, name, content, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		dirs[path.Dir(name)] = append(dirs[path.Dir(name)], source{name, file})
	})
	return dirs
}

func TestFilesAreShort(t *testing.T) {
	const most = 400
	eachFile(t, func(name string, content []byte) {
		if lines := bytes.Count(content, []byte("\n")); strings.HasSuffix(name, ".go") && lines > most {
			t.Errorf("%s has %d lines, more than %d", name, lines, most)
		}
	})
}

func TestNoPathOfADeveloperMachine(t *testing.T) {
	machine := regexp.MustCompile(`(^|[^A-Za-z0-9_.-])/(work|root|farm)/[A-Za-z.]`)
	if probe := []byte("see /" + "work/main"); !machine.Match(probe) {
		t.Fatalf("the rule does not find %q", probe)
	}
	eachFile(t, func(name string, content []byte) {
		if bytes.IndexByte(content, 0) >= 0 {
			return
		}
		for i, line := range bytes.Split(content, []byte("\n")) {
			if machine.Match(line) {
				t.Errorf("%s:%d names a path of a developer's machine", name, i+1)
			}
		}
	})
}

// TestCalls keeps a few names where they belong.
func TestCalls(t *testing.T) {
	rules := []struct {
		what    string
		names   []string
		allowed func(name string) bool
	}{
		{"ends the process", []string{"os.Exit", "log.Fatal", "log.Fatalf", "log.Fatalln"}, func(name string) bool {
			return strings.HasPrefix(name, "cmd/") && path.Base(name) == "main.go"
		}},
		{"writes to the program's own streams", []string{"fmt.Print", "fmt.Printf", "fmt.Println", "os.Stdout", "os.Stderr"}, func(name string) bool {
			return strings.HasPrefix(name, "cmd/")
		}},
		{"reads the environment", []string{"os.Getenv", "os.LookupEnv", "os.Environ", "os.ExpandEnv"}, func(name string) bool {
			return strings.HasPrefix(name, "cmd/") || strings.HasPrefix(name, "examples/") || strings.HasPrefix(name, "providers/gatewaytest/") || name == "providers/fsys/faultenv_on.go"
		}},
		{"reads the clock", []string{"time.Now", "time.Since", "time.Until", "time.Sleep", "time.After"}, func(name string) bool {
			return !strings.HasPrefix(name, "schema/") && !strings.HasPrefix(name, "plan/")
		}},
	}
	fset := token.NewFileSet()
	for _, files := range sources(t, fset) {
		for _, src := range files {
			ast.Inspect(src.file, func(n ast.Node) bool {
				sel, ok := n.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				x, ok := sel.X.(*ast.Ident)
				if !ok {
					return true
				}
				for _, rule := range rules {
					if call := x.Name + "." + sel.Sel.Name; slices.Contains(rule.names, call) && !rule.allowed(src.name) {
						t.Errorf("%s: %s %s here", fset.Position(n.Pos()), call, rule.what)
					}
				}
				return true
			})
		}
	}
}

// TestPlaintextStaysLow: the one way to the text of a secret is used by what talks to
// sources and stores, and by nothing above or below.
func TestPlaintextStaysLow(t *testing.T) {
	fset := token.NewFileSet()
	found := 0
	for dir, files := range sources(t, fset) {
		for _, src := range files {
			ast.Inspect(src.file, func(n ast.Node) bool {
				sel, ok := n.(*ast.SelectorExpr)
				if !ok || sel.Sel.Name != "Reveal" {
					return true
				}
				found++
				if top, _, _ := strings.Cut(dir, "/"); top != "providers" && top != "apply" {
					t.Errorf("%s reveals a secret", fset.Position(n.Pos()))
				}
				return true
			})
		}
	}
	if found == 0 {
		t.Error("no use of Reveal was found at all: has it another name?")
	}
}
