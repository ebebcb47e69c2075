package gateway

import (
	"slices"

	"github.com/keyform/keyform/providers/product"
	"github.com/keyform/keyform/schema/diag"
)

// goBy takes the names that the gateway's release goes by, as far as the release is known
// before the place is: by the version attribute, or by what a service, a process or PATH
// shows. A variable that the service sets and the release does not read is told of, for
// its user may believe that the gateway lives there.
func (r *reader) goBy() {
	release := r.spec.Version
	if release == "" {
		release = r.findRelease("").release
	}
	r.place.product = r.place.product.For(release)
	for _, v := range r.place.product.Dropped() {
		if where := r.misled(v); where != "" {
			r.warnf("KF0319", "Variable that the release does not read", diag.Range{},
				"%s sets %s. %s %s does not read it, as earlier releases did, and so keyform does not either. If the gateway is to work there, set %s instead and restart it; else take the variable away.",
				where, v.Name, r.place.product.Title, release, v.By)
		}
	}
}

// settleNames takes the names of the release that the place has shown. It reports
// whether the place is the same by them: it was found by all names that some release
// goes by, if nothing told the release before.
func (r *reader) settleNames() bool {
	before := r.place.product
	r.place.product = before.For(r.out.Release)
	for _, v := range r.place.product.Dropped() {
		where := r.misled(v)
		if where != "" && r.spec.StateDir == "" && !slices.Contains(before.Dropped(), v) {
			r.errorf("KF0319", "Variable that the release does not read", diag.Range{},
				"%s sets %s, by which this gateway was looked for. What is there is of %s %s by %s, which does not read it, as earlier releases did: so the gateway is elsewhere, or of another release. Set version to what \"%s --version\" prints, or state_dir to the directory that it works in.",
				where, v.Name, before.Title, r.out.Release, r.out.Evidence, before.Bins[0])
			return false
		}
	}
	return true
}

// misled says what sets a variable that the release does not read, and not the one in its
// place: the unit or the live process; "" for neither.
func (r *reader) misled(v product.Replaced) string {
	switch {
	case r.serviceEnv([]string{v.By}) != "" || r.serviceEnv([]string{v.Name}) == "":
		return ""
	case r.unitEnv(v.Name) != "":
		return r.place.unit.name
	}
	return "The running gateway's environment"
}
