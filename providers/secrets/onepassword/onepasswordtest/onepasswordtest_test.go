package onepasswordtest_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/keyform/keyform/providers/secrets/onepassword/onepasswordtest"
)

const start = "https://" + onepasswordtest.Host + "/api/v3/auth/start"

// That the SDK is content with the answers is tested where the SDK is (package
// child); here is what it does not show.

func TestServe(t *testing.T) {
	in, stop := io.Pipe()
	out, w := io.Pipe()
	served := make(chan error, 1)
	go func() { served <- onepasswordtest.Serve(in, w, onepasswordtest.Vault{Title: "ai"}) }()
	env := map[string]string{}
	lines := bufio.NewScanner(out)
	for lines.Scan() && lines.Text() != "" {
		name, value, _ := strings.Cut(lines.Text(), "=")
		env[name] = value
	}
	if !strings.HasPrefix(env["OP_SERVICE_ACCOUNT_TOKEN"], "ops_") {
		t.Error("no token")
	}
	pem, err := os.ReadFile(env["SSL_CERT_FILE"])
	if err != nil {
		t.Fatal(err)
	}
	proxy, err := url.Parse(env["HTTPS_PROXY"])
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	transport := &http.Transport{Proxy: http.ProxyURL(proxy), TLSClientConfig: &tls.Config{RootCAs: roots}}
	client := &http.Client{Transport: transport}
	// An unknown account is the answer of a server that works.
	resp, err := client.Post(start, "application/json", strings.NewReader(`{"email":"x"}`))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("status %d, want 401", resp.StatusCode)
	}
	if _, err := client.Get("https://example.invalid"); err == nil || !strings.Contains(err.Error(), "Forbidden") {
		t.Errorf("another host through the proxy: %v", err)
	}
	transport.CloseIdleConnections()

	stop.Close()
	if err := <-served; err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(env["SSL_CERT_FILE"]); !os.IsNotExist(err) {
		t.Errorf("the certificate is left behind: %v", err)
	}
	if _, err := client.Post(start, "application/json", nil); err == nil {
		t.Error("it still answers")
	}
}

func TestHook(t *testing.T) {
	before := http.DefaultTransport
	t.Run("hooked", func(t *testing.T) {
		s := onepasswordtest.New(t)
		s.Hook(t)
		s.SetFault(func(onepasswordtest.Request) onepasswordtest.Fault { return onepasswordtest.Fault{Status: 418} })
		resp, err := http.Post(start+"?q=1", "application/json", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if got := s.Requests(); resp.StatusCode != 418 || len(got) != 1 || got[0].Path != "/api/v3/auth/start?q=1" || len(s.Requests()) != 0 {
			t.Errorf("status %d, requests %v", resp.StatusCode, got)
		}
		s.SetFault(func(onepasswordtest.Request) onepasswordtest.Fault { return onepasswordtest.Fault{Drop: true} })
		if _, err := http.Post(start, "application/json", nil); err == nil {
			t.Error("a dropped request was answered")
		}
		if _, err := http.Get("https://example.invalid"); err == nil || !strings.Contains(err.Error(), "refusing to connect") {
			t.Errorf("another host: %v", err)
		}
	})
	if http.DefaultTransport != before {
		t.Error("the hook stays after the test")
	}
}

func TestStartRefuses(t *testing.T) {
	for _, v := range []onepasswordtest.Vault{
		{Title: "v", Items: []onepasswordtest.Item{{Title: "i", Category: "Spaceship"}}},
		{Title: "v", Items: []onepasswordtest.Item{{Title: "i", Fields: []onepasswordtest.Field{{Type: "Smell"}}}}},
	} {
		if _, _, err := onepasswordtest.Start(v); err == nil || !strings.Contains(err.Error(), `item "i"`) {
			t.Errorf("got %v", err)
		}
	}
}
