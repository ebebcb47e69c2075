package schema

import (
	"fmt"
	"strings"
	"time"
)

// dump is a Config as text, one line for every object.
func dump(c *Config) string {
	var b strings.Builder
	line := func(format string, args ...any) {
		b.WriteString(strings.TrimRight(fmt.Sprintf(format, args...), " ") + "\n")
	}
	line("owner %s", c.Owner)
	for _, s := range c.Sources {
		line("source %s %s token=%s", s.Type, s.Name, dumpUse(s.Token))
	}
	for _, s := range c.Secrets {
		extra := ""
		if s.Pattern != nil {
			extra += fmt.Sprintf(" pattern=%s", s.Pattern)
		}
		if s.MinLength > 0 {
			extra += fmt.Sprintf(" min_length=%d", s.MinLength)
		}
		if s.Description != "" {
			extra += fmt.Sprintf(" description=%q", s.Description)
		}
		line("secret %s from=%s%s", s.Name, s.From, extra)
	}
	for _, g := range c.Gateways {
		line("gateway %s product=%s instance=%q state_dir=%q config_path=%q version=%q prune=%t migrate=%t reload=%s%q%s",
			g.Name, g.Product, g.Instance, g.StateDir, g.ConfigPath, g.Version, g.Prune, g.Migrate, g.Reload.Mode, g.Reload.Argv, dumpWriter(g))
	}
	for _, p := range c.Providers {
		line("provider %s on %s api_key=%s order=%q%s", p.ID, p.Gateways, dumpUse(p.APIKey), p.Order, dumpLifecycle(p.Lifecycle))
		for _, v := range p.Env {
			if v.Use != nil {
				line("  env %s=%s", v.Name, dumpUse(v.Use))
			} else {
				line("  env %s=%q", v.Name, v.Literal)
			}
		}
	}
	for _, p := range c.Profiles {
		line("profile %s on %s%s provider=%s %s=%s%s", p.ID, p.Gateways, named(" agent", p.Agent), p.Provider, p.Kind, dumpCredential(p)+dumpStore(p),
			named(" mode", p.Mode)+named(" email", p.Email)+dumpExpiry(p)+dumpLifecycle(p.Lifecycle))
	}
	for _, a := range c.Agents {
		line("agent %s on %s%s", a.ID, a.Gateways, dumpLifecycle(a.Lifecycle))
		for _, o := range a.Orders {
			line("  order %s=%q", o.Provider, o.IDs)
		}
	}
	if cc := c.ClaudeCode; cc != nil {
		line("claude_code expect=%s%s%s", cc.Expect, named(" config_dir", cc.ConfigDir), named(" account", cc.Account))
	}
	for _, r := range c.Removed {
		line("removed %s", r.From)
	}
	return b.String()
}

func dumpCredential(p Profile) string {
	switch {
	case p.Login != nil:
		return "asserted" + named(" account", p.Login.Account) + named(" email", p.Login.Email)
	case p.Import != "":
		return "imported from " + p.Import
	}
	return dumpUse(&p.Use)
}

func dumpStore(p Profile) string {
	if p.Reference {
		return " by reference"
	}
	return ""
}

// dumpWriter leaves out the writer that most gateways have.
func dumpWriter(g Gateway) string {
	if g.Writer == WriterAuto {
		return ""
	}
	return " writer=" + g.Writer
}

func named(name, value string) string {
	if value == "" {
		return ""
	}
	return name + "=" + value
}

func dumpUse(u *Use) string {
	if u == nil {
		return "none"
	}
	if u.Secret != "" {
		return u.Ref.String() + " via secret." + u.Secret
	}
	return u.Ref.String()
}

func dumpExpiry(p Profile) string {
	if p.Expires == nil {
		return ""
	}
	s := " expires=" + time.UnixMilli(*p.Expires).UTC().Format(time.RFC3339)
	if p.Issued {
		s += " (issued)"
	}
	return s
}

func dumpLifecycle(l Lifecycle) string {
	s := ""
	if l.PreventDestroy {
		s += " prevent_destroy"
	}
	if l.IgnoreAll {
		s += " ignore=all"
	}
	if len(l.IgnoreChanges) > 0 {
		s += fmt.Sprintf(" ignore=%s", l.IgnoreChanges)
	}
	return s
}
