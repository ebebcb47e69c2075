//go:build keyform_faults

package fsys

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// FromEnv wraps f for tests that end the built program before its time, in binaries
// built with the tag keyform_faults only. KEYFORM_FAULT_KILL_AT=N kills the process at
// its N-th operation, KEYFORM_FAULT_INTERRUPT_AT=N interrupts it there. done, called once at the end of the run, writes how many
// operations there were to the file KEYFORM_FAULT_COUNT_FILE, in decimal and with
// a newline, and what they were to KEYFORM_FAULT_OPS_FILE, a line each as Faulty.Ops has
// them. An N that is no positive number is an error.
func FromEnv(f FS) (wrapped FS, done func() error, err error) {
	var fault Fault
	for name, ends := range map[string]*bool{"KEYFORM_FAULT_KILL_AT": &fault.Kill, "KEYFORM_FAULT_INTERRUPT_AT": &fault.Interrupt} {
		at := os.Getenv(name)
		if at == "" {
			continue
		}
		fault.At, err = strconv.Atoi(at)
		if err != nil || fault.At < 1 {
			return nil, nil, fmt.Errorf("%s: a number from 1 on is needed", name)
		}
		*ends = true
	}
	faulty := NewFaulty(f, fault)
	done = func() error {
		ops := faulty.Ops()
		for name, text := range map[string]string{
			os.Getenv("KEYFORM_FAULT_COUNT_FILE"): strconv.Itoa(len(ops)) + "\n",
			os.Getenv("KEYFORM_FAULT_OPS_FILE"):   strings.Join(ops, "\n") + "\n",
		} {
			if name == "" {
				continue
			}
			if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
				return err
			}
		}
		return nil
	}
	return faulty, done, nil
}
