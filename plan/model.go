package plan

import (
	"slices"
	"sort"

	"github.com/keyform/keyform/schema"
)

// model is one credential store as it will be: the live one with the planned
// changes on it. It answers what rules about orders and listings depend on.
type model struct {
	live *StoreSnapshot
	ref  StoreRef
	// profiles has what is there after the plan.
	profiles map[string]modelProfile
	orders   map[string][]string
	changes  []Change
	// usage are the ids, lastGood the providers, of which the plan imports state.
	usage, lastGood map[string]bool
	// dropped are the ids that the plan deletes here.
	dropped map[string]bool
	// droppedOrders are the deleted orders, with the address that they go under.
	droppedOrders map[string]schema.Address
}

type modelProfile struct {
	provider string
	kind     schema.CredentialKind
	// usable tells that a gateway would send it: it has a credential that has not expired.
	usable bool
	// rekeyed tells that the plan replaces what is stored.
	rekeyed bool
}

func newModel(s *StoreSnapshot, rules Rules, now int64) *model {
	m := &model{
		live:     s,
		ref:      s.Ref(),
		profiles: make(map[string]modelProfile, len(s.Profiles)),
		orders:   make(map[string][]string, len(s.Orders)),
	}
	for _, p := range s.Profiles {
		m.profiles[p.ID] = modelProfile{rules.Provider(p.Provider), p.Kind, rules.usable(&p, now), false}
	}
	for provider, ids := range s.Orders {
		m.orders[provider] = ids
	}
	return m
}

// usable tells that a gateway would send the credential.
func (r Rules) usable(p *LiveProfile, now int64) bool {
	switch {
	case p.Kind == schema.OAuth:
		return true
	case p.Credential == "" && p.Reference == nil:
		return false
	case p.Kind != schema.Token || p.Expires == nil:
		return true
	case *p.Expires <= 0:
		// Up to OpenClaw 2026.3.2 such an expiry is none.
		return !r.StrictExpiry
	}
	return *p.Expires > float64(now) && (r.MaxExpiry == 0 || *p.Expires <= r.MaxExpiry)
}

// orderKey finds how the store spells the provider of an order; given when it has none.
func orderKey(orders map[string][]string, provider string, rules Rules) string {
	if _, ok := orders[provider]; ok {
		return provider
	}
	for _, key := range sortedKeys(orders) {
		if rules.Spelling(key) == provider {
			return key
		}
	}
	return provider
}

// note enters a key in one of the model's sets.
func (m *model) note(set *map[string]bool, key string) {
	if *set == nil {
		*set = map[string]bool{}
	}
	(*set)[key] = true
}

func (m *model) drop(id string) {
	if m.dropped == nil {
		m.dropped = map[string]bool{}
	}
	m.dropped[id] = true
	delete(m.profiles, id)
}

// title is the store as a sentence has it.
func (m *model) title() string { return storeTitle(m.ref.Agent) }

// storeTitle is a credential store as a reader knows it, by its agent.
func storeTitle(agent string) string {
	if agent == "" {
		return "shared auth store"
	}
	return "agent " + agent
}

func (m *model) change(c Change) { m.changes = append(m.changes, c) }

// write turns the collected changes into a StoreWrite.
func (m *model) write() (StoreWrite, bool) {
	if len(m.changes) == 0 {
		return StoreWrite{}, false
	}
	sortChanges(m.changes)
	return StoreWrite{Store: m.ref, Exists: m.live.Exists, Provision: m.live.NoDatabase, Before: m.live.Items(), Changes: m.changes}, true
}

// sortChanges puts profiles before orders, and inside by action and name, so that
// additions come before what depends on them.
func sortChanges(cs []Change) {
	rank := func(c Change) int {
		kind := map[string]int{"profile": 0, "variable": 0, "secret_provider": 1, "listing": 1, "meta": 1, "state": 1, "order": 2}
		action := map[Action]int{Create: 0, Update: 1, Migrate: 2, Delete: 3}
		object := c.After
		if object == nil {
			object = c.Before
		}
		return kind[object.Type]*10 + action[c.Action]
	}
	slices.SortStableFunc(cs, func(a, b Change) int {
		if ra, rb := rank(a), rank(b); ra != rb {
			return ra - rb
		}
		if a.Name != b.Name {
			if a.Name < b.Name {
				return -1
			}
			return 1
		}
		if a.Address < b.Address {
			return -1
		}
		if a.Address > b.Address {
			return 1
		}
		return 0
	})
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
