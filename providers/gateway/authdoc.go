package gateway

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/jsondoc"
	"github.com/keyform/keyform/providers/secrets/secret"
	"github.com/keyform/keyform/schema"
)

// newStore is what the gateways write as an empty store.
const newStore = "{\n  \"version\": 1,\n  \"profiles\": {}\n}\n"

// authDoc is a credential store.
type authDoc struct {
	rules plan.Rules
	raw   []byte
	// doc is nil while there is no content.
	doc *jsondoc.Doc
}

func openAuth(rules plan.Rules, raw []byte) (*authDoc, error) {
	d := &authDoc{rules: rules, raw: raw}
	var err error
	if d.doc, err = parseStore(raw); err != nil && !errors.Is(err, errEmpty) {
		return nil, err
	}
	return d, nil
}

// Bytes is the whole file.
func (d *authDoc) Bytes() []byte {
	if d.doc == nil {
		return d.raw
	}
	return d.doc.Bytes()
}

// Items are the profiles and orders.
func (d *authDoc) Items(gateway string, key []byte) plan.Items {
	var s plan.StoreSnapshot
	if d.doc != nil {
		storeView{gateway: gateway, rules: d.rules, key: key}.fill(&s, d.doc.Root())
	}
	return s.Items()
}

// Do carries an op out.
func (d *authDoc) Do(op plan.Op, secrets Secrets) error {
	root, err := d.root()
	if err != nil {
		return err
	}
	switch op := op.(type) {
	case plan.PutProfile:
		return d.put(root, op, secrets)
	case plan.ImportLogin:
		return d.importLogin(root, op, secrets)
	case plan.DropProfile:
		root.Get(profilesKey).Delete(op.ID)
		d.forget(root, op.ID)
		return nil
	case plan.SetOrder:
		return setOrder(root, op)
	case plan.DropOrder:
		dropOrder(root, op)
		return nil
	}
	return unfit(op, "a credential store")
}

// root is the store's object, made and completed as the gateways expect it: a store
// without profiles is no store to them.
func (d *authDoc) root() (*jsondoc.Node, error) {
	if d.doc == nil {
		doc, err := jsondoc.ParseStrict([]byte(newStore))
		if err != nil {
			return nil, err
		}
		d.doc = doc
	}
	root := d.doc.Root()
	if root.Get(profilesKey) == nil {
		if root.Get(versionKey) == nil {
			if err := root.Set(versionKey, jsondoc.IntOf(storeVersion)); err != nil {
				return nil, err
			}
		}
		if _, err := root.Ensure(profilesKey); err != nil {
			return nil, err
		}
	}
	return root, nil
}

func (d *authDoc) put(root *jsondoc.Node, op plan.PutProfile, secrets Secrets) error {
	if op.Kind != schema.APIKey && op.Kind != schema.Token {
		return fmt.Errorf("a credential of the kind %q is never written", op.Kind)
	}
	var value secret.Value
	if !op.KeepSecret {
		var err error
		if value, err = secrets(&op.Secret); err != nil {
			return err
		}
		if value.IsZero() {
			return fmt.Errorf("the credential of %q is empty", op.ID)
		}
	}
	profiles := root.Get(profilesKey)
	n := profiles.Get(op.ID)
	if n.Kind() != jsondoc.Object {
		if op.KeepSecret {
			return fmt.Errorf("the profile %q is gone from the store", op.ID)
		}
		d.forget(root, op.ID)
		return profiles.Set(op.ID, newProfile(op, value))
	}
	if !op.KeepSecret && d.rekey(n, op, value) {
		d.forget(root, op.ID)
	}
	return d.edit(n, op, value)
}

// newProfile has the members in the order in which the gateways write them.
func newProfile(op plan.PutProfile, value secret.Value) jsondoc.Value {
	members := []jsondoc.Member{
		{Key: typeKey, Value: jsondoc.StringOf(string(op.Kind))},
		{Key: providerKey, Value: jsondoc.StringOf(op.Provider)},
		{Key: valueField(op.Kind), Value: jsondoc.StringOf(value.Reveal())},
	}
	if op.Expires != nil {
		members = append(members, jsondoc.Member{Key: expiresKey, Value: jsondoc.IntOf(*op.Expires)})
	}
	return jsondoc.ObjectOf(members...)
}

// rekey reports whether the op replaces the credential by another.
func (d *authDoc) rekey(n *jsondoc.Node, op plan.PutProfile, value secret.Value) bool {
	return credentialKind(n, d.rules) != op.Kind ||
		n.Get(refField(op.Kind)).Kind() == jsondoc.Object ||
		!credential(n, op.Kind, d.rules).Equal(value)
}

// edit changes an entry in place.
func (d *authDoc) edit(n *jsondoc.Node, op plan.PutProfile, value secret.Value) error {
	var errs []error
	old := credentialKind(n, d.rules)
	if old != op.Kind {
		errs = append(errs, n.Set(typeKey, jsondoc.StringOf(string(op.Kind))))
		if d.rules.References {
			n.Delete("mode")
		}
	}
	errs = append(errs, n.Set(providerKey, jsondoc.StringOf(op.Provider)))
	if !op.KeepSecret && d.rekey(n, op, value) {
		errs = append(errs, n.Set(valueField(op.Kind), jsondoc.StringOf(value.Reveal())))
		for _, field := range credentialFields(old) {
			if field != valueField(op.Kind) {
				n.Delete(field)
			}
		}
	}
	errs = append(errs, editExpires(n, op))
	return errors.Join(errs...)
}

// credentialFields are the members that carry a credential or belong to one alone.
// Those of a login go only with the login: accountId and the like are nobody's
// business in an entry that never was one.
func credentialFields(old schema.CredentialKind) []string {
	fields := []string{"key", "keyRef", "apiKey", "token", "tokenRef", "access", "refresh", "idToken"}
	if old != schema.OAuth {
		return fields
	}
	return append(fields, "clientId", "enterpriseUrl", "projectId", "accountId", "chatgptPlanType", "subscriptionType",
		"rateLimitTier", "tokenEndpoint", "deviceAuthorizationEndpoint", "issuer", "authFlow")
}

func editExpires(n *jsondoc.Node, op plan.PutProfile) error {
	switch {
	case op.Expires != nil:
		if live, ok := n.Get(expiresKey).Number(); ok && live == float64(*op.Expires) {
			return nil
		}
		return n.Set(expiresKey, jsondoc.NumberText(strconv.FormatInt(*op.Expires, 10)))
	case !op.KeepExpires:
		n.Delete(expiresKey)
	}
	return nil
}

// forget removes what the gateway remembers of a credential: releases from 2026.6 on
// refuse a new key while the old one's cooldown runs.
func (d *authDoc) forget(root *jsondoc.Node, id string) {
	deleteFrom(root, usageKey, func(key string, _ *jsondoc.Node) bool { return key == id })
	deleteFrom(root, lastGoodKey, func(_ string, n *jsondoc.Node) bool {
		named, ok := n.Str()
		return ok && named == id
	})
}

// deleteFrom removes members of the object at key, and the object where it has none left.
func deleteFrom(root *jsondoc.Node, key string, gone func(string, *jsondoc.Node) bool) {
	object := root.Get(key)
	deleted := false
	for name, n := range object.Members() {
		if gone(name, n) {
			deleted = object.Delete(name) || deleted
		}
	}
	if deleted && object.Len() == 0 {
		root.Delete(key)
	}
}

// setOrder and dropOrder serve the stores and the configuration.
func setOrder(auth *jsondoc.Node, op plan.SetOrder) error {
	orders, err := auth.Ensure(orderKey)
	if err != nil {
		return err
	}
	return orders.Set(op.Provider, jsondoc.StringsOf(op.IDs...))
}

func dropOrder(auth *jsondoc.Node, op plan.DropOrder) {
	deleteFrom(auth, orderKey, func(key string, _ *jsondoc.Node) bool { return key == op.Provider })
}
