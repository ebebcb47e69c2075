package source

import "github.com/keyform/keyform/schema"

// Kind says what sort of failure a Failure is. The text is stable and is shown.
type Kind string

// The kinds of failures.
const (
	// NotFound: there is no such variable, file, vault, item or field.
	NotFound Kind = "not-found"
	// Denied: it is there, and keyform may not read it or must not trust it.
	Denied Kind = "denied"
	// Unauthenticated: keyform's own credential for the source is missing or wrong.
	Unauthenticated Kind = "unauthenticated"
	// RateLimited: the source refuses further requests for some time.
	RateLimited Kind = "rate-limited"
	// Unreachable: the source does not answer, or answers that it is broken.
	Unreachable Kind = "unreachable"
	// Timeout: the source did not answer in time.
	Timeout Kind = "timeout"
	// Ambiguous: the reference fits several secrets.
	Ambiguous Kind = "ambiguous"
	// Empty: it is there and has nothing in it.
	Empty Kind = "empty"
	// Malformed: the reference or the value cannot be right as it is.
	Malformed Kind = "malformed"
	// Unsupported: it is there and of a sort that keyform or this machine cannot use.
	Unsupported Kind = "unsupported"
	// Other: anything else; also an interrupt.
	Other Kind = "other"
)

// Failure tells why one reference has no value. Its texts hold no secret and
// nothing of one. Failures of one run that have the same cause have the same Kind,
// Message and Advice, so that a view may show them as one.
type Failure struct {
	Ref  schema.Ref
	Kind Kind
	// Message says what is wrong with what the reference names ("There is no such
	// file."), Advice what to do about it; both are full sentences.
	Message, Advice string
}

// Error is the reference, the message and the advice.
func (f *Failure) Error() string {
	return f.Ref.String() + ": " + f.Message + " " + f.Advice
}

// Failed is the Result of a reference without a value.
func Failed(ref schema.Ref, kind Kind, message, advice string) Result {
	return Result{Failure: &Failure{Ref: ref, Kind: kind, Message: message, Advice: advice}}
}
