package envfile

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// pieces are what random files and values are made of.
var pieces = strings.Split("A|B|KEY|a.b|-|1|x|sk-ant|export|export |=|=|=| = |: |:|\n|\n|\n|\r\n|\r| |\t|#| # c|'|'|\"|\"|`|`|\\|\\'|\\\"|\\n|\\r|''|\"\"|\u00a0|\u2028|\u2029|\ufeff|\u3000|\v|\x00|\xff|\xe2\x80|\xf0\x9f|é|😀|__proto__|$|KEY=|\nA=|\nB='|\nKEY=\"|'\n|\"\n", "|")

// randomText makes a file of up to n pieces.
func randomText(r *rand.Rand, n int) string {
	var b strings.Builder
	for range r.IntN(n + 1) {
		b.WriteString(pieces[r.IntN(len(pieces))])
	}
	return b.String()
}

// mutate changes src at up to four places.
func mutate(r *rand.Rand, src string) string {
	for range 1 + r.IntN(4) {
		at := r.IntN(len(src) + 1)
		to := min(len(src), at+r.IntN(4))
		src = src[:at] + pieces[r.IntN(len(pieces))] + src[to:]
	}
	return src
}

func checkParse(t *testing.T, src []byte) {
	t.Helper()
	f := Parse(src)
	if string(f.Bytes()) != string(src) {
		t.Fatalf("Bytes differ without an edit: %q", src)
	}
	var got [][2]string
	end := 0
	for _, a := range f.all {
		got = append(got, [2]string{a.name, a.value})
		if a.line < end || a.raw > a.end || a.end > a.note && a.note > a.raw || a.stop < a.line || a.next < a.stop || a.next > len(src) {
			t.Fatalf("offsets out of order: %q: %d %d %d %d %d %d", src, a.line, a.raw, a.end, a.note, a.stop, a.next)
		}
		end = a.next
	}
	if len(src) <= 1024 {
		if diff := cmp.Diff(naivePairs(string(src)), got); diff != "" {
			t.Fatalf("%q: naive -, scan +\n%s", src, diff)
		}
	}
}

// checkSet sets name, which must not fail for a value that can stand somewhere, and
// wants everything else as it was. It gives the edited file, nil for none.
func checkSet(t *testing.T, src []byte, name, value string) *File {
	t.Helper()
	f, was := Parse(src), Parse(src)
	if err := f.Set(name, value); err != nil {
		if string(f.Bytes()) != string(src) {
			t.Fatalf("Set failed and changed %q", src)
		}
		return nil
	}
	again := Parse(f.Bytes())
	if got, _ := again.Lookup(name); got != value || again.Count(name) != 1 {
		t.Fatalf("Set(%q, %q) in %q reads %q, %d times, in %q", name, value, src, got, again.Count(name), f.src)
	}
	checkOthers(t, was, again, name)
	if before, _ := was.Lookup(name); before == value && was.Count(name) == 1 && string(f.src) != string(src) {
		t.Fatalf("Set to the same value changed %q", src)
	}
	if g := checkLines(was, f, name); g != "" {
		t.Fatalf("Set(%q, %q) in %q touched %q: %q", name, value, src, g, f.src)
	}
	return f
}

func checkDelete(t *testing.T, src []byte, name string) {
	t.Helper()
	f, was := Parse(src), Parse(src)
	if f.Delete(name) != (was.Count(name) > 0) {
		t.Fatalf("Delete(%q) in %q: wrong answer", name, src)
	}
	again := Parse(f.Bytes())
	if again.Count(name) != 0 {
		t.Fatalf("Delete(%q) in %q leaves %q", name, src, f.src)
	}
	checkOthers(t, was, again, name)
	if g := checkLines(was, f, name); g != "" {
		t.Fatalf("Delete(%q) in %q touched %q: %q", name, src, g, f.src)
	}
}

// checkOthers wants the same assignments in the same order, but for name.
func checkOthers(t *testing.T, was, is *File, name string) {
	t.Helper()
	list := func(f *File) (pairs [][2]string) {
		for _, a := range f.all {
			if a.name != name {
				pairs = append(pairs, [2]string{a.name, a.value})
			}
		}
		return pairs
	}
	if diff := cmp.Diff(list(was), list(is)); diff != "" {
		t.Fatalf("%q became %q: -was, +is\n%s", was.src, is.src, diff)
	}
}

// checkLines looks for everything between the assignments of name, byte for byte
// and in order, and gives the first part that is gone.
func checkLines(was, is *File, name string) string {
	rest, from := string(is.src), 0
	if strings.HasPrefix(string(was.src), bom) {
		if !strings.HasPrefix(rest, bom) {
			return bom
		}
		rest, from = rest[len(bom):], len(bom)
	}
	for i := range append(was.indexes(name), -1) {
		to, next := len(was.src), 0
		if at := was.indexes(name); i < len(at) {
			to, next = max(from, was.all[at[i]].line), was.all[at[i]].next
		}
		part := string(was.src[from:to])
		n := strings.Index(rest, part)
		if n < 0 {
			return part
		}
		rest, from = rest[n+len(part):], next
	}
	return ""
}

func FuzzParse(f *testing.F) {
	for _, src := range corpus(f) {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src []byte) { checkParse(t, src) })
}

func FuzzSet(f *testing.F) {
	for _, src := range corpus(f) {
		f.Add(src, "A", "x")
		f.Add(src, "NEW", "#'\n")
		f.Add(src, "B", "a'b\"c`\\")
	}
	f.Fuzz(func(t *testing.T, src []byte, name, value string) {
		if len(src) > 4096 {
			return // every name is deleted in turn: slow, and nothing new in it
		}
		if g := checkSet(t, src, name, value); g != nil {
			checkDelete(t, g.Bytes(), name)
		} else if settable(name) && isPlain(value) {
			t.Fatalf("a plain value was refused in %q", src)
		}
		for _, n := range Parse(src).Names() {
			checkDelete(t, src, n)
		}
	})
}

// TestRandomFiles is the fuzz targets on random files, reproducibly.
func TestRandomFiles(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		src := []byte(randomText(r, 24))
		checkParse(t, src)
		names := append(Parse(src).Names(), "NEW")
		name := names[r.IntN(len(names))]
		checkSet(t, src, name, randomText(r, 6))
		checkDelete(t, src, name)
	}
}
