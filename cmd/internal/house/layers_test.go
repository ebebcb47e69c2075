// Package house holds the tests of the house rules: which package may import which,
// and what no source file may contain. They read the sources and ask "go list"; they
// run none of the code.
package house

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const (
	module = "github.com/keyform/keyform/"
	sdk    = "github.com/1password/onepassword-sdk-go"
)

// layers in the order of imports: a package imports its own layer and those before it.
// What is in none of them may be imported by nothing but itself.
func layers() []string {
	return []string{"schema", "plan", "providers", "apply", "cmd", "examples", "docs"}
}

// layer gives the layer of an import path as an index into layers, -1 for foreign code.
func layer(path string) int {
	rest, ours := strings.CutPrefix(path, module)
	if !ours {
		return -1
	}
	top, _, _ := strings.Cut(rest, "/")
	return slices.Index(layers(), top)
}

// listed is what go list tells of one package.
type listed struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

// list gives the packages of the module as they are built for goos, without tests.
func list(t *testing.T, goos string) []listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-deps", "-json=ImportPath,Imports,Deps", "./...")
	cmd.Dir = root(t)
	cmd.Env = append(os.Environ(), "GOOS="+goos, "CGO_ENABLED=0", "GOFLAGS=-buildvcs=false")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.Bytes())
	}
	var all []listed
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		switch err := dec.Decode(&p); {
		case errors.Is(err, io.EOF):
			return all
		case err != nil:
			t.Fatal(err)
		}
		if strings.HasPrefix(p.ImportPath, module) {
			all = append(all, p)
		}
	}
}

func TestImportsRunOneWay(t *testing.T) {
	for _, goos := range []string{"linux", "darwin", "windows"} {
		seen := map[int]bool{}
		for _, p := range list(t, goos) {
			from := layer(p.ImportPath)
			if from < 0 {
				t.Errorf("%s belongs to no layer", p.ImportPath)
			}
			seen[from] = true
			for _, imported := range p.Imports {
				if layer(imported) > from {
					t.Errorf("%s: %s imports %s, which stands above it", goos, p.ImportPath, imported)
				}
			}
		}
		if len(seen) != len(layers()) {
			t.Errorf("%s: go list shows %d layers, want %d", goos, len(seen), len(layers()))
		}
	}
}

// The whole tree below schema and plan is free of these, hcl and go-cty included.
func TestPureLayers(t *testing.T) {
	banned := []string{"net", "net/http", "os/exec", "database/sql", sdk}
	for _, p := range list(t, "linux") {
		if layer(p.ImportPath) > layer(module+"plan") {
			continue
		}
		for _, dep := range p.Deps {
			if slices.Contains(banned, dep) || strings.HasPrefix(dep, sdk+"/") {
				t.Errorf("%s depends on %s", p.ImportPath, dep)
			}
		}
	}
}

// plan decides from data alone: it reads no file and draws no random number. That it
// reads no clock is in TestCalls.
func TestPlanIsPure(t *testing.T) {
	banned := []string{"os", "io/fs", "context", "math/rand", "math/rand/v2", "crypto/rand", "path/filepath"}
	for _, p := range list(t, "linux") {
		if layer(p.ImportPath) != layer(module+"plan") {
			continue
		}
		for _, imported := range p.Imports {
			if slices.Contains(banned, imported) {
				t.Errorf("%s imports %s", p.ImportPath, imported)
			}
		}
	}
}

// The SDK starts a WebAssembly runtime, so it stays in the child process's package,
// and no other package but the program's main one pulls that in.
func TestOnlyTheChildImportsTheSDK(t *testing.T) {
	const child = module + "providers/secrets/onepassword/child"
	var importers []string
	for _, p := range list(t, "linux") {
		if slices.Contains(p.Imports, sdk) {
			importers = append(importers, p.ImportPath)
		}
		if slices.Contains(p.Imports, child) && p.ImportPath != module+"cmd/keyform" {
			t.Errorf("%s imports %s", p.ImportPath, child)
		}
	}
	if !slices.Equal(importers, []string{child}) {
		t.Errorf("the 1Password SDK is imported by %v, want only %s", importers, child)
	}
}
