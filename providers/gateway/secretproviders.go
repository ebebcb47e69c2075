package gateway

import (
	"strings"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/jsondoc"
)

// secrets.providers of the configuration, as OpenClaw 2026.2.26 to 2026.9.6 read it.
const (
	secretsKey   = "secrets"
	providersKey = "providers"
	sourceKey    = "source"
	fileSource   = "file"
)

// ownProviders are the entries that keyform made, with an image of each.
func ownProviders(providers *jsondoc.Node) map[string]plan.Fingerprint {
	var out map[string]plan.Fingerprint
	for name, n := range providers.Members() {
		if !strings.HasPrefix(name, plan.OwnProvider) {
			continue
		}
		if out == nil {
			out = map[string]plan.Fingerprint{}
		}
		p := plan.SecretProvider{Args: texts(n.Get("args")), PassEnv: texts(n.Get("passEnv"))}
		p.Source, _ = n.Get(sourceKey).Str()
		p.Path, _ = n.Get("path").Str()
		p.Command, _ = n.Get("command").Str()
		out[name] = p.Image()
	}
	return out
}

func texts(list *jsondoc.Node) []string {
	var out []string
	for n := range list.Items() {
		text, _ := n.Str()
		out = append(out, text)
	}
	return out
}

// putProvider writes an entry whole. A file holds one value and nothing else, and so
// does what a program prints.
func putProvider(root *jsondoc.Node, p plan.SecretProvider) error {
	providers, err := root.Ensure(secretsKey, providersKey)
	if err != nil {
		return err
	}
	members := []jsondoc.Member{{Key: sourceKey, Value: jsondoc.StringOf(p.Source)}}
	if p.Source == fileSource {
		members = append(members,
			jsondoc.Member{Key: "path", Value: jsondoc.StringOf(p.Path)},
			jsondoc.Member{Key: "mode", Value: jsondoc.StringOf("singleValue")})
	} else {
		members = append(members,
			jsondoc.Member{Key: "command", Value: jsondoc.StringOf(p.Command)},
			jsondoc.Member{Key: "args", Value: jsondoc.StringsOf(p.Args...)},
			jsondoc.Member{Key: "passEnv", Value: jsondoc.StringsOf(p.PassEnv...)},
			jsondoc.Member{Key: "jsonOnly", Value: jsondoc.BoolOf(false)})
	}
	return providers.Set(p.Name, jsondoc.ObjectOf(members...))
}

// dropProvider removes an entry, and what is empty without it.
func dropProvider(root *jsondoc.Node, name string) {
	secrets := root.Get(secretsKey)
	providers := secrets.Get(providersKey)
	if !providers.Delete(name) || providers.Len() > 0 {
		return
	}
	secrets.Delete(providersKey)
	if secrets.Len() == 0 {
		root.Delete(secretsKey)
	}
}
