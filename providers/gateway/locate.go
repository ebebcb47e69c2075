package gateway

import (
	"errors"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/keyform/keyform/providers/fsys"
	"github.com/keyform/keyform/providers/product"
)

// place is where a gateway lives.
type place struct {
	product *product.Product
	// home is the home directory that the gateway's defaults are in.
	home string
	// stateDir and configPath are real; exists tells that the directory is there.
	stateDir, configPath string
	exists               bool
	// spelled is the state directory before links were followed.
	spelled string
	// owner is the directory's owner, or the user who would create it.
	owner int
	unit  *unit
	live  *instance
	// own is keyform's own environment where it speaks of this gateway, else nil.
	own func(string) string
}

// instanceName is what the products accept for --profile.
var instanceName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$`)

// locate finds the gateway's directories; it reports whether reading can go on.
func (r *reader) locate() bool {
	p := r.place.product
	if r.spec.Instance != "" && !instanceName.MatchString(r.spec.Instance) {
		r.errorf("KF0312", "Impossible instance", r.spec.Attrs["instance"],
			"The products take letters, digits, \"_\" and \"-\" for the name of an instance (--profile), at most 64 and beginning with a letter or digit.")
		return false
	}
	r.place.home = r.home()
	r.place.own = r.ownEnv()
	r.place.unit = r.host.findUnit(p.Unit+product.Instance(r.spec.Instance)+".service", r.place.home)
	r.place.live = r.serviceProcess()
	r.goBy()
	state, from := r.stateDir()
	if state == "" {
		return false
	}
	real, err := r.host.real(state)
	if err != nil {
		r.errorf("KF0311", "State directory that cannot be read", r.spec.Attrs["state_dir"], "%s: %s.", state, reason(err))
		return false
	}
	r.place.stateDir, r.place.spelled = real, state
	r.pickRow(state)
	if !r.checkStateDir(from) || !r.findConfig(from) {
		return false
	}
	r.place.live = r.current()
	return true
}

// source says where a path comes from.
type source int

const (
	fromAttribute source = iota
	fromService
	fromOwnEnv
	fromDefault
)

// String says it in a sentence.
func (s source) String() string {
	return [...]string{"the attribute state_dir", "the service's environment", "keyform's environment", "the product's default"}[s]
}

// home is keyform's own, unless the declared directory is the default one in another
// home: root may manage the gateways of others.
func (r *reader) home() string {
	p := r.place.product
	if r.spec.StateDir != "" {
		dir := r.host.expand(r.spec.StateDir, r.host.Home)
		if p.In(dir, "").Owns(filepath.Base(dir)) {
			return filepath.Dir(dir)
		}
	}
	if p.HomeEnv != "" {
		if home := strings.TrimSpace(r.host.getenv(p.HomeEnv)); home != "" {
			return r.host.expand(home, r.host.Home)
		}
	}
	return r.host.Home
}

// ownEnv is keyform's environment if it is meant for this instance: a gateway's
// variables that are set in a shell are those of one instance.
func (r *reader) ownEnv() func(string) string {
	if r.spec.Instance != "" && r.host.getenv(r.place.product.ProfileEnv) != r.spec.Instance {
		return func(string) string { return "" }
	}
	return r.host.getenv
}

// serviceProcess finds the live gateway of this instance before its directory is
// known: one of this home and no other. Where there are several, none is.
func (r *reader) serviceProcess() *instance {
	p := r.place.product
	var found *instance
	// Which state directory is the process's is not known yet, so the default is looked at.
	temp := filepath.Join(r.place.home, p.StateDir+product.Instance(r.spec.Instance), "tmp")
	for _, in := range r.instances(p, r.host.UID, r.unitEnv("TMPDIR"), temp) {
		if in.role != "" {
			continue
		}
		home := in.env["HOME"]
		if p.HomeEnv != "" && in.env[p.HomeEnv] != "" {
			home = in.env[p.HomeEnv]
		}
		if home == "" || r.host.expand(home, r.place.home) != r.place.home || product.Instance(in.env[p.ProfileEnv]) != product.Instance(r.spec.Instance) {
			continue
		}
		if found != nil {
			return nil
		}
		found = &in
	}
	return found
}

func (r *reader) unitEnv(name string) string {
	if r.place.unit == nil {
		return ""
	}
	return strings.TrimSpace(r.place.unit.env[name])
}

// serviceEnv asks the unit, then the live process, for the first of the variables
// that is set.
func (r *reader) serviceEnv(names []string) string {
	for _, name := range names {
		if v := r.unitEnv(name); v != "" {
			return v
		}
	}
	if r.place.live != nil {
		for _, name := range names {
			if v := strings.TrimSpace(r.place.live.env[name]); v != "" {
				return v
			}
		}
	}
	return ""
}

// stateDir gives the directory as spelt, absolute, or "" after telling why there is none.
func (r *reader) stateDir() (string, source) {
	p, home := r.place.product, r.place.home
	if r.spec.StateDir != "" {
		return r.host.expand(r.spec.StateDir, r.host.Home), fromAttribute
	}
	if dir := r.serviceEnv(p.StateDirEnv); dir != "" {
		return r.host.expand(dir, home), fromService
	}
	if dir := strings.TrimSpace(r.place.own(p.StateDirEnv[0])); dir != "" {
		return r.host.expand(dir, home), fromOwnEnv
	}
	r.leaks(p.StateDirEnv, "If this gateway lives there, say so with state_dir.")
	dir := filepath.Join(home, p.StateDir+product.Instance(r.spec.Instance))
	if r.spec.Instance == "" && !r.host.exists(dir) && r.takesOver(dir) {
		return "", fromDefault
	}
	return dir, fromDefault
}

// checkStateDir looks at the directory itself; it reports whether it may be used.
func (r *reader) checkStateDir(from source) bool {
	dir, at := r.place.stateDir, r.spec.Attrs["state_dir"]
	r.place.owner = r.host.UID
	info, err := r.host.FS.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		r.warnf("KF0310", "State directory that does not exist yet", at, "There is no %s, which is from %s. apply creates it, with mode 0700.%s", r.show(dir), from, r.missingHint(from))
		return true
	}
	if err != nil || !info.IsDir() {
		why := "it is not a directory"
		if err != nil {
			why = reason(err)
		}
		r.errorf("KF0311", "State directory that cannot be read", at, "%s: %s.", r.show(dir), why)
		return false
	}
	r.place.exists = true
	uid, _, ok := fsys.Owner(info)
	if !ok || r.host.UID < 0 {
		return true
	}
	r.place.owner = uid
	if uid != r.host.UID && r.host.UID != 0 {
		r.errorf("KF0307", "State directory of another user", at,
			"%s belongs to user id %d, and keyform runs as %d. Run keyform as that user, or as root: files keep their owner then.", r.show(dir), uid, r.host.UID)
		return false
	}
	switch mode := info.Mode().Perm(); {
	case mode&0o022 != 0:
		r.errorf("KF0308", "State directory that others can write", at,
			"%s has mode %04o, so that other users could put credentials, or links, in it. Use chmod 700 %s first.", r.show(dir), mode, r.show(dir))
		return false
	case mode&0o055 != 0:
		r.warnf("KF0309", "State directory that others can read", at, "%s has mode %04o. Its gateway makes it 0700; use chmod 700 %s.", r.show(dir), mode, r.show(dir))
	}
	return true
}

// findConfig finds the configuration as the product does: an explicit path, else the
// first of its names that exists in the state directory.
func (r *reader) findConfig(from source) bool {
	p := r.place.product
	path := ""
	if r.spec.ConfigPath != "" {
		path = r.host.expand(r.spec.ConfigPath, r.host.Home)
	} else if v := r.serviceEnv(p.ConfigEnv); v != "" && from != fromAttribute {
		path = r.host.expand(v, r.place.home)
	} else if v := strings.TrimSpace(r.place.own(p.ConfigEnv[0])); v != "" && from != fromAttribute {
		path = r.host.expand(v, r.place.home)
	} else {
		if from != fromAttribute {
			r.leaks(p.ConfigEnv, "If this gateway's configuration is there, say so with config_path.")
		}
		path = filepath.Join(r.place.stateDir, p.Config)
		for _, name := range append([]string{p.Config}, p.LegacyConfigs...) {
			if candidate := filepath.Join(r.place.stateDir, name); r.host.exists(candidate) {
				path = candidate
				break
			}
		}
	}
	real, err := r.host.real(path)
	if err != nil {
		r.errorf("KF0411", "Configuration that cannot be read", r.spec.Attrs["config_path"], "%s: %s.", r.show(path), reason(err))
		return false
	}
	r.place.configPath = real
	return true
}

// agentDirOverride is the directory that a variable names for the shared store, "" for none.
func (r *reader) agentDirOverride() string {
	p := r.place.product
	if row, err := p.At(r.out.Release); err == nil && row.FixedAgentDir {
		return ""
	}
	if dir := r.serviceEnv(p.AgentDirEnv); dir != "" {
		return r.host.expand(dir, r.place.home)
	}
	if len(p.AgentDirEnv) == 0 {
		return ""
	}
	if dir := strings.TrimSpace(r.place.own(p.AgentDirEnv[0])); dir != "" {
		return r.host.expand(dir, r.place.home)
	}
	r.leaks(p.AgentDirEnv, "If this gateway's shared store is there, set "+p.AgentDirEnv[0]+".")
	return ""
}

// envDir is the directory of the .env file.
func (r *reader) envDir() string {
	if p := r.place.product; p.EnvDir != "" && r.serviceEnv(p.StateDirEnv) == "" {
		return filepath.Join(r.place.home, p.EnvDir)
	}
	return r.place.stateDir
}
