package gateway

import (
	"fmt"
	"strconv"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/claudecode"
	"github.com/keyform/keyform/providers/jsondoc"
	"github.com/keyform/keyform/schema"
)

// importLogin stores Claude Code's login as the product's own sync does. That sync
// replaces the whole entry; of the old one only members stay that belong to no
// credential, so that the sync finds nothing to do afterwards.
func (d *authDoc) importLogin(root *jsondoc.Node, op plan.ImportLogin, secrets Secrets) error {
	value, err := secrets(&op.Secret)
	if err != nil {
		return err
	}
	login, err := claudecode.Unpack(value)
	if err != nil {
		return err
	}
	if login.Kind() != op.Kind {
		return fmt.Errorf("the login of Claude Code was of the kind %s when the plan was made, and is of the kind %s now: make a new plan", op.Kind, login.Kind())
	}
	members := []jsondoc.Member{
		{Key: typeKey, Value: jsondoc.StringOf(string(op.Kind))},
		{Key: providerKey, Value: jsondoc.StringOf("anthropic")},
	}
	if op.Kind == schema.OAuth {
		members = append(members,
			jsondoc.Member{Key: accessKey, Value: jsondoc.StringOf(login.Access.Reveal())},
			jsondoc.Member{Key: refreshKey, Value: jsondoc.StringOf(login.Refresh.Reveal())})
	} else {
		members = append(members, jsondoc.Member{Key: valueField(op.Kind), Value: jsondoc.StringOf(login.Access.Reveal())})
	}
	members = append(members, jsondoc.Member{Key: expiresKey, Value: jsondoc.NumberText(strconv.FormatFloat(login.Expires, 'f', -1, 64))})
	profiles := root.Get(profilesKey)
	n := profiles.Get(op.ID)
	if n.Kind() != jsondoc.Object {
		d.forget(op.ID)
		return profiles.Set(op.ID, jsondoc.ObjectOf(members...))
	}
	if old, ok := n.Get(members[2].Key).Str(); !ok || old != login.Access.Reveal() {
		d.forget(op.ID)
	}
	for _, field := range append(credentialFields(schema.OAuth), emailKey, "mode") {
		if !holds(members, field) {
			n.Delete(field)
		}
	}
	for _, m := range members {
		if err := n.Set(m.Key, m.Value); err != nil {
			return err
		}
	}
	return nil
}

func holds(members []jsondoc.Member, key string) bool {
	for _, m := range members {
		if m.Key == key {
			return true
		}
	}
	return false
}

// importEntry stores an entry of a legacy file whole: unlike a declared credential it
// brings its own email, expiry and the fields of a login along.
func (d *authDoc) importEntry(root *jsondoc.Node, op plan.ImportEntry, secrets Secrets) error {
	value, err := secrets(&op.Secret)
	if err != nil {
		return err
	}
	entry, err := jsondoc.ParseStrict([]byte(value.Reveal()))
	if err != nil {
		return fmt.Errorf("the entry %q that is to be imported is not JSON", op.ID)
	}
	if kind := credentialKind(entry.Root(), d.rules); kind != op.Kind {
		return fmt.Errorf("the entry %q that is to be imported is of the kind %q, and was %q: make a new plan", op.ID, kind, op.Kind)
	}
	if err := entry.Root().Set(providerKey, jsondoc.StringOf(op.Provider)); err != nil {
		return err
	}
	// A node is good only in a document that was parsed.
	if entry, err = jsondoc.ParseStrict(entry.Bytes()); err != nil {
		return err
	}
	profiles := root.Get(profilesKey)
	if fenced(profiles.Get(op.ID)) {
		return fenceError(op.ID)
	}
	d.forget(op.ID)
	return profiles.Set(op.ID, entry.Root().Value())
}

// importUsage stores the usageStats of a legacy file as they are: the gateway drops at its
// next save what it does not know of them. What the gateway has counted meanwhile stays.
func (d *authDoc) importUsage(op plan.ImportUsage, secrets Secrets) error {
	value, err := secrets(&op.Secret)
	if err != nil {
		return err
	}
	entry, err := jsondoc.ParseStrict([]byte(value.Reveal()))
	if err != nil || entry.Root().Kind() != jsondoc.Object {
		return fmt.Errorf("the usageStats of %q that are to be imported are no JSON object", op.ID)
	}
	if d.said(usageKey, op.ID) {
		return nil
	}
	root, err := d.stateRoot()
	if err != nil {
		return err
	}
	usage, err := root.Ensure(usageKey)
	if err != nil {
		return err
	}
	return usage.Set(op.ID, entry.Root().Value())
}

func (d *authDoc) setLastGood(op plan.SetLastGood) error {
	if d.said(lastGoodKey, op.Provider) {
		return nil
	}
	root, err := d.stateRoot()
	if err != nil {
		return err
	}
	lastGood, err := root.Ensure(lastGoodKey)
	if err != nil {
		return err
	}
	return lastGood.Set(op.Provider, jsondoc.StringOf(op.ID))
}

// said tells that one of the two cells has a member in a list of the state.
func (d *authDoc) said(list, key string) bool {
	return rootOf(d.store).Get(list).Get(key) != nil || rootOf(d.state).Get(list).Get(key) != nil
}
