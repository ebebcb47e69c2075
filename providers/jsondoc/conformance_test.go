package jsondoc

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// canonical writes a value so that two readers can be compared: members sorted,
// numbers as the bits of their float64.
func canonical(n *Node) string {
	switch n.Kind() {
	case Object:
		var members []string
		for key, m := range n.Members() {
			members = append(members, quoted(key, '"')+":"+canonical(m))
		}
		slices.Sort(members)
		return "{" + strings.Join(members, ",") + "}"
	case Array:
		var items []string
		for m := range n.Items() {
			items = append(items, canonical(m))
		}
		return "[" + strings.Join(items, ",") + "]"
	case String:
		s, _ := n.Str()
		return quoted(s, '"')
	case Number:
		f, _ := n.Number()
		if math.IsNaN(f) {
			return "NaN"
		}
		return strconv.FormatUint(math.Float64bits(f), 16)
	}
	return n.Raw()
}

// TestConformance compares with what Node.js answered: testdata/conformance.jsonl
// holds sources with the values that JSON5.parse (npm json5 2.2.3) and JSON.parse
// gave for them, null where they threw.
func TestConformance(t *testing.T) {
	data, err := os.ReadFile("testdata/conformance.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	cases := 0
	for line := range strings.Lines(string(data)) {
		var c struct {
			Src         string
			JSON, JSON5 *string
		}
		if err := json.Unmarshal([]byte(line), &c); err != nil {
			t.Fatal(err)
		}
		cases++
		for _, strict := range []bool{true, false} {
			want := c.JSON5
			if strict {
				want = c.JSON
			}
			d, err := parse([]byte(c.Src), strict)
			switch {
			case err != nil && want != nil:
				t.Errorf("strict=%v %q: %v, want %s", strict, c.Src, err, *want)
			case err == nil && want == nil:
				t.Errorf("strict=%v %q: read, want an error", strict, c.Src)
			case err == nil && canonical(d.Root()) != *want:
				t.Errorf("strict=%v %q: %s, want %s", strict, c.Src, canonical(d.Root()), *want)
			}
		}
	}
	if cases < 200 {
		t.Errorf("only %d cases", cases)
	}
}
