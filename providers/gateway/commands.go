package gateway

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/jsondoc"
	"github.com/keyform/keyform/providers/secrets/secret"
	"github.com/keyform/keyform/schema"
)

// The commands are those of OpenClaw 2026.6.11 and 2026.9.6 (models auth), which take a
// value on standard input.

// setupToken begins a token of Anthropic's; paste-token refuses every other, and one
// that is shorter than setupTokenSize.
const (
	setupToken     = "sk-ant-oat01-"
	setupTokenSize = 80
)

var openAIKey = regexp.MustCompile(`^sk-[A-Za-z0-9_-]{8,}$`)

// asStored is one entry of a credential store, as far as a command can make it.
type asStored struct {
	kind     schema.CredentialKind
	provider string
	value    secret.Value
	expires  float64 // 0 is none
	ref      *plan.StoredRef
}

// entries reads the profiles of a store.
func entries(doc *jsondoc.Doc, rules plan.Rules) (ids []string, byID map[string]asStored) {
	byID = map[string]asStored{}
	for id, n := range rootOf(doc).Get(profilesKey).Members() {
		s := asStored{kind: credentialKind(n, rules), ref: reference(n, credentialKind(n, rules))}
		s.provider, _ = n.Get(providerKey).Str()
		s.expires, _ = n.Get(expiresKey).Number()
		if s.kind == schema.APIKey || s.kind == schema.Token {
			s.value = credential(n, s.kind, rules)
		}
		ids, byID[id] = append(ids, id), s
	}
	return ids, byID
}

// equal compares what a command would change.
func (s asStored) equal(o asStored) bool {
	near := s.expires == o.expires || s.expires != 0 && o.expires != 0 && max(s.expires, o.expires)-min(s.expires, o.expires) <= plan.ExpiryLeeway
	sameRef := (s.ref == nil) == (o.ref == nil) && (s.ref == nil || *s.ref == *o.ref)
	return s.kind == o.kind && s.provider == o.provider && s.value.Equal(o.value) && near && sameRef
}

// credentialCommands are the commands that make the profiles of one content those of
// another: first those to store, then those to delete. The error says of the first that no
// command can store why that is, and nothing about its value.
func credentialCommands(agent string, rules plan.Rules, was, now Content, at time.Time) ([]Command, error) {
	form, err := formOf(rules)
	if err != nil {
		return nil, err
	}
	before, err := openAuth(rules, form, was)
	if err != nil {
		return nil, err
	}
	after, err := openAuth(rules, form, now)
	if err != nil {
		return nil, err
	}
	old, had := entries(before.store, rules)
	ids, has := entries(after.store, rules)
	var out []Command
	for _, id := range ids {
		is, there := had[id]
		if there && is.equal(has[id]) {
			continue
		}
		c, err := paste(agent, id, has[id], at)
		if err != nil {
			return nil, err
		}
		if there && rules.Logout && (is.kind != has[id].kind || is.provider != has[id].provider || is.ref != nil) {
			out = append(out, logout(agent, id)) // paste-api-key refuses to replace it
		}
		out = append(out, c)
	}
	for _, id := range old {
		if _, kept := has[id]; kept {
			continue
		}
		if !rules.Logout {
			return nil, fmt.Errorf("%q is to go, and this release has no command that deletes a profile", id)
		}
		out = append(out, logout(agent, id))
	}
	return out, nil
}

func logout(agent, id string) Command {
	return Command{Args: []string{"models", "auth", "--agent", plan.CommandAgent(agent), "logout", id, "--yes"}}
}

// paste is the command that stores a profile.
func paste(agent, id string, s asStored, at time.Time) (Command, error) {
	verb := "paste-api-key"
	switch {
	case s.ref != nil || s.kind == schema.OAuth || s.kind == "":
		return Command{}, fmt.Errorf("no command of the gateway stores %q as it is to be", id)
	case s.kind == schema.Token:
		verb = "paste-token"
	}
	if !keptWhole(s) {
		return Command{}, fmt.Errorf("the gateway's command would not store the value of %q as it is: it takes printable characters of Latin-1 without spaces at the ends; as a token for anthropic a setup-token, as a key for openai one of OpenAI's. Use writer = \"auto\" if it is right", id)
	}
	args := []string{"models", "auth", "--agent", plan.CommandAgent(agent), verb, "--provider", s.provider, "--profile-id", id}
	if s.kind == schema.Token && s.expires != 0 {
		left := (int64(s.expires) - at.UnixMilli()) / 1000 // seconds; a time.Duration ends after 292 years
		if left < 1 {
			return Command{}, fmt.Errorf("%q would be stored as expired, which no command of the gateway does", id)
		}
		args = append(args, "--expires-in", strconv.FormatInt(left, 10)+"s")
	}
	return Command{Args: args, Input: s.value}, nil
}

// keptWhole tells that a command stores a value as it is: what it reads it cleans
// (normalizeSecretInput of OpenClaw 2026.9.6), and looks at by provider.
func keptWhole(s asStored) bool {
	text := s.value.Reveal()
	const nbsp = "\u00a0"
	if text == "" || strings.Trim(text, " "+nbsp) != text {
		return false
	}
	for _, c := range text {
		if c < ' ' || c > '~' && c < '\u00a0' || c > '\u00ff' {
			return false
		}
	}
	switch token := s.kind == schema.Token; {
	case token && s.provider == "anthropic":
		return strings.HasPrefix(text, setupToken) && len(text) >= setupTokenSize && !strings.ContainsAny(text, " "+nbsp)
	case s.provider == "openai":
		return openAIKey.MatchString(text) != token
	}
	return true
}

// orderCommands are the commands that make the orders of one content those of another.
// The shared store's own are none of the commands' business.
func orderCommands(agent string, rules plan.Rules, is, now Content) ([]Command, error) {
	if agent == "" {
		return nil, nil
	}
	have, err := ordersOf(rules, is)
	if err != nil {
		return nil, err
	}
	want, err := ordersOf(rules, now)
	if err != nil {
		return nil, err
	}
	command := func(verb, provider string, ids ...string) Command {
		return Command{Args: append([]string{"models", "auth", "order", verb, "--agent", agent, "--provider", provider}, ids...)}
	}
	var out []Command
	for _, provider := range sortedNames(want) {
		if !slices.Equal(have[provider], want[provider]) {
			out = append(out, command("set", provider, want[provider]...))
		}
	}
	for _, provider := range sortedNames(have) {
		if _, kept := want[provider]; !kept {
			out = append(out, command("clear", provider))
		}
	}
	return out, nil
}

func ordersOf(rules plan.Rules, c Content) (map[string][]string, error) {
	form, err := formOf(rules)
	if err != nil {
		return nil, err
	}
	doc, err := openAuth(rules, form, c)
	if err != nil {
		return nil, err
	}
	var s plan.StoreSnapshot
	storeView{rules: rules}.fill(&s, rootOf(doc.store), rootOf(doc.state))
	return s.Orders, nil
}

func sortedNames(m map[string][]string) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// errNoCommands is a run without the means to run the gateway's commands.
var errNoCommands = errors.New("this run cannot start the gateway's own commands")
