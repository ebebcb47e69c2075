package product_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyform/keyform/providers/product"
)

// What releases do with configurations, environment files and expiries, on both sides of
// each boundary.
func TestConfigurationsOfReleases(t *testing.T) {
	type row struct {
		Expiry   string // none, strict or bounded
		Env      bool   // gateway.env
		Refuses  int    // of a working directory's .env
		Clones   bool
		Logins   bool
		ReadOnly string
		Live     bool // secrets.providers
		Entries  bool // agents.entries, and no flat env
		Hot      bool // auth
	}
	const nix, both = "OPENCLAW_NIX_MODE", "OPENCLAW_CONFIG_READONLY OPENCLAW_NIX_MODE"
	for release, want := range map[string]row{
		"2026.2.26": {Expiry: "none", Clones: true},
		"2026.3.2":  {Expiry: "none", Clones: true},
		"2026.3.7":  {Expiry: "strict", Clones: true},
		"2026.3.24": {Expiry: "strict", Clones: true},
		"2026.3.28": {Expiry: "strict", Clones: true, Refuses: 1},
		"2026.4.2":  {Expiry: "strict", Clones: true, Refuses: 6},
		"2026.4.5":  {Expiry: "strict", Clones: true, Refuses: 6, Env: true},
		"2026.4.10": {Expiry: "strict", Clones: true, Refuses: 8, Env: true},
		"2026.4.27": {Expiry: "strict", Clones: true, Refuses: 10, Env: true},
		"2026.4.29": {Expiry: "strict", Refuses: 10, Env: true},
		"2026.5.12": {Expiry: "strict", Refuses: 10, Env: true, ReadOnly: nix},
		"2026.5.28": {Expiry: "strict", Refuses: 11, Env: true, ReadOnly: nix},
		"2026.6.1":  {Expiry: "bounded", Refuses: 11, Env: true, ReadOnly: nix},
		"2026.6.35": {Expiry: "bounded", Refuses: 11, Env: true, ReadOnly: nix, Logins: true},
		"2026.7.1":  {Expiry: "bounded", Refuses: 11, Env: true, ReadOnly: nix, Logins: true, Live: true},
		"2026.7.35": {Expiry: "bounded", Refuses: 11, Env: true, ReadOnly: nix, Logins: true, Live: true},
		"2026.8.1":  {Expiry: "bounded", Refuses: 11, Env: true, ReadOnly: nix, Live: true, Entries: true},
		"2026.9.1":  {Expiry: "bounded", Refuses: 11, Env: true, ReadOnly: nix, Live: true, Entries: true},
		"2026.9.2":  {Expiry: "bounded", Refuses: 11, Env: true, ReadOnly: nix, Live: true, Entries: true, Hot: true},
		"2026.9.4":  {Expiry: "bounded", Refuses: 11, Env: true, ReadOnly: both, Live: true, Entries: true, Hot: true},
		"2026.9.6":  {Expiry: "bounded", Refuses: 11, Env: true, ReadOnly: both, Live: true, Entries: true, Hot: true},
	} {
		r, err := product.Find("openclaw").At(release)
		if err != nil {
			t.Fatal(err)
		}
		rules := r.Rules()
		got := row{
			Expiry: "none", Env: r.GatewayEnv != "", Refuses: len(r.CwdRefuses), Clones: !r.NoClone, Logins: r.ImportsLogins,
			ReadOnly: strings.Join(r.ReadOnlyEnv, " "), Live: rules.ProvidersLive, Entries: rules.AgentEntries, Hot: rules.AuthHot,
		}
		if rules.StrictExpiry {
			got.Expiry = "strict"
		}
		if rules.MaxExpiry > 0 {
			got.Expiry = "bounded"
		}
		if slices.Contains(rules.IdleModes, "hot") == rules.AgentEntries || !slices.Contains(rules.IdleModes, "off") {
			t.Errorf("%s is idle with %q", release, rules.IdleModes)
		}
		if rules.NoFlatEnv != rules.AgentEntries || (r.YieldingEnv != "") != rules.AgentEntries {
			t.Errorf("%s: %+v", release, r)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", release, diff)
		}
	}
}

// A release that has a row of its own is one that was looked at.
func TestKnownReleases(t *testing.T) {
	for _, p := range product.Products() {
		if p.Known == "" {
			continue
		}
		last := p.Releases()[len(p.Releases())-1].From
		if last == "" {
			last = p.Known
		}
		if c, err := product.Compare(last, p.Known); err != nil || c > 0 {
			t.Errorf("%s: the last range begins with %s, and the last release known is %s (%v)", p.Name, last, p.Known, err)
		}
	}
}
