//go:build gateways && unix && !linux

package gatewaytest

import "syscall"

// offline is nothing here: the dead proxy has to do.
func offline() *syscall.SysProcAttr { return nil }
