package gateway

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/fsys"
	"github.com/keyform/keyform/providers/jsondoc"
	"github.com/keyform/keyform/providers/product"
	"github.com/keyform/keyform/providers/secrets/secret"
	"github.com/keyform/keyform/schema"
)

// archived is the name of what an importer of OpenClaw has put aside: that of 2026.8 and
// later appends .migrated-TIME-UUID, an earlier one .sqlite-import.TIME.bak.
var archived = regexp.MustCompile(`^(auth-profiles\.json|auth-state\.json|auth\.json|oauth\.json)(\.migrated-.+|\.sqlite-import\..+\.bak)$`)

// readSources finds what earlier forms of the stores have left for a release that keeps
// them in databases, which reads none of it.
func (r *reader) readSources(ctx context.Context, f form) {
	if !f.sql {
		return
	}
	for i := range r.out.Stores {
		s := &r.out.Stores[i]
		agent := s.Agent
		if agent == "" {
			continue // the files of the shared store are in main's directory
		}
		if agent == product.MainAgent {
			agent = r.out.Rules.MainAgent
		}
		r.readSourceDir(ctx, filepath.Dir(s.Path), agent, storeFile, stateFile, legacyStore)
	}
	dir := filepath.Join(r.place.stateDir, oauthDir)
	if over := r.productEnv(r.place.product.OAuthDirEnv); over != "" {
		dir = r.host.expand(over, r.place.home)
	}
	r.readSourceDir(ctx, dir, r.out.Rules.MainAgent, oauthFile)
}

// readSourceDir reads the files of these names, and archives of them.
func (r *reader) readSourceDir(ctx context.Context, dir, agent string, names ...string) {
	entries, err := r.host.FS.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		name := e.Name()
		base, aside := name, false
		if m := archived.FindStringSubmatch(name); m != nil {
			base, aside = m[1], true
		}
		path := filepath.Join(dir, name)
		if !slices.Contains(names, base) || !r.host.onlyRegular(path) {
			continue
		}
		s := plan.LegacySource{Path: path, Label: r.label(path), Agent: agent, Form: base, Aside: aside, Blocks: !aside && base == storeFile && r.out.Rules.LegacyBlocks}
		s.Interrupted = r.interrupted(path)
		r.readSource(ctx, &s, base)
		if !aside || len(s.Profiles)+len(s.Orders)+len(s.Usage)+len(s.LastGood) > 0 {
			r.out.Sources = append(r.out.Sources, s)
		}
	}
}

func (r *reader) readSource(ctx context.Context, s *plan.LegacySource, base string) {
	var doc *jsondoc.Doc
	raw, err := fsys.ReadStable(ctx, r.host.FS, s.Path, r.host.Sleep, func(raw []byte) (err error) {
		doc, err = jsondoc.ParseStrict(raw)
		return err
	})
	if err == nil && doc.Root().Kind() != jsondoc.Object {
		err = errors.New("it does not hold an object")
	}
	if err != nil {
		s.Problem = reason(err)
		return
	}
	s.Image = imageOf(s.Path, raw, r.key)
	r.readRotation(s, doc.Root(), base)
	view := storeView{gateway: r.spec.Name, rules: r.out.Rules, key: r.key}
	for id, n := range legacyEntries(doc.Root(), base) {
		if p, ok := view.profile(id, n); ok {
			entry := secret.FromString(entryText(n)).Fingerprint(r.key, plan.EntryDomain(s.Path, id))
			s.Profiles = append(s.Profiles, r.renamed(plan.LegacyProfile{LiveProfile: p, Entry: plan.Fingerprint(entry)}))
		}
	}
}

// renamed gives a profile as the release spells it.
func (r *reader) renamed(p plan.LegacyProfile) plan.LegacyProfile {
	if to := r.out.Rules.Renamed[p.Provider]; to != "" {
		p.Provider = to
	}
	if id := r.renamedID(p.ID); id != p.ID {
		p.ID, p.Was = id, p.ID
	}
	return p
}

func (r *reader) renamedID(id string) string {
	prefix, name, ok := strings.Cut(id, ":")
	if to := r.out.Rules.Renamed[prefix]; ok && to != "" {
		return to + ":" + name
	}
	return id
}

// legacyEntries gives the profiles that a file becomes: those of auth-profiles.json by
// their ids; of auth.json and oauth.json, which have one credential for a provider,
// PROVIDER:default.
func legacyEntries(root *jsondoc.Node, base string) func(yield func(string, *jsondoc.Node) bool) {
	return func(yield func(string, *jsondoc.Node) bool) {
		switch base {
		case storeFile:
			for id, n := range root.Get(profilesKey).Members() {
				if !yield(id, n) {
					return
				}
			}
		case legacyStore, oauthFile:
			for provider, n := range root.Members() {
				if entry := flatEntry(provider, n, base); entry != nil && !yield(provider+":default", entry) {
					return
				}
			}
		}
	}
}

// flatEntry completes a credential that is listed by its provider: its provider, and in
// oauth.json its type, are only in the place where it stands.
func flatEntry(provider string, n *jsondoc.Node, base string) *jsondoc.Node {
	if n.Kind() != jsondoc.Object {
		return nil
	}
	entry, err := jsondoc.ParseStrict([]byte("{}"))
	if err != nil {
		return nil
	}
	root := entry.Root()
	if base == oauthFile {
		err = root.Set(typeKey, jsondoc.StringOf(string(schema.OAuth)))
	}
	err = errors.Join(err, root.Set(providerKey, jsondoc.StringOf(provider)))
	for key, m := range n.Members() {
		err = errors.Join(err, root.Set(key, m.Value()))
	}
	if err != nil {
		return nil
	}
	// A node is good only in a document that was parsed.
	again, err := jsondoc.ParseStrict(entry.Bytes())
	if err != nil {
		return nil
	}
	return again.Root()
}

// entryText is an entry on one line, as it is imported: a secret of one line.
func entryText(n *jsondoc.Node) string {
	doc, err := jsondoc.ParseStrict([]byte(`{"version":1}`))
	if err != nil || doc.Root().Set("entry", n.Value()) != nil {
		return ""
	}
	again, err := jsondoc.ParseStrict(doc.Bytes())
	if err != nil {
		return ""
	}
	text := string(again.Bytes())
	return text[len(`{"version":1,"entry":`) : len(text)-1]
}

// LegacyEntry gives an entry of a file of an earlier form as a secret: JSON on one line.
// path, list and id are those of a plan. The zero Value is an entry that is gone.
func LegacyEntry(host Host, path, list, id string) (secret.Value, error) {
	base := filepath.Base(path)
	if m := archived.FindStringSubmatch(base); m != nil {
		base = m[1]
	}
	raw, err := host.FS.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return secret.Value{}, nil
	}
	if err != nil {
		return secret.Value{}, err
	}
	doc, err := jsondoc.ParseStrict(raw)
	if err != nil {
		return secret.Value{}, fmt.Errorf("%s: %w", base, err)
	}
	entries := legacyEntries(doc.Root(), base)
	if list == plan.LegacyStats {
		entries = doc.Root().Get(usageKey).Members()
	}
	for name, n := range entries {
		if name == id {
			return secret.FromString(entryText(n)), nil
		}
	}
	return secret.Value{}, nil
}
