package plan

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestUnifiedDiff(t *testing.T) {
	ten := "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n17\n18\n19\n20\n"
	for _, tt := range []struct{ name, before, after, want string }{
		{"equal", ten, ten, ""},
		{"new file", "", "a\n", "--- x\n+++ y\n@@ -0,0 +1 @@\n+a\n"},
		{"no newline", "a\nb", "a\nc", "--- x\n+++ y\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n"},
		{"two hunks", ten, strings.Replace(strings.Replace(ten, "2\n", "two\n", 1), "19\n", "", 1),
			"--- x\n+++ y\n@@ -1,5 +1,5 @@\n 1\n-2\n+two\n 3\n 4\n 5\n@@ -16,5 +16,4 @@\n 16\n 17\n 18\n-19\n 20\n"},
		{"one hunk", ten, strings.Replace(strings.Replace(ten, "4\n", "four\n", 1), "8\n", "eight\n", 1),
			"--- x\n+++ y\n@@ -1,11 +1,11 @@\n 1\n 2\n 3\n-4\n+four\n 5\n 6\n 7\n-8\n+eight\n 9\n 10\n 11\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if d := cmp.Diff(tt.want, UnifiedDiff("x", "y", tt.before, tt.after)); d != "" {
				t.Errorf("-want +got\n%s", d)
			}
		})
	}
}

// TestUnifiedDiffApplies gives diffs to the patch program where there is one: what
// it makes of the old text is the new one.
func TestUnifiedDiffApplies(t *testing.T) {
	patch, err := exec.LookPath("patch")
	if err != nil {
		t.Skip("no patch program here; TestUnifiedDiff holds the format")
	}
	base := "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\nm\nn\n"
	for _, after := range []string{"", "x\n" + base, base + "x\n", strings.Replace(base, "g\n", "", 1), strings.Replace(base, "c\nd\n", "C\n", 1) + "tail"} {
		dir := t.TempDir()
		file := filepath.Join(dir, "f")
		if err := os.WriteFile(file, []byte(base), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(patch, "-s", file)
		cmd.Stdin = strings.NewReader(UnifiedDiff("f", "f", base, after))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		got, err := os.ReadFile(file)
		if os.IsNotExist(err) {
			got, err = nil, nil
		}
		if err != nil || string(got) != after {
			t.Errorf("got %q, %v, want %q", got, err, after)
		}
	}
}
