package reload_test

import (
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/google/go-cmp/cmp"

	"github.com/keyform/keyform/providers/reload"
	"github.com/keyform/keyform/providers/secrets/secret"
)

const token = "rpc-token-4ac4b220a68b90eb"

func TestCallIntroducesItselfAndReturnsTheResult(t *testing.T) {
	g := &gateway{token: token, methods: map[string]answer{"secrets.reload": {result: map[string]any{"ok": true, "warningCount": 2}}}}
	_, url := g.start(t)
	got, err := reload.Call(t.Context(), reload.Endpoint{URL: url, Token: secret.FromString(token)}, "secrets.reload", nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"ok":true,"warningCount":2}`; string(got) != want {
		t.Errorf("result %s, want %s", got, want)
	}
	want := map[string]any{
		"minProtocol": 3.0, "maxProtocol": 4.0, "role": "operator", "scopes": []any{"operator.admin"}, "caps": []any{},
		"client": map[string]any{"id": "gateway-client", "displayName": "keyform", "version": "1", "platform": runtime.GOOS, "mode": "backend"},
		"auth":   map[string]any{"token": token},
	}
	if diff := cmp.Diff(want, g.connect); diff != "" {
		t.Errorf("connect params (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"secrets.reload {}"}, g.called); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

func TestParamsReachTheGateway(t *testing.T) {
	g := &gateway{token: token, methods: map[string]answer{"models.authStatus": {}}}
	_, url := g.start(t)
	err := reload.RPC(t.Context(), reload.Endpoint{URL: url, Token: secret.FromString(token)}, "models.authStatus", map[string]bool{"refresh": true})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{`models.authStatus {"refresh":true}`}, g.called); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

func TestReadyCallsNothing(t *testing.T) {
	g := &gateway{token: token}
	_, url := g.start(t)
	if err := reload.Ready(t.Context(), reload.Endpoint{URL: url, Token: secret.FromString(token)}); err != nil {
		t.Fatal(err)
	}
	if g.connect == nil || len(g.called) != 0 {
		t.Errorf("connect %v, calls %v", g.connect, g.called)
	}
}

func TestRefusalsAreSorted(t *testing.T) {
	right := reload.Endpoint{Token: secret.FromString(token)}
	tests := map[string]struct {
		ep     reload.Endpoint
		answer answer
		method string
		want   reload.Kind
		text   string
	}{
		"wrong token":            {ep: reload.Endpoint{Token: secret.FromString("wrong-token-0123456789")}, want: reload.Unauthorized, text: "gateway token mismatch"},
		"password for token":     {ep: reload.Endpoint{Password: secret.FromString(token)}, want: reload.Unauthorized, text: "gateway token missing"},
		"nothing to show":        {want: reload.Unauthorized, text: "device identity required"},
		"missing scope":          {ep: right, answer: answer{code: "INVALID_REQUEST", message: "missing scope: operator.admin"}, want: reload.Unauthorized, text: "missing scope"},
		"method of a later one":  {ep: right, method: "models.authRefresh", want: reload.UnknownMethod, text: "unknown method: models.authRefresh"},
		"reference unresolved":   {ep: right, answer: answer{code: "UNAVAILABLE", message: "Error: env:default:GONE is not set"}, want: reload.Failed, text: "env:default:GONE is not set"},
		"gateway starts":         {ep: right, answer: answer{code: "UNAVAILABLE", message: "gateway starting; retry shortly", retryable: true}, want: reload.NotRunning, text: "gateway starting"},
		"gateway restarts":       {ep: right, answer: answer{close: websocket.StatusServiceRestart, message: "service restart"}, want: reload.NotRunning, text: "service restart"},
		"connection lost":        {ep: right, answer: answer{drop: true}, want: reload.NotRunning},
		"policy, without answer": {ep: right, answer: answer{close: websocket.StatusPolicyViolation, message: "slow consumer"}, want: reload.Unauthorized, text: "slow consumer"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			g := &gateway{token: token, methods: map[string]answer{"secrets.reload": tt.answer}}
			_, tt.ep.URL = g.start(t)
			method := tt.method
			if method == "" {
				method = "secrets.reload"
			}
			err := reload.RPC(t.Context(), tt.ep, method, nil)
			wantError(t, err, tt.want, tt.text)
		})
	}
}

func wantError(t *testing.T, err error, kind reload.Kind, text string) {
	t.Helper()
	var e *reload.Error
	if !errors.As(err, &e) {
		t.Fatalf("error %v, want a *reload.Error", err)
	}
	if e.Kind != kind || !strings.Contains(err.Error(), text) {
		t.Errorf("error %q (%v), want kind %v and the text %q", err, e.Kind, kind, text)
	}
	if strings.Contains(err.Error(), token) {
		t.Errorf("the token is in %q", err)
	}
}

func TestNobodyListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	err = reload.RPC(t.Context(), reload.Endpoint{URL: reload.Loopback(port, false)}, "secrets.reload", nil)
	wantError(t, err, reload.NotRunning, "nothing listens there")
}

func TestSomethingElseListens(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	err := reload.RPC(t.Context(), reload.Endpoint{URL: "ws" + strings.TrimPrefix(server.URL, "http")}, "secrets.reload", nil)
	wantError(t, err, reload.Failed, "not a gateway (HTTP status 404)")
}

func TestAnotherWebSocketServer(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if conn, err := websocket.Accept(w, r, nil); err == nil {
			conn.Write(r.Context(), websocket.MessageText, []byte("hello, "+token))
			conn.Read(r.Context())
		}
	}))
	defer server.Close()
	err := reload.RPC(t.Context(), reload.Endpoint{URL: "ws" + strings.TrimPrefix(server.URL, "http")}, "secrets.reload", nil)
	wantError(t, err, reload.Failed, "does not speak the gateway's protocol")
}

func TestNoAnswer(t *testing.T) {
	g := &gateway{token: token, methods: map[string]answer{"secrets.reload": {silent: true}}}
	_, url := g.start(t)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	err := reload.RPC(ctx, reload.Endpoint{URL: url, Token: secret.FromString(token)}, "secrets.reload", nil)
	wantError(t, err, reload.Timeout, "no answer in time")
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v does not wrap context.DeadlineExceeded", err)
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	g := &gateway{token: token, methods: map[string]answer{"secrets.reload": {silent: true}}, onRequest: cancel}
	_, url := g.start(t)
	err := reload.RPC(ctx, reload.Endpoint{URL: url, Token: secret.FromString(token)}, "secrets.reload", nil)
	wantError(t, err, reload.Failed, "interrupted")
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v does not wrap context.Canceled", err)
	}
}

func TestWhatTheGatewaySaysIsMasked(t *testing.T) {
	const known = "a-known-secret-without-prefix"
	const foreign = "sk-ant-api03-AbCdEfGhIjKlMnOpQrStUvWxYz"
	g := &gateway{token: token, methods: map[string]answer{"secrets.reload": {code: "UNAVAILABLE",
		message: "token " + token + "\nknown " + known + " part " + known[4:14] + " end " + token[len(token)-8:] + " key " + foreign}}}
	_, url := g.start(t)
	err := reload.RPC(t.Context(), reload.Endpoint{URL: url, Token: secret.FromString(token), Known: []secret.Value{secret.FromString(known)}}, "secrets.reload", nil)
	want := "secrets.reload at " + url + ": failed: token (sensitive) known (sensitive) part (sensitive) end (sensitive) key (sensitive)"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestURLsThatAreNotDialled(t *testing.T) {
	for url, text := range map[string]string{
		"ws://192.0.2.1:18789":               "ws:// would send the token to 192.0.2.1 in the clear",
		"http://127.0.0.1:18789":             "must begin with ws:// or wss://",
		"ws://user:" + token + "@127.0.0.1/": "must not carry credentials",
		"ws://127.0.0.1/?token=" + token:     "must not carry credentials",
		"":                                   "cannot be parsed",
		"ws://%zz" + token:                   "cannot be parsed",
	} {
		wantError(t, reload.RPC(t.Context(), reload.Endpoint{URL: url}, "secrets.reload", nil), reload.Failed, text)
	}
}

func TestPinnedCertificate(t *testing.T) {
	g := &gateway{token: token, methods: map[string]answer{"secrets.reload": {}}}
	server := httptest.NewUnstartedServer(http.HandlerFunc(g.serve))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	pin, err := reload.Fingerprint(certificate)
	if err != nil {
		t.Fatal(err)
	}
	ep := reload.Endpoint{URL: "wss" + strings.TrimPrefix(server.URL, "https"), Pin: pin, Token: secret.FromString(token)}
	if err := reload.RPC(t.Context(), ep, "secrets.reload", nil); err != nil {
		t.Fatal(err)
	}
	g.connect = nil
	ep.Pin = strings.Repeat("00", 32)
	wantError(t, reload.RPC(t.Context(), ep, "secrets.reload", nil), reload.Failed, "not the one in its configuration")
	ep.Pin = ""
	wantError(t, reload.RPC(t.Context(), ep, "secrets.reload", nil), reload.Failed, "certificate")
	if g.connect != nil {
		t.Error("a gateway with another certificate was sent a connect request")
	}
	ep.URL, ep.Pin = "ws://127.0.0.1:1", pin
	wantError(t, reload.RPC(t.Context(), ep, "secrets.reload", nil), reload.Failed, "needs a wss:// URL")
}

func TestFingerprintOfSomethingElse(t *testing.T) {
	for _, text := range []string{"", "no PEM " + token, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte(token)}))} {
		if pin, err := reload.Fingerprint([]byte(text)); err == nil || strings.Contains(err.Error(), token) {
			t.Errorf("Fingerprint(%q) = %q, %v", text, pin, err)
		}
	}
}

func deviceFile(t testing.TB) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(ed25519.NewKeyFromSeed([]byte("0123456789abcdef0123456789abcdef")))
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(map[string]any{"version": 1, "deviceId": "x", "createdAtMs": 1795243658497,
		"privateKeyPem": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestDeviceOpensAGatewayWithoutToken(t *testing.T) {
	device, err := reload.ParseDevice(deviceFile(t))
	if err != nil {
		t.Fatal(err)
	}
	g := &gateway{methods: map[string]answer{"secrets.reload": {}}}
	_, url := g.start(t)
	if err := reload.RPC(t.Context(), reload.Endpoint{URL: url, Device: device}, "secrets.reload", nil); err != nil {
		t.Fatal(err)
	}
	wantError(t, reload.RPC(t.Context(), reload.Endpoint{URL: url}, "secrets.reload", nil), reload.Unauthorized, "device identity required")
}

func TestMissingScopeIsAskedForWithADevice(t *testing.T) {
	g := &gateway{token: token, scoped: true, methods: map[string]answer{"secrets.reload": {}}}
	_, url := g.start(t)
	if err := reload.RPC(t.Context(), reload.Endpoint{URL: url, Token: secret.FromString(token)}, "secrets.reload", nil); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"secrets.reload {}", "secrets.reload {}"}, g.called); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

func FuzzParseDevice(f *testing.F) {
	f.Add(deviceFile(f))
	f.Add([]byte(`{"version":1,"privateKeyPem":"` + token + `"}`))
	f.Add([]byte(`{"version":2}`))
	f.Add([]byte(token))
	f.Fuzz(func(t *testing.T, content []byte) {
		device, err := reload.ParseDevice(content)
		if (device == nil) == (err == nil) {
			t.Fatalf("device %v with error %v", device, err)
		}
		if err != nil && strings.Contains(err.Error(), token) {
			t.Fatalf("%v quotes the file", err)
		}
	})
}
