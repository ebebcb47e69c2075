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

// authDoc is a credential store. The releases that keep state in a cell of its own
// still read what an older one left in the store's (mergeAuthProfileState of OpenClaw
// 2026.4.29, where the state's cell wins by key), so both are looked at, and an edit is
// made in the state's cell.
type authDoc struct {
	rules plan.Rules
	form  form
	given Content
	// store and state are nil while there is no content; state always is where the
	// form has one cell.
	store, state *jsondoc.Doc
}

func openAuth(rules plan.Rules, f form, c Content) (*authDoc, error) {
	d := &authDoc{rules: rules, form: f, given: c}
	var err error
	if d.store, err = parseStore(c.Store); err != nil && !errors.Is(err, errEmpty) {
		return nil, err
	}
	if !f.split {
		return d, nil
	}
	if d.state, err = parseStore(c.State); err != nil && !errors.Is(err, errEmpty) {
		return nil, fmt.Errorf("state: %w", err)
	}
	return d, nil
}

// Content is the whole store. A state that says nothing is none, as the gateways have it.
func (d *authDoc) Content() Content {
	out := d.given
	if d.store != nil {
		out.Store = d.store.Bytes()
	}
	if d.state != nil {
		out.State = d.state.Bytes()
		if !sameText(out.State, d.given.State) && saysNothing(d.state.Root()) {
			out.State = nil
		}
	}
	return out
}

func saysNothing(root *jsondoc.Node) bool {
	for key := range root.Members() {
		if key != versionKey {
			return false
		}
	}
	return true
}

// Items are the profiles and orders.
func (d *authDoc) Items(gateway string, key []byte) plan.Items {
	var s plan.StoreSnapshot
	storeView{gateway: gateway, rules: d.rules, key: key}.fill(&s, rootOf(d.store), rootOf(d.state))
	return s.Items()
}

// rootOf is a document's object, nil where there is no document.
func rootOf(d *jsondoc.Doc) *jsondoc.Node {
	if d == nil {
		return nil
	}
	return d.Root()
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
	case plan.ImportEntry:
		return d.importEntry(root, op, secrets)
	case plan.ImportUsage:
		return d.importUsage(op, secrets)
	case plan.SetLastGood:
		return d.setLastGood(op)
	case plan.DropProfile:
		if fenced(root.Get(profilesKey).Get(op.ID)) {
			return fenceError(op.ID)
		}
		root.Get(profilesKey).Delete(op.ID)
		d.forget(op.ID)
		return nil
	case plan.SetOrder:
		state, err := d.stateRoot()
		if err != nil {
			return err
		}
		return setOrder(state, op)
	case plan.DropOrder:
		dropOrder(rootOf(d.state), op)
		dropOrder(root, op)
		return nil
	}
	return unfit(op, "a credential store")
}

// root is the store's object, made and completed as the gateways expect it: a store
// without profiles is no store to them, and the state beside it is not read then.
func (d *authDoc) root() (*jsondoc.Node, error) {
	root, err := ensure(&d.store, d.form.store)
	if err != nil {
		return nil, err
	}
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

// stateRoot is the object that orders, lastGood and usageStats are written to.
func (d *authDoc) stateRoot() (*jsondoc.Node, error) {
	if !d.form.split {
		return d.root()
	}
	return ensure(&d.state, d.form.state)
}

// ensure gives the object of a document, which is made of text where there is none.
func ensure(doc **jsondoc.Doc, text string) (*jsondoc.Node, error) {
	if *doc == nil {
		made, err := jsondoc.ParseStrict([]byte(text))
		if err != nil {
			return nil, err
		}
		*doc = made
	}
	return (*doc).Root(), nil
}

func (d *authDoc) put(root *jsondoc.Node, op plan.PutProfile, secrets Secrets) error {
	if op.Kind != schema.APIKey && op.Kind != schema.Token {
		return fmt.Errorf("a credential of the kind %q is never written", op.Kind)
	}
	var value secret.Value
	if !op.KeepSecret && op.Reference == nil {
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
	if fenced(n) {
		return fenceError(op.ID)
	}
	if n.Kind() != jsondoc.Object {
		if op.KeepSecret {
			return fmt.Errorf("the profile %q is gone from the store", op.ID)
		}
		d.forget(op.ID)
		return profiles.Set(op.ID, newProfile(op, value))
	}
	if !op.KeepSecret && d.rekey(n, op, value) {
		d.forget(op.ID)
	}
	return d.edit(n, op, value)
}

// newProfile has the members in the order in which the gateways write them.
func newProfile(op plan.PutProfile, value secret.Value) jsondoc.Value {
	key, credential := stored(op, value)
	members := []jsondoc.Member{
		{Key: typeKey, Value: jsondoc.StringOf(string(op.Kind))},
		{Key: providerKey, Value: jsondoc.StringOf(op.Provider)},
		{Key: key, Value: credential},
	}
	if op.Expires != nil {
		members = append(members, jsondoc.Member{Key: expiresKey, Value: jsondoc.IntOf(*op.Expires)})
	}
	return jsondoc.ObjectOf(members...)
}

// stored is the member that carries the op's credential: the value itself, or what
// the gateway resolves by itself.
func stored(op plan.PutProfile, value secret.Value) (key string, member jsondoc.Value) {
	ref := op.Reference
	if ref == nil {
		return valueField(op.Kind), jsondoc.StringOf(value.Reveal())
	}
	return refField(op.Kind), jsondoc.ObjectOf(
		jsondoc.Member{Key: "source", Value: jsondoc.StringOf(ref.Source)},
		jsondoc.Member{Key: providerKey, Value: jsondoc.StringOf(ref.Provider)},
		jsondoc.Member{Key: "id", Value: jsondoc.StringOf(ref.ID)},
	)
}

// rekey reports whether the op replaces the credential by another.
func (d *authDoc) rekey(n *jsondoc.Node, op plan.PutProfile, value secret.Value) bool {
	was := reference(n, op.Kind)
	if credentialKind(n, d.rules) != op.Kind || (was == nil) != (op.Reference == nil) {
		return true
	}
	if op.Reference != nil {
		return *was != *op.Reference
	}
	return !credential(n, op.Kind, d.rules).Equal(value)
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
		key, credential := stored(op, value)
		errs = append(errs, n.Set(key, credential))
		for _, field := range credentialFields(old) {
			if field != key {
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
func (d *authDoc) forget(id string) {
	for _, root := range []*jsondoc.Node{rootOf(d.store), rootOf(d.state)} {
		deleteFrom(root, usageKey, func(key string, _ *jsondoc.Node) bool { return key == id })
		deleteFrom(root, lastGoodKey, func(_ string, n *jsondoc.Node) bool {
			named, ok := n.Str()
			return ok && named == id
		})
	}
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
