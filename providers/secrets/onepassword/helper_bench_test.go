//go:build unix

package onepassword_test

import (
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/keyform/keyform/providers/secrets/onepassword"
	"github.com/keyform/keyform/providers/secrets/source"
)

// BenchmarkHelper is one helper from start to end with two references, against a
// server on loopback. cpu-s is its own processor time; maxrss-MB, on Linux, the peak
// of the largest one.
func BenchmarkHelper(b *testing.B) {
	s := serve(b)
	src := onepassword.New(seams(s))
	before := childUsage(b)
	for b.Loop() {
		for _, r := range src.Fetch(b.Context(), source.Request{Refs: refs("op://ai/openai/credential", "op://ai/anthropic/credential")}) {
			if r.Failure != nil {
				b.Fatal(r.Failure)
			}
		}
	}
	after := childUsage(b)
	cpu := time.Duration(after.Utime.Nano() + after.Stime.Nano() - before.Utime.Nano() - before.Stime.Nano())
	b.ReportMetric(cpu.Seconds()/float64(b.N), "cpu-s/op")
	if runtime.GOOS == "linux" {
		b.ReportMetric(float64(after.Maxrss)/1024, "maxrss-MB")
	}
}

func childUsage(b *testing.B) (u syscall.Rusage) {
	if err := syscall.Getrusage(syscall.RUSAGE_CHILDREN, &u); err != nil {
		b.Fatal(err)
	}
	return u
}
