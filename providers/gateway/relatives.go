package gateway

import (
	"fmt"
	"path/filepath"
	"slices"

	"github.com/keyform/keyform/providers/product"
	"github.com/keyform/keyform/schema"
	"github.com/keyform/keyform/schema/diag"
)

// pickRow takes the product's row for the directory: some releases lived in another
// one than the rest, with other names in it.
func (r *reader) pickRow(spelled string) {
	p, config := r.place.product, r.spec.ConfigPath
	if config == "" && !r.host.exists(filepath.Join(r.place.stateDir, p.Config)) {
		for _, e := range p.Earlier {
			if r.host.exists(filepath.Join(r.place.stateDir, e.Config)) {
				config = e.Config
			}
		}
	}
	r.place.product = p.In(spelled, config)
}

// leaks warns of the variables after the first one, the product's own, that are set in
// keyform's environment.
func (r *reader) leaks(names []string, advice string) {
	for _, name := range names[min(1, len(names)):] {
		if r.place.own(name) != "" {
			r.warnf("KF0313", "Variable of another product", diag.Range{},
				"%s is set. %s obeys it too when it is started from this environment; keyform does not, because it is another product's variable. %s", name, r.place.product.Title, advice)
		}
	}
}

// takesOver refuses the default directory where the product would take a predecessor's
// instead of it: it would be moved away, with the credentials in it.
func (r *reader) takesOver(dir string) bool {
	p := r.place.product
	legacy, owner := r.predecessor()
	if legacy == "" {
		return false
	}
	r.errorf("KF0305", "State directory of a predecessor", r.spec.Attrs["product"],
		"%s does not exist, and %s%s does: the next command of %s moves it to %s, with all that is in it, and leaves a link behind. keyform does not decide that. "+
			"If %s is still in use, write state_dir = \"%s\" here: apply then makes that directory, and %s leaves the other one alone. If %s is to have it, run %s once and let it move.",
		r.show(dir), r.show(legacy), owner, p.Title, r.show(dir), r.show(legacy), r.show(dir), p.Title, p.Title, p.Bins[0])
	return true
}

// predecessor is the directory that the product takes over where its own does not
// exist, "" for none, and whose it is.
func (r *reader) predecessor() (dir, owner string) {
	for _, name := range r.place.product.LegacyDirs {
		legacy := filepath.Join(r.place.home, name)
		if !r.host.exists(legacy) {
			continue
		}
		if o := product.OwnerOf(name); o != nil {
			owner = " (" + o.Title + "'s)"
		}
		return legacy, owner
	}
	return "", ""
}

// missingHint says what else there is where a state directory is not.
func (r *reader) missingHint(from source) string {
	p := r.place.product
	if legacy, owner := r.predecessor(); from == fromAttribute && legacy != "" && r.place.spelled == filepath.Join(r.place.home, p.StateDir) {
		return fmt.Sprintf(" Until then the next command of %s would move %s%s there; afterwards it leaves it alone.", p.Title, r.show(legacy), owner)
	}
	for _, e := range p.Earlier {
		if dir := filepath.Join(r.place.home, e.StateDir); from == fromDefault && r.host.exists(dir) {
			return fmt.Sprintf(" Earlier releases of %s live in %s, which exists. If that is this gateway's, write state_dir = %q.", p.Title, r.show(dir), r.show(dir))
		}
	}
	return ""
}

// claim notes a directory or file as the gateway's; it refuses one that another
// gateway has.
func (r *reader) claim(taken map[string]string, path string) bool {
	if other, ok := taken[path]; ok && other != r.spec.Name {
		r.errorf("KF0306", "Two gateways in one place", r.spec.Attrs["state_dir"],
			"gateway %q and gateway %q both use %s, links followed, and would undo each other's changes. Give one of them another state_dir or instance, or declare the gateway once.", other, r.spec.Name, r.show(path))
		return false
	}
	taken[path] = r.spec.Name
	return true
}

// claimFiles claims what the gateway keeps outside its directory, and what is in it.
func (r *reader) claimFiles(taken map[string]string) bool {
	paths := []string{r.place.configPath, r.out.Config.Path, r.out.Env.Path}
	for _, s := range r.out.Stores {
		paths = append(paths, s.Path)
	}
	for _, path := range paths {
		if !r.claim(taken, path) {
			return false
		}
	}
	return true
}

// ownDir refuses a link into the directory of another product: that one took this
// one's directory over, and its releases may lock and keep their stores otherwise.
func (r *reader) ownDir() bool {
	real := r.place.stateDir
	if filepath.Base(real) == filepath.Base(r.place.spelled) {
		return true
	}
	owner := product.OwnerOf(filepath.Base(real))
	if owner == nil || owner.Name == r.place.product.Name {
		return true
	}
	r.errorf("KF0314", "State directory of another product", r.spec.Attrs["state_dir"],
		"%s is a link to %s, the directory of %s, which probably took it over. What is in there is %s's now: declare gateway %q with product = %q instead. If both programs are to go on, stop them, replace the link by a directory of its own, and log in there anew.",
		r.show(r.place.spelled), r.show(real), owner.Title, owner.Title, r.spec.Name, owner.Name)
	return false
}

// foresee warns of another product on this host whose next command would take this
// gateway's directory over.
func (r *reader) foresee() {
	if !r.place.exists || filepath.Dir(r.place.stateDir) != r.place.home {
		return
	}
	for _, p := range product.Products() {
		own := filepath.Join(r.place.home, p.StateDir)
		declared := slices.ContainsFunc(r.all, func(g schema.Gateway) bool { return g.Product == p.Name })
		if p.Name == r.place.product.Name || declared || !slices.Contains(p.LegacyDirs, filepath.Base(r.place.stateDir)) || r.host.exists(own) || !r.installed(&p) {
			continue
		}
		r.warnf("KF0315", "Directory that another product would take over", diag.Range{},
			"%s is installed here and has no %s, so that its next command moves %s there, with all that is in it, and leaves a link behind. If %s is to stay, create %s first, with mode 0700.",
			p.Title, r.show(own), r.show(r.place.stateDir), r.show(r.place.stateDir), r.show(own))
	}
}

// installed tells that a product's command is in PATH or its service unit is there.
func (r *reader) installed(p *product.Product) bool {
	if r.host.findUnit(p.Unit+".service", r.place.home) != nil {
		return true
	}
	for _, dir := range filepath.SplitList(r.host.getenv("PATH")) {
		if slices.ContainsFunc(p.Bins, func(bin string) bool { return filepath.IsAbs(dir) && r.host.exists(filepath.Join(dir, bin)) }) {
			return true
		}
	}
	return false
}

// untouched refuses a directory that another product's release wrote to last. A
// declared version is the user's word that this product has it all the same; a program
// that is there may just not have written yet; and a configuration under a
// predecessor's name was taken over as it was.
func (r *reader) untouched(lastTouched string, chosen evidence) bool {
	p := r.place.product
	what, known := "", r.spec.Version != ""
	switch file := r.present(p.ForeignEvidence); {
	case file != "":
		what = fmt.Sprintf("%s is there, which no release of %s makes, but later ones of OpenClaw do", file, p.Title)
	case p.Foreign(lastTouched) && slices.Contains(p.LegacyConfigs, filepath.Base(r.place.configPath)):
		r.remark("%s was last written by release %s, which is a predecessor's.", filepath.Base(r.place.configPath), lastTouched)
	case p.Foreign(lastTouched):
		what = fmt.Sprintf("%s was last written by release %s, which is none of %s", r.show(r.place.configPath), lastTouched, p.Title)
		known = chosen.release != ""
	}
	if what == "" {
		return true
	}
	if known {
		r.warnf("KF0316", "Directory that another product wrote to", r.spec.Attrs["version"],
			"%s. By %s it is %s's. Stop the other program, if it still runs.", what, chosen.from, p.Title)
		return true
	}
	r.errorf("KF0316", "Directory that another product wrote to", diag.Range{},
		"%s. Two products in one directory overwrite each other, and may lock its stores in ways that the other does not see. Set product to the one that lives here. If it is %s, set version to what \"%s --version\" prints.",
		what, p.Title, p.Bins[0])
	return false
}
