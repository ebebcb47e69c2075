//go:build unix

package lock

import (
	"bytes"
	"errors"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// Alive says whether a process exists and is no zombie. A process of another user
// is alive, though the gateways take it for dead: we rather wait. A process in
// another pid namespace (a container) cannot be seen and is not alive, for the
// gateways as for us.
func Alive(pid int) bool {
	if pid <= 0 {
		return false
	}
	if err := unix.Kill(pid, 0); err != nil && !errors.Is(err, unix.EPERM) {
		return false
	}
	// Only Linux has this file. The state is the field after the name, which is in
	// parentheses and may contain anything.
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return true
	}
	_, state, ok := bytes.Cut(stat[max(0, bytes.LastIndexByte(stat, ')')):], []byte(" "))
	return !ok || !bytes.HasPrefix(state, []byte("Z"))
}
