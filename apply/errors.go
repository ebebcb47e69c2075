package apply

import (
	"fmt"
	"strings"
	"time"

	"github.com/keyform/keyform/providers/reload"
	"github.com/keyform/keyform/providers/secrets/source"
)

// PartialError says that a run failed after something had been written: exit 3.
// The Report says what.
type PartialError struct{ Err error }

func (e *PartialError) Error() string { return "part of the plan was applied: " + e.Err.Error() }

// Unwrap gives what failed.
func (e *PartialError) Unwrap() error { return e.Err }

// InterruptedError says that the run's context ended: exit 130. What was being
// written is finished or as it was; nothing further was started.
type InterruptedError struct {
	// Written tells that stores have been written; the Report says which.
	Written bool
	Err     error
}

func (e *InterruptedError) Error() string {
	if e.Written {
		return "interrupted; what was being written is finished, the rest was not started: run apply again"
	}
	return "interrupted before anything was written"
}

// Unwrap gives the cause, the context's error.
func (e *InterruptedError) Unwrap() error { return e.Err }

// LockedError says that a lock is held by somebody else: exit 11.
type LockedError struct {
	Gateway string
	// What is locked: keyform itself for this gateway, or a store's label.
	What string
	// Path is the lock.
	Path string
	// Holder names the holder as far as it is known; PID is 0 and Since zero where
	// they are not.
	Holder string
	PID    int
	Since  time.Time
	// Age is how long it has been held, 0 if unknown.
	Age time.Duration
	// Advice says what to do, as a full sentence.
	Advice string
	Err    error
}

func (e *LockedError) Error() string {
	age := ""
	if e.Age > 0 {
		age = ", for " + e.Age.Round(time.Second).String()
	}
	return fmt.Sprintf("%s of gateway %q is locked by %s%s (%s). %s", e.What, e.Gateway, e.Holder, age, e.Path, e.Advice)
}

// Unwrap gives what the lock said.
func (e *LockedError) Unwrap() error { return e.Err }

// Stale is one thing that is no longer as the plan saw it.
type Stale struct {
	Gateway string `json:"gateway"`
	// Store is a store's label, Address an object; one of them is "".
	Store   string `json:"store,omitempty"`
	Address string `json:"address,omitempty"`
	// What names what moved: "profile anthropic:work changed".
	What string `json:"what"`
}

// StaleError says that the plan no longer fits what is there: exit 12.
type StaleError struct{ Moved []Stale }

func (e *StaleError) Error() string {
	lines := make([]string, 0, len(e.Moved))
	for _, m := range e.Moved {
		where := m.Address
		if m.Store != "" {
			where = m.Store + " of gateway " + m.Gateway
		}
		lines = append(lines, where+": "+m.What)
	}
	return "the plan is stale: " + strings.Join(lines, "; ") + ". Make a new plan."
}

// SecretFailure is one secret that could not be had or is not as it should be.
type SecretFailure struct {
	source.Failure
	// Addresses are the objects that want it, in the order of the plan.
	Addresses []string
}

// SecretsError lists all secrets that could not be had: exit 1.
type SecretsError struct{ Failures []SecretFailure }

func (e *SecretsError) Error() string {
	lines := make([]string, 0, len(e.Failures))
	for i := range e.Failures {
		f := &e.Failures[i]
		lines = append(lines, f.Error()+" (for "+strings.Join(f.Addresses, ", ")+")")
	}
	return strings.Join(lines, "\n")
}

// RefusedError says that a run was refused before it began: exit 1.
type RefusedError struct {
	Gateway string
	Reason  string
}

func (e *RefusedError) Error() string {
	if e.Gateway == "" {
		return e.Reason
	}
	return fmt.Sprintf("gateway %q: %s", e.Gateway, e.Reason)
}

// VerifyError says that a store was written and reads otherwise.
type VerifyError struct {
	Gateway, Store string
	// Items are those that are not as written.
	Items []string
	// Commands tells that the gateway's own commands wrote it.
	Commands bool
}

func (e *VerifyError) Error() string {
	if e.Commands {
		return fmt.Sprintf("%s of gateway %q was written by the gateway's own commands, and now reads otherwise than planned: %s. Something else wrote it at the same time, or this release's commands do it in another way. Plan and apply again, or use writer = \"auto\".",
			e.Store, e.Gateway, strings.Join(e.Items, ", "))
	}
	return fmt.Sprintf("%s of gateway %q was written, and now reads otherwise: %s. Something else wrote it at the same time; plan and apply again.",
		e.Store, e.Gateway, strings.Join(e.Items, ", "))
}

// ClobberedError says that a gateway kept writing old values back.
type ClobberedError struct {
	Gateway string
	// Stores are the labels of those that are not as written.
	Stores []string
	Tries  int
}

func (e *ClobberedError) Error() string {
	return fmt.Sprintf("the running gateway %q wrote its old values back over %s, %d times in a row. Stop it, apply again, and start it.",
		e.Gateway, strings.Join(e.Stores, ", "), e.Tries)
}

// ReloadError says that the stores are written and right, but the gateway could not
// be told.
type ReloadError struct {
	Gateway string
	// How and What are as in ReloadReport.
	How, What string
	Err       error
}

func (e *ReloadError) Error() string {
	advice := "Restart it, or have it reload, so that it uses them."
	// OpenClaw up to 2026.7.35 refuses to reload while a reference does not resolve;
	// 2026.2.26 and 2026.6.11 do not start then either.
	if e.What == "secrets.reload" && reload.Is(e.Err, reload.Failed) {
		advice = "It goes on with what it had. Its log says why; a reference that it cannot resolve has to be put right before it is restarted."
	}
	return fmt.Sprintf("gateway %q has its new stores and could not be told (%s): %v. %s", e.Gateway, e.What, e.Err, advice)
}

// Unwrap gives what failed.
func (e *ReloadError) Unwrap() error { return e.Err }
