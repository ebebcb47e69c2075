package gateway

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/product"
	"github.com/keyform/keyform/providers/secrets/secret"
	"github.com/keyform/keyform/schema"
)

const (
	keyA = "sk-ant-api03-AAAAaaaaAAAAaaaaAAAAaaaa"
	keyB = "sk-ant-api03-BBBBbbbbBBBBbbbbBBBBbbbb"
)

func setupTokenOf(c string) string { return setupToken + strings.Repeat(c, 80) }

func profilesOf(entries ...string) Content {
	return Content{Store: []byte(`{"version":1,"profiles":{` + strings.Join(entries, ",") + `}}`)}
}

func apiKeyEntry(id, provider, key string) string {
	return `"` + id + `":{"type":"api_key","provider":"` + provider + `","key":"` + key + `"}`
}

func tokenEntry(id, token, rest string) string {
	return `"` + id + `":{"type":"token","provider":"anthropic","token":"` + token + `"` + rest + `}`
}

func TestCredentialCommands(t *testing.T) {
	at := time.UnixMilli(1_800_000_000_000)
	a := apiKeyEntry("anthropic:a", "anthropic", keyA)
	const pasteA = "models auth --agent main paste-api-key --provider anthropic --profile-id anthropic:a < "
	const pasteT = "models auth --agent ops paste-token --provider anthropic --profile-id anthropic:t"
	token := setupTokenOf("t")
	tests := []struct {
		name, agent string
		was, now    Content
		keeps       bool // the release deletes no profile
		want        []string
	}{
		{name: "nothing", was: profilesOf(a), now: profilesOf(a)},
		{name: "no database", now: profilesOf(a), want: []string{pasteA + keyA}},
		{name: "what only the gateway notes", was: Content{Store: profilesOf(a).Store, State: []byte(`{"usageStats":{"anthropic:a":{}}}`)}, now: profilesOf(a)},
		{name: "another value", was: profilesOf(a), now: profilesOf(apiKeyEntry("anthropic:a", "anthropic", keyB)), want: []string{pasteA + keyB}},
		{name: "a token", agent: "ops", now: profilesOf(tokenEntry("anthropic:t", token, "")), want: []string{pasteT + " < " + token}},
		{name: "its expiry", agent: "ops", was: profilesOf(tokenEntry("anthropic:t", token, "")),
			now: profilesOf(tokenEntry("anthropic:t", token, `,"expires":1800000600500`)), want: []string{pasteT + " --expires-in 600s < " + token}},
		{name: "an expiry in the year 9999", agent: "ops", now: profilesOf(tokenEntry("anthropic:t", token, `,"expires":253370764800000`)),
			want: []string{pasteT + " --expires-in 251570764800s < " + token}},
		{name: "about the same expiry", agent: "ops", was: profilesOf(tokenEntry("anthropic:t", token, `,"expires":1800000600500`)),
			now: profilesOf(tokenEntry("anthropic:t", token, `,"expires":1800003000000`))},
		{name: "no expiry any more", agent: "ops", was: profilesOf(tokenEntry("anthropic:t", token, `,"expires":1800000600500`)),
			now: profilesOf(tokenEntry("anthropic:t", token, "")), want: []string{pasteT + " < " + token}},
		{name: "another kind", agent: "ops", was: profilesOf(apiKeyEntry("anthropic:t", "anthropic", keyA)), now: profilesOf(tokenEntry("anthropic:t", token, "")),
			want: []string{"models auth --agent ops logout anthropic:t --yes", pasteT + " < " + token}},
		{name: "another kind, where nothing is deleted", agent: "ops", keeps: true, was: profilesOf(apiKeyEntry("anthropic:t", "anthropic", keyA)),
			now: profilesOf(tokenEntry("anthropic:t", token, "")), want: []string{pasteT + " < " + token}},
		{name: "a reference before", was: profilesOf(`"anthropic:a":{"type":"api_key","provider":"anthropic","keyRef":{"source":"env","provider":"default","id":"A"}}`),
			now: profilesOf(a), want: []string{"models auth --agent main logout anthropic:a --yes", pasteA + keyA}},
		{name: "stored before deleted", was: profilesOf(apiKeyEntry("anthropic:b", "anthropic", keyB)), now: profilesOf(a),
			want: []string{pasteA + keyA, "models auth --agent main logout anthropic:b --yes"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rules := plan.Rules{Generation: product.SharedTables, References: true, Commands: true, Logout: !tt.keeps}
			got, err := credentialCommands(tt.agent, rules, tt.was, tt.now, at)
			if err != nil {
				t.Fatal(err)
			}
			var lines []string
			for _, c := range got {
				line := strings.Join(c.Args, " ")
				for _, value := range []string{keyA, keyB, token} {
					if strings.Contains(line, value) {
						t.Error("a secret is among the arguments")
					}
				}
				if !c.Input.IsZero() {
					line += " < " + c.Input.Reveal()
				}
				lines = append(lines, line)
			}
			if diff := cmp.Diff(tt.want, lines); diff != "" {
				t.Errorf("commands (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCredentialCommandsRefused(t *testing.T) {
	at := time.UnixMilli(1_800_000_000_000)
	const value = "would not store the value of"
	tests := []struct {
		name     string
		was, now Content
		says     string
	}{
		{"a space at the end", Content{}, profilesOf(apiKeyEntry("x:a", "x", keyA+" ")), value},
		{"a no-break space at the front", Content{}, profilesOf(apiKeyEntry("x:a", "x", "\u00a0"+keyA)), value},
		{"a line break", Content{}, profilesOf(apiKeyEntry("x:a", "x", keyA+`\nb`)), value},
		{"beyond Latin-1", Content{}, profilesOf(apiKeyEntry("x:a", "x", keyA+"“")), value},
		{"no setup-token", Content{}, profilesOf(tokenEntry("anthropic:a", keyA+strings.Repeat("x", 80), "")), value},
		{"a short setup-token", Content{}, profilesOf(tokenEntry("anthropic:a", setupToken+"aaaaAAAAaaaa", "")), value},
		{"no key of OpenAI's", Content{}, profilesOf(apiKeyEntry("openai:a", "openai", "AAAAaaaaAAAAaaaa")), value},
		{"an expiry that has passed", Content{}, profilesOf(tokenEntry("anthropic:a", setupTokenOf("a"), `,"expires":1799999999999`)), "stored as expired"},
		{"a reference", Content{}, profilesOf(`"x:a":{"type":"api_key","provider":"x","keyRef":{"source":"env","provider":"default","id":"A"}}`), "no command of the gateway stores"},
		{"a login", Content{}, profilesOf(`"x:a":{"type":"oauth","provider":"x","access":"AAAAaaaa"}`), "no command of the gateway stores"},
		{"a deletion", profilesOf(apiKeyEntry("x:a", "x", keyA)), profilesOf(), "no command that deletes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := credentialCommands("", plan.Rules{Generation: product.SharedTables, References: true, Commands: true}, tt.was, tt.now, at)
			if err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Fatalf("error %v, want one that says %q", err, tt.says)
			}
			if strings.Contains(err.Error(), "AAAA") || strings.Contains(err.Error(), "aaaa") {
				t.Errorf("the error holds a part of the value: %v", err)
			}
		})
	}
}

// What has inner spaces or letters of Latin-1 is stored as it is.
func TestKeptWhole(t *testing.T) {
	for _, text := range []string{"a b", "é" + keyA, "x"} {
		if !keptWhole(asStored{kind: schema.APIKey, provider: "x", value: secret.FromString(text)}) {
			t.Errorf("%q is refused", text)
		}
	}
}

func TestOrderCommands(t *testing.T) {
	state := func(text string) Content {
		return Content{Store: []byte(`{"version":1,"profiles":{}}`), State: []byte(text)}
	}
	is := state(`{"version":1,"order":{"a":["a:1","a:2"],"b":["b:1"],"c":["c:1"]}}`)
	now := state(`{"version":1,"order":{"a":["a:2","a:1"],"c":["c:1"],"d":["d:1"]}}`)
	for agent, want := range map[string][]string{
		"":    nil,
		"ops": {"order set --agent ops --provider a a:2 a:1", "order set --agent ops --provider d d:1", "order clear --agent ops --provider b"},
	} {
		got, err := orderCommands(agent, plan.Rules{Generation: product.SharedTables}, is, now)
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for _, c := range got {
			lines = append(lines, strings.TrimPrefix(strings.Join(c.Args, " "), "models auth "))
		}
		if diff := cmp.Diff(want, lines); diff != "" {
			t.Errorf("commands of %q (-want +got):\n%s", agent, diff)
		}
	}
}
