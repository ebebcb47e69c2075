package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/keyform/keyform/schema"
	"github.com/keyform/keyform/schema/diag"
)

// SecretProvider is an entry of secrets.providers in the gateway's configuration, made
// for one reference: that is where it says how the gateway gets it (OpenClaw 2026.2.26
// and later).
type SecretProvider struct {
	Name string `json:"name"`
	// Source is "file" or "exec".
	Source string `json:"source"`
	// Path is the file of a "file".
	Path string `json:"path,omitempty"`
	// Command is the program of an "exec", absolute and no link; Args are its arguments,
	// PassEnv the variables of the gateway's environment that it gets.
	Command string   `json:"command,omitempty"`
	Args    []string `json:"args,omitempty"`
	PassEnv []string `json:"pass_env,omitempty"`
}

// OwnProvider begins the names of the entries that keyform makes. An entry of such a
// name that nothing refers to any more is removed.
const OwnProvider = "keyform-"

// Image is what is compared of an entry.
func (p *SecretProvider) Image() Fingerprint {
	return image(p.Source, p.Path, p.Command, strings.Join(p.Args, "\x00"), strings.Join(p.PassEnv, "\x00"))
}

// text says what an entry is about.
func (p *SecretProvider) text(home string) string {
	what := "the file " + ShowPath(p.Path, home)
	if p.Source == "exec" {
		what = strings.Join(append([]string{ShowPath(p.Command, home)}, p.Args...), " ")
	}
	return p.Name + ": " + what
}

// secretItem names an entry among Items.
func secretItem(name string) string { return "secret provider " + name }

// storedRef gives what a profile with store = "reference" stores, and the entry that it
// needs, nil for none. problem says why it cannot be stored so, "" if it can.
func (d *differ) storedRef(p *schema.Profile) (ref *StoredRef, provider *SecretProvider, problem string) {
	from := p.Use.Ref
	switch {
	case !d.rules.References:
		return nil, nil, fmt.Sprintf("%s %s knows no references: the first release that does is OpenClaw 2026.2.26", d.live.Product, d.live.Release)
	case from.Source == schema.SourceEnv:
		return &StoredRef{"env", d.live.Config.EnvSecrets(), from.Args[0]}, nil, d.noVariable(from.Args[0])
	case from.Source == schema.SourceFile:
		path := StoredFile(from.Args[0], d.live.Home)
		if problem := d.live.StoredFiles[path]; problem != "" {
			return nil, nil, fmt.Sprintf("the gateway would refuse %s: %s", ShowPath(path, d.live.Home), problem)
		}
		provider = &SecretProvider{Source: "file", Path: path}
	case from.Source == schema.SourceOnePassword && d.live.OnePassword == "":
		return nil, nil, "the gateway asks 1Password by its command line, and runs only a program that its own user owns: there is no such op in PATH on this host. Install 1Password CLI for that user, or put a script there that runs it (exec /usr/bin/op \"$@\"), or use store = \"value\""
	case from.Source == schema.SourceOnePassword:
		provider = &SecretProvider{
			Source: "exec", Command: d.live.OnePassword, Args: []string{"read", "--no-newline", from.Args[0]},
			PassEnv: []string{"HOME", "OP_SERVICE_ACCOUNT_TOKEN", "OP_CONNECT_HOST", "OP_CONNECT_TOKEN"},
		}
	default:
		return nil, nil, from.String() + " is nothing that the gateway can resolve by itself"
	}
	sum := sha256.Sum256([]byte(from.Key()))
	provider.Name = OwnProvider + provider.Source + "-" + hex.EncodeToString(sum[:6])
	return &StoredRef{provider.Source, provider.Name, "value"}, provider, ""
}

// noVariable says why the gateway would not resolve a reference to a variable, "" if it
// would. No entry in secrets.providers is needed, and one of that name may be in the way:
// up to 2026.7.35 one of another source, in every release one whose allowlist lacks the
// variable (resolveConfiguredProvider and resolveEnvRefs of OpenClaw).
func (d *differ) noVariable(name string) string {
	entry, provider := d.live.Config.EnvProvider, d.live.Config.EnvSecrets()
	switch {
	case entry == nil:
	case entry.Source != "env" && !d.rules.BuiltInEnv:
		return fmt.Sprintf("%s has an entry secrets.providers.%s of source %q, and %s %s looks for variables there: give that entry another name, or set secrets.defaults.env to a name that no entry has", d.live.Config.Label, provider, entry.Source, d.live.Product, d.live.Release)
	case entry.Source == "env" && entry.Limited && !slices.Contains(entry.Allowed, name):
		return fmt.Sprintf("the allowlist of secrets.providers.%s in %s lacks %s: add it there", provider, d.live.Config.Label, name)
	}
	return ""
}

// StoredFile is the file of a reference as the gateway is told of it: "~/" is its home.
func StoredFile(path, home string) string {
	if rest, below := strings.CutPrefix(path, "~/"); below {
		return strings.TrimSuffix(home, "/") + "/" + rest
	}
	return path
}

// checkProviders refuses entries of secrets.providers that would not be found.
func (d *differ) checkProviders() {
	changed := slices.ContainsFunc(d.config.changes, func(c Change) bool { return c.Name == "secrets.providers" && c.Action != Delete })
	at := schema.Address{Kind: schema.KindGateway, Gateway: d.live.Name}
	switch {
	case !changed:
	case d.live.Config.Includes:
		d.errorf("KF0611", "Configuration that cannot be edited", diag.Range{}, at,
			"A stored reference needs an entry in secrets.providers of %s, which is put together from several files by $include: keyform edits that in one file only. Use store = \"value\", or move the configuration into one file.", d.live.Config.Label)
	case d.live.Running && !d.rules.ProvidersLive && d.want.Gateway.Reload.Mode != "restart":
		d.errorf("KF0624", "Reference that cannot be stored", d.want.Gateway.Attrs["reload"], at,
			"A running %s %s learns of a new entry in secrets.providers only by a restart. Use reload = \"restart\", or stop the gateway first.", d.live.Product, d.live.Release)
	}
}

// keepProvider plans the entry of secrets.providers that a stored reference needs.
func (d *differ) keepProvider(p *SecretProvider, addr schema.Address) {
	if p == nil {
		return
	}
	if d.providers == nil {
		d.providers = map[string]bool{}
	}
	if d.providers[p.Name] {
		return
	}
	d.providers[p.Name] = true
	was, there := d.live.Config.SecretProviders[p.Name]
	if there && was == p.Image() {
		return
	}
	c := Change{
		Address: addr.String(), Action: Create, Name: "secrets.providers", Ops: Ops{PutSecretProvider(*p)},
		Summary: p.text(d.live.Home), After: &Object{Type: "secret_provider", Provider: p.Name},
		Reason: "for the reference of " + addr.Name,
	}
	if there {
		c.Action, c.Before = Update, &Object{Type: "secret_provider", Provider: p.Name}
	}
	d.config.change(c)
}

// dropProviders removes entries that keyform made and nothing refers to any more.
func (d *differ) dropProviders() {
	if d.opts.Targets != nil {
		return
	}
	used := map[string]bool{}
	for _, m := range d.stores {
		for i := range m.live.Profiles {
			p := &m.live.Profiles[i]
			if after, there := m.profiles[p.ID]; there && p.Reference != nil && !after.rekeyed {
				used[p.Reference.Provider] = true
			}
		}
	}
	for _, name := range sortedKeys(d.live.Config.SecretProviders) {
		if used[name] || d.providers[name] {
			continue
		}
		d.config.change(Change{
			Address: schema.Address{Kind: schema.KindGateway, Gateway: d.live.Name}.String(), Action: Delete, Name: "secrets.providers",
			Summary: name + " goes", Reason: "nothing refers to it any more", Ops: Ops{DropSecretProvider{Name: name}},
			Before: &Object{Type: "secret_provider", Provider: name},
		})
	}
}

// holdsReferences tells that a store holds a reference before or after the plan.
func (d *differ) holdsReferences() bool {
	return slices.ContainsFunc(d.stores, func(m *model) bool {
		return slices.ContainsFunc(m.live.Profiles, func(p LiveProfile) bool { return p.Reference != nil })
	}) || slices.ContainsFunc(d.want.Profiles, func(p *schema.Profile) bool { return p.Reference })
}

// comesTooLate tells that a gateway that runs would be told of a new reference to a
// variable that it gets only when it is started again.
func (d *differ) comesTooLate(name string) bool {
	isNew := slices.ContainsFunc(d.env, func(c Change) bool { return c.Name == name && c.Action == Create })
	return isNew && d.live.Running && d.want.Gateway.Reload.Mode == "live" &&
		slices.ContainsFunc(d.stores, func(m *model) bool { return refersTo(m.changes, name) })
}

// refersTo tells whether changes store a reference to a variable.
func refersTo(changes []Change, name string) bool {
	return slices.ContainsFunc(changes, func(c Change) bool {
		return slices.ContainsFunc(c.Ops, func(op Op) bool {
			put, ok := op.(PutProfile)
			return ok && put.Reference != nil && put.Reference.Source == "env" && put.Reference.ID == name
		})
	})
}

// feeds tells that a write of .env comes before the credential stores: it sets a variable
// that one of them is to refer to, without which a gateway that starts in between would
// not start, or not have the credential.
func (w *StoreWrite) feeds(others []StoreWrite) bool {
	return w.Store.Kind == EnvStore && slices.ContainsFunc(w.Changes, func(c Change) bool {
		return c.Action != Delete && slices.ContainsFunc(others, func(o StoreWrite) bool { return refersTo(o.Changes, c.Name) })
	})
}

// checkStoredEnv refuses references that come too late, and warns of references to variables that the gateway will not have: it
// then refuses the profile, and does not try another one.
func (d *differ) checkStoredEnv() {
	for _, p := range d.want.Profiles {
		if !p.Reference || p.Use.Ref.Source != schema.SourceEnv || len(p.Use.Ref.Args) == 0 {
			continue
		}
		name, addr := p.Use.Ref.Args[0], profileAddress(d.live.Name, p)
		_, inConfig := d.live.Config.EnvVars[name]
		elsewhere := slices.ContainsFunc(d.live.Elsewhere, func(e EnvElsewhere) bool { return e.Name == name && e.Value != "" })
		if d.targeted(addr) && !inConfig && !elsewhere && d.comesTooLate(name) {
			d.errorf("KF0624", "Reference that cannot be stored", p.Use.Range, addr,
				"%s is new in %s, and a running %s %s reads that file only when it starts: it would be told of a reference that it cannot resolve. Use reload = \"restart\", or stop the gateway first.",
				name, d.live.Env.Label, d.live.Product, d.live.Release)
			continue
		}
		if !d.targeted(addr) || inConfig || elsewhere || d.setsVar(name) || d.live.Env.Var(name) != nil && !d.dropsVar(name) {
			continue
		}
		d.warnf("KF0625", "Reference to a variable that is not there", p.Use.Range, addr,
			"%s is to be resolved by the gateway, and neither %s nor its service sets that variable. The gateway refuses the profile then. Set it with a provider block, env = { %s = ... }, or in the service's environment.",
			p.Use.Ref.String(), d.live.Env.Label, name)
	}
}
