package gateway

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/keyform/keyform/providers/fsys"
)

// Proc reads processes from a directory laid out as Linux lays out /proc. It is
// safe for concurrent use.
type Proc struct{ root string }

// maxDepth is how far descends looks; parents may change while it does.
const maxDepth = 64

// NewProc gives the processes below root, "/proc".
func NewProc(root string) *Proc { return &Proc{root: root} }

func (p *Proc) read(pid int, name string) ([]byte, error) {
	return os.ReadFile(filepath.Join(p.root, strconv.Itoa(pid), name))
}

// named gives the ids of a user's processes that go by one of the names, by name. Of a
// name the kernel keeps 15 bytes. uid -1 is every user.
func (p *Proc) named(uid int, names ...string) map[string][]int {
	entries, err := os.ReadDir(p.root)
	if err != nil {
		return nil
	}
	out := map[string][]int{}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		info, err := e.Info()
		if err != nil {
			continue
		}
		if owner, _, ok := fsys.Owner(info); ok && uid >= 0 && owner != uid {
			continue
		}
		comm, err := p.read(pid, "comm")
		if err != nil {
			continue
		}
		for _, name := range names {
			if strings.TrimSuffix(string(comm), "\n") == name[:min(len(name), 15)] {
				out[name] = append(out[name], pid)
			}
		}
	}
	return out
}

// inside is a path as the process sees it. Only its owner and root may follow it.
func (p *Proc) inside(pid int, path string) string {
	return filepath.Join(p.root, strconv.Itoa(pid), "root", path)
}

// exists reports whether there is such a process.
func (p *Proc) exists(pid int) bool {
	_, err := os.Stat(filepath.Join(p.root, strconv.Itoa(pid)))
	return err == nil
}

// startTime is when the process started, in clock ticks since the boot. Together
// with the id it names one process: ids are used again.
func (p *Proc) startTime(pid int) (int64, error) { return p.stat(pid, 22) }

// stat is a numeric field of the process's status, counted from 1 as in proc(5).
func (p *Proc) stat(pid, field int) (int64, error) {
	raw, err := p.read(pid, "stat")
	if err != nil {
		return 0, err
	}
	// The name in parentheses may hold blanks and parentheses. What follows begins
	// with field 3.
	fields := bytes.Fields(raw[bytes.LastIndexByte(raw, ')')+1:])
	if len(fields) < field-2 {
		return 0, fmt.Errorf("the status of process %d has no field %d", pid, field)
	}
	return strconv.ParseInt(string(fields[field-3]), 10, 64)
}

// descends reports whether one process is a child of another, or a child's child.
func (p *Proc) descends(pid, from int) bool {
	for range maxDepth {
		parent, err := p.stat(pid, 4)
		if err != nil || parent <= 1 {
			return false
		}
		if pid = int(parent); pid == from {
			return true
		}
	}
	return false
}

// environ is the environment that the process was started with. Only its owner and
// root may read it.
func (p *Proc) environ(pid int) (map[string]string, error) {
	raw, err := p.read(pid, "environ")
	if err != nil {
		return nil, err
	}
	env := map[string]string{}
	for entry := range strings.SplitSeq(string(raw), "\x00") {
		if name, value, ok := strings.Cut(entry, "="); ok {
			env[name] = value
		}
	}
	return env, nil
}

// cwd is the working directory of the process. Only its owner and root may look.
func (p *Proc) cwd(pid int) (string, error) {
	return os.Readlink(filepath.Join(p.root, strconv.Itoa(pid), "cwd"))
}

// files are the files that the process has mapped and whose names end in suffix,
// each once.
func (p *Proc) files(pid int, suffix string) []string {
	raw, err := p.read(pid, "maps")
	if err != nil {
		return nil
	}
	var out []string
	seen := map[string]bool{}
	for line := range strings.SplitSeq(string(raw), "\n") {
		if !strings.HasSuffix(line, suffix) {
			continue
		}
		if i := strings.IndexByte(line, '/'); i >= 0 && !seen[line[i:]] {
			seen[line[i:]] = true
			out = append(out, line[i:])
		}
	}
	return out
}
