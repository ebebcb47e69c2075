package jsondoc

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/titanous/json5"
)

func seeds(f *testing.F, add func(src []byte)) {
	files, err := filepath.Glob("testdata/*/*")
	if err != nil || len(files) == 0 {
		f.Fatalf("no seeds (%v)", err)
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, part := range strings.Split(string(src), "-- ") { // the documents of a txtar file
			_, document, found := strings.Cut(part, " --\n")
			if found {
				add([]byte(document))
			}
		}
		add(src)
	}
	data, err := os.ReadFile("testdata/conformance.jsonl")
	if err != nil {
		f.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		var c struct{ Src string }
		if err := json.Unmarshal([]byte(line), &c); err != nil {
			f.Fatal(err)
		}
		add([]byte(c.Src))
	}
}

// FuzzParse: ParseStrict takes what encoding/json takes and Parse takes that too;
// nothing changes a byte, whether from the source or put together from the tree;
// an error has a place inside the text.
func FuzzParse(f *testing.F) {
	seeds(f, func(src []byte) { f.Add(src) })
	f.Fuzz(func(t *testing.T, src []byte) {
		strict, strictErr := ParseStrict(src)
		if (strictErr == nil) != json.Valid(src) {
			t.Fatalf("ParseStrict says %v, encoding/json says %v", strictErr, json.Valid(src))
		}
		loose, err := Parse(src)
		if err != nil && strictErr == nil {
			t.Fatalf("JSON that is not JSON5: %v", err)
		}
		if err != nil {
			e := err.(*SyntaxError)
			if e.Offset < 0 || e.Offset > len(src) || e.Line < 1 || e.Column < 1 {
				t.Fatalf("impossible place: %+v", e)
			}
		}
		for _, d := range []*Doc{strict, loose} {
			if d == nil {
				continue
			}
			if string(d.Bytes()) != string(src) {
				t.Fatal("the bytes changed")
			}
			dirtyAll(d.Root())
			if string(d.Bytes()) != string(src) {
				t.Fatal("the bytes changed when written from the tree")
			}
		}
		if strict != nil {
			if a, b := canonical(strict.Root()), canonical(loose.Root()); a != b {
				t.Fatalf("read as JSON %s, as JSON5 %s", a, b)
			}
		}
	})
}

func dirtyAll(n *Node) {
	n.dirty = true
	for m := n.first; m != nil; m = m.next {
		dirtyAll(m)
	}
}

// FuzzParseJSON5 compares values with github.com/titanous/json5 where both read a
// text. Whether a text is JSON5 is not compared, for that module is wrong in places
// (TestConformance has the real answers). In v1.0.0 it is also known to replace
// bytes that are not UTF-8, and halves of surrogate pairs, by U+FFFD.
func FuzzParseJSON5(f *testing.F) {
	seeds(f, func(src []byte) { f.Add(src) })
	f.Fuzz(func(t *testing.T, src []byte) {
		d, err := Parse(src)
		if err != nil || !utf8.Valid(src) || strings.Contains(strings.ToLower(string(src)), `\ud`) {
			return
		}
		var want any
		if json5.Unmarshal(src, &want) != nil {
			return
		}
		if diff := cmp.Diff(want, floats(d.Root()), cmpopts.EquateNaNs()); diff != "" {
			t.Fatalf("(-titanous +got):\n%s", diff)
		}
	})
}

func floats(n *Node) any {
	switch n.Kind() {
	case Object:
		m := map[string]any{}
		for key, child := range n.Members() {
			m[key] = floats(child)
		}
		return m
	case Array:
		a := []any{}
		for child := range n.Items() {
			a = append(a, floats(child))
		}
		return a
	case Number:
		f, _ := n.Number()
		return f
	}
	return modelOf(n)
}

// FuzzEdit: random edits, chosen by the second argument, of any document. Bytes that
// are not UTF-8 are left out: half a surrogate pair in raw bytes is written back as an
// escape, as if it had been one.
func FuzzEdit(f *testing.F) {
	seeds(f, func(src []byte) { f.Add(src, []byte("\x00\x01\x02\x03\x04\x05\x06\x07"), len(src)%2 == 0) })
	f.Fuzz(func(t *testing.T, src, choices []byte, strict bool) {
		if _, err := parse(src, strict); err != nil || !utf8.Valid(src) || len(src) > 2000 {
			return
		}
		g := generator{func(n int) int {
			if len(choices) == 0 {
				return 0
			}
			c := int(choices[0])
			choices = choices[1:]
			return c % n
		}}
		g.checkEdits(t, string(src), strict)
	})
}
