package main

import (
	"bytes"
	"context"
	"io"
	"testing"
)

// TestInterruptAtThePromptIsANo: reading from a terminal does not end with the context.
func TestInterruptAtThePromptIsANo(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	stdin, typed := io.Pipe()
	defer typed.Close()
	a := newApp(stdin, io.Discard, new(bytes.Buffer), nil)
	answer := make(chan bool)
	go func() { answer <- a.approve(ctx) }()
	cancel()
	if <-answer {
		t.Error("an interrupt was taken for a yes")
	}
}

// TestFailureAfterAnInterruptIsOne: whatever a command makes of the end of its
// context, the exit code says that it was interrupted.
func TestFailureAfterAnInterruptIsOne(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, tt := range []struct {
		args []string
		want int
	}{
		{[]string{"plan", "-nosuchflag"}, exitInterrupted},
		{[]string{"version"}, exitOK},
	} {
		a := newApp(new(bytes.Buffer), io.Discard, io.Discard, nil)
		if got := a.run(ctx, append([]string{"keyform"}, tt.args...)); got != tt.want {
			t.Errorf("%v: exit %d, want %d", tt.args, got, tt.want)
		}
	}
}
