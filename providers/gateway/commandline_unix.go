//go:build unix

package gateway

import (
	"os/exec"
	"syscall"
)

// apart starts a command in a process group of its own, all of which ends with its
// context: the gateway's launcher starts a second program, and an interrupt at the
// terminal is for keyform, which lets a command end that has begun.
func apart(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}

// runAsOwner runs a command as the user whose directory it is: what root made there would
// not be usable by the gateway.
func runAsOwner(cmd *exec.Cmd, host Host, dir string) {
	if uid, gid, other := owner(host, dir); other {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
}
