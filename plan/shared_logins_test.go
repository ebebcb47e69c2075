package plan

import (
	"strings"
	"testing"

	"github.com/keyform/keyform/schema"
)

// TestOneLoginForTwoGateways plans two gateways whose sync copies one Claude Code.
func TestOneLoginForTwoGateways(t *testing.T) {
	const id = "anthropic:claude-cli"
	soon, later := float64(now+1), float64(now+day)
	stored := func(refresh Fingerprint, expires *float64) *LiveProfile {
		return &LiveProfile{ID: id, Provider: "anthropic", Kind: schema.OAuth, Access: "a", Refresh: refresh, Expires: expires}
	}
	for _, c := range []struct {
		name    string
		imports []string
		// live is what each gateway has, in the order of their names.
		live []*LiveProfile
		want string
	}{
		{"one imports", []string{"clawdbot"}, []*LiveProfile{nil, nil}, ""},
		{"both import", []string{"clawdbot", "clawdia"}, []*LiveProfile{nil, nil}, "KF0620 clawdia"},
		{"both import what they have", []string{"clawdbot", "clawdia"}, []*LiveProfile{stored("r", &later), stored("r", &later)}, "KF0620 clawdia, KF0619 clawdbot"},
		{"the other has it by itself", []string{"clawdbot"}, []*LiveProfile{nil, stored("r", &later)}, "KF0620 clawdbot"},
		{"the first has it by itself", []string{"clawdia"}, []*LiveProfile{stored("r", &later), stored("old", &soon)}, "KF0620 clawdia"},
		{"both have it by themselves", []string{"clawdbot"}, []*LiveProfile{stored("r", &later), stored("r", &later)}, "KF0619 clawdbot"},
		{"the other has another", []string{"clawdbot"}, []*LiveProfile{nil, stored("s", &later)}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg := &schema.Config{Profiles: []schema.Profile{{ID: id, Provider: "anthropic", Kind: schema.OAuth, Import: schema.ImportClaudeCode, Gateways: c.imports}}}
			live := Snapshot{Sync: &SyncLogin{Path: "/h/.claude/.credentials.json", Kind: schema.OAuth, Access: "n", Refresh: "r", Expires: later}}
			for i, name := range []string{"clawdbot", "clawdia"} {
				cfg.Gateways = append(cfg.Gateways, schema.Gateway{Name: name, Product: name})
				g := GatewaySnapshot{Name: name, Product: name, Rules: Rules{MainAgent: "main", ClaudeSync: id}, Stores: []StoreSnapshot{{Agent: "main", Path: "/" + name, Label: "store"}}}
				if c.live[i] != nil {
					g.Stores[0].Profiles = []LiveProfile{*c.live[i]}
				}
				live.Gateways = append(live.Gateways, g)
			}
			_, diags := Diff(Desire(cfg), live, nil, Options{Now: now})
			var got []string
			for _, d := range diags {
				a, err := schema.ParseAddress(d.Address)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, d.Code+" "+a.Gateway)
			}
			if text := strings.Join(got, ", "); text != c.want {
				t.Errorf("got %q, want %q\n%+v", text, c.want, diags)
			}
		})
	}
}

// TestLoginOfAnotherConfigDir holds that a Claude Code in another directory counts as a
// place, and the one that the sync reads only together with its copy.
func TestLoginOfAnotherConfigDir(t *testing.T) {
	later := float64(now + day)
	for _, c := range []struct {
		path, want string
	}{
		{"/h/.claude/.credentials.json", ""},
		{"/etc/claude/.credentials.json", "KF0619"},
	} {
		live := Snapshot{
			Sync:       &SyncLogin{Path: "/h/.claude/.credentials.json", Kind: schema.OAuth, Access: "a", Refresh: "r", Expires: later},
			ClaudeCode: &ClaudeCodeSnapshot{ClaudeCodeState: ClaudeCodeState{Where: "file", Path: c.path, Label: c.path}, Refresh: "r"},
		}
		_, diags := Diff(Desired{}, live, nil, Options{Now: now})
		got := ""
		for _, d := range diags {
			got += d.Code
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.path, got, c.want)
		}
	}
}
