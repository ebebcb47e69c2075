package gateway

import (
	"fmt"
	"strings"

	"github.com/keyform/keyform/providers/jsondoc"
)

// fencePrefix begins what OpenClaw 2026.9.6 stores in place of an OAuth login's tokens
// while one of its processes refreshes them. Whoever writes over it, or puts the old
// tokens back, loses the login.
const fencePrefix = "openclaw-oauth-refresh-fence:v1:"

// fenced tells that an entry's login is in the middle of a refresh.
func fenced(n *jsondoc.Node) bool {
	for _, key := range []string{accessKey, refreshKey} {
		if text, ok := n.Get(key).Str(); ok && strings.HasPrefix(text, fencePrefix) {
			return true
		}
	}
	return false
}

func fenceError(id string) error {
	return fmt.Errorf("the gateway is refreshing the login %q at this moment, and nobody else may write it: try again in a minute", id)
}
