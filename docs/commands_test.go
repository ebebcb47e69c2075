package docs_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyform/keyform/examples/sandbox"
)

// manual is what the program itself says of its commands: the flags of each.
func manual(t *testing.T) map[string][]string {
	t.Helper()
	s := sandbox.Lay(t, sandbox.Build(t), filepath.Join("..", "examples", "basic"))
	help := s.Run(t, ".", "help").Stdout
	_, list, _ := strings.Cut(help, "COMMANDS:\n")
	list, _, _ = strings.Cut(list, "\n\n")
	out := map[string][]string{}
	for _, m := range regexp.MustCompile(`(?m)^   ([a-z]+)`).FindAllStringSubmatch(list, -1) {
		out[m[1]] = flagsIn(s.Run(t, ".", m[1], "-help").Stdout)
	}
	out[""] = flagsIn(help)
	if len(out) < 7 {
		t.Fatalf("found the commands %v in:\n%s", out, help)
	}
	return out
}

// flagsIn are the flags of a help text, those that every command has left out.
func flagsIn(help string) []string {
	_, options, _ := strings.Cut(help, "OPTIONS:\n")
	if before, _, found := strings.Cut(options, "GLOBAL OPTIONS:"); found {
		options = before
	}
	var out []string
	for _, m := range regexp.MustCompile(`(?m)^   --?([a-z-]+)`).FindAllStringSubmatch(options, -1) {
		if m[1] != "help" {
			out = append(out, m[1])
		}
	}
	slices.Sort(out)
	return out
}

// TestFlags compares the flags of the program with those of the page, both ways.
func TestFlags(t *testing.T) {
	text := read(t, "docs/commands.md")
	for command, flags := range manual(t) {
		heading := "## " + command
		if command == "" {
			heading = "## Flags before the command"
		}
		described := section(t, text, heading)
		var listed []string
		for _, row := range regexp.MustCompile(`(?m)^\| (.*?) \|`).FindAllStringSubmatch(described, -1) {
			for _, m := range regexp.MustCompile("`-([a-z-]+)").FindAllStringSubmatch(row[1], -1) {
				if m[1] != "h" && m[1] != "help" {
					listed = append(listed, m[1])
				}
			}
		}
		if command == "version" {
			listed = append(listed, "json") // in a sentence
		}
		slices.Sort(listed)
		if diff := cmp.Diff(flags, listed); diff != "" {
			t.Errorf("flags of %q (-) and on the page (+):\n%s", command, diff)
		}
	}
}

// TestCommandsExist checks every command line on every page.
func TestCommandsExist(t *testing.T) {
	commands := manual(t)
	checked := 0
	for _, p := range pages(t) {
		for _, m := range regexp.MustCompile("(?m)(?:`|^\\$ |^|/)keyform ((?:-chdir=\\S+ )?)([a-z]+)((?: +-[a-z-]+\\S*)*)").FindAllStringSubmatch(code(p.text), -1) {
			checked++
			flags, ok := commands[m[2]]
			if !ok {
				t.Errorf("%s: there is no command %q", p.path, m[0])
			}
			for _, f := range regexp.MustCompile(`-([a-z-]+)`).FindAllStringSubmatch(m[3], -1) {
				name := f[1]
				if strings.HasPrefix(f[0], "-help") || !strings.Contains(" "+m[3], " -"+name) {
					continue
				}
				if ok && !slices.Contains(flags, name) {
					t.Errorf("%s: %q: there is no flag -%s", p.path, m[0], name)
				}
			}
		}
	}
	if checked < 20 {
		t.Errorf("found %d command lines", checked)
	}
}

// code keeps of a page what is code: spans and blocks.
func code(text string) string {
	var b strings.Builder
	inBlock := false
	for _, line := range strings.Split(text, "\n") {
		trimmed := strings.TrimSpace(line)
		if strings.HasPrefix(trimmed, "```") {
			inBlock = !inBlock
			continue
		}
		if inBlock {
			b.WriteString(trimmed + "\n")
			continue
		}
		for _, span := range regexp.MustCompile("`[^`]+`").FindAllString(line, -1) {
			b.WriteString(span + "\n")
		}
	}
	return b.String()
}

// TestExitCodes compares the table of exit codes with the program's source.
func TestExitCodes(t *testing.T) {
	numbers := func(pattern, text string) []string {
		var out []string
		for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
			out = append(out, m[1])
		}
		slices.Sort(out)
		return slices.Compact(out)
	}
	source := numbers(`(?m)^\texit\w+\s+= (\d+)$`, read(t, "cmd/keyform/exit.go"))
	listed := numbers(`(?m)^\| (\d+) \|`, section(t, read(t, "docs/commands.md"), "## Exit codes"))
	if diff := cmp.Diff(source, listed); diff != "" || len(source) < 5 {
		t.Errorf("exit codes of the program (-) and on the page (+):\n%s", diff)
	}
}

// TestEnvironment looks for keyform's own variables in the source; each is documented.
// Those of builds for tests are not for users.
func TestEnvironment(t *testing.T) {
	described := section(t, read(t, "docs/commands.md"), "## Environment variables")
	found := map[string]bool{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		src, err := os.ReadFile(path)
		if strings.Contains(string(src), "//go:build") || strings.Contains(filepath.ToSlash(path), "/examples/") {
			return err
		}
		for _, m := range regexp.MustCompile(`"(KEYFORM_[A-Z_]+)"`).FindAllStringSubmatch(string(src), -1) {
			found[m[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range found {
		if !strings.Contains(described, "`"+name) {
			t.Errorf("%s is not documented", name)
		}
	}
	if len(found) < 2 {
		t.Errorf("found %v", found)
	}
}
