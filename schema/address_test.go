package schema

import (
	"strings"
	"testing"
)

func TestParseAddress(t *testing.T) {
	cases := map[string]Address{
		`gateway.a`:                            {Kind: KindGateway, Gateway: "a"},
		`gateway.a.profile["anthropic:x"]`:     {Kind: KindProfile, Gateway: "a", Name: "anthropic:x"},
		`gateway.a.provider["p"]`:              {Kind: KindProvider, Gateway: "a", Provider: "p"},
		`gateway.a.provider["p"].env["N"]`:     {Kind: KindEnv, Gateway: "a", Provider: "p", Name: "N"},
		`gateway.a.provider["p"].order`:        {Kind: KindProviderOrder, Gateway: "a", Provider: "p"},
		`gateway.a.agent["m"]`:                 {Kind: KindAgent, Gateway: "a", Agent: "m"},
		`gateway.a.agent["m"].order["p"]`:      {Kind: KindAgentOrder, Gateway: "a", Agent: "m", Provider: "p"},
		`gateway.a.agent["m"].profile["p:\""]`: {Kind: KindProfile, Gateway: "a", Agent: "m", Name: `p:"`},
		`profile["p:x"]`:                       {Kind: KindProfile, Name: "p:x"},
		`claude_code`:                          {Kind: KindClaudeCode},
	}
	for text, want := range cases {
		got, err := ParseAddress(text)
		if err != nil || got != want {
			t.Errorf("%s: got %+v, %v", text, got, err)
		}
		if got.String() != text {
			t.Errorf("%s is printed as %s", text, got)
		}
	}
}

func TestParseAddressShortForm(t *testing.T) {
	if a, err := ParseAddress(`profile["a:b"]`, "only"); err != nil || a.Gateway != "only" {
		t.Errorf("one gateway: got %+v, %v", a, err)
	}
	_, err := ParseAddress(`profile["a:b"]`, "one", "two")
	if err == nil || !strings.Contains(err.Error(), "one, two") {
		t.Errorf("two gateways: got %v", err)
	}
	if a, err := ParseAddress(`claude_code`, "one", "two"); err != nil || a != (Address{Kind: KindClaudeCode}) {
		t.Errorf("of no gateway: got %+v, %v", a, err)
	}
	if a, err := ParseAddress(`claude_code`, "only"); err != nil || a.Gateway != "" {
		t.Errorf("of no gateway: got %+v, %v", a, err)
	}
	if a, err := ParseAddress(`gateway.two.profile["a:b"]`, "one", "two"); err != nil || a.Gateway != "two" {
		t.Errorf("the full form: got %+v, %v", a, err)
	}
}

func TestParseAddressRefuses(t *testing.T) {
	for text, want := range map[string]string{
		``:                           "expected a name at position 0",
		`gateway`:                    "expected a dot at position 7",
		`gateway.`:                   "expected a name at position 8",
		`profile`:                    `expected ["..."] at position 7`,
		`profile[x]`:                 `expected ["..."] at position 7`,
		`profile["x]`:                "does not end",
		`profile["x"`:                "expected ] at position 11",
		`profile[""]`:                "empty or malformed",
		`profile["x"].y`:             "unexpected text at the end at position 12",
		`provider["p"].key`:          "expected order or env",
		`agent["a"].env["X"]`:        "expected order or profile",
		`secret.x`:                   "expected gateway, profile, provider, agent or claude_code",
		`gateway.a.claude_code`:      "belongs to no gateway",
		`claude_code.expect`:         "unexpected text at the end",
		`gateway.a.gateway.b`:        "expected gateway, profile, provider, agent or claude_code",
		"profile[`x`]":               `expected ["..."]`,
		`gateway.a.profile["x"] `:    "unexpected text at the end",
		`gateway.a.provider["p"].`:   "expected a name",
		`gateway.a.provider["p"]env`: "expected a dot",
	} {
		if a, err := ParseAddress(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %+v, %v, want %q", text, a, err, want)
		}
	}
}

func TestContains(t *testing.T) {
	parse := func(s string) Address {
		a, err := ParseAddress(s)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{`gateway.g`, `gateway.g.agent["m"].order["p"]`, true},
		{`gateway.g`, `gateway.h.profile["p:x"]`, false},
		{`gateway.g.agent["m"]`, `gateway.g.agent["m"].profile["p:x"]`, true},
		{`gateway.g.agent["m"]`, `gateway.g.profile["p:x"]`, false},
		{`gateway.g.provider["p"]`, `gateway.g.provider["p"].order`, true},
		{`gateway.g.provider["p"]`, `gateway.g.provider["p"].env["A"]`, true},
		{`gateway.g.provider["p"]`, `gateway.g.profile["p:x"]`, false},
		{`gateway.g.provider["p"]`, `gateway.g.agent["m"].order["p"]`, false},
		{`gateway.g.profile["p:x"]`, `gateway.g.profile["p:x"]`, true},
		{`gateway.g.profile["p:x"]`, `gateway.g.agent["m"].profile["p:x"]`, false},
		{`claude_code`, `claude_code`, true},
		{`gateway.g`, `claude_code`, false},
		{`claude_code`, `gateway.g`, false},
	} {
		if got := parse(c.a).Contains(parse(c.b)); got != c.want {
			t.Errorf("%s contains %s: got %t", c.a, c.b, got)
		}
	}
}

// FuzzAddress checks that what parses is printed as something that parses to the
// same.
func FuzzAddress(f *testing.F) {
	f.Add(`gateway.a.agent["m"].profile["p:x"]`)
	f.Add(`gateway.a.provider["p"].env["N"]`)
	f.Add(`profile["\u00e9\x00\""]`)
	f.Add(`gateway.a`)
	f.Add(`claude_code`)
	f.Fuzz(func(t *testing.T, text string) {
		a, err := ParseAddress(text)
		if err != nil {
			return
		}
		b, err := ParseAddress(a.String())
		if err != nil || a != b {
			t.Fatalf("%q gives %+v, printed %q, which gives %+v, %v", text, a, a, b, err)
		}
	})
}
