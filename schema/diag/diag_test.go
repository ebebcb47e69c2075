package diag

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// at gives the range of the n-th occurrence (from 1) of part in a file.
func at(t *testing.T, name, src, part string, n int) Range {
	t.Helper()
	from := 0
	for ; n > 0; n-- {
		i := strings.Index(src[from:], part)
		if i < 0 {
			t.Fatalf("%q is not in the source", part)
		}
		from += i + 1
	}
	from--
	pos := func(at int) Pos {
		line := strings.Count(src[:at], "\n") + 1
		return Pos{Line: line, Column: at - strings.LastIndexByte(src[:at], '\n'), Byte: at}
	}
	return Range{Filename: name, Start: pos(from), End: pos(from + len(part))}
}

func text(t *testing.T, v View, o TextOptions) string {
	t.Helper()
	var b bytes.Buffer
	if err := v.WriteText(&b, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

const agents = `agent "main" {
  order = { anthropic = ["anthropic:wrok", "anthropic:default"] }
}
`

func TestText(t *testing.T) {
	wide := "locals {\n\tname = \"日本\" + nope\n}\n"
	files := map[string][]byte{"agents.hcl": []byte(agents), "wide.hcl": []byte(wide)}
	cases := map[string]struct {
		d    Diagnostic
		o    TextOptions
		want string
	}{
		"with a snippet": {
			d: Diagnostic{
				Code: "KF0203", Summary: "Order names an unknown profile", Within: `agent "main"`,
				Detail: `"anthropic:wrok" is neither declared nor in a store of gateway "openclaw".` + "\n" + `Did you mean "anthropic:work"?`,
				Range:  at(t, "agents.hcl", agents, `"anthropic:wrok"`, 1),
			},
			want: `╷
│ Error KF0203: Order names an unknown profile
│
│   on agents.hcl line 2, in agent "main":
│    2:   order = { anthropic = ["anthropic:wrok", "anthropic:default"] }
│                                ~~~~~~~~~~~~~~~~
│ "anthropic:wrok" is neither declared nor in a store of gateway "openclaw".
│ Did you mean "anthropic:work"?
╵
`,
		},
		"a warning with an address, wrapped": {
			d: Diagnostic{
				Severity: Warning, Code: "KF0601", Summary: "Shadowed", Address: `gateway.openclaw.profile["a:b"]`,
				Detail: "one two three four five six seven\n  a list stays as it is, whatever its length may be",
			},
			o: TextOptions{Width: 24},
			want: `╷
│ Warning KF0601:
│ Shadowed
│
│   with gateway.openclaw.profile["a:b"]
│
│ one two three four
│ five six seven
│   a list stays as it is, whatever its length may be
╵
`,
		},
		"wide characters and tabs": {
			d: Diagnostic{Code: "KF0110", Summary: "Unknown name", Detail: "x", Range: at(t, "wide.hcl", wide, "nope", 1)},
			want: "╷\n│ Error KF0110: Unknown name\n│\n│   on wide.hcl line 2:\n│    2: \tname = \"日本\" + nope\n" +
				"│       \t                ~~~~\n│ x\n╵\n",
		},
		"a file that is not at hand": {
			d:    Diagnostic{Code: "KF0110", Summary: "S", Detail: "D", Range: Range{Filename: "gone.hcl", Start: Pos{3, 1, 9}, End: Pos{3, 2, 10}}},
			want: "╷\n│ Error KF0110: S\n│\n│   on gone.hcl line 3\n│\n│ D\n╵\n",
		},
		"colour": {
			d:    Diagnostic{Code: "KF0110", Summary: "S", Detail: "D"},
			o:    TextOptions{Color: true},
			want: "\x1b[31m╷\x1b[0m\n\x1b[31m│\x1b[0m \x1b[1m\x1b[31mError KF0110: \x1b[0m\x1b[1mS\x1b[0m\n\x1b[31m│\x1b[0m\n\x1b[31m│\x1b[0m D\n\x1b[31m╵\x1b[0m\n",
		},
		"control characters": {
			d:    Diagnostic{Code: "KF0110", Summary: "S", Detail: "a\x1b[2Jb\u202ec"},
			want: "╷\n│ Error KF0110: S\n│\n│ a\uFFFD[2Jb\uFFFDc\n╵\n",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got := text(t, Diagnostics{c.d}.View(files), c.o)
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func TestJSON(t *testing.T) {
	ds := Diagnostics{
		{Severity: Warning, Code: "KF0117", Summary: "W", Detail: "<&>"},
		{Code: "KF0110", Summary: "S", Detail: "D", Within: `agent "main"`, Range: at(t, "agents.hcl", agents, "order", 1)},
	}
	var b bytes.Buffer
	if err := ds.View(map[string][]byte{"agents.hcl": []byte(agents)}).WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	want := `{
  "format_version": "1.0",
  "valid": false,
  "error_count": 1,
  "warning_count": 1,
  "diagnostics": [
    {
      "severity": "error",
      "code": "KF0110",
      "summary": "S",
      "detail": "D",
      "range": {
        "filename": "agents.hcl",
        "start": {
          "line": 2,
          "column": 3,
          "byte": 17
        },
        "end": {
          "line": 2,
          "column": 8,
          "byte": 22
        }
      },
      "snippet": {
        "context": "agent \"main\"",
        "code": "  order = { anthropic = [\"anthropic:wrok\", \"anthropic:default\"] }",
        "start_line": 2,
        "highlight_start_offset": 2,
        "highlight_end_offset": 7,
        "values": []
      }
    },
    {
      "severity": "warning",
      "code": "KF0117",
      "summary": "W",
      "detail": "<&>"
    }
  ]
}
`
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	b.Reset()
	if err := (Diagnostics)(nil).View(nil).WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	if want := `{"format_version":"1.0","valid":true,"error_count":0,"warning_count":0,"diagnostics":[]}`; compact(t, b.Bytes()) != want {
		t.Errorf("the empty list is %s", b.String())
	}
}

func compact(t *testing.T, src []byte) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, src); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestNothingSecretIsShown loads lines with secrets of two lengths and checks that
// both views are the same to the byte: neither the secret nor its length shows.
func TestNothingSecretIsShown(t *testing.T) {
	line := func(secret string) string {
		return "profile \"a:b\" {\n  api_key = \"" + secret + "\" + nope\n}\n"
	}
	short, long := "sk-ant-api03-AbCdEfGhIjKlMnOpQr", "sk-ant-api03-AbCdEfGhIjKlMnOpQr0123456789"
	plain, plainer := "swordfish", "swordfish and more"
	cases := map[string]struct {
		a, b      string
		part      func(string) string
		sensitive bool
	}{
		"the literal itself":        {short, long, func(s string) string { return s }, true},
		"something behind it":       {short, long, func(string) string { return "nope" }, false},
		"something before it":       {short, long, func(string) string { return "api_key" }, false},
		"a plain secret":            {plain, plainer, func(s string) string { return `"` + s + `"` }, true},
		"an expression around one":  {plain, plainer, func(s string) string { return `"` + s + `" + nope` }, true},
		"a generated key, any kind": {"0123456789abcdef01234567", "0123456789abcdef0123456789", func(string) string { return "nope" }, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			show := func(secret string) string {
				src := line(secret)
				ds := Diagnostics{{Code: "KF0201", Summary: "S", Detail: "D", Sensitive: c.sensitive, Range: at(t, "a.hcl", src, c.part(secret), 1)}}
				v := ds.View(map[string][]byte{"a.hcl": []byte(src)})
				var b bytes.Buffer
				if err := v.WriteJSON(&b); err != nil {
					t.Fatal(err)
				}
				out := b.String() + text(t, v, TextOptions{})
				if strings.Contains(out, secret) || strings.Contains(out, "swordfish") {
					t.Errorf("the secret shows:\n%s", out)
				}
				if !strings.Contains(out, "(sensitive)") {
					t.Errorf("nothing is hidden:\n%s", out)
				}
				return out
			}
			if d := cmp.Diff(show(c.a), show(c.b)); d != "" {
				t.Errorf("the length of the secret shows:\n%s", d)
			}
		})
	}
}

// TestHiddenOnOtherLines checks that what one diagnostic hides does not show in the
// snippet of another.
func TestHiddenOnOtherLines(t *testing.T) {
	src := `{"api_key": "swordfish", "emial": 1}`
	ds := Diagnostics{
		{Code: "KF0106", Range: at(t, "a.json", src, `"emial"`, 1)},
		{Code: "KF0202", Sensitive: true, Range: at(t, "a.json", src, `"swordfish"`, 1)},
	}
	got := text(t, ds.View(map[string][]byte{"a.json": []byte(src)}), TextOptions{})
	if strings.Contains(got, "swordfish") || strings.Count(got, `{"api_key": "(sensitive)", "emial": 1}`) != 2 {
		t.Errorf("got\n%s", got)
	}
}

func TestLongLineIsCut(t *testing.T) {
	src := strings.Repeat("é", 400) + "HERE" + strings.Repeat("ü", 400)
	ds := Diagnostics{{Code: "KF0101", Range: at(t, "a.json", src, "HERE", 1)}}
	s := ds.View(map[string][]byte{"a.json": []byte(src)}).Diagnostics[0].Snippet
	if got := s.Code[s.HighlightStartOffset:s.HighlightEndOffset]; got != "HERE" || len(s.Code) > 300 {
		t.Errorf("highlighted %q in %d bytes", got, len(s.Code))
	}
	if strings.ContainsRune(s.Code, '\uFFFD') || !json.Valid([]byte(`"`+s.Code+`"`)) {
		t.Errorf("cut inside of a character: %q", s.Code)
	}
}

// FuzzSnippet checks that no range of any source panics or gives offsets outside of
// the code.
func FuzzSnippet(f *testing.F) {
	f.Add([]byte("a = \"b\"\nc = \"sk-ant-api03-AbCdEfGhIjKlMnOpQrSt\"\n"), 4, 12, true)
	f.Add([]byte("\"\\"), 0, 2, false)
	f.Add([]byte("x\r\ny\n\n"), 5, 5, true)
	f.Fuzz(func(t *testing.T, src []byte, from, to int, sensitive bool) {
		ds := Diagnostics{{Range: Range{Filename: "a", Start: Pos{1, 1, from}, End: Pos{1, 1, to}}, Sensitive: sensitive}}
		v := ds.View(map[string][]byte{"a": src})
		if s := v.Diagnostics[0].Snippet; s != nil {
			if s.HighlightStartOffset < 0 || s.HighlightEndOffset < s.HighlightStartOffset || s.HighlightEndOffset > len(s.Code) {
				t.Fatalf("offsets %d to %d of %q", s.HighlightStartOffset, s.HighlightEndOffset, s.Code)
			}
		}
		text(t, v, TextOptions{Width: 1, Color: true})
	})
}
