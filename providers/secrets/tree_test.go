package secrets_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestWhoHasPlaintext looks through the project's sources: plaintext comes out of a
// secret.Value only where stores are written and sources are read, and 1Password's
// SDK is linked through one package.
func TestWhoHasPlaintext(t *testing.T) {
	root := moduleRoot(t)
	reveals, imports := 0, 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if strings.Contains(string(b), ".Reveal(") {
			reveals++
			if !strings.HasPrefix(rel, "providers/") && !strings.HasPrefix(rel, "apply/") {
				t.Errorf("%s takes plaintext out of a secret.Value", rel)
			}
		}
		if strings.Contains(string(b), `"github.com/1password/onepassword-sdk-go"`) {
			imports++
			if !strings.HasPrefix(rel, "providers/secrets/onepassword/child/") {
				t.Errorf("%s imports 1Password's SDK", rel)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if reveals == 0 || imports == 0 {
		t.Errorf("%d and %d files found: the search finds nothing", reveals, imports)
	}
}

func moduleRoot(t *testing.T) string {
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no go.mod above this package")
		}
		dir = up
	}
}
