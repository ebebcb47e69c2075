package jsondoc

import (
	"fmt"
	"strings"
	"testing"
)

// storeOf is a credential store with n profiles as JSON.stringify writes it.
func storeOf(n int) []byte {
	var b strings.Builder
	b.WriteString("{\n  \"version\": 1,\n  \"profiles\": {")
	for i := range n {
		if i > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(&b, "\n    \"anthropic:p%d\": {\n      \"type\": \"token\",\n      \"provider\": \"anthropic\",\n"+
			"      \"token\": \"sk-ant-oat01-FAKEfakeFAKEfakeFAKEfakeFAKEfakeFAKEfakeFAKEfakeFAKEfakeFAKEfakeFAKEfakeFAKE\",\n"+
			"      \"expires\": 1795170878038.9473\n    }", i)
	}
	b.WriteString("\n  }\n}\n")
	return []byte(b.String())
}

func BenchmarkParse(b *testing.B) {
	for _, n := range []int{1, 1000} {
		src := storeOf(n)
		for name, parse := range map[string]func([]byte) (*Doc, error){"strict": ParseStrict, "json5": Parse} {
			b.Run(fmt.Sprintf("%s/profiles=%d", name, n), func(b *testing.B) {
				b.SetBytes(int64(len(src)))
				b.ReportAllocs()
				for b.Loop() {
					if _, err := parse(src); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkEdits parses once, edits n profiles of n, and writes once. The time per
// edit must not grow with n.
func BenchmarkEdits(b *testing.B) {
	edits := map[string]func(profiles *Node, i int) error{
		"set": func(ps *Node, i int) error {
			return ps.Get(fmt.Sprintf("anthropic:p%d", i)).Set("token", StringOf("sk-new"))
		},
		"add": func(ps *Node, i int) error {
			return ps.Set(fmt.Sprintf("openai:p%d", i), ObjectOf(Member{"type", StringOf("api_key")}, Member{"key", StringOf("sk-new")}))
		},
		"delete": func(ps *Node, i int) error {
			ps.Delete(fmt.Sprintf("anthropic:p%d", i))
			return nil
		},
	}
	for name, edit := range edits {
		for _, n := range []int{100, 1000, 10000} {
			src := storeOf(n)
			b.Run(fmt.Sprintf("%s/n=%d", name, n), func(b *testing.B) {
				for b.Loop() {
					d, err := ParseStrict(src)
					if err != nil {
						b.Fatal(err)
					}
					profiles := d.Root().Get("profiles")
					for i := range n {
						if err := edit(profiles, i); err != nil {
							b.Fatal(err)
						}
					}
					d.Bytes()
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/edit")
			})
		}
	}
}
