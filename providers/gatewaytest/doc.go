// Package gatewaytest runs released gateways in sandbox homes, so that tests can ask
// the real programs what they make of a store, and see which credential a real
// agent turn sends to the model API. Its content needs the build tag "gateways":
//
//	go test -tags gateways ./...
//
// The releases come from the npm registry, once, into the directory that
// KEYFORM_ORACLES names, by default keyform/oracles in the user's cache directory.
// npm must be in the search path. Nothing is skipped: with the tag on, what cannot
// run fails.
//
// [Claude] is Claude Code, which is asked the same way and has no network at all.
//
// A program in a sandbox believes it talks to the model's own host. A preload of
// node (wire.mjs) turns these connections to a loopback server of the test and
// refuses all others that leave the machine. Use fake credentials only.
package gatewaytest
