package onepasswordtest

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"math/big"
)

// SRP-6a, server side, as the SDK speaks it: the 4096-bit prime of RFC 3526
// (group 16), generator 5, SHA-256.
//
// Not in RFC 5054, found by experiment:
//
//   - numbers travel as lower-case hex without leading zeros, and a server
//     number shorter than 1024 digits may be refused;
//   - k and u hash their operands left-padded to 512 bytes, the proofs hash
//     them as they are;
//   - the identity is base64url(H(H(secret key id) | H(email)));
//   - the session key K is the hash of the hex text of S;
//   - client proof: H((H(N) xor H(g)) | H(identity) | salt | A | B | K);
//   - server proof: H(A | client proof | K).

const srpPrimeHex = "" +
	"FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74" +
	"020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437" +
	"4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED" +
	"EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF05" +
	"98DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB" +
	"9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B" +
	"E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF695581718" +
	"3995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33" +
	"A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7" +
	"ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864" +
	"D87602733EC86A64521F2B18177B200CBBE117577A615D6C770988C0BAD946E2" +
	"08E24FA074E5AB3143DB5BFCE0FD108E4B82D120A92108011A723C12A787E6D7" +
	"88719A10BDBA5B2699C327186AF4E23C1A946834B6150BDA2583E9CA2AD44CE8" +
	"DBBBC2DB04DE8EF92E8EFC141FBECAA6287C59474E6BC05D99B2964FA090C3A2" +
	"233BA186515BE7ED1F612970CEE2D7AFB81BDD762170481CD0069127D5B05AA9" +
	"93B4EA988D8FDDC186FFB7DC90A6C08F4DF435C934063199FFFFFFFFFFFFFFFF"

const srpBytes = 512

var (
	srpN, _ = new(big.Int).SetString(srpPrimeHex, 16)
	srpG    = big.NewInt(5)
	srpK    = new(big.Int).SetBytes(hash(srpN.Bytes(), pad(srpG)))
)

func pad(n *big.Int) []byte { return n.FillBytes(make([]byte, srpBytes)) }

func hash(parts ...[]byte) []byte {
	h := sha256.New()
	for _, p := range parts {
		_, _ = h.Write(p) // a hash never fails
	}
	return h.Sum(nil)
}

func srpIdentity(secretKeyID, email string) string {
	return encode(hash(hash([]byte(secretKeyID)), hash([]byte(email))))
}

// handshake is one sign-in.
type handshake struct {
	identity string
	salt     []byte
	verifier *big.Int // g^x
	a, b     *big.Int // public numbers of client and server
	key      []byte   // K, set by exchange
}

func newHandshake(identity string, salt []byte, x *big.Int) *handshake {
	return &handshake{identity: identity, salt: salt, verifier: new(big.Int).Exp(srpG, x, srpN)}
}

// exchange takes the client's public number and returns the server's.
//
// The server's number is drawn again until neither it nor the shared secret
// starts with a zero digit, so that no rule about leading zeros matters.
func (h *handshake) exchange(hexA string) (hexB string, err error) {
	a, ok := new(big.Int).SetString(hexA, 16)
	if !ok || a.Sign() <= 0 || len(hexA) > 2*srpBytes || new(big.Int).Mod(a, srpN).Sign() == 0 {
		return "", errors.New("bad userA")
	}
	for {
		secret := new(big.Int).SetBytes(randomBytes(32))
		b := new(big.Int).Exp(srpG, secret, srpN)
		b.Add(b, new(big.Int).Mul(srpK, h.verifier))
		b.Mod(b, srpN)
		u := new(big.Int).SetBytes(hash(pad(a), pad(b)))
		s := new(big.Int).Exp(h.verifier, u, srpN)
		s.Mul(s, a)
		s.Exp(s.Mod(s, srpN), secret, srpN)
		hexB, hexS := b.Text(16), s.Text(16)
		if len(hexB) == 2*srpBytes && len(hexS) == 2*srpBytes {
			h.a, h.b, h.key = a, b, hash([]byte(hexS))
			return hexB, nil
		}
	}
}

// confirm checks the client's proof and returns the server's.
func (h *handshake) confirm(clientProof []byte) (serverProof []byte, err error) {
	if h.key == nil {
		return nil, errors.New("confirmation before exchange")
	}
	group := hash(srpN.Bytes())
	subtle.XORBytes(group, group, hash(srpG.Bytes()))
	want := hash(group, hash([]byte(h.identity)), h.salt, h.a.Bytes(), h.b.Bytes(), h.key)
	if subtle.ConstantTimeCompare(want, clientProof) != 1 {
		return nil, errors.New("client proof does not match")
	}
	return hash(h.a.Bytes(), clientProof, h.key), nil
}
