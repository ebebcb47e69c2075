package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/keyform/keyform/cmd/internal/benchhome"
)

// The whole program, in this process. cmd/keyform-bench measures it as its users run
// it, with the start of the process and its peak memory.

func BenchmarkVersion(b *testing.B) {
	for b.Loop() {
		runIn(b, benchhome.Home{}, "version")
	}
}

func BenchmarkPlanWithoutChanges(b *testing.B) {
	for _, agents := range []int{0, 100, 1000} {
		b.Run(fmt.Sprintf("agents=%d", agents), func(b *testing.B) {
			h := benchhome.Home{Dir: b.TempDir()}
			if err := h.Lay(agents); err != nil {
				b.Fatal(err)
			}
			runIn(b, h, "apply", "-auto-approve", "-allow-mass-change")
			b.ReportAllocs()
			for b.Loop() {
				runIn(b, h, "plan", "-detailed-exitcode")
			}
		})
	}
}

func BenchmarkApply(b *testing.B) {
	b.Run("agents=100", func(b *testing.B) {
		h := benchhome.Home{Dir: b.TempDir()}
		b.ReportAllocs()
		for b.Loop() {
			b.StopTimer()
			if err := os.RemoveAll(h.Dir); err != nil {
				b.Fatal(err)
			}
			if err := h.Lay(100); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
			runIn(b, h, "apply", "-auto-approve", "-allow-mass-change")
		}
	})
}

// runIn runs one command of keyform on a home; an exit code other than 0 fails, which
// for a plan means that there are changes.
func runIn(b *testing.B, h benchhome.Home, args ...string) {
	b.Helper()
	var stdout, stderr bytes.Buffer
	a := newApp(new(bytes.Buffer), &stdout, &stderr, h.Environ())
	argv := []string{"keyform"}
	if h.Dir != "" {
		argv = append(argv, "-chdir="+h.Config())
	}
	if code := a.run(context.Background(), append(argv, args...)); code != exitOK {
		b.Fatalf("keyform %v: exit %d\n%s", args, code, stderr.String())
	}
}
