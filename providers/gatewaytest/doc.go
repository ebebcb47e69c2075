// Package gatewaytest runs released gateways in sandbox homes, so that tests can ask
// the real programs what they make of a store, and see which credential a real
// agent turn sends to the model API. Its content needs the build tag "gateways":
//
//	go test -tags gateways ./...
//
// The releases come from the npm registry, once, into the directory that
// KEYFORM_ORACLES names, by default keyform/oracles in the user's cache directory.
// Some run only where RELEASES is in the environment: see Releases.
// npm must be in the search path. Nothing is skipped: with the tag on, what cannot
// run fails.
//
// The databases of a release that keeps credentials in some are made by the release, once,
// and copied into every home. Cells and PutCells read and write them by node's SQLite,
// which is the gateway's: a test must not judge keyform by its own.
//
// [Claude] is Claude Code, which is asked the same way and has no network at all.
//
// A program in a sandbox believes it talks to the model's own host. A preload of
// node (wire.mjs) turns these connections to a loopback server of the test and
// refuses all others that leave the machine. Use fake credentials only.
package gatewaytest
