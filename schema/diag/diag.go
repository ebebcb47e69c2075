// Package diag holds what keyform tells its user about a problem: a severity, a
// stable code, a noun phrase, a full explanation with advice, a place in the
// configuration, an address.
//
// Everything a user reads about an error is a Diagnostic. Operational errors
// stay Go errors inside providers and apply and become a Diagnostic at the edge.
// A Diagnostic never holds a secret: whoever makes one puts in names, paths and
// references, never values.
package diag

// Severity says whether a run can go on.
type Severity int

const (
	// Error stops the run before anything further is written.
	Error Severity = iota
	// Warning is told and changes nothing.
	Warning
)

// String is "error" or "warning", as in the JSON form.
func (s Severity) String() string {
	if s == Warning {
		return "warning"
	}
	return "error"
}

// Pos is a place in a file. Line and Column count from 1 (columns in Unicode
// grapheme clusters, as HCL does), Byte from 0.
type Pos struct {
	Line   int `json:"line"`
	Column int `json:"column"`
	Byte   int `json:"byte"`
}

// Range is a part of a configuration file. The zero Range means "no place".
type Range struct {
	Filename string `json:"filename"`
	Start    Pos    `json:"start"`
	End      Pos    `json:"end"`
}

// Empty reports whether r names no place.
func (r Range) Empty() bool { return r.Filename == "" }

// Diagnostic is one problem.
type Diagnostic struct {
	Severity Severity
	// Code is stable across releases and documented in docs/diagnostics.md: "KF0203".
	Code string
	// Summary is a short noun phrase without a full stop.
	Summary string
	// Detail says in full sentences what is wrong, why, and what to do.
	Detail string
	// Range is the place in the configuration, if there is one.
	Range Range
	// Within names the block that Range is in, such as `agent "main"`.
	Within string
	// Address is the object concerned, in its full form, if there is one.
	Address string
	// Sensitive hides every string literal of the snippet: what stands in Range may
	// be a secret even where it does not look like one.
	Sensitive bool
}

// Diagnostics is a list in the order of discovery. The nil list is valid and empty.
type Diagnostics []Diagnostic

// HasErrors reports whether the list holds an Error.
func (ds Diagnostics) HasErrors() bool {
	for _, d := range ds {
		if d.Severity == Error {
			return true
		}
	}
	return false
}

// Errorf-like constructors are left out on purpose: a Diagnostic is written as a
// literal, so that its parts can be read and searched in the source.
