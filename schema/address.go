package schema

import (
	"fmt"
	"strconv"
	"strings"
)

// Kind says what an Address names.
type Kind string

// The kinds of addresses. The containers (KindGateway, KindProvider, KindAgent)
// name everything below them and are accepted by -target; objects of a plan are
// always of one of the other kinds.
const (
	KindGateway       Kind = "gateway"
	KindProvider      Kind = "provider"
	KindAgent         Kind = "agent"
	KindProfile       Kind = "profile"
	KindEnv           Kind = "env"
	KindProviderOrder Kind = "provider_order"
	KindAgentOrder    Kind = "agent_order"
	// KindClaudeCode is the host's Claude Code login, which belongs to no gateway.
	KindClaudeCode Kind = "claude_code"
)

// Address names one object of one gateway, or the host's Claude Code login. Its text
// forms are
//
//	gateway.NAME
//	gateway.NAME.profile["anthropic:default"]
//	gateway.NAME.provider["anthropic"]
//	gateway.NAME.provider["anthropic"].env["ANTHROPIC_API_KEY"]
//	gateway.NAME.provider["anthropic"].order
//	gateway.NAME.agent["main"]
//	gateway.NAME.agent["main"].order["anthropic"]
//	gateway.NAME.agent["research"].profile["openrouter:research"]
//	claude_code
//
// Address is comparable. The zero Address names nothing.
type Address struct {
	Kind    Kind
	Gateway string
	// Agent is the agent's id: of an agent's own profile or order.
	Agent string
	// Provider is the provider's id: of env, of both kinds of order.
	Provider string
	// Name is the profile id or the variable's name.
	Name string
}

// String is the full text form, with the gateway; without it (Gateway is empty)
// the short form. The zero Address gives "".
func (a Address) String() string {
	var b strings.Builder
	if a.Gateway != "" {
		b.WriteString("gateway." + a.Gateway)
	}
	step := func(s string) {
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(s)
	}
	index := func(name, key string) { step(name + "[" + quote(key) + "]") }
	if a.Agent != "" {
		index("agent", a.Agent)
	}
	switch a.Kind {
	case KindProvider:
		index("provider", a.Provider)
	case KindProfile:
		index("profile", a.Name)
	case KindEnv:
		index("provider", a.Provider)
		index("env", a.Name)
	case KindProviderOrder:
		index("provider", a.Provider)
		step("order")
	case KindAgentOrder:
		index("order", a.Provider)
	case KindClaudeCode:
		step(string(KindClaudeCode))
	}
	return b.String()
}

// Contains reports whether a names b or a container of b.
func (a Address) Contains(b Address) bool {
	if a == b {
		return true
	}
	if a.Gateway != b.Gateway {
		return false
	}
	switch a.Kind {
	case KindGateway:
		return true
	case KindAgent:
		return a.Agent == b.Agent
	case KindProvider:
		return b.Agent == "" && a.Provider == b.Provider && (b.Kind == KindEnv || b.Kind == KindProviderOrder)
	}
	return false
}

// ParseAddress reads a text form. With gateways it also accepts the short form
// without "gateway.NAME." where exactly one gateway is given, and fills that in;
// with several it asks for the full form. The error's text names the position
// (from 0, in bytes) and never more of the input than the caller typed.
func ParseAddress(text string, gateways ...string) (Address, error) {
	p := addressParser{text: text}
	a, err := p.parse()
	if err != nil {
		return Address{}, fmt.Errorf("address %s: %w", text, err)
	}
	if a.Gateway == "" && a.Kind != KindClaudeCode {
		switch len(gateways) {
		case 0:
		case 1:
			a.Gateway = gateways[0]
		default:
			return Address{}, fmt.Errorf("address %s: there are several gateways; begin with gateway.NAME, one of %s", text, strings.Join(gateways, ", "))
		}
	}
	return a, nil
}

type addressParser struct {
	text string
	pos  int
}

func (p *addressParser) parse() (Address, error) {
	var a Address
	head, err := p.name()
	if err != nil {
		return a, err
	}
	if head == "gateway" {
		if err := p.dot(); err != nil {
			return a, err
		}
		if a.Gateway, err = p.name(); err != nil {
			return a, err
		}
		a.Kind = KindGateway
		if p.end() {
			return a, nil
		}
		if err := p.dot(); err != nil {
			return a, err
		}
		if head, err = p.name(); err != nil {
			return a, err
		}
	}
	switch head {
	case "profile":
		a.Kind = KindProfile
		a.Name, err = p.key()
	case "provider":
		err = p.provider(&a)
	case "agent":
		err = p.agent(&a)
	case string(KindClaudeCode):
		if a.Gateway != "" {
			return a, p.fail("claude_code belongs to no gateway, so nothing may stand before it")
		}
		a.Kind = KindClaudeCode
	default:
		err = p.fail("expected gateway, profile, provider, agent or claude_code")
	}
	if err == nil && !p.end() {
		err = p.fail("unexpected text at the end")
	}
	return a, err
}

func (p *addressParser) provider(a *Address) (err error) {
	a.Kind = KindProvider
	if a.Provider, err = p.key(); err != nil || p.end() {
		return err
	}
	if err := p.dot(); err != nil {
		return err
	}
	field, err := p.name()
	switch {
	case err != nil:
		return err
	case field == "order":
		a.Kind = KindProviderOrder
	case field == "env":
		a.Kind = KindEnv
		a.Name, err = p.key()
	default:
		return p.fail("expected order or env")
	}
	return err
}

func (p *addressParser) agent(a *Address) (err error) {
	a.Kind = KindAgent
	if a.Agent, err = p.key(); err != nil || p.end() {
		return err
	}
	if err := p.dot(); err != nil {
		return err
	}
	field, err := p.name()
	switch {
	case err != nil:
		return err
	case field == "order":
		a.Kind = KindAgentOrder
		a.Provider, err = p.key()
	case field == "profile":
		a.Kind = KindProfile
		a.Name, err = p.key()
	default:
		return p.fail("expected order or profile")
	}
	return err
}

func (p *addressParser) end() bool { return p.pos == len(p.text) }

func (p *addressParser) fail(msg string) error { return fmt.Errorf("%s at position %d", msg, p.pos) }

func (p *addressParser) dot() error {
	if p.end() || p.text[p.pos] != '.' {
		return p.fail("expected a dot")
	}
	p.pos++
	return nil
}

func (p *addressParser) name() (string, error) {
	start := p.pos
	for !p.end() && isNameByte(p.text[p.pos]) {
		p.pos++
	}
	if p.pos == start {
		return "", p.fail("expected a name")
	}
	return p.text[start:p.pos], nil
}

func isNameByte(c byte) bool {
	return c == '_' || c == '-' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// key reads ["..."].
func (p *addressParser) key() (string, error) {
	if !strings.HasPrefix(p.text[p.pos:], `["`) {
		return "", p.fail(`expected ["..."]`)
	}
	quoted, err := strconv.QuotedPrefix(p.text[p.pos+1:])
	if err != nil {
		return "", p.fail("the quoted name does not end")
	}
	p.pos += 1 + len(quoted)
	if p.end() || p.text[p.pos] != ']' {
		return "", p.fail("expected ]")
	}
	p.pos++
	s, err := strconv.Unquote(quoted)
	if err != nil || s == "" {
		return "", p.fail("the quoted name is empty or malformed")
	}
	return s, nil
}

func quote(s string) string { return strconv.Quote(s) }
