//go:build unix

package gateway

import (
	"os/exec"
	"syscall"
)

// runAsOwner runs a command as the user whose directory it is: what root made there would
// not be usable by the gateway.
func runAsOwner(cmd *exec.Cmd, host Host, dir string) {
	if uid, gid, other := owner(host, dir); other {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	}
}
