package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/keyform/keyform/providers/product"
	"github.com/keyform/keyform/providers/sqlstore"
	"github.com/keyform/keyform/schema/diag"
)

// evidence is one hint at the release, with the place it comes from.
type evidence struct{ release, from string }

// release decides which release the gateway is; it reports whether reading can go on.
// lastTouched is what the configuration says of its last writer, or "".
func (r *reader) release(lastTouched string) (*product.Release, bool) {
	p := r.place.product
	meta := lastTouched
	if p.Foreign(meta) {
		meta = "" // it says nothing of this product's release
	}
	found := r.findRelease(meta)
	if found.release == "" {
		found = r.shapeRelease()
	}
	chosen := found
	if r.spec.Version != "" {
		chosen = evidence{strings.TrimPrefix(r.spec.Version, "v"), "its version attribute"}
	}
	if !r.untouched(lastTouched, chosen) {
		return nil, false
	}
	row, err := p.At(chosen.release)
	switch {
	case errors.Is(err, product.ErrNoRelease):
		r.errorf("KF0302", "Release that is not known", diag.Range{},
			"Nothing on this host tells which release of %s this is: it does not run, has no service unit, is not in PATH, and %s names no version. Releases differ in how their stores are locked. Set version, to what \"%s --version\" prints.",
			p.Title, r.show(r.place.configPath), p.Bins[0])
		return nil, false
	case err != nil:
		at := diag.Range{}
		if r.spec.Version != "" {
			at = r.spec.Attrs["version"]
		}
		r.errorf("KF0303", "Release that is not supported", at, "%s (this release is from %s).", err, chosen.from)
		return nil, false
	}
	r.out.Release, r.out.Evidence = chosen.release, chosen.from
	if chosen.release == "" {
		r.out.Evidence = ""
	}
	r.found = found
	if c, err := product.Compare(chosen.release, p.Known); err == nil && c > 0 {
		r.out.TreatedAs = p.Known
	}
	r.out.VersionConflict = conflict(p, row, chosen, found, r.present(r.later(row.Generation)))
	return row, true
}

// conflict compares what was chosen with what else is known, as far as it decides how
// a store is written.
func conflict(p *product.Product, row *product.Release, chosen, found evidence, later string) string {
	if later != "" {
		return fmt.Sprintf("%s is there, which only later releases of %s make and read, and %s says %s", later, p.Title, chosen.from, chosen.release)
	}
	if found.release == "" || found == chosen {
		return ""
	}
	other, err := p.At(found.release)
	switch {
	case err != nil:
		return fmt.Sprintf("%s says %s, but %s says %s, which is not supported", chosen.from, chosen.release, found.from, found.release)
	case other.Generation != row.Generation || other.LockForm != row.LockForm:
		return fmt.Sprintf("%s says %s, but %s says %s, and the two differ in how their stores are kept or locked", chosen.from, chosen.release, found.from, found.release)
	}
	return ""
}

// later are the files, relative to the state directory, that show a later generation of
// stores than the one given. The state database shows one beside two files only from its
// second form on: OpenClaw 2026.6.1 has the first.
func (r *reader) later(generation string) []string {
	const inAgent = "agents/*/agent/"
	switch {
	case generation == product.OneFile:
		return []string{inAgent + agentDatabase, stateDatabase, inAgent + stateFile}
	case generation == product.TwoFiles && r.formOf(stateDatabase, sqlstore.State) == 1:
		return []string{inAgent + agentDatabase}
	case generation == product.TwoFiles:
		return []string{inAgent + agentDatabase, stateDatabase}
	}
	return nil
}

// formOf is the form (user_version) of a database below the state directory, 0 where
// there is none or it cannot be read.
func (r *reader) formOf(file string, kind sqlstore.Kind) int {
	path, err := r.host.real(filepath.Join(r.place.stateDir, file))
	if err != nil || !r.host.exists(path) {
		return 0
	}
	view, err := sqlstore.Read(context.Background(), sqlstore.Place{Path: path, Kind: kind, UID: r.place.owner, FS: r.host.FS})
	if err != nil {
		return 0
	}
	return view.Version
}

// The forms of the two databases from which on a release shares a store between the
// agents: OpenClaw 2026.8.1 has them.
const (
	firstShared      = 19
	firstSharedState = 15
)

// shapeRelease is what the form of the stores shows, where nothing else tells the
// release: the last one of that generation. A shared store needs no agent's database
// beside it, so the state database is asked first; OpenClaw 2026.6.1 to 2026.7.35 have
// one too, of its first form.
func (r *reader) shapeRelease() evidence {
	const from = "the form of its stores"
	p := r.place.product
	if !p.NeedsRelease() {
		return evidence{}
	}
	if r.formOf(stateDatabase, sqlstore.State) >= firstSharedState {
		return evidence{p.LastOf(product.SharedTables), from}
	}
	main := filepath.Join(agentsDir, product.MainAgent, "agent")
	if database := filepath.Join(main, agentDatabase); r.host.exists(filepath.Join(r.place.stateDir, database)) {
		switch version := r.formOf(database, sqlstore.Agent); {
		case version == 0:
			return evidence{}
		case version >= firstShared:
			return evidence{p.LastOf(product.SharedTables), from}
		}
		return evidence{p.LastOf(product.AgentTables), from}
	}
	if r.host.exists(filepath.Join(r.place.stateDir, main, stateFile)) {
		return evidence{p.LastOf(product.TwoFiles), from}
	}
	return evidence{}
}

// findRelease asks in the order in which the answers are worth something. The
// gateway is never run.
func (r *reader) findRelease(lastTouched string) evidence {
	p := r.place.product
	if v, _ := r.packageOfUnit(); v != "" {
		return evidence{v, "the package behind " + r.place.unit.name}
	}
	if in := r.place.live; in != nil && r.host.Proc != nil {
		// A gateway overwrites its command line, but not what it has loaded.
		for _, file := range r.host.Proc.files(in.pid, ".node") {
			if v := r.packageOfAddon(file); v != "" {
				return evidence{v, fmt.Sprintf("the package of the running gateway (pid %d)", in.pid)}
			}
		}
		// OpenClaw 2026.4.29 and 2026.6.11 load none.
		if v, file := r.packageOnPath(in.env["PATH"]); v != "" {
			return evidence{v, fmt.Sprintf("the package behind %s in PATH of the running gateway (pid %d)", filepath.Base(file), in.pid)}
		}
		if v := in.env[p.VersionEnv]; isRelease(v) {
			return evidence{v, fmt.Sprintf("the environment of the running gateway (pid %d)", in.pid)}
		}
	}
	if v, file := r.packageOnPath(r.host.getenv("PATH")); v != "" {
		return evidence{v, "the package behind " + filepath.Base(file) + " in PATH"}
	}
	if isRelease(lastTouched) {
		return evidence{lastTouched, filepath.Base(r.place.configPath) + "'s meta"}
	}
	return evidence{}
}

// packageOfUnit gives the version of the package that the gateway's service starts, and
// the part of the service's command up to the file in that package.
func (r *reader) packageOfUnit() (version string, command []string) {
	if r.place.unit == nil {
		return "", nil
	}
	exec := r.place.unit.exec
	for i, word := range exec {
		if filepath.IsAbs(word) {
			if v := r.packageAbove(word); v != "" {
				return v, exec[: i+1 : i+1]
			}
		}
	}
	return "", nil
}

// packageOnPath gives the version of the package behind the first of the product's
// commands in a search path, and the command's file.
func (r *reader) packageOnPath(path string) (version, file string) {
	for _, dir := range filepath.SplitList(path) {
		for _, bin := range r.place.product.Bins {
			if file := filepath.Join(dir, bin); filepath.IsAbs(dir) {
				if v := r.packageAbove(file); v != "" {
					return v, file
				}
			}
		}
	}
	return "", ""
}

// packageAbove gives the version of the product's package that a file is in, links
// followed, or "".
func (r *reader) packageAbove(file string) string {
	real, err := r.host.FS.EvalSymlinks(file)
	if err != nil {
		return ""
	}
	for dir := filepath.Dir(real); ; dir = filepath.Dir(dir) {
		if v, named := r.packageIn(dir); named {
			return v
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
	}
}

// packageIn reads a package.json; named tells that it is the product's.
func (r *reader) packageIn(dir string) (version string, named bool) {
	raw, err := r.host.FS.ReadFile(filepath.Join(dir, "package.json"))
	if err != nil {
		return "", false
	}
	var pkg struct{ Name, Version string }
	if json.Unmarshal(raw, &pkg) != nil || pkg.Name != r.place.product.Package || pkg.Name == "" {
		return "", false
	}
	if !isRelease(pkg.Version) {
		return "", true
	}
	return pkg.Version, true
}

// isRelease tells a release from what a build without one says of itself, "dev".
func isRelease(text string) bool {
	_, err := product.Compare(text, text)
	return err == nil
}

// packageOfAddon finds the product's package from a native addon that it has loaded,
// which is in the package's own node_modules or in the ones around it.
func (r *reader) packageOfAddon(file string) string {
	const modules = "/node_modules/"
	name := r.place.product.Package
	if root, _, ok := strings.Cut(file, modules+name+"/"); ok {
		if v, named := r.packageIn(root + modules + name); named {
			return v
		}
	}
	for i := strings.LastIndex(file, modules); i >= 0; i = strings.LastIndex(file[:i], modules) {
		if v, named := r.packageIn(file[:i] + modules + name); named {
			return v
		}
	}
	return ""
}

// present names the first of the files that is there, "" if none is.
func (r *reader) present(patterns []string) string {
	for _, pattern := range patterns {
		before, after, wild := strings.Cut(pattern, "*")
		if !wild {
			if r.host.exists(filepath.Join(r.place.stateDir, pattern)) {
				return pattern
			}
			continue
		}
		// One agent tells as much as all of them: the main one.
		if name := before + "main" + after; r.host.exists(filepath.Join(r.place.stateDir, name)) {
			return name
		}
	}
	return ""
}
