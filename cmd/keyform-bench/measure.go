package main

import (
	"cmp"
	"fmt"
	"os/exec"
	"slices"
	"time"
)

// command is a program as it is measured.
type command struct {
	dir  string
	argv []string
	env  []string
}

// usage is what one run took; rss is its peak memory in bytes, 0 where the operating
// system does not tell.
type usage struct {
	wall, cpu time.Duration
	rss       int64
}

// runOnce runs a command to its end; an exit code other than 0 is an error.
func runOnce(c command) (usage, error) {
	cmd := exec.Command(c.argv[0], c.argv[1:]...)
	cmd.Dir, cmd.Env = c.dir, c.env
	// An empty list would mean the environment of this program.
	if cmd.Env == nil {
		cmd.Env = []string{}
	}
	var stderr tail
	cmd.Stderr = &stderr
	start := time.Now()
	err := cmd.Run()
	wall := time.Since(start)
	if err != nil {
		return usage{}, fmt.Errorf("%v: %w\n%s", c.argv, err, stderr)
	}
	return usage{wall, cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), peak(cmd.ProcessState)}, nil
}

// tail keeps the first bytes of an output.
type tail []byte

func (t *tail) Write(p []byte) (int, error) {
	*t = append(*t, p[:min(len(p), 2000-len(*t))]...)
	return len(p), nil
}

// measure gives the medians of the runs of a command, after one that is not counted.
// before, where not nil, prepares each run.
func (b *bench) measure(before func() error, c command) (usage, error) {
	var all []usage
	for range b.runs + 1 {
		if before != nil {
			if err := before(); err != nil {
				return usage{}, err
			}
		}
		u, err := runOnce(c)
		if err != nil {
			return usage{}, err
		}
		all = append(all, u)
	}
	all = all[1:]
	return usage{
		wall: median(all, func(u usage) time.Duration { return u.wall }),
		cpu:  median(all, func(u usage) time.Duration { return u.cpu }),
		rss:  median(all, func(u usage) int64 { return u.rss }),
	}, nil
}

func median[T cmp.Ordered](all []usage, of func(usage) T) T {
	values := make([]T, len(all))
	for i, u := range all {
		values[i] = of(u)
	}
	slices.Sort(values)
	return values[len(values)/2]
}
