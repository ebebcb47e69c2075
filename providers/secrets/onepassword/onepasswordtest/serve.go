package onepasswordtest

import (
	"fmt"
	"io"
)

// Serve is a command for scripts: it starts a server, prints the environment that
// a client needs (the lines of Env, then OP_SERVICE_ACCOUNT_TOKEN) and an empty
// line to stdout, and serves until stdin ends.
func Serve(stdin io.Reader, stdout io.Writer, vaults ...Vault) error {
	s, stop, err := Start(vaults...)
	if err != nil {
		return err
	}
	defer stop()
	for _, line := range append(s.Env(), "OP_SERVICE_ACCOUNT_TOKEN="+s.Token(), "") {
		if _, err := fmt.Fprintln(stdout, line); err != nil {
			return err
		}
	}
	_, err = io.Copy(io.Discard, stdin)
	return err
}
