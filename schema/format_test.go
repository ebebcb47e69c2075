package schema

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

func TestFormat(t *testing.T) {
	cases := map[string]struct{ in, want string }{
		"empty":             {"", ""},
		"blank":             {" \n\n", ""},
		"already canonical": {"gateway \"openclaw\" {}\n", "gateway \"openclaw\" {}\n"},
		"no line end":       {"locals {\n  a = 1\n}", "locals {\n  a = 1\n}\n"},
		"too many line ends": {
			"locals {\n  a = 1\n}\n\n\n",
			"locals {\n  a = 1\n}\n",
		},
		"indentation, alignment, white space": {
			"profile \"a:b\" {\n api_key=env(\"A\")   \n      email = \"x@y\" # why\n}\n",
			"profile \"a:b\" {\n  api_key = env(\"A\")\n  email   = \"x@y\" # why\n}\n",
		},
		"empty lines stay": {
			"locals {\n\n\n  a = 1\n}\n",
			"locals {\n\n\n  a = 1\n}\n",
		},
		"heredoc stays": {
			"locals {\na=<<EOT\n  x  \n\n\n y\nEOT\n}\n",
			"locals {\n  a = <<EOT\n  x  \n\n\n y\nEOT\n}\n",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, ds := Format("main.hcl", []byte(c.in))
			if len(ds) > 0 {
				t.Fatalf("diagnostics: %v", ds)
			}
			if d := cmp.Diff(c.want, string(got)); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func TestFormatRefusesBrokenHCL(t *testing.T) {
	got, ds := Format("main.hcl", []byte("locals {\n  a = \n}\n"))
	if got != nil || !ds.HasErrors() {
		t.Fatalf("got %q, %v", got, ds)
	}
	if ds[0].Code != "KF0101" || ds[0].Range.Filename != "main.hcl" || ds[0].Range.Start.Line != 2 {
		t.Errorf("got %+v", ds[0])
	}
}

// FuzzFormat checks that formatting is idempotent, leaves sound files sound, and
// keeps every token.
func FuzzFormat(f *testing.F) {
	f.Add([]byte("a=1\nb   =  2 # x\n"))
	f.Add([]byte("x {\n}\n\n\n"))
	f.Add([]byte("locals {\r\n  a = <<-E\r\n    b\r\n  E\r\n}\r\n"))
	f.Add([]byte("a = [\n1,\n  2, # c\n]\n/* b\n */ c = { d = 1, e=2 }"))
	f.Add([]byte("a = \"${b}\"\t\n"))
	f.Fuzz(func(t *testing.T, src []byte) {
		once, ds := Format("x.hcl", src)
		if ds.HasErrors() {
			return
		}
		twice, ds := Format("x.hcl", once)
		if ds.HasErrors() {
			t.Fatalf("formatting broke the file: %v", ds)
		}
		if !bytes.Equal(once, twice) {
			t.Fatalf("not idempotent:\n%q\n%q", once, twice)
		}
		if d := cmp.Diff(tokens(src), tokens(once)); d != "" {
			t.Fatalf("tokens changed:\n%s", d)
		}
	})
}

func tokens(src []byte) []string {
	var all []string
	list, _ := hclsyntax.LexConfig(src, "", hcl.InitialPos)
	for _, t := range list {
		if t.Type != hclsyntax.TokenNewline && t.Type != hclsyntax.TokenEOF {
			all = append(all, string(bytes.TrimRight(t.Bytes, " \t\r\n")))
		}
	}
	return all
}
