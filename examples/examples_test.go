// Package examples_test runs every example with the real keyform.
package examples_test

import (
	"flag"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyform/keyform/examples/sandbox"
)

var update = flag.Bool("update", false, "write the expected plans anew")

// TestExamples does with every example what a user would do: format, validate, plan,
// apply, plan again.
func TestExamples(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("apply does nothing on Windows")
	}
	keyform := sandbox.Build(t)
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, e := range entries {
		dir := e.Name()
		if steps := configurations(t, dir); len(steps) > 0 {
			ran++
			t.Run(dir, func(t *testing.T) {
				t.Parallel()
				example(t, sandbox.Lay(t, keyform, dir), dir, steps)
			})
		}
	}
	if ran < 7 {
		t.Errorf("found %d examples", ran)
	}
}

// configurations are the directories of an example that hold a configuration: itself,
// or its sub-directories where several owners share its home.
func configurations(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	for _, pattern := range []string{"*.hcl", "*/*.hcl"} {
		files, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			rel, err := filepath.Rel(dir, filepath.Dir(f))
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Contains(out, rel) {
				out = append(out, rel)
			}
		}
	}
	return out
}

func example(t *testing.T, s *sandbox.Sandbox, dir string, steps []string) {
	var outputs []string
	do := func(step string, code int, args ...string) string {
		t.Helper()
		r := s.Run(t, step, args...)
		outputs = append(outputs, r.Stdout, r.Stderr)
		if r.Code != code {
			t.Fatalf("keyform %v in %s: exit %d, want %d\n%s", args, step, r.Code, code, r.Stdout+r.Stderr)
		}
		return r.Stdout
	}
	_, err := os.Stat(filepath.Join(dir, "home"))
	live := err == nil
	for _, step := range steps {
		do(step, 0, "fmt", "-check")
		do(step, 0, "validate")
		if !live {
			continue
		}
		compare(t, s, filepath.Join(dir, step, "expected.txt"), do(step, 2, "plan", "-detailed-exitcode"))
		do(step, 0, "apply", "-auto-approve")
		do(step, 0, "plan", "-detailed-exitcode")
	}
	if !live {
		return
	}
	for _, step := range steps {
		do(step, 0, "plan", "-detailed-exitcode")
		do(step, 0, "plan", "-detailed-exitcode", "-no-resolve", "-verbose", "-json")
	}
	s.NoLeak(t, outputs...)
}

func compare(t *testing.T, s *sandbox.Sandbox, file, got string) {
	t.Helper()
	want, err := os.ReadFile(file)
	if err != nil && !*update {
		t.Fatal(err)
	}
	switch {
	case s.Same(got, string(want)):
	case *update:
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("%s (run with -update to write it anew):\n%s", file, cmp.Diff(s.Steady(string(want)), s.Steady(got)))
	}
}
