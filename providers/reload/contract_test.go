//go:build gateways && unix

package reload_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/keyform/keyform/providers/gatewaytest"
	"github.com/keyform/keyform/providers/reload"
	"github.com/keyform/keyform/providers/secrets/secret"
)

// The tests here hold the client against real gateways; the server in
// gateway_test.go answers as these do.

// eachOpenClaw runs f for 2026.2.26, and for the later ones where RELEASES=all. What the
// default release of them does differently is in TestContractRefresh.
func eachOpenClaw(t *testing.T, f func(t *testing.T, r gatewaytest.Release)) {
	for _, r := range gatewaytest.Releases() {
		if r == gatewaytest.OpenClaw() || r.Generation != gatewaytest.JSON && gatewaytest.Thorough() {
			t.Run(r.String(), func(t *testing.T) { f(t, r) })
		}
	}
}

func TestContractToken(t *testing.T) {
	gatewaytest.Each(t, func(t *testing.T, r gatewaytest.Release) {
		if r.SQLite() {
			t.Skip("in TestContractRefresh, with the same gateway")
		}
		live := gatewaytest.NewHome(t, r).Serve(t)
		contractToken(t, live)
	})
}

func contractToken(t *testing.T, live *gatewaytest.Live) {
	r := live.Release
	if err := reload.Ready(t.Context(), live.Endpoint); err != nil {
		t.Fatal(err)
	}
	err := reload.RPC(t.Context(), live.Endpoint, "secrets.reload", nil)
	if r.HasReload && err != nil {
		t.Error(err)
	}
	if !r.HasReload {
		wantError(t, err, reload.UnknownMethod, "unknown method: secrets.reload")
	}
	wrong := live.Endpoint
	wrong.Token = secret.FromString(token)
	wantError(t, reload.Ready(t.Context(), wrong), reload.Unauthorized, "gateway token mismatch")
	if r.Generation != gatewaytest.SharedSQLite { // 2026.9.6 takes one for the other
		wrong.Token, wrong.Password = secret.Value{}, live.Endpoint.Token
		wantError(t, reload.Ready(t.Context(), wrong), reload.Unauthorized, "")
	}
	live.Stop()
	wantError(t, reload.Ready(t.Context(), live.Endpoint), reload.NotRunning, "nothing listens there")
}

// gatewayConfig changes the gateway block of a home.
func gatewayConfig(t *testing.T, h *gatewaytest.Home, changes map[string]any) {
	t.Helper()
	config := h.ReadConfig(t)
	for name, value := range changes {
		config["gateway"].(map[string]any)[name] = value
	}
	h.WriteConfig(t, config)
}

// TestContractPassword leaves clawdbot out: it asks for a device beside a password,
// and has nothing that would have to be reloaded.
func TestContractPassword(t *testing.T) { eachOpenClaw(t, contractPassword) }

func contractPassword(t *testing.T, r gatewaytest.Release) {
	h := gatewaytest.NewHome(t, r)
	gatewayConfig(t, h, map[string]any{"auth": map[string]any{"mode": "password", "password": token}})
	live := h.Serve(t)
	wantError(t, reload.Ready(t.Context(), live.Endpoint), reload.Unauthorized, "password")
	live.Endpoint.Token, live.Endpoint.Password = secret.Value{}, secret.FromString(token)
	if err := reload.Ready(t.Context(), live.Endpoint); err != nil {
		t.Error(err)
	}
}

func TestContractDevice(t *testing.T) { eachOpenClaw(t, contractDevice) }

func contractDevice(t *testing.T, r gatewaytest.Release) {
	h := gatewaytest.NewHome(t, r)
	gatewayConfig(t, h, map[string]any{"auth": map[string]any{"mode": "none"}})
	live := h.Serve(t)
	live.Endpoint.Token = secret.Value{}
	if r.SQLite() { // 2026.6.11 and later let in whoever calls on loopback
		if err := reload.RPC(t.Context(), live.Endpoint, "secrets.reload", nil); err != nil {
			t.Error(err)
		}
		return
	}
	wantError(t, reload.Ready(t.Context(), live.Endpoint), reload.Unauthorized, "device identity required")

	var result struct{ OK bool }
	live.JSON(t, &result, "secrets", "reload", "--json") // makes and pairs the identity
	device, err := reload.ParseDevice([]byte(h.Read(t, filepath.Join("identity", "device.json"))))
	if err != nil {
		t.Fatal(err)
	}
	live.Endpoint.Device = device
	if err := reload.RPC(t.Context(), live.Endpoint, "secrets.reload", nil); err != nil {
		t.Error(err)
	}
}

func TestContractTLS(t *testing.T) { eachOpenClaw(t, contractTLS) }

func contractTLS(t *testing.T, r gatewaytest.Release) {
	h := gatewaytest.NewHome(t, r)
	gatewayConfig(t, h, map[string]any{"tls": map[string]any{"enabled": true}})
	live := h.Serve(t)
	certificate, err := os.ReadFile(filepath.Join(h.State, "gateway", "tls", "gateway-cert.pem"))
	if err != nil {
		t.Fatal(err)
	}
	pin, err := reload.Fingerprint(certificate)
	if err != nil {
		t.Fatal(err)
	}
	live.Endpoint.URL, live.Endpoint.Pin = reload.Loopback(h.Port, true), pin
	if err := reload.RPC(t.Context(), live.Endpoint, "secrets.reload", nil); err != nil {
		t.Error(err)
	}
	live.Endpoint.Pin = ""
	wantError(t, reload.Ready(t.Context(), live.Endpoint), reload.Failed, "certificate")
}

// TestContractReload is why the package exists: OpenClaw 2026.2.26 writes its
// snapshot over an outside edit at the next turn, unless it was told to reload.
func TestContractReload(t *testing.T) {
	const oldKey, newKey = "sk-ant-api03-the-old-key-of-this-test", "sk-ant-api03-the-new-key-of-this-test"
	name := gatewaytest.StoreName("main")
	store := func(key string) string {
		return `{"version":1,"profiles":{"anthropic:a":{"type":"api_key","provider":"anthropic","key":"` + key + `"}}}`
	}
	stored := func(h *gatewaytest.Home) string {
		var file struct {
			Profiles   map[string]struct{ Key string }
			UsageStats map[string]struct{ LastUsed int64 }
		}
		if err := json.Unmarshal([]byte(h.Read(t, name)), &file); err != nil {
			t.Fatal(err)
		}
		if file.UsageStats["anthropic:a"].LastUsed == 0 {
			t.Error("the turn wrote no usage, so it proves nothing")
		}
		return file.Profiles["anthropic:a"].Key
	}
	h := gatewaytest.NewHome(t, gatewaytest.OpenClaw())
	h.Write(t, name, store(oldKey))
	live := h.Serve(t)
	h.Write(t, name, store(newKey))
	gatewaytest.Sent(t, live.Turn(t, "main"), "x-api-key", oldKey)
	if stored(h) != oldKey {
		t.Error("this release no longer writes over an outside edit: the product table says it does")
	}
	h.Write(t, name, store(newKey))
	if err := reload.RPC(t.Context(), live.Endpoint, "secrets.reload", nil); err != nil {
		t.Fatal(err)
	}
	gatewaytest.Sent(t, live.Turn(t, "main"), "x-api-key", newKey)
	if stored(h) != newKey {
		t.Error("after a reload the gateway wrote the old key back")
	}
}

// TestContractRefresh is why the methods of [reload.Refresh] are in its table: after each
// of them the very next turn, of an agent that it does not name, sends the new key.
func TestContractRefresh(t *testing.T) {
	gatewaytest.EachTurning(t, func(t *testing.T, r gatewaytest.Release) {
		if !r.SQLite() {
			t.Skip("in TestContractReload")
		}
		key := func(name string) string { return "sk-ant-api03-the-key-of-this-test-" + name }
		h := gatewaytest.NewHome(t, r)
		put := func(key string) {
			h.PutCells(t, gatewaytest.Shared, gatewaytest.Cells{Store: []byte(`{"version":1,"profiles":{"anthropic:a":{"type":"api_key","provider":"anthropic","key":"` + key + `"}}}`)})
		}
		put(key("start"))
		live := h.Serve(t)
		methods := []string{"secrets.reload"}
		if r.Generation == gatewaytest.SharedSQLite {
			methods = append(methods, "models.authRefresh", "models.authStatus")
		}
		for _, method := range methods {
			sent := key(method)
			put(sent)
			done, err := reload.Refresh(t.Context(), live.Endpoint, method)
			if err != nil {
				t.Fatal(err)
			}
			if method == "models.authRefresh" && r.Version < "2026.9.5" { // does not know it
				method = "secrets.reload"
			}
			if want := (reload.Refreshed{Method: method}); done != want {
				t.Errorf("refreshed %+v, want %+v", done, want)
			}
			gatewaytest.Sent(t, live.Ask(t, "ops"), "x-api-key", sent)
		}
		contractToken(t, live)
	})
}
