//go:build gateways && unix

package gatewaytest

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// Generation is how a release keeps credentials, as in plan.Rules.
type Generation string

// The generations, oldest first.
const (
	JSON         Generation = "json"
	JSONAndState Generation = "json+state"
	AgentSQLite  Generation = "agent-sqlite"
	SharedSQLite Generation = "shared-sqlite"
)

// Release is one published gateway.
type Release struct {
	// Product is the npm package and the command's name; Version is its version.
	Product, Version string
	Generation       Generation
	// StateDir and ConfigName are where it keeps things: $HOME/StateDir/ConfigName.
	StateDir, ConfigName string
	// Entry is the program in its package.
	Entry string
	// Model is one it knows without a network.
	Model string
	// Ready is what its log says once it answers.
	Ready string
	// HasReload tells whether its RPC has secrets.reload.
	HasReload bool
	// OrdersWait tells that a running one goes on with the order that an agent had.
	OrdersWait bool
	// Heavy tells that its turns need plugins that it would fetch from npm first, 2.4 GB.
	// They are not fetched here: it runs commands and a gateway, and no turn.
	Heavy bool
}

// String is the name under which install.sh knows it.
func (r Release) String() string { return r.Product + "-" + r.Version }

// SQLite tells that it keeps credentials in databases.
func (r Release) SQLite() bool { return r.Generation == AgentSQLite || r.Generation == SharedSQLite }

// Clawdbot and OpenClaw are the releases of the one-file store at its two ends: a
// lock directory and a file read at every turn; a lock file and a snapshot in memory
// that is written over outside edits.
func Clawdbot() Release {
	return Release{Product: "clawdbot", Version: "2026.1.24-3", Generation: JSON, StateDir: ".clawdbot", ConfigName: "clawdbot.json",
		Entry: "dist/entry.js", Model: "anthropic/claude-opus-4-5", Ready: "listening on ws"}
}

// OpenClaw is 2026.2.26; see [Clawdbot].
func OpenClaw() Release {
	return openclaw(Release{Version: "2026.2.26", Generation: JSON, Model: "anthropic/claude-opus-4-5", Ready: "listening on ws"})
}

// OpenClaw429 is 2026.4.29, which keeps orders in a file of their own.
func OpenClaw429() Release {
	return openclaw(Release{Version: "2026.4.29", Generation: JSONAndState, Model: "anthropic/claude-opus-4-6", Ready: "[gateway] ready", Heavy: true})
}

// OpenClaw611 is 2026.6.11, whose agents have a database each.
func OpenClaw611() Release {
	return openclaw(Release{Version: "2026.6.11", Generation: AgentSQLite, Model: "anthropic/claude-opus-4-8", Ready: "[gateway] ready"})
}

// OpenClaw96 is 2026.9.6, whose agents share a database, with one of their own each
// for what differs.
func OpenClaw96() Release {
	return openclaw(Release{Version: "2026.9.6", Generation: SharedSQLite, Model: "anthropic/claude-opus-4-8", Ready: "[gateway] ready"})
}

func openclaw(r Release) Release {
	r.Product, r.StateDir, r.ConfigName, r.Entry, r.HasReload = "openclaw", ".openclaw", "openclaw.json", "openclaw.mjs", true
	return r
}

// JSONReleases are those of the one-file store.
func JSONReleases() []Release { return []Release{Clawdbot(), OpenClaw()} }

// Releases are those that are tested, in ascending order: by default three, with
// RELEASES=all in the environment the ones in between too, and with
// RELEASES=2026.8.1,2026.9.5 those of these versions alone.
func Releases() []Release {
	switch versions := os.Getenv("RELEASES"); versions {
	case "":
		return append(JSONReleases(), OpenClaw96())
	case "all":
		return append(JSONReleases(), OpenClaw429(), OpenClaw611(), OpenClaw96())
	default:
		var named []Release
		for v := range strings.SplitSeq(versions, ",") {
			i := slices.IndexFunc(known(), func(r Release) bool { return r.Version == v })
			if i < 0 {
				panic("RELEASES: no release " + v)
			}
			named = append(named, known()[i])
		}
		return named
	}
}

// known are all that can be tested.
func known() []Release {
	later := func(version string, generation Generation) Release {
		return openclaw(Release{Version: version, Generation: generation, Model: "anthropic/claude-opus-4-8", Ready: "[gateway] ready"})
	}
	r81, r82 := later("2026.8.1", SharedSQLite), later("2026.8.2", SharedSQLite)
	r81.OrdersWait, r82.OrdersWait = true, true
	return append(JSONReleases(), OpenClaw429(), OpenClaw611(), later("2026.7.35", AgentSQLite),
		r81, r82, later("2026.9.1", SharedSQLite),
		later("2026.9.2", SharedSQLite), later("2026.9.3", SharedSQLite), later("2026.9.4", SharedSQLite), later("2026.9.5", SharedSQLite), OpenClaw96())
}

// Thorough says that RELEASES asks for more than the default.
func Thorough() bool { return os.Getenv("RELEASES") != "" }

// Latest is the last of [Releases]. What is asked of it is about databases, so RELEASES has
// to end with a release that keeps some.
func Latest() Release {
	all := Releases()
	return all[len(all)-1]
}

// Each runs f as a subtest for every one of [Releases].
func Each(t *testing.T, f func(t *testing.T, r Release)) {
	t.Helper()
	each(t, Releases(), f)
}

// EachJSON runs f as a subtest for every one of [JSONReleases].
func EachJSON(t *testing.T, f func(t *testing.T, r Release)) {
	t.Helper()
	each(t, JSONReleases(), f)
}

// EachLater runs f as a subtest for every one of [Releases] that keeps more than the one
// file.
func EachLater(t *testing.T, f func(t *testing.T, r Release)) {
	t.Helper()
	var later []Release
	for _, r := range Releases() {
		if r.Generation != JSON {
			later = append(later, r)
		}
	}
	each(t, later, f)
}

// EachSQLite runs f as a subtest for every one of [Releases] that keeps databases.
func EachSQLite(t *testing.T, f func(t *testing.T, r Release)) {
	t.Helper()
	var later []Release
	for _, r := range Releases() {
		if r.SQLite() {
			later = append(later, r)
		}
	}
	each(t, later, f)
}

// EachTurning runs f as a subtest for every one of [Releases] that can do a turn here.
func EachTurning(t *testing.T, f func(t *testing.T, r Release)) {
	t.Helper()
	var turning []Release
	for _, r := range Releases() {
		if !r.Heavy {
			turning = append(turning, r)
		}
	}
	each(t, turning, f)
}

func each(t *testing.T, releases []Release, f func(t *testing.T, r Release)) {
	t.Helper()
	for _, r := range releases {
		t.Run(r.String(), func(t *testing.T) { f(t, r) })
	}
}
