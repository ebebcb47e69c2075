// Keyform reconciles the model credentials of OpenClaw-family gateways with what is
// declared in HCL. Run it without arguments for the list of commands; the manual
// is in docs/.
//
// A command is three steps: parsing its arguments into a struct, running, viewing.
// stdout carries the result, stderr progress and diagnostics.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// version is set by the linker for a release.
var version = "0.1.0-dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second interrupt ends the process at once
	a := newApp(os.Stdin, os.Stdout, os.Stderr, os.Environ())
	code := a.run(ctx, os.Args)
	stop()
	os.Exit(code)
}
