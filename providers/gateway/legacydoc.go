package gateway

import (
	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/secrets/secret"
)

// legacyDoc is a file of an earlier form of the stores. It is never edited, only put
// aside.
type legacyDoc struct {
	path  string
	given Content
	aside bool
}

// Content is the file, nothing once it is put aside.
func (d *legacyDoc) Content() Content {
	if d.aside {
		return Content{}
	}
	return d.given
}

// Items are the one item of its whole content.
func (d *legacyDoc) Items(_ string, key []byte) plan.Items {
	if c := d.Content(); !c.Missing() {
		return (&plan.LegacySource{Image: imageOf(d.path, c.Store, key)}).Items()
	}
	return plan.Items{}
}

func imageOf(path string, raw, key []byte) plan.Fingerprint {
	return plan.Fingerprint(secret.FromString(string(raw)).Fingerprint(key, plan.LegacyDomain(path)))
}

// Do carries an op out.
func (d *legacyDoc) Do(op plan.Op, _ Secrets) error {
	if _, ok := op.(plan.PutAside); ok {
		d.aside = true
		return nil
	}
	return unfit(op, "a file of an earlier form")
}
