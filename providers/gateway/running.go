package gateway

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/keyform/keyform/providers/product"
)

// instance is a live process that an instance lock names, or the processes.
type instance struct {
	pid int
	// configPath is that of the lock, and so are stateDir and port, which OpenClaw
	// writes from 2026.8.1 and from 2026.7 on. "" and 0 where they are not known.
	configPath, stateDir string
	port                 int
	// role is "" for a gateway.
	role string
	// env is what the process was started with, nil where it cannot be read.
	env map[string]string
}

// roleDoctor is the role of "openclaw doctor" while it works on databases. Of the other
// roles, "agent-embedded" and "skill-workshop-apply" (OpenClaw 2026.8.1 to 2026.9.6),
// none is of interest here: they write as the gateway's command line does.
const roleDoctor = "sqlite-maintenance"

// instanceLock is the content of an instance lock, as clawdbot 2026.1.24-3 and OpenClaw
// 2026.2.26 to 2026.9.6 write it. From 2026.8.1 on blanks come after it, in which more is
// hidden, and beside it lies an empty database of the same name with ".sqlite", which is
// what holds the lock. That is left alone. StartTime is there on Linux, and from 2026.8.1
// on elsewhere, in another unit.
type instanceLock struct {
	PID        int    `json:"pid"`
	ConfigPath string `json:"configPath"`
	StateDir   string `json:"stateDir"`
	Port       int    `json:"port"`
	Role       string `json:"role"`
	StartTime  *int64 `json:"startTime"`
}

// instances finds the live gateways of a product and user, each once. The name of a lock
// is a hash of the configuration's path as the gateway spells it, so all of them are
// looked at. They are in the directory for temporary files, of which there may be several,
// and from OpenClaw 2026.8.1 on in the state directory's own.
//
// Where processes can be read, those of the product tell of further directories, such as
// a service's own. A gateway without a lock still goes by its name, save those of OpenClaw
// 2026.4.29 and 2026.6.11, which have the name of every other command of theirs.
func (r *reader) instances(p *product.Product, uid int, temps ...string) []instance {
	h := r.host
	var out []instance
	seen := map[int]bool{}
	byName := r.byName(p, uid)
	for _, dir := range h.lockDirs(p, uid, append(temps, h.tempsOf(p, byName)...)) {
		entries, err := h.FS.ReadDir(dir)
		if err != nil {
			continue
		}
		for _, e := range entries {
			if in, ok := h.locked(filepath.Join(dir, e.Name())); ok && !seen[in.pid] {
				seen[in.pid] = true
				out = append(out, in)
			}
		}
	}
	for _, pid := range byName[p.Unit] {
		if env, err := h.Proc.environ(pid); err == nil && !seen[pid] {
			out = append(out, instance{pid: pid, env: env})
		}
	}
	return out
}

// tempsOf are the directories for temporary files of the product's processes, as they
// name them and, where a service has a /tmp to itself, as keyform sees them.
func (h *Host) tempsOf(p *product.Product, byName map[string][]int) []string {
	var out []string
	for _, name := range append([]string{p.Unit}, p.Bins...) {
		for _, pid := range byName[name] {
			env, err := h.Proc.environ(pid)
			if err != nil {
				continue
			}
			temp := strings.TrimSpace(env["TMPDIR"])
			if temp == "" {
				temp = "/tmp"
			}
			out = append(out, temp, h.Proc.inside(pid, temp))
		}
	}
	return out
}

// lockDirs are the directories of instance locks in the directories for temporary files.
func (h *Host) lockDirs(p *product.Product, uid int, temps []string) []string {
	name := p.LockDir
	if uid >= 0 {
		name += "-" + strconv.Itoa(uid)
	}
	var out []string
	for _, temp := range append([]string{h.Temp, "/tmp"}, temps...) {
		if dir := filepath.Join(temp, name); temp != "" && !slices.Contains(out, dir) {
			out = append(out, dir)
		}
	}
	return out
}

// locked reads an instance lock whose process lives.
func (h *Host) locked(path string) (instance, bool) {
	name := filepath.Base(path)
	if !strings.HasPrefix(name, "gateway.") || !strings.HasSuffix(name, ".lock") {
		return instance{}, false
	}
	raw, err := h.FS.ReadFile(path)
	var lock instanceLock
	if err != nil || json.Unmarshal(raw, &lock) != nil || !h.alive(lock) {
		return instance{}, false
	}
	in := instance{pid: lock.PID, configPath: lock.ConfigPath, stateDir: lock.StateDir, port: lock.Port, role: lock.Role}
	if in.role == "gateway" {
		in.role = ""
	}
	if h.Proc != nil {
		in.env, _ = h.Proc.environ(lock.PID) // another user's cannot be read
	}
	return in, true
}

// alive tells whether the process that made a lock still exists. A process of the same
// id with another start time is not that one.
func (h *Host) alive(lock instanceLock) bool {
	if lock.PID <= 0 {
		return false
	}
	if h.Proc == nil {
		return h.Alive != nil && h.Alive(lock.PID)
	}
	if lock.StartTime == nil {
		return h.Proc.exists(lock.PID)
	}
	start, err := h.Proc.startTime(lock.PID)
	return err == nil && start == *lock.StartTime
}

// processes are the live processes that may have to do with the reader's place. They are
// looked for once, until lookAgain.
func (r *reader) processes() []instance {
	if !r.looked {
		r.around = r.instances(r.place.product, r.place.owner, r.unitEnv("TMPDIR"), filepath.Join(r.place.stateDir, "tmp"))
		r.looked = true
	}
	return r.around
}

func (r *reader) lookAgain() { r.looked, r.pids = false, nil }

// byName are the ids of a user's processes that have the names of a product's, by name,
// looked for once: on a busy host that takes longer than all the rest of a plan.
func (r *reader) byName(p *product.Product, uid int) map[string][]int {
	if r.host.Proc == nil {
		return nil
	}
	key := namesOf{p.Unit, uid}
	if _, known := r.pids[key]; !known {
		if r.pids == nil {
			r.pids = map[namesOf]map[string][]int{}
		}
		r.pids[key] = r.host.Proc.named(uid, append([]string{p.Unit}, p.Bins...)...)
	}
	return r.pids[key]
}

// namesOf are the names of a product's processes, which its unit tells apart, and a user.
type namesOf struct {
	unit string
	uid  int
}

// current is the live gateway of the reader's place, nil if there is none.
func (r *reader) current() *instance {
	for _, in := range r.processes() {
		if in.role == "" && r.uses(&in) {
			return &in
		}
	}
	return nil
}

// uses tells whether a live gateway works with the reader's place: by its
// configuration, which it locks, or by the state directory of its environment.
func (r *reader) uses(in *instance) bool {
	if in.configPath != "" {
		if real, err := r.host.real(in.configPath); err == nil && (real == r.place.configPath || filepath.Dir(real) == r.place.stateDir) {
			return true
		}
	}
	return r.worksIn(in)
}

// worksIn tells whether a process keeps its state in the reader's state directory, as
// far as its lock or its environment says.
func (r *reader) worksIn(in *instance) bool {
	dir := in.stateDir
	if dir == "" && in.env != nil {
		dir = r.stateDirOf(in)
	}
	if dir == "" {
		return false
	}
	real, err := r.host.real(dir)
	return err == nil && real == r.place.stateDir
}

// stateDirOf is the state directory that a process works with by its environment.
func (r *reader) stateDirOf(in *instance) string {
	p := r.place.product
	home := in.env["HOME"]
	if p.HomeEnv != "" && in.env[p.HomeEnv] != "" {
		home = r.host.expand(in.env[p.HomeEnv], home)
	}
	for _, name := range p.StateDirEnv {
		if dir := strings.TrimSpace(in.env[name]); dir != "" {
			return r.host.expand(dir, home)
		}
	}
	return filepath.Join(home, p.StateDir+product.Instance(in.env[p.ProfileEnv]))
}
