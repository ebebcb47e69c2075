package gateway

import (
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/envfile"
	"github.com/keyform/keyform/providers/product"
	"github.com/keyform/keyform/providers/secrets/secret"
)

// readElsewhere finds the watched variables that reach the gateway another way than by its
// .env file: before it, those of the unit, of the running gateway's environment and of the
// .env file of its working directory; after it, those of the file in the home directory
// that the release reads besides. dotenv is the .env file.
func (r *reader) readElsewhere(row *product.Release, dotenv *envfile.File) {
	watched := map[string]bool{}
	for _, names := range r.out.Rules.Variables {
		for _, name := range names {
			watched[name] = true
		}
	}
	for _, v := range r.out.Env.Vars {
		watched[v.Name] = true
	}
	for _, name := range r.host.Watch {
		watched[name] = true
	}
	var unitVars map[string]string
	// held are the variables that the gateway has before it reads a file.
	held := map[string]string{}
	if u := r.place.unit; u != nil {
		unitVars = u.env
		maps.Copy(held, u.env)
		r.elsewhere(watched, unitVars, nil, plan.EnvElsewhere{Where: u.name})
	}
	if in := r.place.live; in != nil {
		maps.Copy(held, in.env)
		r.elsewhere(watched, in.env, unitVars, plan.EnvElsewhere{Where: fmt.Sprintf("the running gateway (pid %d)", in.pid), Process: true})
	}
	r.yieldToDotEnv(row, held)
	for _, file := range r.cwdFiles() {
		vars := r.fileVars(file, func(name string) bool { _, has := held[name]; return !has && !r.refusedInCwd(row, name) })
		r.elsewhere(watched, vars, nil, plan.EnvElsewhere{Where: r.show(file) + ", in the gateway's working directory,"})
		maps.Copy(held, vars)
	}
	file := r.gatewayEnv(row)
	vars := r.fileVars(file, func(name string) bool { _, has := held[name]; return !has })
	r.elsewhere(watched, vars, nil, plan.EnvElsewhere{Where: r.show(file), After: true})
	r.out.ConfigReadOnly = r.readOnly(row, dotenv, file, vars)
}

// elsewhere adds the watched variables of env that known does not have with the
// same value. Empty ones count, with no Value: dotenv 17.4.2 leaves a variable that
// exists, whatever is in it.
func (r *reader) elsewhere(watched map[string]bool, env, known map[string]string, as plan.EnvElsewhere) {
	for _, name := range slices.Sorted(maps.Keys(env)) {
		value := env[name]
		if was, listed := known[name]; !watched[name] || listed && was == value {
			continue
		}
		as.Name = name
		as.Value = plan.Fingerprint(secret.FromString(value).Fingerprint(r.key, plan.EnvDomain(r.spec.Name, name)))
		r.out.Elsewhere = append(r.out.Elsewhere, as)
	}
}

// yieldToDotEnv marks the variables of a service that the .env file replaces: OpenClaw
// 2026.8.1 to 2026.9.6 lists in its unit those that its installation put there.
func (r *reader) yieldToDotEnv(row *product.Release, held map[string]string) {
	for name := range strings.SplitSeq(held[row.YieldingEnv], ",") {
		for i := range r.out.Elsewhere {
			if e := &r.out.Elsewhere[i]; strings.EqualFold(e.Name, strings.TrimSpace(name)) {
				e.After = true
			}
		}
	}
}

// cwdFiles are the .env files of the working directories in which the gateway runs or is
// started by its service, without the one of its state directory. A unit that names no
// directory starts in the home directory, which is how OpenClaw's installation leaves it.
func (r *reader) cwdFiles() []string {
	var dirs, out []string
	if in := r.place.live; in != nil && r.host.Proc != nil {
		if dir, err := r.host.Proc.cwd(in.pid); err == nil {
			dirs = append(dirs, dir)
		}
	}
	if u := r.place.unit; u != nil {
		dir := u.dir
		if dir == "" || dir == "~" {
			dir = r.place.home
		}
		dirs = append(dirs, dir)
	}
	for _, dir := range dirs {
		file := filepath.Join(dir, envName)
		if real, err := r.host.real(file); err == nil && real != r.out.Env.Path && !slices.Contains(out, file) {
			out = append(out, file)
		}
	}
	return out
}

// refusedInCwd tells that the release does not take the variable from a working directory.
func (r *reader) refusedInCwd(row *product.Release, name string) bool {
	name = strings.ToUpper(name)
	return slices.ContainsFunc(row.CwdRefuses, func(pattern string) bool {
		if pattern == product.AllVariables {
			return usesVariable(r.out.Rules, name)
		}
		match, err := path.Match(pattern, name)
		return err == nil && match
	})
}

// gatewayEnv is the environment file that the release reads after .env, "" if there is
// none: only the default state directory has one.
func (r *reader) gatewayEnv(row *product.Release) string {
	if row.GatewayEnv == "" {
		return ""
	}
	usual, err := r.host.real(filepath.Join(r.place.home, r.place.product.StateDir))
	if err != nil || usual != r.place.stateDir {
		return ""
	}
	return filepath.Join(r.place.home, filepath.FromSlash(row.GatewayEnv))
}

// fileVars are those variables of an environment file that keep takes. A gateway does
// without a file that it cannot read.
func (r *reader) fileVars(file string, keep func(name string) bool) map[string]string {
	out := map[string]string{}
	if file == "" {
		return out
	}
	raw, err := r.host.FS.ReadFile(file)
	if err != nil {
		return out
	}
	f := envfile.Parse(raw)
	for _, name := range f.Names() {
		if value, ok := f.Lookup(name); ok && keep(name) {
			out[name] = value
		}
	}
	return out
}

// readOnly says what keeps the gateway from writing its configuration. Of each variable
// the first place that has it counts, and "1" alone.
func (r *reader) readOnly(row *product.Release, dotenv *envfile.File, gatewayEnv string, vars map[string]string) string {
	for _, name := range row.ReadOnlyEnv {
		value, where := "", ""
		inFile, found := dotenv.Lookup(name)
		switch {
		case r.unitEnv(name) != "":
			value, where = r.unitEnv(name), r.place.unit.name
		case r.serviceEnv([]string{name}) != "":
			value, where = r.serviceEnv([]string{name}), "the running gateway's environment"
		case found:
			value, where = inFile, r.out.Env.Label
		default:
			value, where = vars[name], r.show(gatewayEnv)
		}
		if value == "1" {
			return name + "=1 in " + where
		}
	}
	return ""
}
