package jsondoc

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// The property of every edit: the document reads again, and what is read is the
// edited model. The model of a value is a map[string]any (the last duplicate wins),
// a []any, a string, a bool, nil, or for a number its text.

type numberText string

func modelOf(n *Node) any {
	switch n.Kind() {
	case Object:
		m := map[string]any{}
		for key, child := range n.Members() {
			m[key] = modelOf(child)
		}
		return m
	case Array:
		a := []any{}
		for child := range n.Items() {
			a = append(a, modelOf(child))
		}
		return a
	case String:
		s, _ := n.Str()
		return s
	case Number:
		return numberText(n.Raw())
	case Bool:
		b, _ := n.Bool()
		return b
	}
	return nil
}

func valueOf(model any) Value {
	switch m := model.(type) {
	case map[string]any:
		var members []Member
		for key, v := range m {
			members = append(members, Member{key, valueOf(v)})
		}
		return ObjectOf(members...)
	case []any:
		var items []Value
		for _, v := range m {
			items = append(items, valueOf(v))
		}
		return ArrayOf(items...)
	case string:
		return StringOf(m)
	case numberText:
		return NumberText(string(m))
	case bool:
		return BoolOf(m)
	}
	return NullValue()
}

// generator makes documents, values and edits out of a stream of choices.
type generator struct{ pick func(n int) int }

func (g generator) of(s ...string) string { return s[g.pick(len(s))] }

var sampleTexts = []string{"", "a", "b", "anthropic:default", "it's", `"`, "\\", "\n", "\u2028", "é😀", "//", "/*", ",", "x y", "\x00", "__proto__"}

func (g generator) value(depth int) any {
	switch g.pick(8) {
	case 0, 1:
		if depth > 3 {
			return true
		}
		m := map[string]any{}
		for range g.pick(4) {
			m[sampleTexts[g.pick(len(sampleTexts))]] = g.value(depth + 1)
		}
		return m
	case 2, 3:
		if depth > 3 {
			return false
		}
		a := []any{}
		for range g.pick(4) {
			a = append(a, g.value(depth+1))
		}
		return a
	case 4:
		return numberText(g.of("0", "-1", "1e21", "1795170878038.9473", "123456789012345678901234567890"))
	case 5:
		return nil
	}
	return sampleTexts[g.pick(len(sampleTexts))]
}

func (g generator) space(strict bool) string {
	s := ""
	for range g.pick(4) {
		s += g.of(" ", "\n", "\n    ", "\t", "\r\n  ", "\n\n")
		if !strict {
			s += g.of("", "", "", "// c\n", "//\r\n", "/* c */", "/* c\n */", "/**/", "// x: 1, }\n", "\u00a0", "// u\u2028", "\f", "\r")
		}
	}
	return s
}

func (g generator) key(strict bool) string {
	if strict {
		return g.of(`"a"`, `"b"`, `"\u0061"`, `"anthropic:default"`, `"it's"`, `""`)
	}
	return g.of(`a`, `b`, `'a'`, `"b"`, `\u0061`, `'anthropic:default'`, `$_é`, `""`, `'it\'s'`, `null`)
}

func (g generator) document(depth int, strict bool) string {
	if depth == 0 || depth < 4 && g.pick(2) == 0 {
		object := depth == 0 || g.pick(3) > 0
		out := "[" + g.space(strict)
		if object {
			out = "{" + g.space(strict)
		}
		n := g.pick(5)
		if depth == 0 && g.pick(8) == 0 {
			n = indexFrom + 2
		}
		for i := range n {
			if object {
				out += g.key(strict) + g.space(strict) + ":" + g.space(strict)
			}
			out += g.document(depth+1, strict) + g.space(strict)
			if i < n-1 || !strict && g.pick(2) == 0 {
				out += "," + g.space(strict)
			}
		}
		if object {
			return out + "}"
		}
		return out + "]"
	}
	if strict {
		return g.of("null", "true", "-0", "1e5", `""`, `"\ud800"`, `"x\/y"`, `"é"`)
	}
	return g.of("null", "false", "0x1F", "+.5", "5.", "-Infinity", "NaN", `'it\'s'`, `"a\
b"`, `"\x41\0\q"`, "'\u2028'", `""`)
}

// isWithin reports whether part is whole with some bytes left out, white space aside.
func isWithin(part, whole string) bool {
	i := 0
	for _, r := range part {
		if isSpace5(r) {
			continue
		}
		for {
			if i >= len(whole) {
				return false
			}
			w, size := utf8.DecodeRuneInString(whole[i:])
			i += size
			if w == r {
				break
			}
		}
	}
	return true
}

// checkKept finds text that an addition lost or a removal added.
func checkKept(t testing.TB, d *Doc, before, what string) {
	after := string(d.Bytes())
	if what == "add" && !isWithin(before, after) {
		t.Fatalf("an addition lost something\nbefore:\n%s\nafter:\n%s", before, after)
	}
	if what == "remove" && !isWithin(after, before) {
		t.Fatalf("a removal added something\nbefore:\n%s\nafter:\n%s", before, after)
	}
}

// edit changes a random place of the document and its model in the same way and
// returns the model.
func (g generator) edit(t testing.TB, root *Node, model any) any {
	n, place := root, model
	put := func(any) {}
	for g.pick(3) > 0 {
		switch p := place.(type) {
		case map[string]any:
			key := g.someKey(p)
			next, ok := p[key]
			if !ok {
				continue
			}
			n, place, put = n.Get(key), next, func(v any) { p[key] = v }
			continue
		case []any:
			if len(p) > 0 {
				i := g.pick(len(p))
				n, place, put = n.Index(i), p[i], func(v any) { p[i] = v }
				continue
			}
		}
		break
	}
	before := string(n.doc.Bytes())
	switch p := place.(type) {
	case map[string]any:
		g.editObject(t, n, p, before)
		return model
	case []any:
		changed := g.editArray(t, n, p, before)
		if n == root {
			return changed
		}
		put(changed)
		return model
	}
	v := g.value(0)
	if err := n.Replace(valueOf(v)); err != nil {
		t.Fatal(err)
	}
	if n == root {
		return v
	}
	put(v)
	return model
}

func (g generator) editObject(t testing.TB, n *Node, m map[string]any, before string) {
	key := g.someKey(m)
	_, had := m[key]
	if g.pick(2) == 0 {
		if n.Delete(key) != had {
			t.Fatal("Delete answers wrongly")
		}
		checkKept(t, n.doc, before, "remove")
		delete(m, key)
		return
	}
	v := g.value(0)
	if err := n.Set(key, valueOf(v)); err != nil {
		t.Fatal(err)
	}
	if !had {
		checkKept(t, n.doc, before, "add")
	}
	m[key] = v
}

func (g generator) editArray(t testing.TB, n *Node, a []any, before string) []any {
	if len(a) == 0 || g.pick(2) == 0 {
		v := g.value(0)
		if err := n.Append(valueOf(v)); err != nil {
			t.Fatal(err)
		}
		checkKept(t, n.doc, before, "add")
		return append(slices.Clone(a), v)
	}
	i := g.pick(len(a))
	if !n.Index(i).Remove() {
		t.Fatal("Remove answers wrongly")
	}
	checkKept(t, n.doc, before, "remove")
	return slices.Delete(slices.Clone(a), i, i+1)
}

// someKey is one of the model's keys, or a key that may be new.
func (g generator) someKey(m map[string]any) string {
	if len(m) == 0 || g.pick(3) == 0 {
		return sampleTexts[g.pick(len(sampleTexts))]
	}
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys[g.pick(len(keys))]
}

// checkEdits edits a document several times and checks the property after each edit.
func (g generator) checkEdits(t testing.TB, src string, strict bool) {
	d, err := parse([]byte(src), strict)
	if err != nil {
		t.Fatalf("%v in\n%s", err, src)
	}
	model := modelOf(d.Root())
	for range 1 + g.pick(5) {
		before := string(d.Bytes())
		model = g.edit(t, d.Root(), model)
		after := string(d.Bytes())
		again, err := parse([]byte(after), strict)
		if err != nil {
			t.Fatalf("%v\nbefore:\n%s\nafter:\n%s", err, before, after)
		}
		if diff := cmp.Diff(model, modelOf(again.Root())); diff != "" {
			t.Fatalf("(-want +got):\n%s\nbefore:\n%s\nafter:\n%s", diff, before, after)
		}
		if diff := cmp.Diff(model, modelOf(d.Root())); diff != "" {
			t.Fatalf("the tree differs from its text (-want +got):\n%s", diff)
		}
	}
}

func TestEditsOfGeneratedDocuments(t *testing.T) {
	for seed := range uint64(4000) {
		g := generator{rand.New(rand.NewPCG(seed, 1)).IntN}
		strict := seed%2 == 0
		src := g.space(strict) + g.document(0, strict) + g.space(strict)
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) { g.checkEdits(t, src, strict) })
	}
}

func TestEditsOfCorpus(t *testing.T) {
	files, _ := filepath.Glob("testdata/corpus/*")
	if len(files) == 0 {
		t.Fatal("no corpus")
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for seed := range uint64(200) {
			g := generator{rand.New(rand.NewPCG(seed, 2)).IntN}
			g.checkEdits(t, string(src), filepath.Ext(file) == ".json")
		}
	}
}
