//go:build gateways && unix

package product_test

import (
	_ "embed"
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/gatewaytest"
	"github.com/keyform/keyform/providers/product"
)

//go:embed testdata/tables.mjs
var tablesModule string

// tables is what a package holds; see testdata/tables.mjs.
type tables struct {
	Variables, Listed      map[string][]string
	Spellings, AuthAliases map[string]string
	Model                  string
}

// providerOf is the provider whose credentials one of that id uses.
func (t tables) providerOf(id string) string {
	if to := t.Spellings[id]; to != "" {
		id = to
	}
	if to := t.AuthAliases[id]; to != "" {
		return to
	}
	return id
}

// outside are the providers of plugins that left the package and that no catalogue in it
// lists with variables.
func outside() []string {
	return []string{"brave", "cohere", "exa", "firecrawl", "gmi", "gradium", "inworld", "kimi-coding", "parallel", "perplexity", "tavily", "volcengine-tts"}
}

// asked are all ids and spellings of providers in the table, of any release.
func asked(p *product.Product) []string {
	ids := map[string]bool{}
	for _, r := range p.Releases() {
		rules := r.Rules()
		for id := range rules.Variables {
			ids[id] = true
		}
		for _, aliases := range []map[string]string{rules.Aliases, rules.AuthAliases} {
			for id, to := range aliases {
				ids[id], ids[to] = true, true
			}
		}
	}
	// It signs in with the cloud's own credentials until it takes a key.
	delete(ids, "google-vertex")
	return slices.Sorted(maps.Keys(ids))
}

// The table has the variables, the aliases and the default model that an installed
// release has: no gateway is started, its own functions are asked.
func TestTableIsWhatReleasesHold(t *testing.T) {
	p := product.Find("openclaw")
	ids := asked(p)
	input, err := json.Marshal(ids)
	if err != nil {
		t.Fatal(err)
	}
	gatewaytest.Each(t, func(t *testing.T, r gatewaytest.Release) {
		if r.Product != p.Name {
			t.Skip("clawdbot is not in one bundle, and has one range")
		}
		row, err := p.At(r.Version)
		if err != nil {
			t.Fatal(err)
		}
		var holds tables
		if err := json.Unmarshal(gatewaytest.NewHome(t, r).Node(t, tablesModule, input), &holds); err != nil {
			t.Fatal(err)
		}
		t.Logf("%d providers with variables, %d listed, %d spellings, %d aliases", len(holds.Variables), len(holds.Listed), len(holds.Spellings), len(holds.AuthAliases))
		if len(holds.Variables) < 25 {
			t.Error("that are too few to have asked the right functions")
		}
		rules := row.Rules()
		compareVariables(t, holds, rules, ids)
		compareAliases(t, holds, rules, ids)
		if rules.DefaultModel != holds.Model {
			t.Errorf("default model %s, want %s", rules.DefaultModel, holds.Model)
		}
	})
}

func compareVariables(t *testing.T, holds tables, rules plan.Rules, ids []string) {
	t.Helper()
	all := slices.Concat(ids, slices.Collect(maps.Keys(holds.Variables)), slices.Collect(maps.Keys(holds.Listed)))
	slices.Sort(all)
	for _, id := range slices.Compact(all) {
		want, got := holds.Variables[holds.providerOf(id)], rules.Variables[rules.Provider(id)]
		if want == nil {
			want = holds.Listed[rules.Provider(id)]
		}
		if want == nil && slices.Contains(outside(), rules.Provider(id)) {
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("variables of %s (-release +table):\n%s", id, diff)
		}
	}
}

func compareAliases(t *testing.T, holds tables, rules plan.Rules, ids []string) {
	t.Helper()
	for _, id := range ids {
		want := id
		if to := holds.Spellings[id]; to != "" {
			want = to
		}
		if got := rules.Spelling(id); got != want {
			t.Errorf("%s is spelt %s, want %s", id, got, want)
		}
	}
	for id, want := range holds.AuthAliases {
		if got := rules.Provider(id); got != want {
			t.Errorf("%s uses the credentials of %s, want %s", id, got, want)
		}
	}
	for id, to := range rules.AuthAliases {
		if holds.Variables[to] != nil && holds.AuthAliases[id] == "" {
			t.Errorf("%s uses the credentials of %s in the table alone", id, to)
		}
	}
}
