package onepasswordtest

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" // RSA-OAEP in the JWK sense is OAEP with SHA-1
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"strings"
)

func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return b
}

// newID makes an object identifier: 26 characters of lower-case base32.
func newID() string {
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(randomBytes(16)))
}

func randomHex(n int) string      { return hex.EncodeToString(randomBytes(n)) }
func encode(b []byte) string      { return base64.RawURLEncoding.EncodeToString(b) }
func encodeInt(n *big.Int) string { return encode(n.Bytes()) }

func decode(s string) ([]byte, error) {
	return base64.RawURLEncoding.DecodeString(strings.TrimRight(s, "="))
}

// envelope is the protocol's one container for ciphertext.
type envelope struct {
	ContentType string `json:"cty"`
	KeyID       string `json:"kid"`
	Encryption  string `json:"enc"`
	IV          string `json:"iv,omitempty"`
	Data        string `json:"data"`
}

const sealedJSON = "b5+jwk+json"

// symmetricKey is a named AES-256-GCM key.
type symmetricKey struct {
	id  string
	raw []byte
}

func newSymmetricKey(id string) symmetricKey { return symmetricKey{id: id, raw: randomBytes(32)} }

func (k symmetricKey) jwk() map[string]any {
	return map[string]any{
		"kty": "oct", "kid": k.id, "alg": "A256GCM", "k": encode(k.raw),
		"ext": true, "key_ops": []string{"encrypt", "decrypt"},
	}
}

func (k symmetricKey) gcm() cipher.AEAD {
	block, err := aes.NewCipher(k.raw)
	if err != nil {
		panic(err) // the length is ours
	}
	g, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return g
}

// seal encrypts v as JSON.
func (k symmetricKey) seal(v any) envelope {
	iv := randomBytes(12)
	return envelope{sealedJSON, k.id, "A256GCM", encode(iv), encode(k.gcm().Seal(nil, iv, mustJSON(v), nil))}
}

// open decrypts e.
func (k symmetricKey) open(e envelope) ([]byte, error) {
	if e.KeyID != k.id || e.Encryption != "A256GCM" || e.ContentType != sealedJSON {
		return nil, fmt.Errorf("sealed by key %q with %q as %q, want key %q", e.KeyID, e.Encryption, e.ContentType, k.id)
	}
	iv, err1 := decode(e.IV)
	data, err2 := decode(e.Data)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	if len(iv) != 12 {
		return nil, errors.New("nonce is not 12 bytes")
	}
	return k.gcm().Open(nil, iv, data, nil)
}

// mac is the value of the header that authenticates a request. The text always
// has a question mark, even before an empty query.
func (k symmetricKey) mac(sessionID string, r *http.Request, version, requestID string) string {
	sum := func(key []byte, text string) []byte {
		m := hmac.New(sha256.New, key)
		_, _ = m.Write([]byte(text)) // a hash never fails
		return m.Sum(nil)
	}
	key := sum(k.raw, "He never wears a Mac, in the pouring rain. Very strange.")
	text := strings.Join([]string{sessionID, r.Method, r.Host + r.URL.EscapedPath() + "?" + r.URL.RawQuery, version, requestID}, "|")
	return version + "|" + requestID + "|" + encode(sum(key, text)[:12])
}

// keyPair is the RSA key pair of a keyset.
type keyPair struct {
	id  string
	key *rsa.PrivateKey
}

func newKeyPair(id string) keyPair {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err) // the size is ours
	}
	return keyPair{id, k}
}

func (p keyPair) publicJWK() map[string]any {
	return map[string]any{
		"kty": "RSA", "kid": p.id, "alg": "RSA-OAEP",
		"n": encodeInt(p.key.N), "e": encodeInt(big.NewInt(int64(p.key.E))),
		"ext": true, "key_ops": []string{"encrypt"},
	}
}

func (p keyPair) privateJWK() map[string]any {
	m := p.publicJWK()
	m["key_ops"] = []string{"decrypt"}
	m["d"] = encodeInt(p.key.D)
	m["p"], m["q"] = encodeInt(p.key.Primes[0]), encodeInt(p.key.Primes[1])
	m["dp"], m["dq"] = encodeInt(p.key.Precomputed.Dp), encodeInt(p.key.Precomputed.Dq)
	m["qi"] = encodeInt(p.key.Precomputed.Qinv)
	return m
}

// seal encrypts v as JSON to the public key.
func (p keyPair) seal(v any) envelope {
	data, err := rsa.EncryptOAEP(sha1.New(), rand.Reader, &p.key.PublicKey, mustJSON(v), nil)
	if err != nil {
		panic(err) // v is one of our own short keys
	}
	return envelope{ContentType: sealedJSON, KeyID: p.id, Encryption: "RSA-OAEP", Data: encode(data)}
}

func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // v is always of our own making
	}
	return b
}
