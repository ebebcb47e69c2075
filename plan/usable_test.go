package plan

import (
	"testing"

	"github.com/keyform/keyform/schema"
)

// OpenClaw 2026.2.26 sent a token with expires 0, 2026.6.11 did not (on the wire).
func TestUsable(t *testing.T) {
	early, strict := Rules{}, Rules{StrictExpiry: true}
	bounded := Rules{StrictExpiry: true, MaxExpiry: 864e13}
	at := func(ms float64) *float64 { return &ms }
	for _, test := range []struct {
		name    string
		rules   Rules
		profile LiveProfile
		want    bool
	}{
		{"none", bounded, LiveProfile{Kind: schema.Token, Credential: "x"}, true},
		{"no credential", early, LiveProfile{Kind: schema.Token}, false},
		{"a reference", early, LiveProfile{Kind: schema.Token, Reference: &StoredRef{}}, true},
		{"later", bounded, LiveProfile{Kind: schema.Token, Credential: "x", Expires: at(now + 1)}, true},
		{"now", bounded, LiveProfile{Kind: schema.Token, Credential: "x", Expires: at(now)}, false},
		{"0 early", early, LiveProfile{Kind: schema.Token, Credential: "x", Expires: at(0)}, true},
		{"0", strict, LiveProfile{Kind: schema.Token, Credential: "x", Expires: at(0)}, false},
		{"-1", strict, LiveProfile{Kind: schema.Token, Credential: "x", Expires: at(-1)}, false},
		{"the last date", bounded, LiveProfile{Kind: schema.Token, Credential: "x", Expires: at(864e13)}, true},
		{"after it", bounded, LiveProfile{Kind: schema.Token, Credential: "x", Expires: at(864e13 + 2)}, false},
		{"after it, before that counted", strict, LiveProfile{Kind: schema.Token, Credential: "x", Expires: at(864e13 + 2)}, true},
		{"a key", bounded, LiveProfile{Kind: schema.APIKey, Credential: "x", Expires: at(1)}, true},
		{"a login", bounded, LiveProfile{Kind: schema.OAuth, Expires: at(1)}, true},
	} {
		if got := test.rules.usable(&test.profile, now); got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
	}
}
