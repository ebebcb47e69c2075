package sqlstore_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/keyform/keyform/providers/sqlstore"
	"github.com/keyform/keyform/providers/sqlstore/sqlstoretest"
)

// BenchmarkRead1000 reads the databases of 1,000 agents, one after the other: with the
// tables of credentials alone, and with as many as real ones have.
func BenchmarkRead1000(b *testing.B) {
	b.Run("small", func(b *testing.B) { read1000(b, func(string) error { return nil }) })
	b.Run("real size", func(b *testing.B) {
		read1000(b, func(path string) error { return sqlstoretest.Grow(path, sqlstore.Agent) })
	})
}

func read1000(b *testing.B, grow func(path string) error) {
	dir := b.TempDir()
	var all []sqlstore.Place
	content := map[string][]byte{}
	for i := range 1000 {
		agent := fmt.Sprintf("a%03d", i)
		p := sqlstore.Place{Path: filepath.Join(dir, agent, "openclaw-agent.sqlite"), Agent: "ops", MaxVersion: 23}
		must(b, os.Mkdir(filepath.Dir(p.Path), 0o700))
		if len(content) == 0 {
			must(b, sqlstoretest.MakeAgent(p.Path, sqlstoretest.R9, "ops", cells(`{"version":1,"profiles":{}}`, `{"version":1}`)))
			must(b, grow(p.Path))
			made, err := os.ReadFile(p.Path)
			must(b, err)
			content["db"] = made
		}
		must(b, os.WriteFile(p.Path, content["db"], 0o600))
		must(b, sqlstoretest.Age(p.Path))
		all = append(all, p)
	}
	b.ReportAllocs()
	for b.Loop() {
		for _, p := range all {
			if v, err := sqlstore.Read(context.Background(), p); err != nil || v.Store == nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkHold replaces a cell, synced, beside nobody.
func BenchmarkHold(b *testing.B) {
	dir := b.TempDir()
	h := places(dir)
	must(b, sqlstoretest.MakeState(h.state.Path, sqlstoretest.R9, "state-db", cells(`{"n":0}`, "")))
	n := 0
	for b.Loop() {
		n++
		must(b, sqlstore.Hold(context.Background(), h.state, held(), put(sqlstore.Cells{Store: fmt.Appendf(nil, `{"n":%d}`, n)})))
	}
}
