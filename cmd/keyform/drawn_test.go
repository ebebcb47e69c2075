package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestDrawnHomesConverge applies drawn configurations, one after the other, to drawn
// homes, between whose runs the gateway copies and rotates what it likes: a second plan
// is always empty, and profiles that nobody declares stay to the byte.
func TestDrawnHomesConverge(t *testing.T) {
	worlds := 40
	if testing.Short() {
		worlds = 10
	}
	applied := 0
	for seed := range worlds {
		d := &drawn{T: t, rand: rand.New(rand.NewSource(int64(seed))), dir: t.TempDir(), env: map[string]string{}}
		d.layHome()
		foreign := d.profiles()
		for range 4 {
			d.writeConfig()
			declared := d.declare(d.dir)
			for id := range foreign {
				if store, profile, _ := strings.Cut(id, " "); declared[profile] || store == "" {
					delete(foreign, id)
				}
			}
			if code, _ := d.keyform("apply", "-auto-approve", "-allow-mass-change"); code != exitOK {
				continue
			}
			applied++
			d.mustBeSynced(seed)
			d.mustKeep(seed, foreign)
			d.gatewayTurn()
			foreign = d.profiles()
		}
		d.declareNothing(seed)
		if t.Failed() {
			t.Fatalf("that was with seed %d in %s", seed, d.dir)
		}
	}
	if applied < 2*worlds {
		t.Errorf("only %d of %d drawn configurations could be applied", applied, 4*worlds)
	}
}

// drawn is a home with a gateway whose content is drawn.
type drawn struct {
	*testing.T
	rand    *rand.Rand
	dir     string
	product string
	env     map[string]string
	// ever are the ids that some configuration has declared so far.
	ever map[string]bool
}

func drawnIDs() []string {
	return []string{"anthropic:a", "anthropic:b", "anthropic:c", "openrouter:a", "openrouter:b", "groq:a"}
}

func (d *drawn) chance(percent int) bool { return d.rand.Intn(100) < percent }

// some draws some of the ids of a provider, in a drawn order; "" is every provider.
func (d *drawn) some(provider string, percent int) []string {
	var out []string
	for _, i := range d.rand.Perm(len(drawnIDs())) {
		if id := drawnIDs()[i]; strings.HasPrefix(id, provider) && d.chance(percent) {
			out = append(out, id)
		}
	}
	return out
}

func (d *drawn) state() string { return filepath.Join(d.dir, "home", "."+d.product) }

func (d *drawn) write(path, text string) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		d.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		d.Fatal(err)
	}
}

func (d *drawn) store(agent string) string {
	return filepath.Join(d.state(), "agents", agent, "agent", "auth-profiles.json")
}

func (d *drawn) layHome() {
	d.product, d.ever = []string{"clawdbot", "openclaw"}[d.rand.Intn(2)], map[string]bool{}
	for _, name := range []string{"K0", "K1", "K2"} {
		d.env[name] = fmt.Sprintf("sk-drawn-%s-%08x", name, d.rand.Uint32())
	}
	for _, agent := range []string{"main", "ops", "lab"} {
		if d.chance(70) {
			d.write(d.store(agent), d.storeText())
		}
	}
	if d.chance(50) {
		d.write(filepath.Join(d.state(), ".env"), "# mine\nGROQ_API_KEY=one\nFOO=bar\nGROQ_API_KEY=two\n")
	}
}

func (d *drawn) storeText() string {
	doc := map[string]any{"version": 1}
	profiles, usage := map[string]any{}, map[string]any{}
	for _, id := range d.some("", 50) {
		provider, _, _ := strings.Cut(id, ":")
		p := map[string]any{"provider": provider, "note": d.rand.Intn(9)}
		switch d.rand.Intn(4) {
		case 0:
			p["type"], p["key"] = "api_key", d.env[fmt.Sprintf("K%d", d.rand.Intn(3))]
		case 1:
			p["type"], p["token"], p["expires"] = "token", "sk-live-token", 1926704246084.25
		case 2:
			p["type"], p["access"], p["refresh"], p["expires"] = "oauth", "a", "r", 1926704246084
		default:
			p["type"], p["key"] = "api_key", "sk-live-key"
		}
		profiles[id] = p
		if d.chance(50) {
			usage[id] = map[string]any{"errorCount": 1}
		}
	}
	doc["profiles"], doc["usageStats"] = profiles, usage
	if d.chance(50) {
		doc["order"] = d.orders()
	}
	b, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		d.Fatal(err)
	}
	return string(b)
}

func (d *drawn) orders() map[string][]string {
	out := map[string][]string{}
	for _, provider := range []string{"anthropic", "openrouter"} {
		if ids := d.some(provider+":", 60); len(ids) > 0 {
			out[provider] = ids
		}
	}
	return out
}

// writeConfig draws the gateway's own configuration, as a user edits it between runs.
func (d *drawn) writeConfig() {
	listed := map[string]any{}
	for _, id := range d.some("", 25) {
		provider, _, _ := strings.Cut(id, ":")
		listed[id] = map[string]any{"provider": provider, "mode": []string{"api_key", "token", "oauth"}[d.rand.Intn(3)]}
	}
	auth := map[string]any{"profiles": listed}
	if d.chance(30) {
		auth["order"] = d.orders()
	}
	b, err := json.Marshal(map[string]any{
		"auth": auth, "agents": map[string]any{"list": []any{map[string]any{"id": "main"}, map[string]any{"id": "lab"}}},
		"meta": map[string]any{"lastTouchedVersion": map[string]string{"clawdbot": "2026.1.24-3", "openclaw": "2026.2.26"}[d.product]},
	})
	if err != nil {
		d.Fatal(err)
	}
	d.write(filepath.Join(d.state(), d.product+".json"), string(b))
}

// declare draws a configuration and gives all ids that have been declared so far.
func (d *drawn) declare(dir string) map[string]bool {
	var b strings.Builder
	fmt.Fprintf(&b, "gateway %q {}\n", d.product)
	profile := func(id string) {
		kind := []string{"api_key", "token"}[d.rand.Intn(2)]
		fmt.Fprintf(&b, "profile %q {\n%s = env(\"K%d\")\n", id, kind, d.rand.Intn(3))
		if kind == "token" && d.chance(40) {
			b.WriteString("expires = \"2099-01-01\"\n")
		}
		if d.chance(15) {
			b.WriteString("email = \"a@example.com\"\n")
		}
		b.WriteString("}\n")
		d.ever[id] = true
	}
	shared := d.some("", 45)
	for _, id := range shared {
		profile(id)
	}
	order := func(ids []string) {
		if ids = slices.DeleteFunc(ids, func(id string) bool { return !slices.Contains(shared, id) }); len(ids) > 0 {
			provider, _, _ := strings.Cut(ids[0], ":")
			fmt.Fprintf(&b, "order = { %s = [%q", provider, ids[0])
			for _, id := range ids[1:] {
				fmt.Fprintf(&b, ", %q", id)
			}
			b.WriteString("] }\n")
			return
		}
		profile("groq:own")
	}
	for _, agent := range []string{"main", "lab"} {
		if d.chance(50) {
			fmt.Fprintf(&b, "agent %q {\n", agent)
			order(d.some([]string{"anthropic:", "openrouter:"}[d.rand.Intn(2)], 70))
			for _, id := range d.some("", 15) {
				profile(id)
			}
			b.WriteString("}\n")
		}
	}
	if d.chance(30) {
		b.WriteString("provider \"openrouter\" {\nenv = { DRAWN = \"x\" }\n")
		if ids := d.some("openrouter:", 70); len(ids) > 0 && slices.Contains(shared, ids[0]) {
			fmt.Fprintf(&b, "order = [%q]\n", ids[0])
		}
		b.WriteString("}\n")
	}
	if d.chance(50) {
		fmt.Fprintf(&b, "provider \"groq\" {\napi_key = env(\"K%d\")\n}\n", d.rand.Intn(3))
	}
	d.write(filepath.Join(dir, "main.hcl"), b.String())
	return d.ever
}

func (d *drawn) keyform(args ...string) (code int, said string) {
	environ := []string{"HOME=" + filepath.Join(d.dir, "home"), "TERM=dumb"}
	for name, value := range d.env {
		environ = append(environ, name+"="+value)
	}
	var out bytes.Buffer
	a := newApp(new(bytes.Buffer), &out, &out, environ)
	code = a.run(d.Context(), append([]string{"keyform", "-chdir=" + d.dir}, args...))
	return code, out.String()
}

func (d *drawn) mustBeSynced(seed int) {
	if code, said := d.keyform("plan", "-detailed-exitcode"); code != exitOK {
		d.Errorf("seed %d: the second plan: exit %d\n%s", seed, code, said)
	}
}

// declareNothing drops every block: what keyform made goes, and it knows of nothing
// any more.
func (d *drawn) declareNothing(seed int) {
	unmanaged := []string{"keep", "prune"}[seed%2]
	d.write(filepath.Join(d.dir, "main.hcl"), fmt.Sprintf("gateway %q {\nunmanaged = %q\n}\n", d.product, unmanaged))
	if code, said := d.keyform("apply", "-auto-approve", "-allow-mass-change"); code != exitOK {
		d.Errorf("seed %d: without blocks: exit %d\n%s", seed, code, said)
	}
	d.mustBeSynced(seed)
	if b, err := os.ReadFile(filepath.Join(d.state(), ".keyform", "ledger.json")); err == nil && bytes.Contains(b, []byte(`"owner"`)) {
		d.Errorf("seed %d: the ledger still has records", seed)
	}
	if left := d.profiles(); unmanaged == "prune" && len(left) > 0 {
		d.Errorf("seed %d: %d profiles are left after a prune", seed, len(left))
	}
}

// profiles are the entries of all stores, by "agent id".
func (d *drawn) profiles() map[string]string {
	out := map[string]string{}
	for _, agent := range []string{"main", "ops", "lab"} {
		for id, raw := range d.read(agent).Profiles {
			out[agent+" "+id] = string(raw)
		}
	}
	return out
}

type drawnStore struct {
	Version  int                        `json:"version"`
	Profiles map[string]json.RawMessage `json:"profiles"`
	Order    map[string][]string        `json:"order,omitempty"`
	Usage    map[string]json.RawMessage `json:"usageStats,omitempty"`
}

func (d *drawn) read(agent string) drawnStore {
	var s drawnStore
	if b, err := os.ReadFile(d.store(agent)); err == nil {
		if err := json.Unmarshal(b, &s); err != nil {
			d.Fatal(err)
		}
	}
	return s
}

func (d *drawn) mustKeep(seed int, foreign map[string]string) {
	now := d.profiles()
	for id, was := range foreign {
		if now[id] != was {
			d.Errorf("seed %d: %s was never declared and is %q now, not %q", seed, id, now[id], was)
		}
	}
}

// gatewayTurn saves the merged view into ops's store, as a turn of that agent does, and
// rotates a secret.
func (d *drawn) gatewayTurn() {
	if d.chance(60) {
		own, main := d.read("ops"), d.read("main")
		if own.Profiles == nil {
			own.Profiles = map[string]json.RawMessage{}
		}
		for id, p := range main.Profiles {
			if own.Profiles[id] == nil {
				own.Profiles[id] = p
			}
		}
		if own.Order == nil {
			own.Order = main.Order
		}
		own.Version = 1
		b, err := json.MarshalIndent(own, "", "  ")
		if err != nil {
			d.Fatal(err)
		}
		d.write(d.store("ops"), string(b))
	}
	if d.chance(60) {
		d.env[fmt.Sprintf("K%d", d.rand.Intn(3))] = fmt.Sprintf("sk-drawn-%08x", d.rand.Uint32())
	}
}
