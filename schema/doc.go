// Package schema is the language: it reads *.hcl and *.hcl.json files, evaluates
// them, and gives a Config, or every problem of them at once.
//
// Load does it all: files, the version check, variables, local values, secrets, and
// then the blocks that declare something. Each kind of block has a file decode_*.go.
// Expressions are evaluated at once, since nothing in the language is known only
// later; for_each is unrolled and enabled = false leaves a block out, so that what
// builds on Config sees neither.
//
// A secret is never a value here. References are values of one opaque type that can
// be passed about, compared and put in collections, and never become text; literals
// that have the form of a credential are refused. Format is the canonical layout of
// a file, Address names an object in plans and outputs.
//
// The package reads the configuration's directory and what file() and templatefile()
// name, and nothing else: no network, no vault, no store. Nothing in it keeps state.
package schema
