package gateway

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/jsondoc"
	"github.com/keyform/keyform/providers/product"
	"github.com/keyform/keyform/schema/diag"
)

const agentsDir = "agents"

// storeAt is a store to read: its file, and whether links have to be followed to it.
type storeAt struct {
	agent, path string
	linked      bool
}

// ownSuffix names the store of the main agent itself where it is not the shared one:
// a declared agentDir, or a variable for the shared one, parts the two.
const ownSuffix = "/own"

// storePlaces lists the stores: the one that the agents share first, which is main's
// where the release has none of its own, then the others by agent.
func (r *reader) storePlaces(config configuration, f form) ([]storeAt, error) {
	root := filepath.Join(r.place.stateDir, agentsDir)
	usual := func(id string) string { return filepath.Join(root, id, "agent", f.file) }
	const main = product.MainAgent
	shared := storeAt{main, usual(main), true}
	if dir := r.agentDirOverride(); dir != "" {
		shared.path = filepath.Join(dir, f.file)
	}
	at, err := r.agentsOnDisk(root, usual)
	if err != nil {
		return nil, err
	}
	for _, a := range config.agents(r.out.Rules) {
		switch {
		case a.dir != "":
			at[a.id] = storeAt{a.id, filepath.Join(r.host.expand(a.dir, r.place.home), f.file), true}
		case at[a.id].path == "":
			at[a.id] = storeAt{a.id, usual(a.id), true}
		}
	}
	var out []storeAt
	if r.out.Rules.MainAgent != main {
		out = append(out, storeAt{"", filepath.Join(r.place.stateDir, stateDatabase), true})
	}
	out = append(out, shared)
	if own, ok := at[main]; ok && filepath.Clean(own.path) != filepath.Clean(shared.path) && r.host.exists(own.path) {
		own.agent += ownSuffix
		out = append(out, own)
	}
	delete(at, main)
	rest := len(out)
	for _, s := range at {
		out = append(out, s)
	}
	slices.SortFunc(out[rest:], func(a, b storeAt) int { return strings.Compare(a.agent, b.agent) })
	return out, nil
}

// agentsOnDisk are the agents that have a directory.
func (r *reader) agentsOnDisk(root string, usual func(string) string) (map[string]storeAt, error) {
	at := map[string]storeAt{}
	entries, err := r.host.FS.ReadDir(root)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	info, err := r.host.FS.Lstat(root)
	linked := err == nil && info.Mode()&fs.ModeSymlink != 0
	for _, e := range entries {
		plain := e.IsDir()
		if id := e.Name(); agentID.MatchString(id) && (plain || e.Type()&fs.ModeSymlink != 0) {
			at[id] = storeAt{id, usual(id), linked || !plain}
		}
	}
	return at, nil
}

// maxReaders bounds how many stores are read at once.
const maxReaders = 8

// readStores reads all stores of the gateway.
func (r *reader) readStores(ctx context.Context, config configuration, ledger plan.Ledger, hostKey []byte) bool {
	f, err := formOf(r.out.Rules)
	if err != nil {
		r.errorf("KF0303", "Release that is not supported", diag.Range{}, "%s.", err)
		return false
	}
	told := len(r.diags)
	if err := r.sharedStore(ctx); err != nil {
		if r.readsOn(err) {
			return r.readStores(ctx, config, ledger, hostKey)
		}
		r.tellStore(&plan.StoreSnapshot{Label: stateDatabase}, &storeProblem{err: err})
		return false
	}
	places, err := r.storePlaces(config, f)
	if err != nil {
		r.errorf("KF0401", "Credential store that cannot be read", diag.Range{}, "%s: %s.", r.show(filepath.Join(r.place.stateDir, agentsDir)), reason(err))
		return false
	}
	s := &storeReader{reader: r, form: f, hostKey: hostKey, coordinator: filepath.Join(r.place.stateDir, stateDatabase)}
	if real, err := r.host.real(s.coordinator); err == nil {
		s.coordinator = real
	}
	if hostKey != nil {
		s.written = ledger.Written()
	}
	stores := make([]plan.StoreSnapshot, len(places))
	problems := make([]storeProblem, len(places))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(len(places), maxReaders, 2*runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(places) {
					return
				}
				stores[i], problems[i] = s.read(ctx, places[i])
			}
		})
	}
	wg.Wait()
	for i := range problems {
		if r.readsOn(problems[i].err) {
			r.diags = r.diags[:told]
			return r.readStores(ctx, config, ledger, hostKey)
		}
	}
	r.out.Stores = stores
	ok := true
	for i := range problems {
		if stores[i].Agent != "" {
			r.warnQuarantine(stores[i].Path)
		}
		ok = r.tellStore(&stores[i], &problems[i]) && ok
	}
	return ok
}

// storeProblem is what came up while a store was read.
type storeProblem struct {
	err     error
	ignored []string
}

// tellStore reports whether the store could be read.
func (r *reader) tellStore(s *plan.StoreSnapshot, p *storeProblem) bool {
	if len(p.ignored) > 0 {
		r.warnf("KF0404", "Entries that are no credentials", diag.Range{},
			"%s: this release ignores %s, which have no known type or no provider, and drops them at its next write. keyform leaves them as they are.",
			s.Label, quoteAll(p.ignored))
	}
	var syntax *jsondoc.SyntaxError
	switch {
	case p.err == nil:
		return true
	case errors.Is(p.err, errVersion):
		r.errorf("KF0403", "Credential store of an unknown form", diag.Range{}, "%s: %s. Is the version of the gateway right?", s.Label, p.err)
	case errors.As(p.err, &syntax):
		r.errorf("KF0402", "Credential store that is not JSON", diag.Range{},
			"%s, %s. The gateway takes such a file for none and writes over it. Correct it, or move it away, first.", s.Label, syntax)
	case r.place.stateDir != "" && isDatabase(p.err):
		r.errorf("KF0405", "Database that cannot be used", diag.Range{}, "%s.", strings.ReplaceAll(p.err.Error(), r.place.stateDir, r.show(r.place.stateDir)))
	default:
		r.errorf("KF0401", "Credential store that cannot be read", diag.Range{}, "%s: %s.", s.Label, reason(p.err))
	}
	return false
}

func quoteAll(names []string) string {
	const shown = 5
	quoted := make([]string, 0, shown+1)
	for i, name := range names {
		if i == shown {
			quoted = append(quoted, fmt.Sprintf("and %d more", len(names)-shown))
			break
		}
		quoted = append(quoted, fmt.Sprintf("%q", name))
	}
	return strings.Join(quoted, ", ")
}

// storeReader reads single stores, several at a time.
type storeReader struct {
	*reader
	form form
	// coordinator is the shared database, links followed.
	coordinator string
	hostKey     []byte
	written     map[string]plan.Items
}

func (s *storeReader) read(ctx context.Context, at storeAt) (plan.StoreSnapshot, storeProblem) {
	out := plan.StoreSnapshot{Agent: at.agent, Path: at.path, Label: s.label(at.path)}
	if err := s.resolve(at, &out); err != nil {
		return out, storeProblem{err: err}
	}
	if s.out.Rules.Coordinated {
		out.Coordinator = s.coordinator
	}
	out.Refusal = s.refusalOf(at.agent, out.Path)
	c, err := OpenContainer(*s.host, out.Ref(), s.out.Rules)
	if err != nil {
		return out, storeProblem{err: err}
	}
	var doc *authDoc
	var content Content
	parse := func(c Content) (err error) {
		doc, err = openAuth(s.out.Rules, s.form, c)
		if err == nil && c.Empty() {
			err = errEmpty // perhaps torn
		}
		return err
	}
	if at.agent == "" && s.shared != nil {
		content, out.NoDatabase = Content(s.shared.Cells), !s.shared.Made()
		err = parse(content)
	} else if db, ok := c.(*database); ok {
		content, out.NoDatabase, err = db.read(ctx, parse)
	} else {
		content, err = c.Read(ctx, parse)
	}
	switch {
	case errors.Is(err, errEmpty):
		out.Exists, out.Empty = true, true
		return out, storeProblem{}
	case err != nil:
		return out, storeProblem{err: err}
	case content.Missing():
		return out, storeProblem{}
	}
	out.Exists = true
	view := storeView{gateway: s.spec.Name, rules: s.out.Rules, key: s.key}
	ignored := view.fill(&out, rootOf(doc.store), rootOf(doc.state))
	s.apply(&out, doc)
	return out, storeProblem{ignored: ignored}
}

// apply marks the profiles that are as keyform wrote them last.
func (s *storeReader) apply(out *plan.StoreSnapshot, doc *authDoc) {
	written := s.written[out.Ref().Key()]
	if len(written) == 0 {
		return
	}
	images := doc.Items(s.spec.Name, s.hostKey)
	for i := range out.Profiles {
		item := "profile " + out.Profiles[i].ID
		out.Profiles[i].Applied = written[item] != "" && written[item] == images[item]
	}
}

// resolve follows the links to a store's files.
func (s *storeReader) resolve(at storeAt, out *plan.StoreSnapshot) (err error) {
	if out.Path, err = s.follow(at, at.path); err != nil || !s.form.split || s.form.sql {
		return err
	}
	out.StatePath, err = s.follow(at, filepath.Join(filepath.Dir(at.path), stateFile))
	return err
}

// follow follows links. The usual case, a file without any on its way below the state
// directory, which is real already, takes two looks instead of one at every directory
// from the root on.
func (s *storeReader) follow(at storeAt, path string) (string, error) {
	if !at.linked {
		dir, err := s.host.FS.Lstat(filepath.Dir(at.path))
		if errors.Is(err, fs.ErrNotExist) {
			return path, nil
		}
		if err == nil && dir.Mode()&fs.ModeSymlink == 0 {
			file, err := s.host.FS.Lstat(path)
			if errors.Is(err, fs.ErrNotExist) || err == nil && file.Mode()&fs.ModeSymlink == 0 {
				return path, nil
			}
		}
	}
	return s.host.real(path)
}
