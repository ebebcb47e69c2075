package gateway

import (
	"errors"
	"slices"
	"strings"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/jsondoc"
)

// newConfig is a configuration that says nothing. Every release takes one without
// further keys: the schema requires none.
const newConfig = "{}\n"

// configDoc is the file of the configuration that holds the auth object.
type configDoc struct {
	raw []byte
	// path is where the auth object is.
	path []string
	// doc is nil while there is no file.
	doc *jsondoc.Doc
}

func openConfig(path []string, raw []byte) (*configDoc, error) {
	d := &configDoc{raw: raw, path: path}
	if raw == nil {
		return d, nil
	}
	doc, err := jsondoc.Parse(raw)
	if err != nil {
		return nil, err
	}
	n := doc.Root()
	for i := 0; ; i++ {
		if n == nil {
			break
		}
		if err := wantObject(n, strings.Join(append([]string{"the file"}, path[:i]...), ", ")); err != nil {
			return nil, err
		}
		if i == len(path) {
			if includes(n) {
				return nil, errors.New("its \"auth\" object is put together from several files by $include. Move it whole into one file")
			}
			break
		}
		n = n.Get(path[i])
	}
	d.doc = doc
	return d, nil
}

// Content is the whole file.
func (d *configDoc) Content() Content {
	if d.doc == nil {
		return Content{Store: d.raw}
	}
	return Content{Store: d.doc.Bytes()}
}

// auth is the auth object as it is, nil where there is none.
func (d *configDoc) auth() *jsondoc.Node {
	if d.doc == nil {
		return nil
	}
	n := d.doc.Root()
	for _, key := range d.path {
		n = n.Get(key)
	}
	return n
}

// Items are the listings and orders of the auth object.
func (d *configDoc) Items(string, []byte) plan.Items {
	auth := d.auth()
	s := plan.ConfigSnapshot{Orders: readOrders(auth.Get(orderKey))}
	if d.doc != nil {
		s.SecretProviders = ownProviders(d.doc.Root().Get(secretsKey).Get(providersKey))
	}
	for id, n := range auth.Get(profilesKey).Members() {
		if n.Kind() == jsondoc.Object {
			provider, _ := n.Get(providerKey).Str()
			mode, _ := n.Get("mode").Str()
			email, _ := n.Get("email").Str()
			s.Listings = append(s.Listings, plan.Listing{ID: id, Provider: provider, Mode: mode, Email: email})
		}
	}
	return s.Items()
}

// Do carries an op out.
func (d *configDoc) Do(op plan.Op, _ Secrets) error {
	if d.doc == nil {
		doc, err := jsondoc.Parse([]byte(newConfig))
		if err != nil {
			return err
		}
		d.doc = doc
	}
	switch op := op.(type) {
	case plan.PutListing:
		profiles, err := d.doc.Root().Ensure(append(slices.Clone(d.path), profilesKey)...)
		if err != nil {
			return err
		}
		return putListing(profiles, op)
	case plan.DropListing:
		d.auth().Get(profilesKey).Delete(op.ID)
		return nil
	case plan.SetOrder:
		auth, err := d.doc.Root().Ensure(d.path...)
		if err != nil {
			return err
		}
		return setOrder(auth, op)
	case plan.DropOrder:
		dropOrder(d.auth(), op)
		return nil
	case plan.PutSecretProvider:
		return putProvider(d.doc.Root(), plan.SecretProvider(op))
	case plan.DropTouchedAt:
		d.doc.Root().Get("meta").Delete("lastTouchedAt")
		return nil
	case plan.DropSecretProvider:
		dropProvider(d.doc.Root(), op.Name)
		return nil
	}
	return unfit(op, "a configuration")
}

func putListing(profiles *jsondoc.Node, op plan.PutListing) error {
	members := []jsondoc.Member{
		{Key: providerKey, Value: jsondoc.StringOf(op.Provider)},
		{Key: "mode", Value: jsondoc.StringOf(op.Mode)},
	}
	if op.Email != "" {
		members = append(members, jsondoc.Member{Key: "email", Value: jsondoc.StringOf(op.Email)})
	}
	n := profiles.Get(op.ID)
	if n.Kind() != jsondoc.Object {
		return profiles.Set(op.ID, jsondoc.ObjectOf(members...))
	}
	for _, m := range members {
		if err := n.Set(m.Key, m.Value); err != nil {
			return err
		}
	}
	return nil
}
