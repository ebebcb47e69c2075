package onepasswordtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// frontend makes a handler reachable under Host: directly for a hooked transport,
// and through a proxy for a child process.
type frontend struct {
	direct   net.Listener // TLS
	proxy    net.Listener // plain HTTP, knows only CONNECT
	servers  []*http.Server
	pool     *x509.CertPool
	certFile string

	mu      sync.Mutex
	tunnels map[net.Conn]bool
}

func newFrontend(dir string, h http.Handler) (*frontend, error) {
	cert, der, err := newCertificate()
	if err != nil {
		return nil, err
	}
	f := &frontend{pool: x509.NewCertPool(), certFile: filepath.Join(dir, "root.pem"), tunnels: map[net.Conn]bool{}}
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	f.pool.AppendCertsFromPEM(block)
	if err := os.WriteFile(f.certFile, block, 0o600); err != nil {
		return nil, err
	}
	if f.direct, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, err
	}
	if f.proxy, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		_ = f.direct.Close()
		return nil, err
	}
	quiet := log.New(io.Discard, "", 0)
	direct := &http.Server{Handler: h, ErrorLog: quiet, TLSConfig: &tls.Config{Certificates: []tls.Certificate{cert}}}
	proxy := &http.Server{Handler: http.HandlerFunc(f.connect), ErrorLog: quiet}
	f.servers = []*http.Server{direct, proxy}
	go func() { _ = direct.ServeTLS(f.direct, "", "") }() // ends with close
	go func() { _ = proxy.Serve(f.proxy) }()
	return f, nil
}

func newCertificate() (tls.Certificate, []byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "onepasswordtest"}, DNSNames: []string{Host},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true,
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, der, err
}

func (f *frontend) close() {
	for _, s := range f.servers {
		_ = s.Close()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for c := range f.tunnels {
		_ = c.Close()
	}
}

func (f *frontend) env() []string {
	return []string{
		"HTTPS_PROXY=http://" + f.proxy.Addr().String(), "https_proxy=", "NO_PROXY=", "no_proxy=",
		"SSL_CERT_FILE=" + f.certFile, "SSL_CERT_DIR=" + filepath.Dir(f.certFile),
	}
}

// connect is the proxy: it joins the client with the TLS listener.
func (f *frontend) connect(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodConnect || r.Host != Host+":443" {
		http.Error(w, "onepasswordtest: only CONNECT "+Host+":443", http.StatusForbidden)
		return
	}
	up, err := net.Dial("tcp", f.direct.Addr().String())
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer up.Close()
	down, buf, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	defer down.Close()
	f.track(true, up, down)
	defer f.track(false, up, down)
	if _, err := io.WriteString(down, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		return
	}
	done := make(chan struct{}, 2)
	pump := func(to net.Conn, from io.Reader) {
		_, _ = io.Copy(to, from) // either end may go away at any moment
		if tcp, ok := to.(*net.TCPConn); ok {
			_ = tcp.CloseWrite()
		}
		done <- struct{}{}
	}
	go pump(up, buf)
	go pump(down, up)
	<-done
	<-done
}

func (f *frontend) track(on bool, conns ...net.Conn) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range conns {
		if on {
			f.tunnels[c] = true
		} else {
			delete(f.tunnels, c)
		}
	}
}
