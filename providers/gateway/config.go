package gateway

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/jsondoc"
	"github.com/keyform/keyform/providers/product"
	"github.com/keyform/keyform/providers/secrets/secret"
	"github.com/keyform/keyform/schema/diag"
)

const authKey = "auth"

// configuration is the gateway's configuration, read whole.
type configuration struct {
	exists bool
	// merged has the includes in it; nil without a configuration.
	merged *value
	// parts are the files' shares of the auth object.
	parts []part
	// includes tells that there are more files than one.
	includes bool
	// providers are the entries of secrets.providers that keyform made in the main file.
	providers map[string]plan.Fingerprint
}

// readConfig reads the configuration. Where it cannot, it tells why and gives false.
func (r *reader) readConfig(ctx context.Context, rule product.Include) (configuration, bool) {
	path := r.place.configPath
	c := &includer{ctx: ctx, host: r.host, rule: rule, dir: filepath.Dir(path), files: map[string]*jsondoc.Doc{}}
	doc, err := c.open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return configuration{}, true
	}
	var syntax *jsondoc.SyntaxError
	switch {
	case errors.As(err, &syntax):
		r.errorf("KF0412", "Configuration that is not JSON5", diag.Range{},
			"%s, %s. The gateway cannot read it either: correct it first.", r.show(path), syntax)
		return configuration{}, false
	case err != nil:
		r.errorf("KF0411", "Configuration that cannot be read", diag.Range{}, "%s: %s.", r.show(path), reason(err))
		return configuration{}, false
	}
	if doc.Root().Kind() != jsondoc.Object {
		r.errorf("KF0412", "Configuration that is not JSON5", diag.Range{}, "%s does not hold an object: correct it first.", r.show(path))
		return configuration{}, false
	}
	merged, err := c.resolve(doc.Root(), []string{path})
	if err != nil {
		r.errorf("KF0413", "Configuration that includes what it cannot", diag.Range{}, "%s. The gateway does not read its configuration so: correct it first.", err)
		return configuration{}, false
	}
	own := ownProviders(doc.Root().Get(secretsKey).Get(providersKey))
	return configuration{exists: true, providers: own, merged: merged, parts: c.parts(doc.Root(), nil, []string{authKey}, []string{path}), includes: len(c.files) > 1}, true
}

// lastTouched is the release that wrote the configuration last, or "".
func (c configuration) lastTouched() string { return c.merged.get("meta", "lastTouchedVersion").str() }

// agentEntry is an agent of the configuration; dir is "" for the usual directory.
type agentEntry struct{ id, dir string }

// agents are those of agents.list, or, where the release has that and the configuration
// does, of agents.entries alone, which has them by id: OpenClaw 2026.9.6 takes an empty one
// for main. Each is there once, the first entry of an id counting.
func (c configuration) agents(rules plan.Rules) []agentEntry {
	var out []agentEntry
	seen := map[string]bool{}
	add := func(id string, entry *value) {
		if id = normalizeAgent(id); entry.isObject() && !seen[id] {
			seen[id] = true
			out = append(out, agentEntry{id, strings.TrimSpace(entry.get("agentDir").str())})
		}
	}
	if entries := c.merged.get("agents", "entries"); rules.AgentEntries && entries != nil {
		for id, entry := range entries.each() {
			add(id, entry)
		}
		return out
	}
	for _, entry := range c.merged.get("agents", "list").elements() {
		add(entry.get("id").str(), entry)
	}
	return out
}

var (
	agentID  = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`)
	notAgent = regexp.MustCompile(`[^a-z0-9_-]+`)
)

// normalizeAgent is normalizeAgentId of clawdbot 2026.1.24-3 and OpenClaw 2026.2.26.
func normalizeAgent(id string) string {
	id = strings.ToLower(strings.TrimSpace(id))
	if id == "" || agentID.MatchString(id) {
		return defaultAgent(id)
	}
	id = strings.TrimRight(strings.TrimLeft(notAgent.ReplaceAllString(id, "-"), "-"), "-")
	return defaultAgent(id[:min(len(id), 64)])
}

func defaultAgent(id string) string {
	if id == "" {
		return "main"
	}
	return id
}

// snapshot is what a plan sees of the configuration.
func (c configuration) snapshot(r *reader, rules plan.Rules) plan.ConfigSnapshot {
	s := plan.ConfigSnapshot{Includes: c.includes, Path: r.place.configPath, AuthPath: []string{authKey}, Exists: c.exists,
		ReloadMode: c.merged.get("gateway", "reload", "mode").str()}
	switch {
	case len(c.parts) == 1:
		s.Path, s.AuthPath = c.parts[0].file, append([]string{}, c.parts[0].path...)
		if n := c.parts[0].node; n.Kind() != jsondoc.Object {
			s.Refusal = "its \"auth\" is not an object, which no release accepts. Correct it first."
		} else if includes(n) {
			s.Refusal = "its \"auth\" object is put together from several files by $include. Move it whole into one file."
		}
	case len(c.parts) > 1:
		s.Refusal = "its \"auth\" object is put together from several files by $include. Move it whole into one file."
	}
	s.Label = r.label(s.Path)
	auth := c.merged.get(authKey)
	s.Listings = readListings(auth.get(profilesKey))
	s.Orders = mergedOrders(auth.get(orderKey))
	for _, a := range c.agents(rules) {
		s.Agents = append(s.Agents, a.id)
	}
	slices.Sort(s.Agents)
	s.EnvVars, s.Faults = c.envVars(r, rules), c.faults(rules)
	model := c.merged.get("agents", "defaults", "model")
	if s.Model = model.str(); s.Model == "" {
		s.Model = model.get("primary").str()
	}
	for provider, p := range c.merged.get("models", "providers").each() {
		if p.get("apiKey") != nil {
			s.ModelKeys = append(s.ModelKeys, provider)
		}
	}
	slices.Sort(s.ModelKeys)
	s.TouchedAt = rules.NoTouchedAt && c.merged.get("meta", "lastTouchedAt") != nil
	s.SecretProviders, s.SecretsEnv = c.providers, c.merged.get(secretsKey, "defaults", "env").str()
	s.EnvProvider = c.envProvider(s.EnvSecrets())
	return s
}

// envProvider is the entry of secrets.providers with a name, nil for none.
func (c configuration) envProvider(name string) *plan.EnvProvider {
	entry := c.merged.get(secretsKey, providersKey, name)
	if !entry.isObject() {
		return nil
	}
	out := &plan.EnvProvider{Source: entry.get(sourceKey).str()}
	if allowed := entry.get("allowlist"); allowed != nil {
		out.Limited = true
		for _, v := range allowed.elements() {
			out.Allowed = append(out.Allowed, v.str())
		}
	}
	return out
}

func readListings(v *value) []plan.Listing {
	var out []plan.Listing
	for id, entry := range v.each() {
		if entry.isObject() {
			out = append(out, plan.Listing{ID: id, Provider: entry.get("provider").str(), Mode: entry.get("mode").str(), Email: entry.get("email").str()})
		}
	}
	return out
}

func mergedOrders(v *value) map[string][]string {
	var out map[string][]string
	for provider, list := range v.each() {
		var ids []string
		for _, item := range list.elements() {
			if id := strings.TrimSpace(item.str()); id != "" {
				ids = append(ids, id)
			}
		}
		if len(ids) > 0 {
			if out == nil {
				out = map[string][]string{}
			}
			out[provider] = ids
		}
	}
	return out
}

// envVars are the variables of env.vars and the flat ones of env, the latter
// winning, that some provider uses; the flat ones only where the release takes any. What a
// substitution gives is not known.
func (c configuration) envVars(r *reader, rules plan.Rules) map[string]plan.Fingerprint {
	var out map[string]plan.Fingerprint
	take := func(name string, v *value) {
		text := v.str()
		if text == "" || !usesVariable(rules, name) && !slices.Contains(r.host.Watch, name) {
			return
		}
		if out == nil {
			out = map[string]plan.Fingerprint{}
		}
		out[name] = ""
		if !strings.Contains(text, "${") {
			out[name] = plan.Fingerprint(secret.FromString(text).Fingerprint(r.key, plan.EnvDomain(r.spec.Name, name)))
		}
	}
	env := c.merged.get("env")
	for name, v := range env.get("vars").each() {
		take(name, v)
	}
	for name, v := range env.each() {
		if !rules.NoFlatEnv {
			take(name, v)
		}
	}
	return out
}

func usesVariable(rules plan.Rules, name string) bool {
	for _, names := range rules.Variables {
		if slices.Contains(names, name) {
			return true
		}
	}
	return false
}
