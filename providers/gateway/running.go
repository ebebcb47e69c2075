package gateway

import (
	"encoding/json"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/keyform/keyform/providers/product"
)

// instance is a live gateway, known from its instance lock.
type instance struct {
	pid        int
	configPath string
	// env is what the process was started with, nil where it cannot be read.
	env map[string]string
}

// instanceLock is the content of an instance lock, as clawdbot 2026.1.24-3 and
// OpenClaw 2026.2.26 write it. StartTime is there on Linux only.
type instanceLock struct {
	PID        int    `json:"pid"`
	ConfigPath string `json:"configPath"`
	StartTime  *int64 `json:"startTime"`
}

// instances finds the live gateways of a product and user. The name of a lock is a hash
// of the configuration's path as the gateway spells it, so all of them are looked at.
func (h *Host) instances(p *product.Product, uid int, temps ...string) []instance {
	name := p.LockDir
	if uid >= 0 {
		name += "-" + strconv.Itoa(uid)
	}
	var out []instance
	seen := map[string]bool{}
	for _, temp := range append([]string{h.Temp, "/tmp"}, temps...) {
		dir := filepath.Join(temp, name)
		if temp == "" || seen[dir] {
			continue
		}
		seen[dir] = true
		entries, err := h.FS.ReadDir(dir)
		if err != nil {
			continue
		}
		for _, e := range entries {
			if !strings.HasPrefix(e.Name(), "gateway.") || !strings.HasSuffix(e.Name(), ".lock") {
				continue
			}
			raw, err := h.FS.ReadFile(filepath.Join(dir, e.Name()))
			var lock instanceLock
			if err != nil || json.Unmarshal(raw, &lock) != nil || !h.alive(lock) {
				continue
			}
			in := instance{pid: lock.PID, configPath: lock.ConfigPath}
			if h.Proc != nil {
				in.env, _ = h.Proc.environ(lock.PID) // another user's cannot be read
			}
			out = append(out, in)
		}
	}
	return out
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

// current is the live gateway of the reader's place, nil if there is none.
func (r *reader) current() *instance {
	h, p := r.host, r.place.product
	for _, in := range h.instances(p, r.place.owner, r.unitEnv("TMPDIR")) {
		if r.uses(&in) {
			return &in
		}
	}
	// A gateway with a temporary directory of its own, which a service may well have,
	// keeps its lock where nobody sees it. It still goes by its name.
	if h.Proc == nil {
		return nil
	}
	for _, pid := range h.Proc.named(p.Unit, r.place.owner) {
		env, err := h.Proc.environ(pid)
		if in := (instance{pid: pid, env: env}); err == nil && r.uses(&in) {
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
	real, err := r.host.real(r.stateDirOf(in))
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
