package onepasswordtest

import (
	"fmt"
	"math/big"
	"strings"
)

// account is the made-up service account and its keys:
//
//	token "muk" (called "mp") -> keyset key -> private key -> vault keys -> items
type account struct {
	id, user, email string
	salt            []byte
	x               *big.Int
	muk             symmetricKey
	keysetKey       symmetricKey
	keysetPair      keyPair
}

const (
	secretKey   = "A3-C4ZJMN-PQTZTL-HGL84-G64M7-KVZRN-4ZVP6" // any well-formed one
	secretKeyID = "C4ZJMN"
)

func newAccount() account {
	keyset := newID()
	return account{
		id: strings.ToUpper(newID()), user: strings.ToUpper(newID()),
		email:      newID()[:13] + "@1passwordserviceaccounts.com",
		salt:       randomBytes(16),
		x:          new(big.Int).SetBytes(randomBytes(32)),
		muk:        newSymmetricKey("mp"),
		keysetKey:  newSymmetricKey(keyset),
		keysetPair: newKeyPair(keyset),
	}
}

// signIn says how the SRP secret was derived from a password; the token holds
// the derived secret, so the SDK only compares.
func (a account) signIn() map[string]any {
	return map[string]any{"method": "SRPg-4096", "alg": "PBES2g-HS256", "iterations": 650000, "salt": encode(a.salt)}
}

func (a account) token() string {
	return "ops_" + encode(mustJSON(map[string]any{
		"signInAddress":  Host,
		"email":          a.email,
		"secretKey":      secretKey,
		"srpX":           fmt.Sprintf("%064x", a.x),
		"muk":            a.muk.jwk(),
		"userAuth":       a.signIn(),
		"throttleSecret": map[string]any{"seed": randomHex(32), "uuid": strings.ToUpper(newID())},
		"deviceUuid":     newID(),
	}))
}

func (a account) keysets() any {
	return map[string]any{"version": 1, "keysets": []any{map[string]any{
		"uuid": a.keysetKey.id, "encryptedBy": a.muk.id, "sn": 1,
		"encSymKey": a.muk.seal(a.keysetKey.jwk()),
		"encPriKey": a.keysetKey.seal(a.keysetPair.privateJWK()),
		"pubKey":    a.keysetPair.publicJWK(),
	}}}
}
