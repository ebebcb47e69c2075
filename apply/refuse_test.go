package apply

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/fsys"
	"github.com/keyform/keyform/providers/lock"
	"github.com/keyform/keyform/schema"
)

// mustFail applies p, wants an error of type E, and wants the stores as they were.
func mustFail[E error](t *testing.T, w *world, p *plan.Plan, d Deps) E {
	t.Helper()
	old := contents(w)
	rep, err := Run(t.Context(), p, d)
	var want E
	if !errors.As(err, &want) {
		t.Fatalf("the error is %T (%v), want %T", err, err, want)
	}
	var partial *PartialError
	if errors.As(err, &partial) || rep.written() != 0 {
		t.Errorf("something counts as written: %v, %+v", err, rep)
	}
	if diff := cmp.Diff(old, contents(w)); diff != "" {
		t.Errorf("stores changed:\n%s", diff)
	}
	w.mustBeClean(fmt.Sprint(err))
	return want
}

func TestStalePlanNamesWhatMoved(t *testing.T) {
	tests := []struct {
		name, store, from, to string
		want                  []string
	}{
		{"credential", "agent/main", `"token": "sk-`, `"token": "sx-`, []string{"profile anthropic:manual changed"}},
		{"order", "agent/main", `"order"`, `"disorder"`, []string{"order anthropic is gone"}},
		{"new profile", "agent/research", `"profiles":{`, `"profiles":{"a:b":{"type":"api_key","provider":"a","key":"k"},`, []string{"profile a:b is new"}},
		{"listing", "config", `"anthropic:manual"`, `"anthropic:other"`, []string{"listing anthropic:manual is gone", "listing anthropic:other is new"}},
		{"variable", "env", "# mine\n", "ANTHROPIC_API_KEY=x\n", []string{"variable ANTHROPIC_API_KEY is new"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, "openclaw")
			p := w.plan()
			ref := w.ref(tt.store)
			w.put(ref.Path, []byte(strings.Replace(string(w.content(ref.Path)), tt.from, tt.to, 1)))
			err := mustFail[*StaleError](t, w, p, w.deps())
			var got []string
			for _, m := range err.Moved {
				if m.Gateway != "gw" || m.Store != ref.Label {
					t.Errorf("it names %s of %s", m.Store, m.Gateway)
				}
				got = append(got, m.What)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestUsageAndOtherVariablesDoNotMakeStale(t *testing.T) {
	w := newWorld(t, "openclaw")
	p := w.plan()
	main, env := w.ref("agent/main").Path, w.ref("env").Path
	w.put(main, []byte(strings.Replace(string(w.content(main)), `"lastUsed": 1`, `"lastUsed": 2`, 1)))
	w.put(env, append(w.content(env), "OTHER=1\n"...))
	if _, err := Run(t.Context(), p, w.deps()); err != nil {
		t.Fatal(err)
	}
	w.mustBeSynced()
	if !strings.Contains(string(w.content(main)), `"lastUsed": 2`) || !strings.Contains(string(w.content(env)), "OTHER=1\n") {
		t.Error("what changed after the plan was made is lost")
	}
}

func TestRotatedSecretIsStale(t *testing.T) {
	w := newWorld(t, "openclaw")
	p := w.plan()
	w.values["TOKEN"] = "sk-ant-oat01-TOKtokrotated"
	err := mustFail[*StaleError](t, w, p, w.deps())
	if len(err.Moved) != 1 || err.Moved[0].Address != `gateway.gw.profile["anthropic:manual"]` || !strings.Contains(err.Moved[0].What, `env("TOKEN")`) {
		t.Errorf("it names %+v", err.Moved)
	}
}

func TestSecretsFailTogether(t *testing.T) {
	w := newWorld(t, "openclaw")
	p := w.plan()
	delete(w.values, "TOKEN")
	w.values["ENVKEY"] = ""
	for i := range p.Gateways[0].Writes[0].Changes {
		c := &p.Gateways[0].Writes[0].Changes[i]
		if op, ok := c.Ops[0].(plan.PutProfile); ok && op.ID == "anthropic:new" {
			op.Secret.Via, op.Secret.Pattern = "anthropic", "^sk-or-"
			c.Ops[0] = op
		}
	}
	err := mustFail[*SecretsError](t, w, p, w.deps())
	if len(err.Failures) != 3 {
		t.Fatalf("%d failures, want 3: %v", len(err.Failures), err)
	}
	for _, want := range []string{`env("TOKEN")`, `env("ENVKEY")`, `env("KEY")`, "secret.anthropic does not match its pattern",
		`gateway.gw.profile["anthropic:manual"]`, `gateway.gw.agent["research"].profile["anthropic:r"]`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in: %v", want, err)
		}
	}
}

func TestRunLockNamesHolderAndAge(t *testing.T) {
	w := newWorld(t, "openclaw")
	p := w.plan()
	d := w.deps()
	dir := dataDir{d, w.dataFile("")}
	if err := dir.make(); err != nil {
		t.Fatal(err)
	}
	guard, err := fsys.OS{}.Flock(dir.file(lockName))
	if err != nil {
		t.Fatal(err)
	}
	other := dir
	other.d.RunID, other.d.PID, other.d.Now = "beef", 4711, func() time.Time { return time.Now().Add(-90 * time.Second) }
	if err := other.writeHolder(); err != nil {
		t.Fatal(err)
	}
	var waits []string
	now := time.Now()
	d.LockTimeout = time.Minute
	d.Now = func() time.Time { now = now.Add(time.Second); return now }
	d.Progress = func(e Event) { waits = append(waits, string(e.Kind)) }
	_, err = Run(t.Context(), p, d)
	var locked *LockedError
	if !errors.As(err, &locked) {
		t.Fatalf("the error is %v", err)
	}
	if locked.PID != 4711 || locked.Age < 90*time.Second || !strings.Contains(err.Error(), "keyform run beef (pid 4711") || !strings.Contains(err.Error(), "for 2m") {
		t.Errorf("it says: %v", err)
	}
	if diff := cmp.Diff([]string{string(SecretsStarted), string(SecretsDone), string(LockWaiting)}, waits); diff != "" {
		t.Error(diff)
	}
	if err := errors.Join(guard.Close(), os.Remove(dir.file(holderName))); err != nil {
		t.Fatal(err)
	}
	if _, err := Run(t.Context(), p, w.deps()); err != nil {
		t.Errorf("after the lock was given back: %v", err)
	}
}

func TestStoreLockNamesHolderAndAge(t *testing.T) {
	for product, form := range map[string]lock.Form{"clawdbot": lock.Dir, "openclaw": lock.File} {
		t.Run(product, func(t *testing.T) {
			w := newWorld(t, product)
			p := w.plan()
			path, err := lock.Path(w.fs, form, w.ref("agent/main").Path)
			if err != nil {
				t.Fatal(err)
			}
			if form == lock.Dir {
				err = os.Mkdir(path, 0o700)
			} else {
				err = os.WriteFile(path, fmt.Appendf(nil, `{"pid":%d,"createdAt":%q}`, os.Getpid(), time.Now().UTC().Format(time.RFC3339)), 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
			then := time.Now().Add(-7 * time.Second)
			if err := os.Chtimes(path, then, then); err != nil {
				t.Fatal(err)
			}
			_, err = Run(t.Context(), p, w.deps())
			var locked *LockedError
			if !errors.As(err, &locked) {
				t.Fatalf("the error is %v", err)
			}
			if !strings.Contains(err.Error(), "agents/main/agent/auth-profiles.json of gateway \"gw\" is locked by") || locked.Path != path || locked.Age <= 0 {
				t.Errorf("it says: %v", err)
			}
			if form == lock.File && locked.PID != os.Getpid() {
				t.Errorf("it names process %d", locked.PID)
			}
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			w.mustApply()
			w.mustBeSynced()
			w.mustBeClean(fmt.Sprint(locked))
		})
	}
}

func TestRefusals(t *testing.T) {
	tests := []struct {
		name string
		set  func(w *world, p *plan.Plan, d *Deps)
		want string
	}{
		{"Windows", func(_ *world, _ *plan.Plan, d *Deps) { d.GOOS = "windows" }, "Windows"},
		{"clobbering gateway that is not told", func(_ *world, p *plan.Plan, _ *Deps) {
			g := &p.Gateways[0]
			g.Running, g.Rules.Clobbers, g.Rules.ReloadMethod, g.Reload = true, true, "secrets.reload", schema.Reload{Mode: "none"}
		}, `reload = "none"`},
		{"clobbering gateway without a method", func(_ *world, p *plan.Plan, _ *Deps) {
			p.Gateways[0].Running, p.Gateways[0].Rules.Clobbers = true, true
		}, "no call"},
		{"gateway that started since the plan", func(_ *world, p *plan.Plan, d *Deps) {
			p.Gateways[0].Rules.Clobbers, p.Gateways[0].Reload.Mode = true, "none"
			d.Running = func(context.Context, *plan.GatewayPlan) (bool, error) { return true, nil }
		}, `reload = "none"`},
		{"restart without a unit", func(_ *world, p *plan.Plan, _ *Deps) {
			p.Gateways[0].Running, p.Gateways[0].Reload.Mode = true, "restart"
		}, "no service unit"},
		{"empty command", func(_ *world, p *plan.Plan, _ *Deps) { p.Gateways[0].Reload.Mode = "command" }, "empty"},
		{"another release", func(_ *world, p *plan.Plan, _ *Deps) { p.Gateways[0].VersionConflict = "a is not b" }, "a is not b"},
		{"op that does not do what the change says", func(_ *world, p *plan.Plan, _ *Deps) {
			w := &p.Gateways[0].Writes[0]
			for i := range w.Changes {
				if w.Changes[i].Action == plan.Create {
					w.Changes[i].Ops = nil
				}
			}
		}, "damaged"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, "openclaw")
			p, d := w.plan(), w.deps()
			tt.set(w, p, &d)
			err := mustFail[*RefusedError](t, w, p, d)
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%q is not in: %v", tt.want, err)
			}
		})
	}
}

func TestBrokenStoresAreRefused(t *testing.T) {
	for name, content := range map[string]string{"cut": `{"version":1,"profiles":{"a:b":{"type":"api_key","key":"` + oldKey, "emptied": ""} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "openclaw")
			p := w.plan()
			path := w.ref("agent/research").Path
			w.put(path, []byte(content))
			rep, err := Run(t.Context(), p, w.deps())
			if err == nil || rep.written() != 0 || !strings.Contains(err.Error(), "agents/research/agent/auth-profiles.json") {
				t.Errorf("the error is %v", err)
			}
			if string(w.content(path)) != content {
				t.Error("the store was changed")
			}
			w.mustBeClean(fmt.Sprint(err))
		})
	}
}

func TestTornStoreIsReadAgain(t *testing.T) {
	w := newWorld(t, "openclaw")
	p := w.plan()
	path := w.ref("agent/main").Path
	whole := w.content(path)
	w.put(path, nil)
	d := w.deps()
	d.Sleep = func(context.Context, time.Duration) error {
		w.put(path, whole)
		return nil
	}
	if _, err := Run(t.Context(), p, d); err != nil {
		t.Fatal(err)
	}
	w.mustBeSynced()
}

func TestLinkedStoreStaysALink(t *testing.T) {
	w := newWorld(t, "openclaw")
	path := w.ref("agent/main").Path
	real := filepath.Join(w.state, "real.json")
	if err := errors.Join(os.Rename(path, real), os.Symlink(real, path)); err != nil {
		t.Fatal(err)
	}
	w.mustApply()
	if to, err := os.Readlink(path); err != nil || to != real {
		t.Errorf("the link became %q, %v", to, err)
	}
	w.mustBeSynced()
}
