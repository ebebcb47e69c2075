package onepassword

import (
	"os"
	"syscall"
)

// ownGroup puts the helper into a process group of its own: an interrupt at the
// console reaches keyform alone, which then ends the helper.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

// killGroup ends the helper, which starts no processes of its own.
func killGroup(p *os.Process) error { return p.Kill() }
