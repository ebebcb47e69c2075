package claudecode

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"time"
)

// keychainLimit is how long the keychain may take: it may be waiting for somebody to
// allow the access, and nobody may be there.
const keychainLimit = 20 * time.Second

// noSuchItem is the exit status of "security" for an item that is not there: the last
// byte of errSecItemNotFound, -25300.
const noSuchItem = 44

// Runner runs a program, which gets no input and nothing of keyform's environment, until
// it ends or ctx does. It gives its standard output. Where the program ends with another
// status than 0, the error has a method ExitCode that tells it, as *exec.ExitError has.
type Runner func(ctx context.Context, argv []string) ([]byte, error)

// Exec is the Runner of the real machine.
func Exec(ctx context.Context, argv []string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Env = []string{"PATH=/usr/bin:/bin"}
	cmd.WaitDelay = 2 * time.Second
	return cmd.Output()
}

// keychain reads the item of a place. Neither its command line nor its errors hold a secret.
func (h *Host) keychain(ctx context.Context, at Place) (raw []byte, found bool, err error) {
	limited, cancel := context.WithTimeout(ctx, keychainLimit)
	defer cancel()
	raw, err = h.Run(limited, []string{"/usr/bin/security", "find-generic-password", "-a", at.Account, "-s", at.Service, "-w"})
	var ended interface{ ExitCode() int }
	switch {
	case err == nil:
		return bytes.TrimSuffix(raw, []byte("\n")), true, nil
	case limited.Err() != nil:
		return nil, false, fmt.Errorf("nobody allowed the access within %s", keychainLimit)
	case errors.As(err, &ended) && ended.ExitCode() == noSuchItem:
		return nil, false, nil
	case errors.As(err, &ended):
		return nil, false, fmt.Errorf("the command security ended with status %d", ended.ExitCode())
	}
	return nil, false, errors.New("the command security did not start")
}
