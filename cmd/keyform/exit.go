package main

import (
	"errors"
	"fmt"

	"github.com/keyform/keyform/apply"
)

// The exit codes, as documented in docs/commands.md.
const (
	exitOK          = 0
	exitError       = 1
	exitChanges     = 2
	exitUnformatted = 3
	exitPartial     = 3
	exitLocked      = 11
	exitStale       = 12
	exitInterrupted = 130
)

// exit ends a command with a code; everything there is to say has been said.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit %d", int(e)) }

// usageError is a mistake in the arguments.
type usageError struct{ msg string }

func (e usageError) Error() string { return e.msg }

func usagef(format string, args ...any) error { return usageError{fmt.Sprintf(format, args...)} }

// applyCode maps the outcome of an apply to an exit code. Once anything was
// written, a failure is "part of it was applied", whatever it was.
func applyCode(err error) int {
	var locked *apply.LockedError
	var stale *apply.StaleError
	var partial *apply.PartialError
	var interrupted *apply.InterruptedError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &interrupted):
		return exitInterrupted
	case errors.As(err, &partial):
		return exitPartial
	case errors.As(err, &locked):
		return exitLocked
	case errors.As(err, &stale):
		return exitStale
	}
	return exitError
}
