package onepasswordtest

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
)

// hookedTransport is what http.DefaultTransport is while a server is hooked. Its
// type tells that one is.
type hookedTransport struct{ *http.Transport }

// hook replaces http.DefaultTransport and returns what undoes that.
func (f *frontend) hook() (unhook func(), err error) {
	old, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return nil, errors.New("onepasswordtest: http.DefaultTransport is taken, perhaps by another server of this process")
	}
	t := old.Clone()
	t.Proxy = nil
	t.TLSClientConfig = &tls.Config{RootCAs: f.pool}
	t.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		if host, _, err := net.SplitHostPort(addr); err != nil || host != Host {
			return nil, fmt.Errorf("onepasswordtest: refusing to connect to %s", addr)
		}
		var d net.Dialer
		return d.DialContext(ctx, network, f.direct.Addr().String())
	}
	http.DefaultTransport = hookedTransport{t}
	return func() {
		http.DefaultTransport = old
		t.CloseIdleConnections()
	}, nil
}
