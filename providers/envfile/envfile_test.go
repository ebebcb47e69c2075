package envfile

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// corpus gives the files of testdata/corpus by name.
func corpus(t testing.TB) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob("testdata/corpus/*.env")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no corpus: %v", err)
	}
	files := make(map[string][]byte)
	for _, p := range paths {
		if files[filepath.Base(p)], err = os.ReadFile(p); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// variables gives what Lookup says of every name, in the form of dotenv's parse.
func variables(f *File) map[string]string {
	vars := make(map[string]string)
	for _, name := range f.Names() {
		vars[name], _ = f.Lookup(name)
	}
	return vars
}

func TestParseAsDotenvRecorded(t *testing.T) {
	var golden struct {
		Files map[string]map[string]string `json:"files"`
	}
	data, err := os.ReadFile("testdata/dotenv.golden.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &golden); err != nil {
		t.Fatal(err)
	}
	files := corpus(t)
	if len(golden.Files) != len(files) {
		t.Errorf("%d files recorded, %d in the corpus: run record.mjs", len(golden.Files), len(files))
	}
	for name, src := range files {
		f := Parse(src)
		if diff := cmp.Diff(golden.Files[name], variables(f)); diff != "" {
			t.Errorf("%s: dotenv -, envfile +\n%s", name, diff)
		}
		if got := f.Bytes(); string(got) != string(src) {
			t.Errorf("%s: Bytes differ without an edit", name)
		}
	}
}

func TestNamesAndCount(t *testing.T) {
	f := Parse([]byte("B=1\nA=2\nexport B=3\n#C=4\na=5\n__proto__=6\n"))
	if diff := cmp.Diff([]string{"B", "A", "a"}, f.Names()); diff != "" {
		t.Error(diff)
	}
	for name, want := range map[string]int{"A": 1, "B": 2, "C": 0, "__proto__": 0, "": 0} {
		if got := f.Count(name); got != want {
			t.Errorf("Count(%q) = %d, want %d", name, got, want)
		}
		if _, ok := f.Lookup(name); ok != (want > 0) {
			t.Errorf("Lookup(%q): ok = %v", name, ok)
		}
	}
}

func TestZeroAndNil(t *testing.T) {
	for _, f := range []*File{{}, Parse(nil)} {
		if f.Names() != nil || len(f.Bytes()) != 0 || f.Delete("A") {
			t.Error("an empty file is not empty")
		}
		if err := f.Set("A", "x"); err != nil || string(f.Bytes()) != "A=x\n" {
			t.Errorf("Set in an empty file: %v", err)
		}
	}
}

func TestParseAndBytesCopy(t *testing.T) {
	src := []byte("A=1\n")
	f := Parse(src)
	src[2] = '2'
	f.Bytes()[0] = 'B'
	if v, _ := f.Lookup("A"); v != "1" || string(f.Bytes()) != "A=1\n" {
		t.Error("the file shares memory with its caller")
	}
}

func TestPrintsNothing(t *testing.T) {
	const canary = "sk-canary-0123456789"
	f := Parse([]byte("A=" + canary + "\n"))
	//lint:ignore SA9005 that nothing of it is marshalled is what is tested
	raw, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	out := string(raw)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q", "%d"} {
		out += fmt.Sprintf(verb, f)
	}
	for _, err := range []error{f.Set("B", canary+"\x00"), f.Set(canary, "x"), f.Set("B", canary+"\xff")} {
		if err == nil {
			t.Error("no error")
			continue
		}
		out += err.Error()
	}
	for _, leak := range []string{canary, fmt.Sprintf("%x", canary), fmt.Sprint([]byte(canary)[:4])[1:12]} {
		if strings.Contains(out, leak) {
			t.Errorf("content printed: %s", out)
		}
	}
}
