package plan

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyform/keyform/schema"
)

// TestSecondPlanIsEmpty draws gateways and configurations, carries out the plan on
// the snapshot, and plans again: nothing may be left, and nothing that no change
// names may have moved.
func TestSecondPlanIsEmpty(t *testing.T) {
	plans, changes, imports := 0, 0, 0
	for seed := range uint64(4000) {
		w := newWorld(rand.New(rand.NewPCG(seed, 7)))
		p, diags := Diff(w.want, w.live, w.prints, w.opts)
		if diags.HasErrors() {
			continue
		}
		if err := Verify(p); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		plans++
		changes += p.Counts().Total()
		imports += imported(p)
		before := w.items()
		w.carryOut(t, p)
		w.checkUntouched(t, seed, p, before)
		w.checkRemoved(t, seed)
		again, diags := Diff(w.want, w.live, w.prints, w.opts)
		if again.HasChanges() || diags.HasErrors() {
			t.Fatalf("seed %d: the second plan is not empty:\n%s\n%v\nafter\n%s", seed, mustJSON(t, again.Gateways[0].Writes), diags, mustJSON(t, p.Gateways[0].Writes))
		}
		// An agent's order that main's has come to equal is noted as a copy, once.
		w.carryOut(t, again)
		third, _ := Diff(w.want, w.live, w.prints, w.opts)
		if third.HasChanges() || len(third.Gateways[0].Ledger) > 0 {
			t.Fatalf("seed %d: the third plan tells the ledger more: %s", seed, mustJSON(t, third.Gateways[0].Ledger))
		}
	}
	if plans < 1000 || changes < 5000 || imports < 50 {
		t.Errorf("only %d plans with %d changes and %d imports were drawn: the generator draws too much that is refused", plans, changes, imports)
	}
}

// TestSavedPlanKeepsItsMeaning reads back what was saved.
func TestSavedPlanKeepsItsMeaning(t *testing.T) {
	key := []byte("0123456789abcdef0123456789abcdef")
	for seed := range uint64(200) {
		w := newWorld(rand.New(rand.NewPCG(seed, 8)))
		p, _ := Diff(w.want, w.live, w.prints, w.opts)
		file, err := EncodeFile(p, "k", key)
		if err != nil {
			t.Fatal(err)
		}
		got, err := DecodeFile(file, func(string, []string) ([]byte, error) { return key, nil })
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(mustJSON(t, p)), string(mustJSON(t, got))); d != "" {
			t.Fatalf("seed %d: %s", seed, d)
		}
	}
}

type world struct {
	r      *rand.Rand
	want   Desired
	live   Snapshot
	prints Prints
	opts   Options
}

var (
	drawnIDs    = []string{"anthropic:a", "anthropic:b", "anthropic:c", "openai:a", "openai:b", "zai:a"}
	drawnAgents = []string{"main", "ops", "dev"}
)

func newWorld(r *rand.Rand) *world {
	w := &world{r: r, prints: Prints{}, opts: Options{Now: now, AllowMassChange: true}}
	g := GatewaySnapshot{
		Name: "g", Product: "clawdbot", StateDir: "/s", ConfigPath: "/s/c.json",
		Rules: Rules{
			MainAgent: "main", Variables: map[string][]string{"anthropic": {"ANTHROPIC_API_KEY"}, "openai": {"OPENAI_API_KEY"}, "zai": {"ZAI_API_KEY"}},
			Aliases: map[string]string{"z.ai": "zai"}, ListedFallback: r.IntN(2) == 0, SyncedIDs: []string{"anthropic:c"}, ClaudeSync: "anthropic:c", ModeMigrations: []string{"anthropic:c"},
		},
		Config: ConfigSnapshot{Path: "/s/c.json", Label: "c.json", AuthPath: []string{"auth"}, Exists: true, Orders: map[string][]string{}},
		Env:    EnvSnapshot{Path: "/s/.env", Label: ".env"},
	}
	for _, agent := range drawnAgents {
		g.Stores = append(g.Stores, w.store(agent))
	}
	for _, id := range drawnIDs {
		if r.IntN(4) == 0 {
			g.Config.Listings = append(g.Config.Listings, Listing{ID: id, Provider: prefix(id), Mode: w.pick("api_key", "token", "oauth")})
		}
	}
	w.sync()
	w.orders(g.Config.Orders)
	for _, name := range []string{"ANTHROPIC_API_KEY", "OPENAI_API_KEY"} {
		if r.IntN(2) == 0 {
			g.Env.Vars = append(g.Env.Vars, EnvLive{Name: name, Value: Fingerprint(w.pick("fp:X", "fp:OLD")), Count: 1})
		}
	}
	w.live.Gateways = []GatewaySnapshot{g}
	w.configuration()
	w.ledger()
	return w
}

func prefix(id string) string { return id[:len(id)-2] }

func (w *world) pick(of ...string) string { return of[w.r.IntN(len(of))] }

func (w *world) store(agent string) StoreSnapshot {
	s := StoreSnapshot{Agent: agent, Path: "/s/" + agent, Label: agent, Exists: true, Orders: map[string][]string{}}
	for _, id := range drawnIDs {
		if w.r.IntN(3) == 0 {
			p := LiveProfile{ID: id, Provider: prefix(id), Kind: schema.CredentialKind(w.pick("api_key", "token", "oauth")), Credential: Fingerprint(w.pick("fp:X", "fp:OLD"))}
			if w.r.IntN(2) == 0 {
				p.Expires = new(float64)
				*p.Expires = now + float64(w.r.IntN(10))*day
			}
			w.tokens(&p)
			s.Profiles = append(s.Profiles, p)
		}
	}
	w.orders(s.Orders)
	return s
}

func (w *world) orders(into map[string][]string) {
	for _, provider := range []string{"anthropic", "openai", "z.ai"} {
		if w.r.IntN(3) != 0 {
			continue
		}
		var ids []string
		for _, id := range drawnIDs {
			if (prefix(id) == provider || provider == "z.ai" && prefix(id) == "zai") && w.r.IntN(2) == 0 {
				ids = append(ids, id)
			}
		}
		w.r.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
		if ids != nil {
			into[provider] = ids
		}
	}
}

func (w *world) use() schema.Use {
	return schema.Use{Ref: schema.Ref{Source: "env", Args: []string{w.pick("X", "Y")}}}
}

// configuration draws what is declared and resolves it.
func (w *world) configuration() {
	c := &schema.Config{Owner: "default", Gateways: []schema.Gateway{{
		Name: "g", Product: "clawdbot", Migrate: true, Prune: w.r.IntN(4) == 0, Reload: schema.Reload{Mode: "live"},
	}}}
	for _, agent := range append([]string{""}, drawnAgents[1:]...) {
		for _, id := range drawnIDs {
			if w.r.IntN(5) == 0 {
				c.Profiles = append(c.Profiles, schema.Profile{
					ID: id, Agent: agent, Provider: prefix(id), Gateways: []string{"g"}, Use: w.use(),
					Kind: schema.CredentialKind(w.pick("api_key", "token")), Email: w.pick("", "", "ops@example.com"),
				})
			}
		}
	}
	w.logins(c)
	for _, provider := range []string{"anthropic", "openai"} {
		p := schema.Provider{ID: provider, Gateways: []string{"g"}, Order: w.declaredOrder(c, provider, "")}
		if w.r.IntN(2) == 0 {
			u := w.use()
			p.APIKey = &u
		}
		if p.Order != nil || p.APIKey != nil {
			c.Providers = append(c.Providers, p)
		}
	}
	for _, agent := range drawnAgents {
		if ids := w.declaredOrder(c, "anthropic", agent); ids != nil {
			c.Agents = append(c.Agents, schema.Agent{ID: agent, Gateways: []string{"g"}, Orders: []schema.AgentOrder{{Provider: "anthropic", IDs: ids}}})
		}
	}
	w.want = Desire(c)
	for _, u := range Needs(&w.want.Gateways[0], &w.live.Gateways[0], nil) {
		w.prints[u.PrintKey()] = Fingerprint("fp:" + u.Ref.Args[0])
	}
}

// declaredOrder draws an order of declared profiles that the agent sees.
func (w *world) declaredOrder(c *schema.Config, provider, agent string) []string {
	if w.r.IntN(3) != 0 {
		return nil
	}
	var ids []string
	for _, p := range c.Profiles {
		if p.Provider == provider && (p.Agent == "" || p.Agent == agent) && !slices.Contains(ids, p.ID) {
			ids = append(ids, p.ID)
		}
	}
	w.r.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
	return ids
}

// ledger draws records of objects that are there.
func (w *world) ledger() {
	g := &w.live.Gateways[0]
	var records []Record
	add := func(a schema.Address, store, item string) {
		if w.r.IntN(3) == 0 {
			owner := w.pick("default", "default", "default", "other")
			records = append(records, Record{Owner: owner, Address: a.String(), Store: store, Item: item, Origin: Origin(w.pick("created", "updated", "adopted"))})
		}
	}
	for _, s := range g.Stores {
		for _, p := range s.Profiles {
			a := schema.Address{Kind: schema.KindProfile, Gateway: "g", Name: p.ID}
			if s.Agent != "main" && w.r.IntN(2) == 0 {
				a.Agent = s.Agent
			}
			add(a, "agent/"+s.Agent, "profile "+p.ID)
		}
		for provider := range s.Orders {
			add(schema.Address{Kind: schema.KindAgentOrder, Gateway: "g", Agent: s.Agent, Provider: provider}, "agent/"+s.Agent, "order "+provider)
		}
	}
	for _, v := range g.Env.Vars {
		add(schema.Address{Kind: schema.KindEnv, Gateway: "g", Provider: "anthropic", Name: v.Name}, "env", "variable "+v.Name)
	}
	g.Ledger = Ledger{}.With(records...)
}

// carryOut does to the snapshot what an apply does to the host.
func (w *world) carryOut(t *testing.T, p *Plan) {
	g := &w.live.Gateways[0]
	gp := &p.Gateways[0]
	for _, l := range gp.Ledger {
		g.Ledger = g.Ledger.With(Record{Owner: "default", Address: l.Address, Store: l.Store, Origin: l.Origin})
	}
	for _, sw := range gp.Writes {
		for _, c := range sw.Changes {
			for _, op := range c.Ops {
				w.do(t, g, sw.Store, op)
			}
			if c.Origin != "" || c.Action == Delete {
				g.Ledger = g.Ledger.With(Record{Owner: "default", Address: c.Address, Store: sw.Store.Key(), Origin: c.Origin})
			}
		}
	}
}

func (w *world) do(t *testing.T, g *GatewaySnapshot, ref StoreRef, op Op) {
	var s *StoreSnapshot
	orders := g.Config.Orders
	for i := range g.Stores {
		if g.Stores[i].Agent == ref.Agent && ref.Kind == AuthStore {
			s = &g.Stores[i]
			orders = s.Orders
		}
	}
	switch op := op.(type) {
	case PutProfile:
		p := s.Profile(op.ID)
		if p == nil {
			s.Profiles = append(s.Profiles, LiveProfile{ID: op.ID})
			p = s.Profile(op.ID)
		}
		p.Provider, p.Kind = op.Provider, op.Kind
		if !op.KeepSecret {
			p.Credential = op.Secret.Want
		}
		if !op.KeepExpires {
			p.Expires = asFloat(op.Expires)
		}
	case ImportLogin:
		w.importLogin(s, op)
	case DropProfile:
		s.Profiles = slices.DeleteFunc(s.Profiles, func(p LiveProfile) bool { return p.ID == op.ID })
	case SetOrder:
		orders[op.Provider] = op.IDs
	case DropOrder:
		delete(orders, op.Provider)
	case PutListing:
		if l := g.Config.Listing(op.ID); l != nil {
			*l = Listing(op)
		} else {
			g.Config.Listings = append(g.Config.Listings, Listing(op))
		}
	case DropListing:
		g.Config.Listings = slices.DeleteFunc(g.Config.Listings, func(l Listing) bool { return l.ID == op.ID })
	case SetVar:
		if v := g.Env.Var(op.Name); v != nil {
			v.Value = op.Secret.Want
		} else {
			g.Env.Vars = append(g.Env.Vars, EnvLive{Name: op.Name, Value: op.Secret.Want, Count: 1})
		}
	case DropVar:
		g.Env.Vars = slices.DeleteFunc(g.Env.Vars, func(v EnvLive) bool { return v.Name == op.Name })
	default:
		t.Fatalf("unknown op %T", op)
	}
}

// items gives what is in every store.
func (w *world) items() map[string]Items {
	g := &w.live.Gateways[0]
	out := map[string]Items{"config": g.Config.Items(), "env": g.Env.Items()}
	for i := range g.Stores {
		out["agent/"+g.Stores[i].Agent] = g.Stores[i].Items()
	}
	return out
}

// checkUntouched holds that only what a change names has moved.
func (w *world) checkUntouched(t *testing.T, seed uint64, p *Plan, before map[string]Items) {
	named := map[string]bool{}
	for _, sw := range p.Gateways[0].Writes {
		for _, c := range sw.Changes {
			for _, op := range c.Ops {
				cell, _ := target(op)
				named[sw.Store.Key()+" "+cell] = true
			}
		}
	}
	for store, items := range w.items() {
		for name := range items {
			if items[name] != before[store][name] && !named[store+" "+name] {
				t.Fatalf("seed %d: %s of %s moved and no change names it", seed, name, store)
			}
		}
		for name := range before[store] {
			if _, ok := items[name]; !ok && !named[store+" "+name] {
				t.Fatalf("seed %d: %s of %s is gone and no change names it", seed, name, store)
			}
		}
	}
}

// checkRemoved holds that whatever the ledger still owns is declared.
func (w *world) checkRemoved(t *testing.T, seed uint64) {
	g := &w.live.Gateways[0]
	d := newDiffer("default", &w.want.Gateways[0], g, w.prints, w.opts)
	d.collectDeclared()
	for _, r := range g.Ledger.Records {
		a, err := schema.ParseAddress(r.Address)
		if err != nil {
			t.Fatal(err)
		}
		if r.Owner == "default" && !d.declared[a] {
			t.Fatalf("seed %d: %s in %s is recorded and not declared: %s", seed, r.Address, r.Store, fmt.Sprint(r))
		}
	}
}

// FuzzDecodeFile holds that nothing but what was saved with the key is believed.
func FuzzDecodeFile(f *testing.F) {
	key := []byte("0123456789abcdef0123456789abcdef")
	w := newWorld(rand.New(rand.NewPCG(1, 1)))
	p, _ := Diff(w.want, w.live, w.prints, w.opts)
	good, err := EncodeFile(p, "k", key)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(good[:len(good)/2])
	f.Add([]byte(`{"format_version":"1.0","type":"keyform-plan","key_id":"k","plan":{},"tag":""}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := DecodeFile(b, func(string, []string) ([]byte, error) { return key, nil })
		if err != nil {
			return
		}
		want, jerr := json.Marshal(p)
		if have := mustJSON(t, got); jerr != nil || string(have) != string(want) {
			t.Errorf("a plan that was never saved was believed: %s", have)
		}
	})
}
