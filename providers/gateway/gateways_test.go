//go:build gateways && unix

package gateway_test

import (
	"os"
	"strings"
	"testing"

	"github.com/keyform/keyform/providers/fsys"
	"github.com/keyform/keyform/providers/gateway"
	"github.com/keyform/keyform/providers/gatewaytest"
	"github.com/keyform/keyform/providers/reload"
	"github.com/keyform/keyform/schema"
)

// A real gateway is found running, with its release and its RPC, whether its lock is
// in the same temporary directory or not. Those of 2026.8.1 and later keep it in the state
// directory; that they are found is also in TestLaterGatewayLive.
func TestReadLiveGateway(t *testing.T) {
	gatewaytest.Each(t, func(t *testing.T, r gatewaytest.Release) {
		if r.Generation == gatewaytest.SharedSQLite && !gatewaytest.Thorough() {
			t.Skip("with RELEASES=all")
		}
		home := gatewaytest.NewHome(t, r)
		home.Serve(t)
		for _, temp := range []string{home.Temp, t.TempDir()} {
			host := gateway.Host{
				FS: fsys.OS{}, Home: home.Dir, UID: os.Geteuid(), Temp: temp,
				Proc: gateway.NewProc("/proc"), Getenv: func(string) string { return "" },
			}
			spec := schema.Gateway{Name: "live", Product: r.Product}
			live, diags := gateway.Read(t.Context(), host, []schema.Gateway{spec}, planKey)
			if diags.HasErrors() {
				t.Fatalf("%+v", diags)
			}
			g := live.Gateways[0]
			t.Logf("pid %d, %s from %s", g.PID, g.Release, g.Evidence)
			if !g.Running || g.PID == 0 || g.Release != r.Version || !strings.Contains(g.Evidence, "running gateway") {
				t.Errorf("running %v, %s from %s", g.Running, g.Release, g.Evidence)
			}
			s := &sandbox{t: t}
			ep, err := gateway.RPCEndpoint(t.Context(), host, s.planned(g))
			if err != nil {
				t.Fatal(err)
			}
			if err := reload.Ready(t.Context(), ep); err != nil {
				t.Error(err)
			}
		}
	})
}
