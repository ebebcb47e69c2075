package plan

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	addrA = `gateway.gw.profile["anthropic:a"]`
	addrB = `gateway.gw.profile["anthropic:b"]`
	addrC = `gateway.gw.profile["anthropic:c"]`
	main  = "agent/main"
)

func TestSettleDecidesByTheLiveStore(t *testing.T) {
	pending := func(addr, item string, origin Origin, value Fingerprint, p Pending) Record {
		return Record{Owner: "o", Address: addr, Store: main, Item: item, Origin: origin, Value: value, Pending: &p}
	}
	create := pending(addrA, "profile a", "", "", Pending{Run: "r", Origin: Created, Value: "new"})
	update := pending(addrB, "profile b", Adopted, "old", Pending{Run: "r", Origin: Updated, Value: "new"})
	remove := pending(addrC, "profile c", Created, "old", Pending{Run: "r"})
	settled := func(r Record, origin Origin, value Fingerprint) Record {
		r.Origin, r.Value, r.Pending = origin, value, nil
		return r
	}
	tests := []struct {
		name string
		live Items
		want []Record
	}{
		{"nothing was written", Items{"profile b": "old", "profile c": "old"},
			[]Record{settled(update, Adopted, "old"), settled(remove, Created, "old")}},
		{"all was written", Items{"profile a": "new", "profile b": "new"},
			[]Record{settled(create, Created, "new"), settled(update, Updated, "new"), settled(remove, Created, "old")}},
		{"written, then changed by somebody else", Items{"profile a": "else", "profile b": "else", "profile c": "else"},
			[]Record{settled(update, Adopted, "old"), settled(remove, Created, "old")}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := Ledger{Records: []Record{create, update, remove}}
			got := l.Settle(func(gateway, store string) (Items, bool) { return tt.live, gateway == "gw" && store == main })
			if diff := cmp.Diff(tt.want, got.Records); diff != "" {
				t.Error(diff)
			}
			if l.Records[0].Pending == nil {
				t.Error("Settle changed its receiver")
			}
		})
	}
}

func TestSettleLeavesUnknownStoresPending(t *testing.T) {
	l := Ledger{Records: []Record{
		{Owner: "o", Address: addrA, Store: "config", Item: "listing a", Pending: &Pending{Run: "r", Origin: Created, Value: "new"}},
		{Owner: "o", Address: addrB, Store: main, Item: "profile b", Origin: Created, Value: "v"},
	}}
	got := l.Settle(func(string, string) (Items, bool) { return nil, false })
	if diff := cmp.Diff(l, got); diff != "" {
		t.Error(diff)
	}
}

func TestFindAndForeign(t *testing.T) {
	var records []Record
	for _, owner := range []string{"x", "a", "m"} {
		for i := range 5 {
			records = append(records, Record{Owner: owner, Address: fmt.Sprintf("addr%s%d", owner, i), Store: main, Origin: Created})
		}
	}
	l := Ledger{}.With(records...)
	if r := l.Find("m", "addrm3", main); r == nil || r.Address != "addrm3" {
		t.Errorf("Find = %v", r)
	}
	if r := l.Find("m", "addrm3", "config"); r != nil {
		t.Errorf("Find in another store = %v", r)
	}
	for _, owner := range []string{"a", "m", "x"} {
		if r := l.Foreign("other", "addr"+owner+"4"); r == nil || r.Owner != owner {
			t.Errorf("Foreign of %s = %v", owner, r)
		}
		if r := l.Foreign(owner, "addr"+owner+"4"); r != nil {
			t.Errorf("%s is foreign to itself: %v", owner, r)
		}
	}
	if r := (&Ledger{}).Foreign("a", "x"); r != nil {
		t.Errorf("Foreign in an empty ledger = %v", r)
	}
}

func TestWithReplacesAndRemoves(t *testing.T) {
	l := Ledger{}.With(
		Record{Owner: "o", Address: addrB, Store: main, Origin: Created, Value: "1"},
		Record{Owner: "other", Address: addrA, Store: main, Origin: Created, Value: "2"},
		Record{Owner: "o", Address: addrA, Store: main, Origin: Adopted, Value: "3"},
	)
	got := l.With(
		Record{Owner: "o", Address: addrA, Store: main},
		Record{Owner: "o", Address: addrB, Store: main, Origin: Updated, Value: "4"},
	)
	want := Ledger{Records: []Record{
		{Owner: "o", Address: addrB, Store: main, Origin: Updated, Value: "4"},
		{Owner: "other", Address: addrA, Store: main, Origin: Created, Value: "2"},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if len(l.Records) != 3 {
		t.Error("With changed its receiver")
	}
}

func TestWrittenGivesImages(t *testing.T) {
	l := Ledger{}.With(
		Record{Owner: "o", Address: addrA, Store: main, Item: "profile a", Origin: Created, Value: "1"},
		Record{Owner: "o", Address: addrA, Store: "config", Item: "listing a", Origin: Created, Value: "2"},
		Record{Owner: "o", Address: addrB, Store: main, Item: "profile b", Origin: Adopted},
	)
	want := map[string]Items{main: {"profile a": "1"}, "config": {"listing a": "2"}}
	if diff := cmp.Diff(want, l.Written()); diff != "" {
		t.Error(diff)
	}
}

func TestLedgerRoundTrip(t *testing.T) {
	l := Ledger{}.With(
		Record{Owner: "o", Address: addrA, Store: main, Item: "profile a", Origin: Created, Value: "1"},
		Record{Owner: "o", Address: addrB, Store: main, Item: "profile b", Pending: &Pending{Run: "r", Origin: Created, Value: "2"}},
	)
	for _, l := range []Ledger{{}, l} {
		b, err := EncodeLedger(l)
		if err != nil {
			t.Fatal(err)
		}
		got, err := DecodeLedger(b)
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Records) == 0 {
			got.Records = nil
		}
		if diff := cmp.Diff(l, got); diff != "" {
			t.Error(diff)
		}
	}
	if got, err := DecodeLedger(nil); err != nil || got.Records != nil {
		t.Errorf("no file: %v, %v", got, err)
	}
}

func TestDecodeLedgerRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"cut":               `{"format_version":"1.0","records":[{"owner":"o`,
		"something else":    `[1,2]`,
		"trailing":          `{"format_version":"1.0","records":[]} x`,
		"newer":             `{"format_version":"2.0","records":[]}`,
		"no version":        `{"records":[]}`,
		"record of nowhere": `{"format_version":"1.0","records":[{"owner":"sk-FAKE","address":"a","origin":"created"}]}`,
	} {
		_, err := DecodeLedger([]byte(text))
		if err == nil {
			t.Errorf("%s: no error", name)
		} else if strings.Contains(err.Error(), "sk-FAKE") {
			t.Errorf("%s: the error quotes the file: %v", name, err)
		}
	}
}

func FuzzDecodeLedger(f *testing.F) {
	f.Add([]byte(`{"format_version":"1.0","records":[{"owner":"o","address":"a","store":"config","item":"listing a","origin":"created","value":"00"}]}`))
	f.Add([]byte(`{"format_version":"1.0","records":[{"owner":"o","address":"a","store":"env","item":"x","pending":{"run":"r"}}]}`))
	f.Add([]byte(``))
	f.Add([]byte(`{"format_version":"1.9"`))
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := DecodeLedger(b)
		if err != nil {
			return
		}
		again, err := EncodeLedger(l)
		if err != nil {
			t.Fatal(err)
		}
		back, err := DecodeLedger(again)
		if err != nil {
			t.Fatalf("cannot read back what was written: %v", err)
		}
		twice, err := EncodeLedger(back)
		if err != nil || string(twice) != string(again) {
			t.Fatalf("encoding is not stable: %v", err)
		}
	})
}
