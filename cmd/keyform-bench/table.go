package main

import (
	"fmt"
	"runtime"
	"time"
)

const columns = "%-34s %8s %8s %8s   %8s %8s %8s %6s\n"

func header() {
	fmt.Printf("keyform beside a bare program that reads and parses the same files\n"+
		"%s/%s, %d processors, %s; wall and cpu in ms, peak memory in MiB, medians\n\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version())
	fmt.Printf(columns, "", "wall", "cpu", "peak", "bare", "cpu", "peak", "ratio")
}

// row prints one line; the ratio is that of the processor times.
func row(what string, u usage, bare *usage) {
	if bare == nil {
		fmt.Printf(columns, what, ms(u.wall), ms(u.cpu), mib(u.rss), "", "", "", "")
		return
	}
	ratio := fmt.Sprintf("%.1f", float64(u.cpu)/float64(max(bare.cpu, 1)))
	fmt.Printf(columns, what, ms(u.wall), ms(u.cpu), mib(u.rss), ms(bare.wall), ms(bare.cpu), mib(bare.rss), ratio)
}

func footer() {
	if own := ownPeak(); own > 0 {
		fmt.Printf("\nA peak at or below %s MiB, that of the measuring program, cannot be told apart.\n", mib(own))
	}
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f", float64(d)/1e6) }

func mib(bytes int64) string {
	if bytes == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f", float64(bytes)/(1<<20))
}
