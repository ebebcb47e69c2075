package plan

import (
	"strings"

	"github.com/keyform/keyform/schema"
)

// Item names the object of an address among the Items of a store (a StoreRef.Key):
// the profile or its listing, an order, a variable. An order keeps the spelling that
// the provider has in items. "" for addresses that name no object.
func (r Rules) Item(a schema.Address, store string, items Items) string {
	switch a.Kind {
	case schema.KindProfile:
		if store == string(ConfigStore) {
			return "listing " + a.Name
		}
		return "profile " + a.Name
	case schema.KindEnv:
		return "variable " + a.Name
	case schema.KindProviderOrder, schema.KindAgentOrder:
		return r.orderItem(a.Provider, items)
	}
	return ""
}

func (r Rules) orderItem(provider string, items Items) string {
	const prefix = "order "
	best := prefix + provider
	if _, ok := items[best]; ok {
		return best
	}
	found := ""
	for name := range items {
		spelt, ok := strings.CutPrefix(name, prefix)
		if ok && r.Spelling(spelt) == r.Provider(provider) && (found == "" || name < found) {
			found = name
		}
	}
	if found != "" {
		return found
	}
	return best
}
