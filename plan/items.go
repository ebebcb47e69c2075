package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/keyform/keyform/schema"
)

// Items is what counts of a store when one asks whether it has changed since:
// names such as "profile anthropic:default", "order anthropic", "listing
// anthropic:default", "variable ANTHROPIC_API_KEY", each with an image of what it
// is. usageStats, lastGood and the tokens of an OAuth login are left out: they
// move by themselves.
type Items map[string]Fingerprint

// Items gives the store's items.
func (s *StoreSnapshot) Items() Items {
	items := Items{}
	for _, p := range s.Profiles {
		items["profile "+p.ID] = p.image()
	}
	addOrders(items, s.Orders)
	return items
}

func (p *LiveProfile) image() Fingerprint {
	expires := ""
	if p.Expires != nil && p.Kind != schema.OAuth {
		expires = strconv.FormatFloat(*p.Expires, 'f', -1, 64)
		if p.About {
			expires = "about"
		}
	}
	parts := []string{string(p.Kind), p.Provider, string(p.Credential), expires, strconv.FormatBool(p.Reference != nil)}
	if p.Reference != nil {
		parts = append(parts, p.Reference.String())
	}
	return image(parts...)
}

// Items gives the configuration's items: its auth object.
func (c *ConfigSnapshot) Items() Items {
	items := Items{}
	for _, l := range c.Listings {
		items["listing "+l.ID] = image(l.Provider, l.Mode, l.Email)
	}
	addOrders(items, c.Orders)
	for name, image := range c.SecretProviders {
		items[secretItem(name)] = image
	}
	return items
}

// Items gives the variables.
func (e *EnvSnapshot) Items() Items {
	items := Items{}
	for _, v := range e.Vars {
		items["variable "+v.Name] = image(string(v.Value))
	}
	return items
}

func addOrders(items Items, orders map[string][]string) {
	for provider, ids := range orders {
		items["order "+provider] = image(ids...)
	}
}

// image joins parts that hold no plaintext into one comparable text.
func image(parts ...string) Fingerprint {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return Fingerprint(hex.EncodeToString(h.Sum(nil)[:16]))
}

// Moved names the items that differ, sorted: "profile anthropic:work changed",
// "order anthropic is new", "variable X is gone". Of an EnvStore only the
// variables that the write touches count.
func (w *StoreWrite) Moved(now Items) []string {
	var out []string
	for name, was := range w.Before {
		is, ok := now[name]
		switch {
		case !ok:
			out = append(out, name+" is gone")
		case is != was:
			out = append(out, name+" changed")
		}
	}
	for name := range now {
		if _, ok := w.Before[name]; !ok && (w.Store.Kind != EnvStore || w.touches(name)) {
			out = append(out, name+" is new")
		}
	}
	sort.Strings(out)
	return out
}

// touches reports whether a change of the write is about the item.
func (w *StoreWrite) touches(item string) bool {
	name, ok := strings.CutPrefix(item, "variable ")
	return ok && slices.ContainsFunc(w.Changes, func(c Change) bool { return c.Name == name })
}
