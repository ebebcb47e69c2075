package reload

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"strconv"
	"strings"

	"github.com/keyform/keyform/providers/secrets/secret"
)

// Device is the key pair by which a gateway knows a client. It is immutable and safe
// for concurrent use.
type Device struct {
	id     string
	public string
	key    ed25519.PrivateKey
	secret secret.Value
}

// ParseDevice reads the content of identity/device.json in a state directory, the
// form of OpenClaw 2026.2.26: {"version":1,"publicKeyPem","privateKeyPem",…}, the
// private key an Ed25519 key in PKCS #8. Errors do not quote the file.
func ParseDevice(content []byte) (*Device, error) {
	var file struct {
		Version int    `json:"version"`
		Private string `json:"privateKeyPem"`
	}
	if json.Unmarshal(content, &file) != nil || file.Version != 1 {
		return nil, errors.New("the device identity is not a JSON object of version 1")
	}
	block, _ := pem.Decode([]byte(file.Private))
	if block == nil {
		return nil, errors.New("the device identity holds no private key in PEM form")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	key, ok := parsed.(ed25519.PrivateKey)
	if err != nil || !ok {
		return nil, errors.New("the private key of the device identity is not an Ed25519 key in PKCS #8 form")
	}
	d := newDevice(key)
	d.secret = secret.FromString(strings.TrimSpace(file.Private))
	return d, nil
}

// passing makes a device for one call. Its key is never stored anywhere.
func passing() *Device {
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		panic(err) // not since Go 1.24: the system's random source ends the program itself
	}
	return newDevice(key)
}

func newDevice(key ed25519.PrivateKey) *Device {
	public := key.Public().(ed25519.PublicKey)
	sum := sha256.Sum256(public)
	return &Device{id: hex.EncodeToString(sum[:]), public: base64.RawURLEncoding.EncodeToString(public), key: key}
}

// deviceProof is the "device" member of a connect request.
type deviceProof struct {
	ID        string `json:"id"`
	PublicKey string `json:"publicKey"`
	Signature string `json:"signature"`
	SignedAt  int64  `json:"signedAt"`
	Nonce     string `json:"nonce"`
}

// prove signs the payload of version 3: everything the connect request claims, the
// token included, joined with "|". signedAt is ms since the epoch.
func (d *Device) prove(params connectParams, token, nonce string, signedAt int64) *deviceProof {
	payload := strings.Join([]string{
		"v3", d.id, params.Client.ID, params.Client.Mode, params.Role, strings.Join(params.Scopes, ","),
		strconv.FormatInt(signedAt, 10), token, nonce, strings.ToLower(params.Client.Platform), "",
	}, "|")
	return &deviceProof{
		ID:        d.id,
		PublicKey: d.public,
		Signature: base64.RawURLEncoding.EncodeToString(ed25519.Sign(d.key, []byte(payload))),
		SignedAt:  signedAt,
		Nonce:     nonce,
	}
}
