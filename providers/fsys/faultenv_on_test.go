//go:build keyform_faults

package fsys

import (
	"os"
	"path/filepath"
	"testing"
)

func TestFromEnvCountsTheOperationsOfARun(t *testing.T) {
	count := filepath.Join(t.TempDir(), "count")
	t.Setenv("KEYFORM_FAULT_COUNT_FILE", count)
	f, done, err := FromEnv(OS{})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := f.Stat(filepath.Dir(count)); err != nil {
			t.Fatal(err)
		}
	}
	if err := done(); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(count); err != nil || string(got) != "3\n" {
		t.Errorf("count %q, %v; want 3", got, err)
	}
}

func TestFromEnvRefusesANumberThatIsNone(t *testing.T) {
	for _, at := range []string{"x", "0", "-1"} {
		t.Setenv("KEYFORM_FAULT_KILL_AT", at)
		if _, _, err := FromEnv(OS{}); err == nil {
			t.Errorf("%q: no error", at)
		}
	}
}
