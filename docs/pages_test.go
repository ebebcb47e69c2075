// Package docs_test holds the documentation against the program: what a page shows
// was printed by keyform, what it names is there, and what is there is named.
package docs_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the outputs in the pages anew")

// page is one page of documentation.
type page struct {
	// path is relative to the repository.
	path string
	text string
}

func pages(t *testing.T) []page {
	t.Helper()
	var out []page
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md", "examples/*.md"} {
		files, err := filepath.Glob(filepath.Join("..", pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			rel, err := filepath.Rel("..", f)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, page{filepath.ToSlash(rel), string(text)})
		}
	}
	if len(out) < 10 {
		t.Fatalf("found %d pages", len(out))
	}
	return out
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// block is one fenced block of a page.
type block struct {
	page, language, text string
	// mark is the comment on the line above, such as "run: basic", or "".
	mark string
	line int
}

// blocks gives the fenced blocks of a page, less the indentation of their fence.
func (p page) blocks() []block {
	var out []block
	var open *block
	indent, mark := "", ""
	for i, line := range strings.Split(p.text, "\n") {
		trimmed := strings.TrimSpace(line)
		fence, fenced := strings.CutPrefix(trimmed, "```")
		switch {
		case open != nil && fenced:
			out = append(out, *open)
			open, mark = nil, ""
		case open != nil:
			open.text += strings.TrimPrefix(line, indent) + "\n"
		case fenced:
			indent = line[:strings.Index(line, "`")]
			open = &block{page: p.path, language: fence, mark: mark, line: i + 1}
		default:
			mark = ""
			if m := regexp.MustCompile(`^<!-- (.*) -->$`).FindStringSubmatch(trimmed); m != nil {
				mark = m[1]
			}
		}
	}
	return out
}

// section gives the text below a heading, up to the next one of its level or above.
func section(t *testing.T, text, heading string) string {
	t.Helper()
	level := strings.IndexByte(heading, ' ')
	_, rest, found := strings.Cut(text, "\n"+heading+"\n")
	if !found {
		t.Fatalf("there is no %q", heading)
	}
	inCode := false
	for at := 0; at < len(rest); {
		line, _, _ := strings.Cut(rest[at:], "\n")
		if strings.HasPrefix(line, "```") {
			inCode = !inCode
		}
		hashes := len(line) - len(strings.TrimLeft(line, "#"))
		if !inCode && hashes > 0 && hashes <= level {
			return rest[:at]
		}
		at += len(line) + 1
	}
	return rest
}

// TestLinks follows every link from a page to a file or heading of this repository.
func TestLinks(t *testing.T) {
	all := map[string]page{}
	for _, p := range pages(t) {
		all[p.path] = p
	}
	checked := 0
	for _, p := range all {
		for _, m := range regexp.MustCompile(`\]\(([^)\s]+)\)`).FindAllStringSubmatch(p.text, -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			checked++
			file, anchor, _ := strings.Cut(m[1], "#")
			target := p.path
			if file != "" {
				target = filepath.ToSlash(filepath.Join(filepath.Dir(p.path), file))
				if _, err := os.Stat(filepath.Join("..", target)); err != nil {
					t.Errorf("%s: %s: there is no such file", p.path, m[1])
					continue
				}
			}
			if anchor != "" && !all[target].anchors()[anchor] {
				t.Errorf("%s: %s: there is no such heading", p.path, m[1])
			}
		}
	}
	if checked < 50 {
		t.Errorf("found %d links", checked)
	}
}

// anchors are the names of a page's headings, as GitHub makes them.
func (p page) anchors() map[string]bool {
	out := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^#+ (.+)$`).FindAllStringSubmatch(p.text, -1) {
		name := strings.ToLower(m[1])
		name = regexp.MustCompile(`[^\pL\pN _-]`).ReplaceAllString(name, "")
		out[strings.ReplaceAll(name, " ", "-")] = true
	}
	return out
}

// TestWidth keeps prose readable in a terminal.
func TestWidth(t *testing.T) {
	for _, p := range pages(t) {
		if p.path == "docs/diagnostics.md" {
			continue // one table, and the lines around it
		}
		code := false
		for i, line := range strings.Split(p.text, "\n") {
			if strings.HasPrefix(strings.TrimSpace(line), "```") {
				code = !code
			}
			if n := len([]rune(line)); n > 90 && !code && !strings.HasPrefix(line, "|") {
				t.Errorf("%s:%d: %d characters", p.path, i+1, n)
			}
		}
	}
}
