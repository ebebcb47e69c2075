package jsondoc

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestErrorsLeaveTheDocument(t *testing.T) {
	const src = `{"a": [1], "b": {"c": 1}}`
	d := mustParse(t, src, true)
	deep := ArrayOf()
	for range maxDepth - 1 {
		deep = ArrayOf(deep)
	}
	var wrong *TypeError
	for name, err := range map[string]error{
		"set in an array":      d.Root().Get("a").Set("x", NullValue()),
		"append to an object":  d.Root().Append(NullValue()),
		"a path through a one": func() error { _, err := d.Root().Ensure("b", "c", "d"); return err }(),
	} {
		if !errors.As(err, &wrong) {
			t.Errorf("%s: %v, want a TypeError", name, err)
		}
	}
	if wrong == nil || !strings.Contains(d.Root().Append(NullValue()).Error(), "line 1, column 1: expected a JSON array, found a JSON object") {
		t.Error("the error does not say where and what")
	}
	var none *Node
	if err := none.Append(NullValue()); err.Error() != "expected a JSON array, found nothing" {
		t.Errorf("an element of nothing: %v", err)
	}
	if err := d.Root().Set("x", deep); !errors.Is(err, ErrDepth) {
		t.Errorf("too deep: %v", err)
	}
	for _, text := range []string{"", "x", "1 ", "1,2", "01", "--1", "\"1\""} {
		if err := d.Root().Set("a", ArrayOf(NumberText(text))); !errors.Is(err, ErrNumber) {
			t.Errorf("number %q: %v", text, err)
		}
	}
	if got := string(d.Bytes()); got != src {
		t.Errorf("an edit that failed changed the document: %s", got)
	}
}

func TestEqualValueIsNoEdit(t *testing.T) {
	const src = `{a: {y: 'x', /* kept */ x: [1, "\u0061"],}, n: null, t: true}`
	d := mustParse(t, src, false)
	for key, v := range map[string]Value{
		"a": ObjectOf(Member{"x", ArrayOf(IntOf(1), StringOf("a"))}, Member{"y", StringOf("x")}),
		"n": {}, "t": BoolOf(true),
	} {
		if err := d.Root().Set(key, v); err != nil {
			t.Fatal(err)
		}
	}
	if got := string(d.Bytes()); got != src {
		t.Errorf("got %s", got)
	}
}

// TestCopies copies values between documents of both kinds: the spelling stays
// where it can.
func TestCopies(t *testing.T) {
	from := mustParse(t, `{n: [0x1F, .5, +1, 5., -Infinity, NaN, 1e21, 0xffffffffffffffffffff, 1.50],`+
		` s: ['it\'s', "\u00e9\/", 'a\x41', "\ud800", 'tab	'], o: {a: 1, /* c */ a: 2}, z: null}`, false).Root()
	for _, c := range []struct{ dst, want string }{
		{`{"r": 0}`, `{"r": {"n": [31, 0.5, 1, 5, null, null, 1e21, 1.2089258196146292e+24, 1.50],` +
			` "s": ["it's", "\u00e9\/", "aA", "\ud800", "tab\t"], "o": {"a": 2}, "z": null}}`},
		{`{r: 0}`, `{r: {n: [0x1F, .5, +1, 5., -Infinity, NaN, 1e21, 0xffffffffffffffffffff, 1.50],` +
			` s: ['it\'s', "\u00e9\/", 'a\x41', "\ud800", "tab\t"], o: {a: 2}, z: null}}`},
	} {
		strict := strings.Contains(c.dst, `"`)
		d := mustParse(t, c.dst, strict)
		if err := d.Root().Set("r", from.Value()); err != nil {
			t.Fatal(err)
		}
		want := strings.ReplaceAll(strings.ReplaceAll(c.want, ": {", ": { "), "}", " }")
		want = strings.TrimSuffix(want, " }") + "}"
		if got := string(d.Bytes()); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		mustParse(t, string(d.Bytes()), strict)
	}
}

func TestWholeDocuments(t *testing.T) {
	order := ObjectOf(Member{"order", ObjectOf(Member{"a", StringsOf("x", "y")})})
	for _, c := range []struct{ src, want string }{
		{"{}", "{\n  \"order\": {\n    \"a\": [\n      \"x\",\n      \"y\"\n    ]\n  }\n}"},
		{"\ufeff// c\r\n{}\r\n", "\ufeff// c\r\n{\r\n  \"order\": {\r\n    \"a\": [\r\n      \"x\",\r\n      \"y\"\r\n    ]\r\n  }\r\n}\r\n"},
		{`{"v":1}`, `{"v":1,"order":{"a":["x","y"]}}`},
		{`{"v": 1}`, `{"v": 1, "order": { "a": ["x", "y"] }}`},
		{"{'v':1,}", `{'v':1,'order':{'a':['x','y']},}`},
		{"{\n\t\"v\": {\n\t\t\"w\": 1\n\t}\n}", "{\n\t\"v\": {\n\t\t\"w\": 1\n\t},\n\t\"order\": {\n\t\t\"a\": [\n\t\t\t\"x\",\n\t\t\t\"y\"\n\t\t]\n\t}\n}"},
		{"{ v: 1, // c\u2028}", "{ v: 1, // c\n  order: {\n    a: [\n      \"x\",\n      \"y\",\n    ],\n  },\u2028}"},
	} {
		d := mustParse(t, c.src, false)
		if err := d.Root().Set("order", order.members[0].Value); err != nil {
			t.Fatal(err)
		}
		if got := string(d.Bytes()); got != c.want {
			t.Errorf("%q:\ngot  %q\nwant %q", c.src, got, c.want)
		}
		mustParse(t, string(d.Bytes()), false)
	}
	d := mustParse(t, " 1 // c", false)
	if err := d.Root().Replace(order); err != nil {
		t.Fatal(err)
	}
	if got, want := string(d.Bytes()), " {\n   \"order\": {"; !strings.HasPrefix(got, want) || !strings.HasSuffix(got, "\n } // c") {
		t.Errorf("got %q", got)
	}
}

// TestLargeObject edits an object that has an index, with and without duplicates.
func TestLargeObject(t *testing.T) {
	for _, dups := range []bool{false, true} {
		var b strings.Builder
		b.WriteString(`{"k0": "first"`)
		for i := range 40 {
			fmt.Fprintf(&b, `, "k%d": %d`, i+1, i+1)
		}
		if dups {
			b.WriteString(`, "k0": "middle", "k0": "last"`)
		}
		root := mustParse(t, b.String()+"}", true).Root()
		if dups {
			if s, _ := root.Get("k0").Str(); s != "last" {
				t.Errorf("k0 = %q", s)
			}
			root.Get("k0").Remove()
			if s, _ := root.Get("k0").Str(); s != "middle" {
				t.Errorf("k0 without its last = %q", s)
			}
		}
		if err := root.Set("new", IntOf(1)); err != nil || root.Get("new").Raw() != "1" {
			t.Errorf("a new member is not found (%v)", err)
		}
		for _, key := range []string{"k0", "k7", "new"} {
			if !root.Delete(key) || root.Get(key) != nil || root.Delete(key) {
				t.Errorf("%s is still there", key)
			}
		}
		for key, m := range root.Members() {
			if key != "k9" {
				m.Remove()
			}
		}
		if got := string(root.doc.Bytes()); got != `{"k9": 9}` {
			t.Errorf("got %s", got)
		}
	}
}

func TestNodesOutsideTheDocument(t *testing.T) {
	d := mustParse(t, `{"a": {"b": {"c": 1}}, "x": [1]}`, true)
	a, b, c := d.Root().Get("a"), d.Root().Get("a").Get("b"), d.Root().Get("a").Get("b").Get("c")
	if err := a.Replace(ObjectOf(Member{"n", BoolOf(false)})); err != nil {
		t.Fatal(err)
	}
	if d.Root().Get("a") != a || a.Get("n").Kind() != Bool {
		t.Error("a node that is replaced does not stay the same node")
	}
	if b.Remove() || d.Root().Remove() {
		t.Error("what is in no object was removed")
	}
	if err := b.Set("d", IntOf(2)); err != nil {
		t.Fatal(err)
	}
	if !c.Remove() {
		t.Error("a removed object cannot be edited")
	}
	if got, want := string(d.Bytes()), `{"a": {"n": false}, "x": [1]}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
