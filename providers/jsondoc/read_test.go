package jsondoc

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strings"
	"testing"
)

func TestReading(t *testing.T) {
	d := mustParse(t, "\ufeff{ a: [0x10, -.5, 'it\\'s', null, true, Infinity, 1e999],\n  'b': { '\\u0061': 1 },\n  a: [1] }", false)
	root := d.Root()
	if n := root.Len(); n != 3 {
		t.Errorf("Len = %d, want 3 with the duplicate", n)
	}
	if got := root.Get("a").Len(); got != 1 {
		t.Errorf("the first of two members counts: %d elements", got)
	}
	first := root.first
	for i, want := range []float64{16, -0.5, 0, 0, 0, math.Inf(1), math.Inf(1)} {
		if got, ok := first.Index(i).Number(); ok != (i < 2 || i > 4) || got != want {
			t.Errorf("element %d: Number = %v, %v", i, got, ok)
		}
	}
	if got := first.Index(0).Raw(); got != "0x10" {
		t.Errorf("Raw = %q", got)
	}
	if s, ok := first.Index(2).Str(); s != "it's" || !ok {
		t.Errorf("Str = %q, %v", s, ok)
	}
	if b, ok := first.Index(4).Bool(); !b || !ok {
		t.Error("true is not true")
	}
	if line, column := root.Get("b").Pos(); line != 2 || column != 8 {
		t.Errorf("Pos = %d, %d, want 2, 8", line, column)
	}
	if line, column := root.Pos(); line != 1 || column != 1 {
		t.Errorf("Pos after a byte order mark = %d, %d, want 1, 1", line, column)
	}
	var keys []string
	for key := range root.Members() {
		keys = append(keys, key)
	}
	if !slices.Equal(keys, []string{"b", "a"}) {
		t.Errorf("Members = %q", keys)
	}
	if got := root.Get("b").Get("a").Kind(); got != Number {
		t.Errorf("an escaped key is not found: %v", got)
	}
}

func TestReadingWhatIsNotThere(t *testing.T) {
	root := mustParse(t, `{"a": [1]}`, true).Root()
	none := root.Get("x").Get("y").Index(0).Get("z")
	if none != nil || none.Kind() != Missing || none.Len() != 0 || none.Raw() != "" || none.Remove() || none.Delete("a") {
		t.Error("the missing value is something")
	}
	if _, ok := none.Str(); ok {
		t.Error("the missing value is a string")
	}
	if _, ok := none.Number(); ok {
		t.Error("the missing value is a number")
	}
	if _, ok := none.Bool(); ok {
		t.Error("the missing value is a boolean")
	}
	if line, column := none.Pos(); line != 0 || column != 0 {
		t.Error("the missing value has a place")
	}
	for range none.Members() {
		t.Error("the missing value has a member")
	}
	for range none.Items() {
		t.Error("the missing value has an element")
	}
	if root.Get("a").Index(1) != nil || root.Get("a").Index(-1) != nil || root.Index(0) != nil {
		t.Error("an element out of range is there")
	}
	if err := none.Set("a", NullValue()); err == nil {
		t.Error("a member of the missing value can be set")
	}
	if _, err := none.Ensure("a"); err == nil {
		t.Error("a path under the missing value can be made")
	}
}

func TestSyntaxErrors(t *testing.T) {
	deep := strings.Repeat("[", maxDepth+1)
	for _, c := range []struct {
		src    string
		strict bool
		want   string
	}{
		{"", true, "line 1, column 1: a value is missing: the file ends too early"},
		{"{\n  \"a\": 1 // x\n}", true, "line 2, column 10: comments are not allowed: this file is read as plain JSON"},
		{"{\r\n  \"é\": 'x'}", true, "line 2, column 8: single quotes are not allowed: this file is read as plain JSON"},
		{"\ufeff{}", true, "line 1, column 1: a byte order mark is not allowed: this file is read as plain JSON"},
		{"[1,\r]", true, "line 2, column 1: a comma before the closing bracket is not allowed: this file is read as plain JSON"},
		{"{a: 1}", true, "line 1, column 2: expected a key in double quotes or the end of the object"},
		{"\"a\tb\"", true, "line 1, column 3: control characters in a string have to be escaped: this file is read as plain JSON"},
		{"{} x", false, "line 1, column 4: expected the end of the file"},
		{"{a: 1", false, "line 1, column 6: a comma or the end of the object is missing: the file ends too early"},
		{"[1 2]", false, "line 1, column 4: expected a comma or the end of the array"},
		{"{/* x", false, "line 1, column 2: this comment is not closed"},
		{"{a /", false, "line 1, column 4: expected a value, a key or a bracket"},
		{"{a: /", false, "line 1, column 5: expected a value, a key or a bracket"},
		{"[1 /", false, "line 1, column 4: expected a value, a key or a bracket"},
		{"[/", false, "line 1, column 2: expected a value, a key or a bracket"},
		{"{abc", false, "line 1, column 5: a colon is missing: the file ends too early"},
		{"{a 1}", false, "line 1, column 4: expected a colon"},
		{"{\n/* x", false, "line 2, column 1: this comment is not closed"},
		{"['x\n']", false, "line 1, column 4: the line ends inside a string"},
		{"['x\\1']", false, "line 1, column 4: this backslash sequence is not allowed in a string"},
		{"['x", false, "line 1, column 2: this string is not closed"},
		{"[0x]", false, "line 1, column 2: this is not a number as the file's format has it"},
		{deep, true, "line 1, column 10001: objects and arrays are nested too deeply here"},
		{strings.Repeat("{a:", maxDepth+1), false, "line 1, column 30001: objects and arrays are nested too deeply here"},
	} {
		_, err := parse([]byte(c.src), c.strict)
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || err.Error() != c.want {
			t.Errorf("%.20q: %v, want %s", c.src, err, c.want)
		}
	}
	if _, err := ParseStrict([]byte(deep[1:] + strings.Repeat("]", maxDepth))); err != nil {
		t.Errorf("nesting at the limit: %v", err)
	}
}

// TestNothingShowsContent prints everything in every way and cuts and garbles a
// document at every byte, and looks for its secret.
func TestNothingShowsContent(t *testing.T) {
	const secret = "sk-ant-FAKE-SECRET"
	src := `{"` + secret + `": "` + secret + `", "x": ["` + secret + `"]}`
	d := mustParse(t, src, false)
	v := d.Root().Value()
	m := Member{Key: "k", Value: v}
	var out strings.Builder
	log := slog.New(slog.NewTextHandler(&out, nil))
	for _, x := range []any{d, *d, d.Root(), *d.Root(), v, &v, m, []Value{v}, d.Root().Get("x").Kind()} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			fmt.Fprintf(&out, verb, x)
		}
		log.Info("x", "x", x)
	}
	for i := range src {
		for _, bad := range []string{src[:i], src[:i] + "\x01" + src[i:], src[:i] + "\\" + src[i:], src[:i] + "}" + src[i:]} {
			for _, strict := range []bool{false, true} {
				if _, err := parse([]byte(bad), strict); err != nil {
					out.WriteString(err.Error())
				}
			}
		}
	}
	fmt.Fprint(&out, d.Root().Append(v), d.Root().Get("x").Set(secret, v))
	_, err := d.Root().Ensure(secret)
	fmt.Fprint(&out, err, d.Root().Set("n", NumberText(secret)))
	for _, part := range []string{"sk-", "FAKE", "SECRET"} {
		if strings.Contains(out.String(), part) {
			t.Errorf("content is shown (%s)", part)
		}
	}
	if !strings.Contains(out.String(), "jsondoc.Node(object)") || !strings.Contains(out.String(), "column 1: ") {
		t.Error("the outputs searched are not those of the package")
	}
}
