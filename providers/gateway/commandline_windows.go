package gateway

import "os/exec"

// apart does nothing: apply does not write on Windows.
func apart(*exec.Cmd) {}

// runAsOwner does nothing, for the same reason.
func runAsOwner(*exec.Cmd, Host, string) {}
