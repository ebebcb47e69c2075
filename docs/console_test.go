package docs_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyform/keyform/examples/sandbox"
)

// TestConsole types what pages show typed, each block in a fresh copy of the example
// that it names, and compares what comes out.
func TestConsole(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("apply does nothing on Windows")
	}
	bin := sandbox.Build(t)
	checked := 0
	for _, p := range pages(t) {
		text := p.text
		for _, b := range p.blocks() {
			example, ok := strings.CutPrefix(b.mark, "run: ")
			if !ok {
				continue
			}
			checked++
			s := sandbox.Lay(t, bin, filepath.Join("..", "examples", example))
			got := typeAll(t, s, b)
			switch {
			case s.Same(got, b.text):
			case *update:
				text = strings.Replace(text, b.text, got, 1)
			default:
				t.Errorf("%s:%d (run with -update to write it anew):\n%s", p.path, b.line, cmp.Diff(s.Steady(b.text), s.Steady(got)))
			}
		}
		if text != p.text {
			if err := os.WriteFile(filepath.Join("..", p.path), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	if checked < 4 {
		t.Errorf("found %d console blocks", checked)
	}
}

// typeAll runs the lines of a block that begin with "$ ", and gives the block as it
// comes out.
func typeAll(t *testing.T, s *sandbox.Sandbox, b block) string {
	t.Helper()
	var out strings.Builder
	last := sandbox.Result{}
	for _, line := range strings.Split(b.text, "\n") {
		command, typed := strings.CutPrefix(line, "$ ")
		if !typed {
			continue
		}
		out.WriteString(line + "\n")
		if command == "echo $?" {
			fmt.Fprintln(&out, last.Code)
			continue
		}
		words := shellWords(command)
		if words[0] != "keyform" {
			t.Fatalf("%s:%d: only keyform can be run: %q", b.page, b.line, command)
		}
		last = s.Terminal(t, ".", words[1:]...)
		out.WriteString(last.Stdout)
	}
	return out.String()
}

// shellWords splits a command line; single quotes are the only quotes.
func shellWords(line string) []string {
	var words []string
	var word strings.Builder
	quoted := false
	for _, c := range line {
		switch {
		case c == '\'':
			quoted = !quoted
		case c == ' ' && !quoted:
			words = append(words, word.String())
			word.Reset()
		default:
			word.WriteRune(c)
		}
	}
	return append(words, word.String())
}
