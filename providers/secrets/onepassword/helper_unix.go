//go:build unix

package onepassword

import (
	"os"
	"syscall"
)

// ownGroup puts the helper into a process group of its own: an interrupt at the
// terminal reaches keyform alone, which then ends the helper.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

func killGroup(p *os.Process) error {
	if err := syscall.Kill(-p.Pid, syscall.SIGKILL); err != syscall.ESRCH {
		return err
	}
	return os.ErrProcessDone
}
