package apply

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/fsys"
	"github.com/keyform/keyform/providers/reload"
	"github.com/keyform/keyform/schema"
)

func TestWaysOfTelling(t *testing.T) {
	tests := []struct {
		name    string
		reload  schema.Reload
		running bool
		method  string
		want    []string
	}{
		{"live", schema.Reload{Mode: "live"}, true, "secrets.reload", []string{"rpc secrets.reload"}},
		{"live, not running", schema.Reload{Mode: "live"}, false, "secrets.reload", nil},
		{"live, a release that reads at every use", schema.Reload{Mode: "live"}, true, "", nil},
		{"restart", schema.Reload{Mode: "restart"}, true, "", []string{"restart gw.service"}},
		{"restart, not running", schema.Reload{Mode: "restart"}, false, "", nil},
		{"command", schema.Reload{Mode: "command", Argv: []string{"tell", "it"}}, false, "", []string{"command tell it"}},
		{"none", schema.Reload{Mode: "none"}, true, "secrets.reload", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, "openclaw")
			w.running, w.gp.Reload, w.gp.Unit, w.gp.Rules.ReloadMethod = tt.running, tt.reload, "gw.service", tt.method
			rep := w.mustApply()
			if diff := cmp.Diff(tt.want, w.reload.calls); diff != "" {
				t.Error(diff)
			}
			if r := rep.Gateways[0].Reload; (r != nil) != (tt.want != nil) || r != nil && r.State != "done" {
				t.Errorf("the report has %+v", r)
			}
			w.mustBeSynced()
		})
	}
}

func TestVariablesAloneNeedNoCall(t *testing.T) {
	w := newWorld(t, "openclaw")
	w.running, w.gp.Rules.ReloadMethod = true, "secrets.reload"
	w.want = w.want[7:]
	w.mustApply()
	if len(w.reload.calls) != 0 {
		t.Errorf("called %v, which does not read .env", w.reload.calls)
	}
}

func TestFailedReloadIsPartial(t *testing.T) {
	w := newWorld(t, "openclaw")
	w.running, w.gp.Rules.ReloadMethod = true, "secrets.reload"
	w.reload.each = func(int) error {
		return &reload.Error{Kind: reload.Unauthorized, What: "secrets.reload", Where: "ws://127.0.0.1:1"}
	}
	rep, err := Run(t.Context(), w.plan(), w.deps())
	var partial *PartialError
	var failed *ReloadError
	if !errors.As(err, &partial) || !errors.As(err, &failed) {
		t.Fatalf("the error is %v", err)
	}
	for _, s := range rep.Gateways[0].Stores {
		if s.State != Verified {
			t.Errorf("%s is %s", s.Store, s.State)
		}
	}
	if r := rep.Gateways[0].Reload; r == nil || r.State != "failed" {
		t.Errorf("the report has %+v", r)
	}
	w.mustBeClean(fmt.Sprint(err))
	w.reload.each = nil
	w.mustApply()
	w.mustBeSynced()
}

func TestUnresolvedReferencesAreNoted(t *testing.T) {
	w := newWorld(t, "openclaw")
	w.running, w.gp.Rules.ReloadMethod, w.reload.unresolved = true, "secrets.reload", 2
	rep := w.mustApply()
	if g := rep.Gateways[0]; g.Reload.State != "done" || !noted(g, "could not resolve references (2,") {
		t.Errorf("%+v, notes %q", g.Reload, g.Notes)
	}

	w = newWorld(t, "openclaw")
	w.running, w.gp.Rules.ReloadMethod = true, "secrets.reload"
	if g := w.mustApply().Gateways[0]; noted(g, "could not resolve") || !noted(g, ".env") {
		t.Errorf("notes %q of a gateway that resolved everything", g.Notes)
	}
}

func noted(g GatewayReport, words string) bool {
	return slices.ContainsFunc(g.Notes, func(note string) bool { return strings.Contains(note, words) })
}

// A gateway reads .env when it starts: what is new there waits, unless it is restarted.
func TestChangesOfEnvWait(t *testing.T) {
	for _, test := range []struct {
		running bool
		reload  schema.Reload
		want    bool
	}{
		{true, schema.Reload{Mode: "live"}, true},
		{true, schema.Reload{Mode: "none"}, true},
		{true, schema.Reload{Mode: "restart"}, false},
		{true, schema.Reload{Mode: "command", Argv: []string{"mine"}}, false},
		{false, schema.Reload{Mode: "live"}, false},
	} {
		w := newWorld(t, "openclaw")
		w.running, w.gp.Unit, w.gp.Reload = test.running, "openclaw-gateway.service", test.reload
		if g := w.mustApply().Gateways[0]; noted(g, "reads .env when it starts") != test.want {
			t.Errorf("%+v: notes %q", test, g.Notes)
		}
	}
}

// So does a change of auth in the configuration, where gateway.reload.mode says that the
// gateway does not look there again.
func TestChangesOfAnIdleConfigurationWait(t *testing.T) {
	for _, test := range []struct {
		running, idle bool
		mode          string
		want          bool
	}{{true, true, "live", true}, {true, false, "live", false}, {true, true, "restart", false}, {false, true, "live", false}} {
		w := newWorld(t, "openclaw")
		w.running, w.gp.ConfigIdle, w.gp.Unit, w.gp.Reload = test.running, test.idle, "openclaw-gateway.service", schema.Reload{Mode: test.mode}
		p := w.plan()
		for _, write := range p.Gateways[0].Writes {
			if write.Store.Kind == plan.ConfigStore {
				write.Changes[0].After = &plan.Object{Type: "listing"}
			}
		}
		rep, err := Run(t.Context(), p, w.deps())
		if err != nil {
			t.Fatal(err)
		}
		if g := rep.Gateways[0]; noted(g, "gateway.reload.mode") != test.want {
			t.Errorf("%+v: notes %q", test, g.Notes)
		}
	}
}

// A gateway that has just got a new entry in secrets.providers is asked again until it has
// seen that, and not for ever.
func TestNewProvidersAreWaitedFor(t *testing.T) {
	write := plan.StoreWrite{Changes: []plan.Change{{Ops: plan.Ops{plan.PutSecretProvider{Name: "keyform-file-1", Source: "file"}}}}}
	unknown := &reload.Error{Kind: reload.Failed, What: "secrets.reload", Detail: "provider not configured"}
	for _, test := range []struct {
		name   string
		writes []plan.StoreWrite
		fails  int
		calls  int
		failed bool
	}{
		{"at once", []plan.StoreWrite{write}, 0, 1, false},
		{"seen later", []plan.StoreWrite{write}, 3, 4, false},
		{"never", []plan.StoreWrite{write}, 1 << 20, 21, true},
		{"no entry", nil, 3, 1, true},
	} {
		f := &fakeReload{each: func(call int) error {
			if call <= test.fails {
				return unknown
			}
			return nil
		}}
		now := time.Now()
		g := &gatewayRun{plan: &plan.GatewayPlan{Writes: test.writes}, report: &GatewayReport{}, deps: Deps{
			Reload: f, Now: func() time.Time { return now },
			Sleep: func(_ context.Context, d time.Duration) error { now = now.Add(d); return nil },
		}}
		if _, err := g.call(t.Context(), "rpc", "secrets.reload"); (err != nil) != test.failed || len(f.calls) != test.calls {
			t.Errorf("%s: %d calls, %v", test.name, len(f.calls), err)
		}
	}
}

func TestRestartingGatewayIsWaitedFor(t *testing.T) {
	w := newWorld(t, "openclaw")
	w.running, w.gp.Rules.ReloadMethod = true, "secrets.reload"
	away := &reload.Error{Kind: reload.NotRunning, What: "secrets.reload", Where: "ws://127.0.0.1:1"}
	w.reload.each = func(call int) error {
		if call < 4 {
			return away
		}
		return nil
	}
	rep := w.mustApply()
	if len(w.reload.calls) != 4 || rep.Gateways[0].Reload.State != "done" {
		t.Errorf("%d calls, %+v", len(w.reload.calls), rep.Gateways[0].Reload)
	}

	w = newWorld(t, "openclaw")
	w.running, w.gp.Rules.ReloadMethod = true, "secrets.reload"
	w.reload.each = func(int) error { return away }
	now := time.Now()
	d := w.deps()
	d.Now = func() time.Time { return now }
	d.Sleep = func(ctx context.Context, d time.Duration) error {
		now = now.Add(min(d, time.Second))
		return quickSleep(ctx, d)
	}
	asked := 0
	d.Running = func(context.Context, *plan.GatewayPlan) (bool, error) { asked++; return asked < 3, nil }
	rep, err := Run(t.Context(), w.plan(), d)
	if err != nil || rep.Gateways[0].Reload.State != "not_running" {
		t.Errorf("a gateway that ended: %v, %+v", err, rep.Gateways[0].Reload)
	}
}

// A gateway that restarts on a busy machine was away for 55 s. Waiting is told, and ends.
func TestWaitingForAGatewayIsToldAndEnds(t *testing.T) {
	away := &reload.Error{Kind: reload.NotRunning, What: "secrets.reload", Where: "ws://127.0.0.1:1"}
	for _, tt := range []struct {
		back time.Duration
		news int
		fail bool
	}{{5 * time.Second, 0, false}, {100 * time.Second, 9, false}, {200 * time.Second, 11, true}} {
		w := newWorld(t, "openclaw")
		w.running, w.gp.Rules.ReloadMethod = true, "secrets.reload"
		start := time.Now()
		now := start
		var told []Event
		d := w.deps()
		d.Now = func() time.Time { return now }
		d.Sleep = func(ctx context.Context, d time.Duration) error {
			if d == reloadPause {
				now = now.Add(d)
			}
			return quickSleep(ctx, d)
		}
		d.Running = func(context.Context, *plan.GatewayPlan) (bool, error) { return true, nil }
		d.Progress = func(e Event) {
			if e.Kind == ReloadWaiting {
				told = append(told, e)
			}
		}
		w.reload.each = func(int) error {
			if now.Sub(start) >= tt.back {
				return nil
			}
			return away
		}
		rep, err := Run(t.Context(), w.plan(), d)
		var failed *ReloadError
		if errors.As(err, &failed) != tt.fail || len(told) != tt.news {
			t.Errorf("back after %v: %v; told %d times, want %d", tt.back, err, len(told), tt.news)
		}
		if len(told) > 0 && told[0].Detail != "10s now, 2m0s at most" {
			t.Errorf("told %q", told[0].Detail)
		}
		if r := rep.Gateways[0].Reload; tt.fail && (r.State != "failed" || r.Milliseconds != reloadWait.Milliseconds()) {
			t.Errorf("%+v", r)
		}
	}
}

func TestInterruptFinishesWhatIsBeingWritten(t *testing.T) {
	for _, at := range []EventKind{SecretsDone, StoreStarted, StoreWritten, StoreVerified, ReloadStarted} {
		t.Run(string(at), func(t *testing.T) {
			w := newWorld(t, "openclaw")
			w.running, w.gp.Rules.ReloadMethod = true, "secrets.reload"
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			d := w.deps()
			d.Progress = func(e Event) {
				if e.Kind == at {
					cancel()
				}
			}
			w.reload.each = func(int) error { return ctx.Err() }
			rep, err := Run(ctx, w.plan(), d)
			var stop *InterruptedError
			if !errors.As(err, &stop) || stop.Written != (at != SecretsDone && at != StoreStarted) {
				t.Fatalf("the error is %#v", err)
			}
			for i, s := range rep.Gateways[0].Stores {
				want := NotStarted
				switch {
				case at == ReloadStarted, i == 0 && stop.Written:
					want = Verified
				case i == 0 && at == StoreStarted:
					want = Failed
				}
				if s.State != want {
					t.Errorf("%s is %s, want %s", s.Store, s.State, want)
				}
			}
			scenarios()[0].checkOrigins(w, false)
			w.mustBeClean(fmt.Sprint(err))
			w.reload.each = nil
			if rep := w.mustApply(); rep.Gateways[0].Recovered != "" {
				t.Error("an interrupted run left something to clear up")
			}
			w.mustBeSynced()
		})
	}
}

// meddler changes a file right before it is replaced.
type meddler struct {
	fsys.OS
	path string
	do   func()
}

func (m *meddler) Create(name string, perm fs.FileMode) (fsys.File, error) {
	if do := m.do; do != nil && filepath.Dir(name) == filepath.Dir(m.path) && strings.HasPrefix(filepath.Base(name), "."+filepath.Base(m.path)) {
		m.do = nil
		do()
	}
	return m.OS.Create(name, perm)
}

func TestStoreThatMovesDuringTheWriteIsReadAgain(t *testing.T) {
	for _, key := range []string{"config", "env", "agent/main"} {
		t.Run(key, func(t *testing.T) {
			w := newWorld(t, "openclaw")
			p := w.plan()
			path := w.ref(key).Path
			meddle := func(from, to string) func() {
				return func() { w.put(path, []byte(strings.Replace(string(w.content(path)), from, to, 1))) }
			}
			harmless := map[string][2]string{
				"config": {`"raw"`, `"cooked"`}, "env": {"FOO=bar", "FOO=moved"}, "agent/main": {`"lastUsed": 1`, `"lastUsed": 3`},
			}[key]
			w.fs = &meddler{path: path, do: meddle(harmless[0], harmless[1])}
			rep, err := Run(t.Context(), p, w.deps())
			if err != nil {
				t.Fatal(err)
			}
			w.mustBeSynced()
			if !strings.Contains(string(w.content(path)), harmless[1]) {
				t.Error("what somebody wrote meanwhile is lost")
			}
			if !strings.Contains(string(w.content(w.dataFile(backupName(rep.Run, key)))), harmless[1]) {
				t.Error("the backup is not what was replaced")
			}

			w = newWorld(t, "openclaw")
			p = w.plan()
			path = w.ref(key).Path
			harmful := map[string][2]string{
				"config": {`"anthropic:manual"`, `"anthropic:gone"`}, "env": {"FOO", "ANTHROPIC_API_KEY"}, "agent/main": {`"order"`, `"gone"`},
			}[key]
			w.fs = &meddler{path: path, do: meddle(harmful[0], harmful[1])}
			_, err = Run(t.Context(), p, w.deps())
			var stale *StaleError
			if !errors.As(err, &stale) {
				t.Errorf("the error is %v", err)
			}
			w.mustBeClean(fmt.Sprint(err))
		})
	}
}
