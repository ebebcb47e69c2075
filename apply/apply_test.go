package apply

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyform/keyform/plan"
)

func TestApplyConverges(t *testing.T) {
	for _, product := range []string{"clawdbot", "openclaw"} {
		t.Run(product, func(t *testing.T) {
			w := newWorld(t, product)
			old := map[string]string{}
			for _, ref := range w.refs {
				old[ref.Key()] = string(w.content(ref.Path))
			}
			rep := w.mustApply()
			w.mustBeSynced()
			for _, s := range rep.Gateways[0].Stores {
				if s.State != Verified {
					t.Errorf("%s is %s", s.Store, s.State)
				}
				backup := string(w.content(w.dataFile(backupName(rep.Run, s.Store))))
				if backup != old[s.Store] {
					t.Errorf("the backup of %s is not the old content", s.Store)
				}
			}
			for _, key := range []string{"agent/main", "agent/research", "config", "env"} {
				if old[key] == string(w.content(w.ref(key).Path)) {
					t.Errorf("%s was not written", key)
				}
			}
			main := string(w.content(w.ref("agent/main").Path))
			if !strings.Contains(main, `"openrouter:old"`) || strings.Contains(main, "errorCount") {
				t.Error("the usage of an unchanged profile has to stay, that of a changed one to go")
			}
			if env := string(w.content(w.ref("env").Path)); !strings.HasPrefix(env, "# mine\nFOO=bar\n") {
				t.Error("lines of .env that are not managed have changed")
			}
			text, err := json.Marshal(rep)
			if err != nil {
				t.Fatal(err)
			}
			w.mustBeClean(string(text))
		})
	}
}

func TestApplyRecordsOriginsAndImages(t *testing.T) {
	w := newWorld(t, "openclaw")
	foreign := plan.Record{Owner: "other", Address: `gateway.x.profile["a:b"]`, Store: "agent/main", Item: "profile a:b", Origin: plan.Created, Value: "f00d"}
	b, err := plan.EncodeLedger(plan.Ledger{}.With(foreign))
	if err != nil {
		t.Fatal(err)
	}
	w.put(w.dataFile(ledgerName), b)
	rep := w.mustApply()
	if rep.Gateways[0].Adopted != 1 {
		t.Errorf("%d adopted, want 1", rep.Gateways[0].Adopted)
	}
	l := w.ledger()
	got := map[string]plan.Origin{}
	key, err := dataDir{w.deps(), w.dataFile("")}.hostKey()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range l.Records {
		if r.Owner != "default" {
			continue
		}
		got[r.Store+" "+r.Item] = r.Origin
		if live := w.open(r.Store).Items("gw", key)[r.Item]; live == "" || live != r.Value {
			t.Errorf("%s %s: recorded image %q, live %q", r.Store, r.Item, r.Value, live)
		}
	}
	want := map[string]plan.Origin{
		"agent/main profile anthropic:new":      plan.Created,
		"agent/main profile anthropic:manual":   plan.Updated,
		"agent/main order anthropic":            plan.Updated,
		"agent/fresh profile anthropic:own":     plan.Created,
		"agent/research profile openrouter:old": plan.Adopted,
		"agent/research profile anthropic:r":    plan.Created,
		"config listing anthropic:new":          plan.Created,
		"env variable ANTHROPIC_API_KEY":        plan.Created,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if r := l.Find("other", foreign.Address, foreign.Store); r == nil || *r != foreign {
		t.Errorf("the record of another owner became %v", r)
	}
}

func TestDeletionRemovesTheRecord(t *testing.T) {
	w := newWorld(t, "openclaw")
	w.mustApply()
	w.want[0].op = plan.DropProfile{ID: "anthropic:new"}
	w.want[6].op = plan.DropListing{ID: "anthropic:new"}
	w.want[7].op = plan.DropVar{Name: "ANTHROPIC_API_KEY"}
	w.mustApply()
	w.mustBeSynced()
	l := w.ledger()
	for _, r := range l.Records {
		if r.Item == "profile anthropic:new" || r.Item == "listing anthropic:new" || r.Item == "variable ANTHROPIC_API_KEY" {
			t.Errorf("%s is still recorded", r.Item)
		}
	}
	if len(l.Records) != 5 {
		t.Errorf("%d records left, want 5", len(l.Records))
	}
	w.mustBeClean()
}

func TestPlanWithoutChangesOnlyRecords(t *testing.T) {
	w := newWorld(t, "openclaw")
	w.want = w.want[4:5]
	before := map[string]string{}
	for _, ref := range w.refs {
		before[ref.Path] = string(w.content(ref.Path))
	}
	rep := w.mustApply()
	if rep.Gateways[0].Adopted != 1 {
		t.Errorf("%d adopted, want 1", rep.Gateways[0].Adopted)
	}
	for path, content := range before {
		if string(w.content(path)) != content {
			t.Errorf("%s was written", path)
		}
	}
	for _, name := range []string{backupsName, journalName, holderName} {
		if w.content(w.dataFile(name)) != nil {
			t.Errorf("%s was made", name)
		}
	}
	w.mustBeSynced()
	w.mustBeClean()

	p := w.plan()
	p.Gateways[0].Ledger = []plan.LedgerChange{{Address: w.want[0].address, Store: w.want[0].store}}
	rep, err := Run(t.Context(), p, w.deps())
	if err != nil || rep.Gateways[0].Forgotten != 1 || len(w.ledger().Records) != 0 {
		t.Errorf("forgetting: %v, %d, %v", err, rep.Gateways[0].Forgotten, w.ledger())
	}
}

func TestNothingToDoTouchesNothing(t *testing.T) {
	w := newWorld(t, "openclaw")
	w.want = nil
	w.mustApply()
	if _, err := w.fs.Lstat(w.dataFile("")); err == nil {
		t.Error("a data directory was made for nothing")
	}
}

func TestJournalTellsTheRun(t *testing.T) {
	w := newWorld(t, "clawdbot")
	rep := w.mustApply()
	var got []string
	for _, e := range DecodeJournal(w.content(w.dataFile(journalName))) {
		if e.Run != rep.Run || e.Time.IsZero() {
			t.Errorf("entry without run or time: %+v", e)
		}
		got = append(got, strings.TrimSpace(string(e.Kind)+" "+e.Store+" "+e.State))
		if e.Kind == EntryStore {
			if (e.Lock != nil) != strings.HasPrefix(e.Store, "agent/") {
				t.Errorf("%s: lock %v", e.Store, e.Lock)
			}
			for _, c := range e.Changes {
				if c.Address == "" || c.Item == "" || c.After == "" || c.After == c.Before {
					t.Errorf("%s: change %+v", e.Store, c)
				}
			}
		}
	}
	want := []string{"begin",
		"store agent/main", "done agent/main", "store agent/fresh", "done agent/fresh",
		"store agent/research", "done agent/research", "store config", "done config", "store env", "done env", "end  done"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDecodeJournalLeavesTornLinesOut(t *testing.T) {
	text := "{\"run\":\"a\",\"event\":\"begin\"}\n{\"run\":\"a\",\"event\":\"sto\n\n{\"run\":\"b\",\"event\":\"end\"}\n{\"run\":\"b\""
	got := DecodeJournal([]byte(text))
	if len(got) != 2 || got[0].Kind != EntryBegin || got[1].Kind != EntryEnd {
		t.Errorf("got %+v", got)
	}
}

func FuzzDecodeJournal(f *testing.F) {
	f.Add([]byte("{\"run\":\"a\",\"event\":\"begin\",\"stores\":[{\"kind\":\"auth\",\"agent\":\"main\"}]}\n"))
	f.Add([]byte("{\"run\":\"a\",\"event\":\"store\",\"lock\":{\"path\":\"/x.lock\",\"form\":\"file\"}}\n{\"run"))
	f.Add([]byte("\n\n[]\nnull\n\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		entries := DecodeJournal(b)
		var again []byte
		for _, e := range entries {
			line, err := json.Marshal(e)
			if err != nil {
				t.Skip("a time that JSON cannot hold")
			}
			again = append(append(again, line...), '\n')
		}
		if back := DecodeJournal(append(again, "{\"run"...)); len(back) != len(entries) {
			t.Errorf("%d entries became %d", len(entries), len(back))
		}
	})
}
