package gateway

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/sqlstore"
	"github.com/keyform/keyform/schema"
)

// readsOn reports whether an error of reading a store is that its database has a form
// newer than known, and the gateway's own commands may write it: then all stores are read
// again, as the forms before it are read, and never written by keyform itself.
func (r *reader) readsOn(err error) bool {
	var e *sqlstore.VersionError
	if !errors.As(err, &e) || r.out.Rules.Newer || r.spec.Writer != schema.WriterAuto && r.spec.Writer != schema.WriterGateway {
		return false
	}
	r.out.Rules.Newer, r.out.Rules.Commands = true, true
	r.out.Newer = fmt.Sprintf("%s has the form %d, which is newer than what this keyform knows, %d: it is read as that, and only the gateway's own commands write.",
		r.label(e.Path), e.Version, e.Known)
	return true
}

// findCommands finds how the gateway's own commands are started: as its service starts
// it, else by its command in PATH. Nothing is looked for where there is nothing to ask
// them for: they make a database that is not there, and write where Rules.Commands says so.
func (r *reader) findCommands() {
	if !r.out.Rules.Commands && !slices.ContainsFunc(r.out.Stores, func(s plan.StoreSnapshot) bool { return s.NoDatabase }) {
		return
	}
	release, command := r.packageOfUnit()
	if command == nil {
		var file string
		if release, file = r.packageOnPath(r.host.getenv("PATH")); file == "" {
			return
		}
		command = []string{file}
	}
	r.out.CommandLine = command
	if release != r.found.release {
		r.out.CommandRefusal = fmt.Sprintf("%s is of release %s, and %s says %s. Put the command of that release first in PATH",
			filepath.Base(command[len(command)-1]), release, r.found.from, r.found.release)
	}
}
