package apply

import (
	"context"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/keyform/keyform/plan"
)

// mustApply plans, applies, and fails the test on an error.
func (w *world) mustApply() *Report {
	w.t.Helper()
	rep, err := Run(w.t.Context(), w.plan(), w.deps())
	if err != nil {
		w.t.Fatalf("apply: %v", err)
	}
	return rep
}

// mustBeSynced fails unless there is nothing to do any more.
func (w *world) mustBeSynced() {
	w.t.Helper()
	p := w.plan()
	if p.HasChanges() || len(p.Gateways[0].Ledger) > 0 {
		w.t.Errorf("the plan after it is not empty: %d changes, ledger %v", p.Counts().Total(), p.Gateways[0].Ledger)
	}
	if l, err := plan.DecodeLedger(w.content(w.dataFile(ledgerName))); err != nil || l.HasPending() {
		w.t.Errorf("ledger has pending records or %v", err)
	}
}

// mustBeClean fails if a lock or a temporary file is left, or a secret is where it
// should not be, or a mode is wrong.
func (w *world) mustBeClean(outputs ...string) {
	w.t.Helper()
	backups := w.dataFile(backupsName)
	err := filepath.WalkDir(w.state, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := e.Name()
		if strings.HasSuffix(name, ".lock") || strings.HasSuffix(name, ".tmp") || name == holderName {
			w.t.Errorf("%s is left over", path)
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		if want := map[bool]fs.FileMode{true: 0o700, false: 0o600}[e.IsDir()]; info.Mode().Perm() != want {
			w.t.Errorf("%s has mode %o, want %o", path, info.Mode().Perm(), want)
		}
		if !e.IsDir() && strings.HasPrefix(path, w.dataFile("")) && !strings.HasPrefix(path, backups) {
			outputs = append(outputs, string(w.content(path)))
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, out := range outputs {
		for _, s := range w.secrets() {
			if strings.Contains(out, s) {
				w.t.Errorf("a secret is in: %.80s…", out)
			}
		}
	}
}

// secrets are those of the test, whole and in their distinctive middle.
func (w *world) secrets() []string {
	return []string{newKey, newToken, envKey, oldKey, "NEWnew", "TOKtok", "ENVenv", "OLDold", "FAKEfake"}
}

// fakeReload is a gateway's RPC, service and command.
type fakeReload struct {
	calls []string
	// unresolved is what RPC gives.
	unresolved int
	// each is asked at every call; nil succeeds.
	each func(call int) error
}

func (f *fakeReload) call(what string) error {
	f.calls = append(f.calls, what)
	if f.each == nil {
		return nil
	}
	return f.each(len(f.calls))
}

func (f *fakeReload) RPC(_ context.Context, _ *plan.GatewayPlan, method string) (int, error) {
	return f.unresolved, f.call("rpc " + method)
}

func (f *fakeReload) Restart(_ context.Context, g *plan.GatewayPlan) error {
	return f.call("restart " + g.Unit)
}

func (f *fakeReload) Command(_ context.Context, _ *plan.GatewayPlan, argv []string) error {
	return f.call("command " + strings.Join(argv, " "))
}
