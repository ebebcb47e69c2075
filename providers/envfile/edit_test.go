package envfile

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSet(t *testing.T) {
	for _, c := range []struct{ what, src, value, want string }{
		{"appends", "# c\nB=1\n", "x", "# c\nB=1\nA=x\n"},
		{"ends the last line", "B=1", "x", "B=1\nA=x\n"},
		{"keeps crlf", "B=1\r\nC=2", "x", "B=1\r\nC=2\r\nA=x\r\n"},
		{"keeps lone cr", "B=1\r", "x", "B=1\rA=x\r"},
		{"after a mark", "\uFEFF", "x", "\uFEFFA=x\n"},
		{"edits in place", "A=1\nB=2\n", "x", "A=x\nB=2\n"},
		{"keeps export and blanks", "  export A  =  1  \n", "x", "  export A  =  x  \n"},
		{"keeps a colon", "A: 1\n", "x", "A: x\n"},
		{"keeps a comment", "A=1 # mine\n", "x", "A=x # mine\n"},
		{"keeps a comment with quotes", "A=1 # don't \"x`\n", "x y", "A='x y' # don't \"x`\n"},
		{"keeps a comment behind nothing", "A= # mine\n", "x", "A=x # mine\n"},
		{"keeps crlf in place", "A=\"1\"\r\nB=2\r\n", "x", "A=x\r\nB=2\r\n"},
		{"drops the rest of an old value", "A=sk#old\n", "x", "A=x\n"},
		{"drops a value that is all comment", "A=#old\n", "x", "A=x\n"},
		{"drops the rest of an open quote", "A='sk #old\nB=1\n", "x", "A=x\nB=1\n"},
		{"replaces several lines", "A='1\n2' # c\nB=1\n", "x", "A=x # c\nB=1\n"},
		{"fills an empty value", "A=\nB=1\n", "x", "A=x\nB=1\n"},
		{"keeps blanks before an empty value", "A = \nB=1\n", "x", "A = x\nB=1\n"},
		{"value on the next line", "A=\n'1'\nB=1\n", "x", "A=\n'x'\nB=1\n"},
		{"leaves the same value", "A=\"x\" # c\nB\n", "x", "A=\"x\" # c\nB\n"},
		{"deletes earlier ones", "A=1\nB=2\nexport A=3 # c\nC=4\nA=5\n", "x", "B=2\nC=4\nA=x\n"},
		{"deletes earlier ones of the same value", "A=x\nA=1\nA=x\n", "x", "A=x\n"},
		{"keeps the mark", "\uFEFFA=1\nA=2\n", "x", "\uFEFFA=x\n"},
		{"empty line where the last one waits", "B:\n", "x", "B:\n\nA=x\n"},
		{"on top where the last one must not match", "B:", "x", "A=x\nB:"},
		{"single quotes", "A=1\n", `a b#"$c\n`, "A='a b#\"$c\\n'\n"},
		{"backquotes", "A=1\n", "don't", "A=`don't`\n"},
		{"double quotes", "A=1\n", "a'b`c", "A=\"a'b`c\"\n"},
		{"double quotes expand", "A=1\n", "a'b`c\nd\re", "A=\"a'b`c\\nd\\re\"\n"},
		{"carriage return", "A=1\n", "a\rb", "A=\"a\\rb\"\n"},
		{"newline", "A=1\n", "a\nb", "A='a\nb'\n"},
		{"every quote", "A=1\n", "a'b\"c`d", "A='a'b\"c`d'\n"},
		{"every quote and blanks", "A=1\n", " a'b\"c`d\t", "A=' a'b\"c`d\t'\n"},
		{"every quote and a newline", "A=1\n", "a'b\"\n`d", "A=\"a'b\"\\n`d\"\n"},
		{"every quote at a line end of Unicode", "", "x'\u2028y\"\u2028z`\u2028w", "A=x'\u2028y\"\u2028z`\u2028w\n"},
		{"trailing backslash", "A=1\n", `a b\`, "A=a b\\\n"},
		{"nothing", "A=1\n", "", "A=''\n"},
		{"a quote that was open above", "B='x\nA=1\n", "#y", "B='x\nA=`#y`\n"},
	} {
		f := Parse([]byte(c.src))
		if err := f.Set("A", c.value); err != nil {
			t.Errorf("%s: %v", c.what, err)
		}
		if diff := cmp.Diff(c.want, string(f.Bytes())); diff != "" {
			t.Errorf("%s: want -, got +\n%s", c.what, diff)
		}
		if got, _ := f.Lookup("A"); got != c.value || f.Count("A") != 1 {
			t.Errorf("%s: reads %q, %d times", c.what, got, f.Count("A"))
		}
	}
}

func TestSetRefuses(t *testing.T) {
	const src = "A=1\nA=2\n__proto__=3\n"
	for _, c := range []struct {
		name, value string
		want        error
	}{
		{"", "x", ErrName},
		{"1A", "x", ErrName},
		{"A.B", "x", ErrName},
		{"A-B", "x", ErrName},
		{"A B", "x", ErrName},
		{"Ä", "x", ErrName},
		{"A\n", "x", ErrName},
		{"__proto__", "x", ErrName},
		{"A", "x\x00", ErrUnrepresentable},
		{"A", "x\xff", ErrUnrepresentable},
		{"A", "'\"`#", ErrUnrepresentable},
		{"A", "'\"`\r\\n", ErrUnrepresentable},
		{"A", "a'b`c\r\\n", ErrUnrepresentable},
		{"N", "\\n\r", ErrUnrepresentable},
	} {
		f := Parse([]byte(src))
		err := f.Set(c.name, c.value)
		if !errors.Is(err, c.want) {
			t.Errorf("Set(%q, %q): %v, want %v", c.name, c.value, err, c.want)
		}
		if errors.Is(err, ErrUnrepresentable) && !strings.HasPrefix(err.Error(), c.name+": ") {
			t.Errorf("does not name the variable: %v", err)
		}
		if string(f.Bytes()) != src {
			t.Errorf("Set(%q, %q) failed and changed the file", c.name, c.value)
		}
	}
}

func TestDelete(t *testing.T) {
	for _, c := range []struct{ what, src, want string }{
		{"its line", "# c\nA=1 # x\nB=2\n", "# c\nB=2\n"},
		{"the only line", "A=1", ""},
		{"the last line", "B=1\nA=2", "B=1\n"},
		{"all of them", "A=1\n\nA=2\r\nB\nexport A='\n3\n'\r\n", "\nB\n"},
		{"several lines", "B=1\nexport\nA\n=\n\"x\ny\" # c\nC=2\n", "B=1\nC=2\n"},
		{"not the comment below", "A=\n# c\nB=1\n", "# c\nB=1\n"},
		{"not the mark", "\uFEFFA=1\nB=2\n", "\uFEFFB=2\n"},
		{"not the blank lines around", "\n\nA:\n\nB=2\n", "\n\n\nB=2\n"},
		{"between separators of Unicode", "B=1 #\u2028A=2 #\u2029C=3\n", "B=1 #\u2028C=3\n"},
		{"between a name and a quote", "B=\nA=1\n'x'\n", "B=\n" + fence + "\n'x'\n"},
		{"what kept a quote open", "B='x\r\nA=\"'y\"\r\nC='#'\r\n", "B='x\r\n" + fence + "\r\nC='#'\r\n"},
		{"nothing", "#A=1\nB=2\n", "#A=1\nB=2\n"},
	} {
		f := Parse([]byte(c.src))
		had := f.Count("A") > 0
		if got := f.Delete("A"); got != had {
			t.Errorf("%s: Delete says %v", c.what, got)
		}
		if diff := cmp.Diff(c.want, string(f.Bytes())); diff != "" {
			t.Errorf("%s: want -, got +\n%s", c.what, diff)
		}
		if f.Delete("A") {
			t.Errorf("%s: deleted twice", c.what)
		}
	}
}

// TestEditsLeaveTheRest sets and deletes every name of every file of the corpus,
// and a new one.
func TestEditsLeaveTheRest(t *testing.T) {
	for file, src := range corpus(t) {
		for _, name := range append(Parse(src).Names(), "NEW_KEY") {
			if settable(name) {
				checkSet(t, src, name, "new 'value'")
			}
			checkDelete(t, src, name)
			if t.Failed() {
				t.Fatalf("in %s", file)
			}
		}
	}
}

func TestManyDuplicates(t *testing.T) {
	f := Parse([]byte(strings.Repeat("A=1\nB='x\n", 20000)))
	if err := f.Set("A", "#"); err != nil {
		t.Fatal(err)
	}
	if f.Count("A") != 1 || f.Count("B") != 20000 {
		t.Errorf("A %d times, B %d times", f.Count("A"), f.Count("B"))
	}
}

func BenchmarkSetIn100Lines(b *testing.B) {
	src := []byte(strings.Repeat("# a comment\nKEY=value\n", 50) + "A=1\n")
	for b.Loop() {
		if err := Parse(src).Set("A", "sk-fake"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseMiB(b *testing.B) {
	src := []byte(strings.Repeat("KEY='a value of some length' # c\n", 1<<20/33))
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		Parse(src)
	}
}
