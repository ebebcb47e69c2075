package apply

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"math/rand"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/fsys"
	"github.com/keyform/keyform/providers/gateway"
	"github.com/keyform/keyform/providers/secrets"
	"github.com/keyform/keyform/providers/secrets/secret"
	"github.com/keyform/keyform/providers/secrets/source"
	"github.com/keyform/keyform/schema"
)

// The secrets of the tests. Each is searched for in everything that a run leaves.
const (
	newKey   = "sk-ant-api03-NEWnewNEWnewNEWnewNEWnewNEWnewNEW"
	newToken = "sk-ant-oat01-TOKtokTOKtokTOKtokTOKtokTOKtokTOK"
	envKey   = "sk-ant-api03-ENVenvENVenvENVenvENVenvENVenvENV"
	oldKey   = "sk-or-v1-OLDoldOLDoldOLDoldOLDoldOLDoldOLDold"
)

var planKey = bytes.Repeat([]byte{7}, 32)

// world is a temporary home with one gateway in it, and what is wanted of it.
type world struct {
	t     testing.TB
	state string
	refs  []plan.StoreRef
	rules plan.Rules
	want  []wanted
	gp    plan.GatewayPlan
	fs    fsys.FS
	// values are the secrets by the name of their variable.
	values  map[string]string
	reload  *fakeReload
	now     func() time.Time
	running bool
	runs    int
	rand    *rand.Rand
}

// wanted is one object as it is declared: gone where op is a Drop.
type wanted struct {
	store   string
	address string
	op      plan.Op
}

// newWorld is a home of a product with files, or of OpenClaw with databases of the
// generation that product names.
func newWorld(t testing.TB, product string) *world {
	t.Helper()
	return newWorldIn(t, product, t.TempDir())
}

func newWorldIn(t testing.TB, product, home string) *world {
	t.Helper()
	databases := generation(product)
	if databases != "" {
		product = "openclaw"
	}
	state := filepath.Join(home, "."+product)
	w := &world{t: t, state: state, fs: fsys.OS{}, now: time.Now, rand: rand.New(rand.NewSource(1))}
	agent := func(id string) plan.StoreRef {
		label := "agents/" + id + "/agent/auth-profiles.json"
		return plan.StoreRef{Kind: plan.AuthStore, Agent: id, Path: filepath.Join(state, filepath.FromSlash(label)), Label: label}
	}
	config := product + ".json"
	w.refs = []plan.StoreRef{
		agent("main"), agent("fresh"), agent("research"),
		{Kind: plan.ConfigStore, Path: filepath.Join(state, config), Label: config, AuthPath: []string{"auth"}},
		{Kind: plan.EnvStore, Path: filepath.Join(state, ".env"), Label: ".env"},
	}
	w.rules = plan.Rules{Generation: "json", LockForm: "file", MainAgent: "main"}
	if product == "clawdbot" {
		w.rules.LockForm = "dir"
	}
	auth := fixture(t, product, "auth-profiles.json")
	w.put(w.refs[0].Path, bytes.Replace(auth, []byte("{\n"), []byte("{\n  \"usageStats\": {\"openrouter:old\": {\"lastUsed\": 1}, \"anthropic:manual\": {\"errorCount\": 2}},\n"), 1))
	w.put(w.refs[2].Path, []byte(`{"version":1,"profiles":{"openrouter:old":{"type":"api_key","provider":"openrouter","key":"`+oldKey+`","note":"mine"}}}`+"\n"))
	w.put(w.refs[3].Path, fixture(t, product, "config.json"))
	w.put(w.refs[4].Path, []byte("# mine\nFOO=bar\n"))
	w.values = map[string]string{"KEY": newKey, "TOKEN": newToken, "ENVKEY": envKey, "OLD": oldKey}
	w.want = []wanted{
		{"agent/main", `gateway.gw.profile["anthropic:new"]`, plan.PutProfile{ID: "anthropic:new", Provider: "anthropic", Kind: schema.APIKey, Secret: use("KEY", "profile anthropic:new")}},
		{"agent/main", `gateway.gw.profile["anthropic:manual"]`, plan.PutProfile{ID: "anthropic:manual", Provider: "anthropic", Kind: schema.Token, Secret: use("TOKEN", "profile anthropic:manual"), KeepExpires: true}},
		{"agent/main", `gateway.gw.agent["main"].order["anthropic"]`, plan.SetOrder{Provider: "anthropic", IDs: []string{"anthropic:new", "anthropic:manual"}}},
		{"agent/fresh", `gateway.gw.agent["fresh"].profile["anthropic:own"]`, plan.PutProfile{ID: "anthropic:own", Provider: "anthropic", Kind: schema.APIKey, Secret: use("KEY", "profile anthropic:own")}},
		{"agent/research", `gateway.gw.agent["research"].profile["openrouter:old"]`, plan.PutProfile{ID: "openrouter:old", Provider: "openrouter", Kind: schema.APIKey, Secret: use("OLD", "profile openrouter:old")}},
		{"agent/research", `gateway.gw.agent["research"].profile["anthropic:r"]`, plan.PutProfile{ID: "anthropic:r", Provider: "anthropic", Kind: schema.APIKey, Secret: use("KEY", "profile anthropic:r")}},
		{"config", `gateway.gw.profile["anthropic:new"]`, plan.PutListing{ID: "anthropic:new", Provider: "anthropic", Mode: "api_key"}},
		{"env", `gateway.gw.provider["anthropic"].env["ANTHROPIC_API_KEY"]`, plan.SetVar{Name: "ANTHROPIC_API_KEY", Secret: ptr(use("ENVKEY", "env ANTHROPIC_API_KEY"))}},
	}
	w.gp = plan.GatewayPlan{Name: "gw", Product: product, StateDir: state, ConfigPath: w.refs[3].Path, Home: filepath.Dir(state), Rules: w.rules, Reload: schema.Reload{Mode: "live"}}
	w.reload = &fakeReload{}
	if databases != "" {
		w.toDatabases(databases)
	}
	return w
}

func ptr[T any](v T) *T { return &v }

func use(name, domain string) plan.SecretUse {
	return plan.SecretUse{Ref: schema.Ref{Source: "env", Args: []string{name}}, Domain: "gateway.gw " + domain}
}

func fixture(t testing.TB, product, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", product, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (w *world) put(path string, content []byte) {
	w.t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) content(path string) []byte {
	w.t.Helper()
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return b
}

func (w *world) ref(key string) plan.StoreRef {
	i := slices.IndexFunc(w.refs, func(r plan.StoreRef) bool { return r.Key() == key })
	return w.refs[i]
}

func (w *world) open(key string) gateway.Document {
	w.t.Helper()
	ref := w.ref(key)
	doc, err := gateway.OpenDocument(ref, w.rules, w.stored(ref))
	if err != nil {
		w.t.Fatalf("%s: %v", key, err)
	}
	return doc
}

func (w *world) get(u *plan.SecretUse) (secret.Value, error) {
	return secret.FromString(w.values[u.Ref.Args[0]]), nil
}

func (w *world) dataFile(name string) string { return filepath.Join(w.state, ".keyform", name) }

// ledger is the ledger as a plan sees it: settled by the live stores.
func (w *world) ledger() plan.Ledger {
	w.t.Helper()
	l, err := plan.DecodeLedger(w.content(w.dataFile(ledgerName)))
	if err != nil {
		w.t.Fatal(err)
	}
	if !l.HasPending() {
		return l
	}
	key, err := dataDir{Deps{Host: gateway.Host{FS: fsys.OS{}}}, w.dataFile("")}.hostKey()
	if err != nil {
		w.t.Fatal(err)
	}
	return l.Settle(func(label, store string) (plan.Items, bool) { return w.open(store).Items(label, key), true })
}

// plan is a small diff: it compares what is wanted with what is live by editing
// copies of the live stores.
func (w *world) plan() *plan.Plan {
	w.t.Helper()
	ledger := w.ledger()
	gp := w.gp
	gp.Running = w.running
	for _, ref := range w.refs {
		write := plan.StoreWrite{Store: ref, Exists: !w.stored(ref).Missing(), Before: w.open(ref.Key()).Items("gw", planKey)}
		for _, want := range w.want {
			if want.store == ref.Key() {
				w.compare(&gp, &write, ref, want, ledger)
			}
		}
		if len(write.Changes) > 0 {
			if ref.Kind == plan.EnvStore {
				for name := range write.Before {
					if !strings.Contains(name, "ANTHROPIC_API_KEY") {
						delete(write.Before, name)
					}
				}
			}
			gp.Writes = append(gp.Writes, write)
		}
	}
	return &plan.Plan{FormatVersion: plan.FormatVersion, Keyform: "0.1.0", Owner: "default", Gateways: []plan.GatewayPlan{gp}}
}

func (w *world) compare(gp *plan.GatewayPlan, write *plan.StoreWrite, ref plan.StoreRef, want wanted, ledger plan.Ledger) {
	doc := w.open(ref.Key())
	before := doc.Items("gw", planKey)
	if err := doc.Do(want.op, w.get); err != nil {
		w.t.Fatal(err)
	}
	after := doc.Items("gw", planKey)
	addr, err := schema.ParseAddress(want.address)
	if err != nil {
		w.t.Fatal(err)
	}
	item := w.rules.Item(addr, ref.Key(), after)
	known := ledger.Find("default", want.address, ref.Key())
	if before[item] == after[item] {
		switch c := (plan.LedgerChange{Address: want.address, Store: ref.Key()}); {
		case known == nil && after[item] != "":
			c.Origin, c.Ref = plan.Adopted, &ref
			gp.Ledger = append(gp.Ledger, c)
		case known != nil && after[item] == "":
			gp.Ledger = append(gp.Ledger, c)
		}
		return
	}
	_, name, _ := strings.Cut(item, " ")
	c := plan.Change{Address: want.address, Name: name, Summary: item, Ops: plan.Ops{w.wantPrint(want.op)}}
	object := &plan.Object{Type: "profile"}
	switch {
	case after[item] == "":
		c.Action, c.Before = plan.Delete, object
	case before[item] == "":
		c.Action, c.After, c.Origin = plan.Create, object, plan.Created
	default:
		c.Action, c.Before, c.After, c.Origin = plan.Update, object, object, plan.Updated
		if known != nil && known.Origin == plan.Created {
			c.Origin = plan.Created
		}
	}
	write.Changes = append(write.Changes, c)
}

// wantPrint puts the fingerprints of the plan into an op.
func (w *world) wantPrint(op plan.Op) plan.Op {
	fill := func(u *plan.SecretUse) {
		u.Want = plan.Fingerprint(secret.FromString(w.values[u.Ref.Args[0]]).Fingerprint(planKey, u.Domain))
	}
	switch op := op.(type) {
	case plan.PutProfile:
		fill(&op.Secret)
		return op
	case plan.SetVar:
		s := *op.Secret
		fill(&s)
		op.Secret = &s
		return op
	}
	return op
}

// Resolve makes the world a Resolver. A name without a value fails.
func (w *world) Resolve(_ context.Context, uses []plan.SecretUse) (secrets.Values, []source.Failure) {
	values := secrets.Values{}
	var failures []source.Failure
	for _, u := range uses {
		v, ok := w.values[u.Ref.Args[0]]
		if !ok {
			failures = append(failures, source.Failure{Ref: u.Ref, Kind: source.NotFound, Message: "There is no such variable.", Advice: "Set it."})
			continue
		}
		values[u.Ref.Key()] = secret.FromString(v)
	}
	return values, failures
}

func (w *world) deps() Deps {
	w.runs++
	return Deps{
		Host: gateway.Host{FS: w.fs, UID: os.Getuid()}, GOOS: "linux", Secrets: w, PlanKey: planKey,
		Now: w.now, Rand: w.rand, Sleep: quickSleep,
		Reload: w.reload, RunID: "run" + string(rune('a'+w.runs%26)) + string(rune('a'+w.runs/26%26)) + string(rune('a'+w.runs/676)),
		User: "u", Hostname: "h", Command: "keyform apply",
	}
}

// quickSleep does not pause, save for what is as long as the refreshing of a lock:
// that never comes.
func quickSleep(ctx context.Context, d time.Duration) error {
	if d > time.Second {
		<-ctx.Done()
	}
	return ctx.Err()
}
