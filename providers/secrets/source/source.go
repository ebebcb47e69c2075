// Package source is what a source of secrets and the resolver above it agree on:
// the question, the answer, the kinds of failure, and the seams through which a
// source reaches the machine.
package source

import (
	"context"
	"io"
	"io/fs"
	"time"

	"github.com/keyform/keyform/providers/secrets/secret"
	"github.com/keyform/keyform/schema"
)

// MaxBytes is the size, in bytes, above which no source's answer is a credential.
const MaxBytes = 64 << 10

// Source reads the secrets of one constructor of the language, such as env.
// Implementations need not be safe for concurrent use: the resolver asks one at a
// time.
type Source interface {
	// Fetch gets all references of one request at once and answers each of them,
	// in the same order. It ends soon after ctx does, with failures.
	Fetch(ctx context.Context, req Request) []Result
	// Cost says in a few words what fetching n references (1 or more) of one
	// request needs, for the plan's line about it: "3 references from 1Password,
	// one sign-in".
	Cost(n int) string
}

// Request is what one Fetch is asked for.
type Request struct {
	// Refs are of this source and of one alias, without duplicates, at least one.
	Refs []schema.Ref
	// Block is the source block that they name, or nil for the default.
	Block *schema.Source
	// Token is the value of Block.Token, or zero where there is none.
	Token secret.Value
}

// Result answers one reference. The value is as the source has it, save that a
// source whose answers are lines takes off the end of the line (TrimNewline); the
// resolver checks what is in it.
type Result struct {
	Value secret.Value
	// Failure is nil where Value counts.
	Failure *Failure
}

// Files is the part of fsys.FS that sources read through.
type Files interface {
	ReadFile(name string) ([]byte, error)
	Stat(name string) (fs.FileInfo, error)
}

// Seams are a source's ways to the machine. A seam that no reference of the run
// needs may be left out.
type Seams struct {
	// LookupEnv is os.LookupEnv.
	LookupEnv func(name string) (string, bool)
	Files     Files
	// Home is what a leading "~/" stands for; "" where it is not known.
	Home string
	// Stdin is read to its end, once in a run. It is nil where there is none.
	Stdin io.Reader
	// StdinIsTerminal tells that Stdin is a person's keyboard, which is never read.
	StdinIsTerminal bool
	// ClaudeCode reads Claude Code's login as the gateways' sync does, in the form that
	// package claudecode packs it in; the zero Value is none.
	ClaudeCode func(ctx context.Context) (secret.Value, error)
	// LegacyEntry reads what a list in a file of an earlier form of the stores has under the
	// id of a profile; the zero Value is nothing.
	LegacyEntry func(path, list, id string) (secret.Value, error)
	// Executable is os.Executable: keyform itself, to be started as its own helper.
	Executable func() (string, error)
	// Wait sleeps for d, or until ctx ends and then gives its error.
	Wait func(ctx context.Context, d time.Duration) error
	// Random gives numbers in [0, 1) that spread retries; it need not be secure.
	Random func() float64
	// Timeout is how long one Fetch that leaves the machine may take, retries
	// included. 0 is 90 seconds.
	Timeout time.Duration
	// Warn takes what a user should know about a reference that did resolve; nil
	// drops it.
	Warn func(Warning)
}

// Warning is about a reference that resolved. Its texts hold no secret.
type Warning struct {
	Ref schema.Ref
	// Message says what is wrong, Advice what to do; both are full sentences.
	Message, Advice string
}

// TrimNewline takes one line end, "\n" or "\r\n", off the end of b, as editors and
// echo put it there. It takes no second one: that would hide a mistake.
func TrimNewline(b []byte) []byte {
	n := len(b)
	if n == 0 || b[n-1] != '\n' {
		return b
	}
	if n > 1 && b[n-2] == '\r' {
		return b[:n-2]
	}
	return b[:n-1]
}
