package apply

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyform/keyform/providers/fsys"
)

func TestBackupsOfTheLastRunsAndDaysAreKept(t *testing.T) {
	tests := []struct {
		name string
		days []int // the ages of older runs
		want []int // those that stay
	}{
		{"few old ones", []int{40, 50, 60}, []int{40, 50, 60}},
		{"many young ones", []int{1, 2, 3, 4, 5, 6, 7}, []int{1, 2, 3, 4, 5, 6, 7}},
		{"old ones beyond the last five", []int{1, 31, 32, 33, 34, 35, 36}, []int{1, 31, 32, 33}},
		{"a young one beyond the last five", []int{1, 2, 3, 4, 5, 29, 31}, []int{1, 2, 3, 4, 5, 29}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, "openclaw")
			for _, days := range tt.days {
				run := w.dataFile(filepath.Join(backupsName, fmt.Sprint(days)))
				w.put(filepath.Join(run, "agent", "main"), []byte("x"))
				w.put(filepath.Join(run, "env"), []byte("x"))
				made := time.Now().Add(-time.Duration(days) * 24 * time.Hour)
				if err := os.Chtimes(run, made, made); err != nil {
					t.Fatal(err)
				}
			}
			rep := w.mustApply()
			if len(rep.Gateways[0].Notes) > 0 {
				t.Errorf("notes: %v", rep.Gateways[0].Notes)
			}
			want := []string{rep.Run}
			for _, days := range tt.want {
				want = append(want, fmt.Sprint(days))
			}
			slices.Sort(want)
			entries, err := os.ReadDir(w.dataFile(backupsName))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, e := range entries {
				got = append(got, e.Name())
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDataDirectoryIsClosedToOthers(t *testing.T) {
	w := newWorld(t, "openclaw")
	if err := os.Mkdir(w.dataFile(""), 0o755); err != nil {
		t.Fatal(err)
	}
	w.mustApply()
	w.mustBeClean()
}

// TestManyChangesOfAStoreCostNoMoreThanOne counts operations: all changes of a store
// share one lock, one read under it, one write.
func TestManyChangesOfAStoreCostNoMoreThanOne(t *testing.T) {
	count := func(wanted int) map[string]int {
		w := newWorld(t, "openclaw")
		counter := fsys.NewFaulty(fsys.OS{}, fsys.Fault{})
		w.want = w.want[:wanted]
		w.fs = counter
		w.mustApply()
		out := map[string]int{}
		for _, op := range counter.Ops() {
			var kind, name string
			if _, err := fmt.Sscanf(op, "%s %s", &kind, &name); err != nil {
				t.Fatal(err)
			}
			out[kind]++
		}
		return out
	}
	if diff := cmp.Diff(count(1), count(3)); diff != "" {
		t.Error(diff)
	}
}

func BenchmarkApply(b *testing.B) {
	for _, changes := range []int{1, 3} {
		b.Run(fmt.Sprintf("changes=%d", changes), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				w := newWorld(b, "openclaw")
				w.want = w.want[:changes]
				p, d := w.plan(), w.deps()
				b.StartTimer()
				if _, err := Run(b.Context(), p, d); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
