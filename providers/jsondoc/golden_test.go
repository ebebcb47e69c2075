package jsondoc

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// TestGolden runs the edits of every testdata/golden file. An edit is a line such
// as: set ["path", "of", "keys"], value.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/golden/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files (%v)", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if len(archive.Files) != 3 {
				t.Fatalf("%d parts, want edit, before, after", len(archive.Files))
			}
			before, after := archive.Files[1], archive.Files[2].Data
			for _, nl := range []string{"\n", "\r\n"} {
				withNL := func(b []byte) string { return strings.ReplaceAll(string(b), "\n", nl) }
				d := mustParse(t, withNL(before.Data), before.Name == "before.json")
				for line := range strings.Lines(string(archive.Files[0].Data)) {
					runEdit(t, d, strings.TrimSuffix(line, "\n"))
				}
				if diff := cmp.Diff(withNL(after), string(d.Bytes())); diff != "" {
					t.Errorf("with line ends %q (-want +got):\n%s", nl, diff)
				}
				mustParse(t, string(d.Bytes()), before.Name == "before.json")
			}
		})
	}
}

func mustParse(t *testing.T, src string, strict bool) *Doc {
	t.Helper()
	d, err := parse([]byte(src), strict)
	if err != nil {
		t.Fatalf("%v in:\n%s", err, src)
	}
	return d
}

func runEdit(t *testing.T, d *Doc, line string) {
	t.Helper()
	verb, rest, _ := strings.Cut(line, " ")
	args := mustParse(t, "["+rest+"]", false).Root()
	path := args.Index(0)
	n, last := d.Root(), path.Index(path.Len()-1)
	for step := range path.Items() {
		if step == last {
			break
		}
		key, _ := step.Str()
		var err error
		if n.Get(key).Kind() == Array {
			n = n.Get(key)
		} else if n, err = n.Ensure(key); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
	}
	key, _ := last.Str()
	var err error
	switch verb {
	case "set":
		err = n.Set(key, plain(args.Index(1)))
	case "append":
		err = n.Get(key).Append(plain(args.Index(1)))
	case "delete":
		if i, ok := last.Number(); ok {
			n = n.Index(int(i))
			if !n.Remove() {
				t.Fatalf("%s: nothing there", line)
			}
		} else if !n.Delete(key) {
			t.Fatalf("%s: nothing there", line)
		}
	default:
		t.Fatalf("unknown edit %q", line)
	}
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
}

// plain is the value of n without the spelling of its strings.
func plain(n *Node) Value {
	switch n.Kind() {
	case String:
		s, _ := n.Str()
		return StringOf(s)
	case Array:
		var items []Value
		for m := range n.Items() {
			items = append(items, plain(m))
		}
		return ArrayOf(items...)
	case Object:
		var members []Member
		for key, m := range n.Members() {
			members = append(members, Member{key, plain(m)})
		}
		return ObjectOf(members...)
	}
	return n.Value()
}

// TestCorpus reads what real gateways wrote, both ways, without changing a byte.
func TestCorpus(t *testing.T) {
	files, err := filepath.Glob("testdata/corpus/*")
	if err != nil || len(files) == 0 {
		t.Fatalf("no corpus (%v)", err)
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, strict := range []bool{false, filepath.Ext(file) == ".json"} {
			d := mustParse(t, string(src), strict)
			if string(d.Bytes()) != string(src) {
				t.Errorf("%s changed", file)
			}
			d.Root().dirty = true
			if string(d.Bytes()) != string(src) {
				t.Errorf("%s changed when written from the tree", file)
			}
		}
	}
}
