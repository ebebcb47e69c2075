package reload

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/keyform/keyform/providers/secrets/secret"
)

// Endpoint is where and as whom a gateway's RPC is called. The zero value is
// refused by Call.
type Endpoint struct {
	// URL is ws://127.0.0.1:18789 or the wss:// form. Plain ws:// is allowed to
	// loopback only, as in the products' own clients.
	URL string
	// Pin is the fingerprint of the gateway's certificate (see [Fingerprint]). With
	// it nothing else is checked, as the products do with their self-signed
	// certificates. Without it the system's roots must know the certificate.
	Pin string
	// Token or Password is the gateway's shared secret, whichever its auth.mode asks
	// for. Both may be zero.
	Token    secret.Value
	Password secret.Value
	// Device is needed for auth.mode "none" alone, and nil otherwise.
	Device *Device
	// Known are further secrets of this run. They are masked in what the gateway
	// says, which may quote a reference that it could not resolve.
	Known []secret.Value
}

// Loopback gives the URL of a gateway on this host.
func Loopback(port int, useTLS bool) string {
	scheme := "ws"
	if useTLS {
		scheme = "wss"
	}
	return scheme + "://" + net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
}

// Fingerprint gives the pin of the first certificate in a PEM file: the SHA-256 of
// its DER form, in lower-case hexadecimal. Errors do not quote the file.
func Fingerprint(certificatePEM []byte) (string, error) {
	block, _ := pem.Decode(certificatePEM)
	if block == nil || block.Type != "CERTIFICATE" {
		return "", errors.New("no certificate in the PEM file")
	}
	if _, err := x509.ParseCertificate(block.Bytes); err != nil {
		return "", errors.New("the certificate in the PEM file cannot be parsed")
	}
	sum := sha256.Sum256(block.Bytes)
	return hex.EncodeToString(sum[:]), nil
}

// check refuses what must not be dialled. The URL is the user's, so it is quoted
// without anything that could be a credential.
func (ep Endpoint) check() error {
	u, err := url.Parse(ep.URL)
	switch {
	case err != nil || u.Host == "":
		return errors.New("the gateway's URL cannot be parsed")
	case u.User != nil || u.RawQuery != "":
		return errors.New("the gateway's URL must not carry credentials")
	case u.Scheme == "ws" && !loopbackHost(u.Hostname()):
		return fmt.Errorf("ws:// would send the token to %s in the clear; use wss:// or a tunnel to loopback", u.Hostname())
	case u.Scheme != "ws" && u.Scheme != "wss":
		return fmt.Errorf("the gateway's URL must begin with ws:// or wss://, not %s://", u.Scheme)
	case ep.Pin != "" && u.Scheme != "wss":
		return errors.New("a certificate fingerprint needs a wss:// URL")
	}
	return nil
}

func loopbackHost(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// client dials without a proxy: a token for loopback has no business there.
func (ep Endpoint) client() *http.Client {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if ep.Pin != "" {
		config.InsecureSkipVerify = true // the pin is the check, below
		config.VerifyConnection = func(state tls.ConnectionState) error {
			sum := sha256.Sum256(state.PeerCertificates[0].Raw)
			if !strings.EqualFold(hex.EncodeToString(sum[:]), strings.ReplaceAll(ep.Pin, ":", "")) {
				return errors.New("the gateway's certificate is not the one in its configuration")
			}
			return nil
		}
	}
	return &http.Client{Transport: &http.Transport{TLSClientConfig: config, DisableKeepAlives: true}}
}

func (ep Endpoint) secrets() []secret.Value {
	all := []secret.Value{ep.Token, ep.Password}
	if ep.Device != nil {
		all = append(all, ep.Device.secret)
	}
	return append(all, ep.Known...)
}
