// Package reload makes a running gateway take up what was written to its stores:
// through its RPC, by restarting its service, or with a command of the user's.
//
// The RPC is the WebSocket protocol of OpenClaw, versions 3 and 4, read in the shipped
// code of clawdbot 2026.1.24-3 and OpenClaw 2026.2.26, 2026.4.29, 2026.6.11 and 2026.9.6
// and tried against all of them. A client on loopback that knows the gateway's token or
// password needs no device that the gateway's owner has approved (see [Call]). With
// auth.mode "none" it does up to 2026.4.29 at least, and keyform uses the one of the
// gateway's own command-line client; from 2026.6.11 on it does not.
//
// No token ever becomes an argument, an environment variable of a child, or part
// of an error: what a gateway or a command says is cleaned of every secret known
// to the run before anything else happens to it.
package reload

import (
	"errors"
	"fmt"
)

// Kind says why a reload did not happen.
type Kind int

const (
	// Failed: the other side was reached and said no, or said something strange.
	Failed Kind = iota
	// NotRunning: nothing listens there, the gateway is going away, or the service
	// manager cannot be reached. A gateway that restarts itself after a change of
	// its config is in this state for some seconds.
	NotRunning
	// Unauthorized: token, password or device key are missing or wrong.
	Unauthorized
	// UnknownMethod: the gateway's release does not have this method.
	UnknownMethod
	// Timeout: no answer in time. What was asked for may have happened.
	Timeout
)

// String is the kind in words, as it stands in error texts.
func (k Kind) String() string {
	switch k {
	case NotRunning:
		return "not running"
	case Unauthorized:
		return "not authorized"
	case UnknownMethod:
		return "unknown method"
	case Timeout:
		return "no answer in time"
	default:
		return "failed"
	}
}

// Error is what every function of this package returns when it fails.
type Error struct {
	Kind Kind
	// What was asked for: an RPC method, a unit, or the name of a program.
	What string
	// Where it was asked: a URL without credentials, or the program that was run.
	Where string
	// Detail is what the other side said, masked, on one line. It may be empty.
	Detail string
	cause  error
}

// Error gives one line without any secret.
func (e *Error) Error() string {
	text := fmt.Sprintf("%s at %s: %s", e.What, e.Where, e.Kind)
	if e.Detail != "" {
		text += ": " + e.Detail
	}
	return text
}

// Unwrap gives the context's error where the context ended the work.
func (e *Error) Unwrap() error { return e.cause }

// Is reports whether err is, or wraps, an [Error] of kind k.
func Is(err error, k Kind) bool {
	var e *Error
	return errors.As(err, &e) && e.Kind == k
}
