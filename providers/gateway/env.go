package gateway

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/envfile"
	"github.com/keyform/keyform/providers/secrets/secret"
)

// envName is the environment file in the state directory.
const envName = ".env"

// envDoc is the .env file.
type envDoc struct {
	raw  []byte
	file *envfile.File
	// edited tells that file says more than raw.
	edited bool
}

func openEnv(raw []byte) *envDoc { return &envDoc{raw: raw, file: envfile.Parse(raw)} }

// Content is the whole file.
func (d *envDoc) Content() Content {
	if !d.edited {
		return Content{Store: d.raw}
	}
	if b := d.file.Bytes(); b != nil {
		return Content{Store: b}
	}
	return Content{Store: []byte{}} // nil would be no file
}

// Items are the variables.
func (d *envDoc) Items(gateway string, key []byte) plan.Items {
	s := plan.EnvSnapshot{Vars: readVars(d.file, gateway, key)}
	return s.Items()
}

// Do carries an op out.
func (d *envDoc) Do(op plan.Op, secrets Secrets) error {
	d.edited = true
	switch op := op.(type) {
	case plan.SetVar:
		text := op.Literal
		if op.Secret != nil {
			v, err := secrets(op.Secret)
			if err != nil {
				return err
			}
			text = v.Reveal()
		}
		return d.file.Set(op.Name, text)
	case plan.DropVar:
		d.file.Delete(op.Name)
		return nil
	}
	return unfit(op, "an environment file")
}

// EnvValue gives what a variable of a gateway's .env file is.
func EnvValue(host Host, path, name string) (secret.Value, error) {
	raw, err := host.FS.ReadFile(path)
	if err != nil {
		return secret.Value{}, errors.New(reason(err))
	}
	text, ok := envfile.Parse(raw).Lookup(name)
	if !ok {
		return secret.Value{}, fmt.Errorf("%s sets no %s", filepath.Base(path), name)
	}
	return secret.FromString(text), nil
}

func readVars(f *envfile.File, gateway string, key []byte) []plan.EnvLive {
	var out []plan.EnvLive
	for _, name := range f.Names() {
		text, _ := f.Lookup(name)
		out = append(out, plan.EnvLive{
			Name: name, Count: f.Count(name),
			Value: plan.Fingerprint(secret.FromString(text).Fingerprint(key, plan.EnvDomain(gateway, name))),
		})
	}
	return out
}
