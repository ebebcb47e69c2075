package diag

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestCodesAreDocumented checks that every code in the source of keyform, tests
// aside, has one line in docs/diagnostics.md, and that every line has a code.
func TestCodesAreDocumented(t *testing.T) {
	root := filepath.Join("..", "..")
	code := regexp.MustCompile(`\bKF\d{4}\b`)
	used := map[string]string{}
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && path != root && (strings.HasPrefix(e.Name(), ".") || e.Name() == "testdata" || e.Name() == "node_modules"):
			return fs.SkipDir
		case e.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		src, err := os.ReadFile(path)
		for _, c := range code.FindAllString(string(src), -1) {
			used[c] = path
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(root, "docs", "diagnostics.md"))
	if err != nil {
		t.Fatal(err)
	}
	var documented []string
	for _, m := range regexp.MustCompile(`(?m)^\| (KF\d{4}) \| .+ \|$`).FindAllStringSubmatch(string(page), -1) {
		if slices.Contains(documented, m[1]) {
			t.Errorf("%s has two lines", m[1])
		}
		documented = append(documented, m[1])
	}
	if !slices.IsSorted(documented) {
		t.Error("the codes are not in order")
	}
	for c, path := range used {
		if !slices.Contains(documented, c) {
			t.Errorf("%s of %s has no line in docs/diagnostics.md", c, path)
		}
	}
	for _, c := range documented {
		if _, ok := used[c]; !ok {
			t.Errorf("%s is in docs/diagnostics.md and nowhere in the source", c)
		}
	}
}
