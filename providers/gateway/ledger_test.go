package gateway_test

import (
	"encoding/hex"
	"os"
	"testing"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/gateway"
	"github.com/keyform/keyform/schema/diag"
)

// keep puts a ledger with its key into a state directory.
func (s *sandbox) keep(stateDir string, records ...plan.Record) {
	s.t.Helper()
	raw, err := plan.EncodeLedger(plan.Ledger{}.With(records...))
	if err != nil {
		s.t.Fatal(err)
	}
	s.write(stateDir+"/.keyform/"+gateway.LedgerFile, string(raw))
	s.write(stateDir+"/.keyform/"+gateway.KeyFile, hex.EncodeToString(hostKey)+"\n")
}

// items are those of a store under the host's key.
func (s *sandbox) items(ref plan.StoreRef, name string) plan.Items {
	s.t.Helper()
	raw, err := os.ReadFile(s.path(name))
	if err != nil {
		s.t.Fatal(err)
	}
	doc, err := gateway.OpenDocument(ref, rulesOf(false), gateway.Content{Store: raw})
	if err != nil {
		s.t.Fatal(err)
	}
	return doc.Items("bot", hostKey)
}

const manual = `gateway.bot.profile["anthropic:manual"]`

// Applied tells what keyform wrote last from what came from outside since.
func TestApplied(t *testing.T) {
	s := newSandbox(t)
	s.copyHome("clawdbot-50", ".clawdbot")
	s.write(".clawdbot/.env", "A=FAKE\nB=FAKE\n")
	store := s.items(plan.StoreRef{Kind: plan.AuthStore}, ".clawdbot/agents/main/agent/auth-profiles.json")
	env := s.items(plan.StoreRef{Kind: plan.EnvStore}, ".clawdbot/.env")
	s.keep(".clawdbot",
		plan.Record{Owner: "default", Address: manual, Store: "agent/main", Item: "profile anthropic:manual", Origin: plan.Created, Value: store["profile anthropic:manual"]},
		plan.Record{Owner: "default", Address: `gateway.bot.provider["x"].env["A"]`, Store: "env", Item: "variable A", Origin: plan.Created, Value: env["variable A"]},
		plan.Record{Owner: "default", Address: `gateway.bot.provider["x"].env["B"]`, Store: "env", Item: "variable B", Origin: plan.Created, Value: env["variable A"]},
	)
	g := s.one(clawdbot())
	if !g.Stores[0].Profiles[0].Applied || !g.Env.Var("A").Applied || g.Env.Var("B").Applied || len(g.Ledger.Records) != 3 {
		t.Errorf("%+v %+v", g.Stores[0].Profiles[0], g.Env)
	}
	s.write(".clawdbot/agents/main/agent/auth-profiles.json", `{"profiles":{"anthropic:manual":{"type":"token","provider":"anthropic","token":"FAKE-from-outside"}}}`)
	if s.one(clawdbot()).Stores[0].Profiles[0].Applied {
		t.Error("a credential from outside counts as applied")
	}
}

// What a killed run left pending is decided by the store.
func TestPendingIsSettled(t *testing.T) {
	s := newSandbox(t)
	s.copyHome("clawdbot-50", ".clawdbot")
	store := s.items(plan.StoreRef{Kind: plan.AuthStore}, ".clawdbot/agents/main/agent/auth-profiles.json")
	done := plan.Record{
		Owner: "default", Address: manual, Store: "agent/main", Item: "profile anthropic:manual",
		Pending: &plan.Pending{Run: "1", Origin: plan.Created, Value: store["profile anthropic:manual"]},
	}
	undone := done
	undone.Address, undone.Item = `gateway.bot.profile["a:never"]`, "profile a:never"
	s.keep(".clawdbot", done, undone)
	got := s.one(clawdbot()).Ledger
	if len(got.Records) != 1 || got.Records[0].Address != manual || got.Records[0].Origin != plan.Created || got.HasPending() {
		t.Errorf("%+v", got)
	}
}

func TestLedgerProblems(t *testing.T) {
	s := newSandbox(t)
	s.copyHome("clawdbot-50", ".clawdbot")
	s.write(".clawdbot/.keyform/ledger.json", "{")
	_, diags := s.read(clawdbot())
	wantCode(t, diags, diag.Error, "KF0431", "~/.clawdbot/.keyform/ledger.json", "unmanaged")
	s.keep(".clawdbot")
	s.write(".clawdbot/.keyform/key", "short")
	_, diags = s.read(clawdbot())
	wantCode(t, diags, diag.Warning, "KF0432", "~/.clawdbot/.keyform/key")
}
