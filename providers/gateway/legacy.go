package gateway

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/fsys"
	"github.com/keyform/keyform/providers/jsondoc"
	"github.com/keyform/keyform/providers/product"
)

// The files that held logins before auth-profiles.json did, the first one beside it.
const (
	legacyStore = "auth.json"
	oauthFile   = "oauth.json"
	oauthDir    = "credentials"
)

func (r *reader) remark(format string, args ...any) {
	r.out.Legacy = append(r.out.Legacy, fmt.Sprintf(format, args...))
}

// readImports finds the files of an older form, and what the gateway will make of
// them: profiles, as long as there is no store, and nothing after that.
func (r *reader) readImports(ctx context.Context, row *product.Release) {
	main := &r.out.Stores[0]
	for i := range r.out.Stores {
		if s := &r.out.Stores[i]; row.ImportsLegacyFiles {
			// Up to OpenClaw 2026.4.27 an agent without a store gets a copy of main's, where
			// that has anything.
			copied := !row.NoClone && i > 0 && len(main.Profiles) > 0
			r.readImport(ctx, s, filepath.Join(filepath.Dir(s.Path), legacyStore), copied)
		}
	}
	dir := filepath.Join(r.place.stateDir, oauthDir)
	if over := r.productEnv(r.place.product.OAuthDirEnv); over != "" {
		dir = r.host.expand(over, r.place.home)
	}
	file := filepath.Join(dir, oauthFile)
	switch {
	case row.NoClone && (row.ImportsLegacyFiles || row.ImportsLogins):
		r.readOwnImports(ctx, row, file)
	case row.ImportsLegacyFiles:
		r.readImport(ctx, main, file, false)
	}
	for i := range r.out.Stores {
		if s := &r.out.Stores[i]; s.Import != nil {
			s.Import.Alone = row.NoClone
		}
	}
}

// readOwnImports looks at oauth.json where every agent without a store takes it in by
// itself, main or not (OpenClaw 2026.4.29 and 2026.6.11). A plan tells of that.
func (r *reader) readOwnImports(ctx context.Context, row *product.Release, file string) {
	if !r.host.exists(file) {
		return
	}
	ids, err := r.legacyIDs(ctx, file)
	if err != nil || len(ids) == 0 {
		return
	}
	slices.Sort(ids)
	taken := false
	for i := range r.out.Stores {
		s := &r.out.Stores[i]
		if !s.Missing() {
			continue
		}
		taken = true
		if s.Import == nil {
			s.Import = &plan.LegacyImport{Load: r.load(s)}
		}
		s.Import.Logins, s.Import.LoginFile = ids, r.label(file)
	}
	// Of a release with databases the plan tells what becomes of the file.
	if row.ImportsLegacyFiles && !taken {
		r.remarkUnread(file)
	}
}

// load is what makes the gateway load a store.
func (r *reader) load(s *plan.StoreSnapshot) string {
	load := "running " + r.place.product.Bins[0] + " models status"
	if s.Agent != product.MainAgent {
		return load + " --agent " + s.Agent
	}
	return load
}

// remarkUnread tells of a file of an older form beside a newer one.
func (r *reader) remarkUnread(path string) {
	r.remark("%s is of an older form, and %s does not read it as long as it has %s. It stays, with what is in it.", r.label(path), r.place.product.Title, storeFile)
}

// productEnv is one of the product's own variables as the gateway has it.
func (r *reader) productEnv(name string) string {
	if v := r.serviceEnv([]string{name}); v != "" {
		return v
	}
	return strings.TrimSpace(r.place.own(name))
}

// readImport looks at one such file. copied tells that the store is made another way.
func (r *reader) readImport(ctx context.Context, s *plan.StoreSnapshot, path string, copied bool) {
	if !r.host.exists(path) {
		return
	}
	label, title := r.label(path), r.place.product.Title
	if copied || !s.Missing() {
		r.remarkUnread(path)
		return
	}
	ids, err := r.legacyIDs(ctx, path)
	if err != nil {
		r.remark("%s is of an older form and cannot be read: %s. %s takes nothing from it.", label, reason(err), title)
		return
	}
	if s.Import != nil {
		ids = slices.DeleteFunc(ids, func(id string) bool { return slices.Contains(s.Import.IDs, id) })
	}
	if len(ids) == 0 {
		return
	}
	after := "and deletes the file"
	if filepath.Base(path) == oauthFile {
		after = "and keeps the file"
	}
	r.remark("%s is of an older form: at its next load %s makes %s of it, since there is no %s yet, %s.", label, title, strings.Join(ids, ", "), s.Label, after)
	if s.Import == nil {
		s.Import = &plan.LegacyImport{Load: "running " + r.place.product.Bins[0] + " models status"}
		if s.Agent != product.MainAgent {
			s.Import.Load = "a turn of agent " + s.Agent
		}
	}
	s.Import.Files = append(s.Import.Files, label)
	s.Import.IDs = append(s.Import.IDs, ids...)
	slices.Sort(s.Import.IDs)
}

// legacyIDs are the profiles that a file of an older form becomes: provider to
// credential, each of which goes to PROVIDER:default.
func (r *reader) legacyIDs(ctx context.Context, path string) ([]string, error) {
	var ids []string
	_, err := fsys.ReadStable(ctx, r.host.FS, path, r.host.Sleep, func(raw []byte) error {
		doc, err := jsondoc.ParseStrict(raw)
		if err != nil {
			return err
		}
		root := doc.Root()
		if root.Kind() != jsondoc.Object {
			return errors.New("it does not hold an object")
		}
		ids = nil
		if root.Get(profilesKey) != nil && filepath.Base(path) == legacyStore {
			return nil // a store under a wrong name, which no release takes
		}
		for provider, n := range root.Members() {
			if n.Kind() == jsondoc.Object && r.isCredential(n, filepath.Base(path)) {
				ids = append(ids, provider+":default")
			}
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return ids, err
}

// isCredential tells what the products take for one in auth.json: an entry of a known
// type. In oauth.json every object is.
func (r *reader) isCredential(n *jsondoc.Node, file string) bool {
	if file == oauthFile {
		return true
	}
	kind, ok := n.Get("type").Str()
	if !ok && r.out.Rules.References {
		kind, _ = n.Get("mode").Str()
	}
	return slices.Contains([]string{"api_key", "token", "oauth"}, kind)
}

// remarkConfig tells of configurations under a predecessor's name.
func (r *reader) remarkConfig() {
	p := r.place.product
	own := filepath.Join(r.place.stateDir, p.Config)
	for _, name := range p.LegacyConfigs {
		path := filepath.Join(r.place.stateDir, name)
		switch {
		case !r.host.exists(path) || path == r.place.configPath && r.spec.ConfigPath != "":
		case path == r.place.configPath && p.CopiesLegacyConfig:
			r.remark("%s is a predecessor's name. %s reads it as long as there is no %s, and may copy it to that name at its next start; from then on only the copy counts.", name, p.Title, p.Config)
		case path == r.place.configPath:
			r.remark("%s is a predecessor's name. %s reads it as long as there is no %s.", name, p.Title, p.Config)
		case r.host.exists(own):
			r.remark("%s is a predecessor's name, and %s does not read it beside %s.", name, p.Title, p.Config)
		}
	}
}

// remarkPredecessors tells of state directories under a predecessor's name that no
// gateway of the configuration lives in. taken has those by path.
func (r *reader) remarkPredecessors(taken map[string]string) {
	p := r.place.product
	for _, name := range p.LegacyDirs {
		dir := filepath.Join(r.place.home, name)
		real, err := r.host.real(dir)
		if err != nil || !r.host.exists(dir) {
			continue
		}
		owner := ""
		if o := product.OwnerOf(name); o != nil {
			owner = ", " + o.Title + "'s name,"
		}
		switch other := taken[real]; {
		case real == r.place.stateDir && r.place.stateDir != dir:
			r.remark("%s%s is a link to this directory, as %s leaves it behind when it takes a directory over. A program that still goes by that name works in here, too.", r.show(dir), owner, p.Title)
		case other == "" && r.place.exists && real != r.place.stateDir:
			r.remark("%s%s is beside %s. %s leaves it alone as long as its own directory exists, and so does keyform.", r.show(dir), owner, r.show(r.place.stateDir), p.Title)
		}
	}
}
