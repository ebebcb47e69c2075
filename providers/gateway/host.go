// Package gateway reads what one gateway product keeps on a host into a plan.Snapshot
// and edits its files, each of them as the product's own code does. Where the products
// differ is in package product; nothing here asks for a product by name.
//
// Read finds where a gateway lives, which release it is and whether it runs, and
// reads its credential stores, its configuration and its .env file. A Document is one
// of these files, parsed, on which the ops of a plan are carried out; it does no I/O.
//
// No gateway is ever started for any of this, and no lock is taken: the files are read as
// they are, and again where they were torn.
package gateway

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/fsys"
	"github.com/keyform/keyform/providers/sqlstore"
	"github.com/keyform/keyform/schema"
	"github.com/keyform/keyform/schema/diag"
)

// Host is the machine as Read sees it. All of it may be used concurrently.
type Host struct {
	FS fsys.FS
	// Getenv is keyform's own environment; "" is an unset variable. nil is an empty one.
	Getenv func(string) string
	// Home is the home directory, absolute.
	Home string
	// UID is the effective user, -1 where there are none (Windows): files then have
	// no owner and no permissions to check.
	UID int
	// Temp is the directory for temporary files, where gateways put their instance locks.
	Temp string
	// Proc reads the processes, nil where they cannot be read.
	Proc *Proc
	// Alive tells whether a process exists; it is asked where Proc is nil. nil is "no".
	Alive func(pid int) bool
	// Watch are further variables whose sources besides the .env file matter: those
	// that a configuration declares. The variables of the providers are watched anyhow.
	Watch []string
	// StoredRefs are the references that the configuration has stored for the gateway to
	// resolve: what they lead to is looked at.
	StoredRefs []schema.Ref
	// Sleep pauses between the tries to read a torn file; nil is a real pause.
	Sleep fsys.Sleep
	// Now is the clock; nil is the real one.
	Now func() time.Time
}

func (h *Host) now() time.Time {
	if h.Now == nil {
		return time.Now()
	}
	return h.Now()
}

func (h *Host) getenv(name string) string {
	if h.Getenv == nil {
		return ""
	}
	return h.Getenv(name)
}

// expand makes a path absolute: a leading "~" is the home directory.
func (h *Host) expand(path, home string) string {
	path = strings.TrimSpace(path)
	if path == "~" || strings.HasPrefix(path, "~/") || strings.HasPrefix(path, `~\`) {
		path = home + path[1:]
	}
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return filepath.Clean(path)
}

// real follows the links of a path whose last parts need not exist.
func (h *Host) real(path string) (string, error) {
	real, err := h.FS.EvalSymlinks(path)
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return real, err
	}
	if _, lerr := h.FS.Lstat(path); lerr == nil {
		return "", &fsys.LinkError{Path: path}
	}
	parent := filepath.Dir(path)
	if parent == path {
		return path, nil
	}
	dir, err := h.real(parent)
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, filepath.Base(path)), nil
}

func (h *Host) exists(path string) bool {
	_, err := h.FS.Stat(path)
	return err == nil
}

// reader reads one gateway.
type reader struct {
	host *Host
	spec schema.Gateway
	// all are the gateways that are read in one go, this one among them.
	all   []schema.Gateway
	key   []byte
	diags diag.Diagnostics
	place place
	out   plan.GatewaySnapshot
	// refusal says why the stores must not be written now, "" if they may.
	refusal string
	// shared is what the shared database holds, read with the row that says that it is the
	// one in use; nil where another one is.
	shared *sqlstore.View
	// relocating tells that OpenClaw has not finished moving main's credentials to the
	// shared store; importing are the files in the middle of an import of its own.
	relocating bool
	importing  []sqlstore.Import
	// around are the processes that were found when looked was set.
	around []instance
	looked bool
	pids   map[namesOf]map[string][]int
	// quarantined are the databases that OpenClaw does not write any more.
	quarantined []string
	// found is what this host itself says of the release, whatever is declared.
	found evidence
}

func (r *reader) errorf(code, summary string, at diag.Range, format string, args ...any) {
	r.tell(diag.Error, code, summary, at, format, args...)
}

func (r *reader) warnf(code, summary string, at diag.Range, format string, args ...any) {
	r.tell(diag.Warning, code, summary, at, format, args...)
}

func (r *reader) tell(s diag.Severity, code, summary string, at diag.Range, format string, args ...any) {
	if at.Empty() {
		at = r.spec.Range
	}
	r.diags = append(r.diags, diag.Diagnostic{
		Severity: s, Code: code, Summary: summary, Range: at, Detail: fmt.Sprintf(format, args...),
		Address: schema.Address{Kind: schema.KindGateway, Gateway: r.spec.Name}.String(),
	})
}

// show is a path as messages have it.
func (r *reader) show(path string) string { return plan.ShowPath(path, r.host.Home) }

// reason is the text of an error of the file system without the path, which the
// message around it names.
func reason(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}
