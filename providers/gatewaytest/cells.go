//go:build gateways && unix

package gatewaytest

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// Shared stands for an agent in [Home.Cells]: the store that all agents share, which is
// main's in releases before 2026.8.
const Shared = "shared"

// Cells are the two texts of a credential store. One that is not there is nil. Of a
// one-file store State is always nil.
type Cells struct{ Store, State []byte }

//go:embed cells.mjs
var cellsModule string

// Cells gives the store of an agent, or the shared one. Databases are read by the
// gateway's own SQLite.
func (h *Home) Cells(t testing.TB, agent string) Cells {
	t.Helper()
	if h.Release.SQLite() {
		return h.rows(t, agent, nil)
	}
	return Cells{Store: h.file(t, agent, storeFile), State: h.file(t, agent, stateFile)}
}

// PutCells replaces the store of an agent, or the shared one, as an outside program
// has to, beside a live gateway too. A nil cell is removed. A database must be there,
// which it is for the shared store, main and ops in a [NewHome].
func (h *Home) PutCells(t testing.TB, agent string, c Cells) {
	t.Helper()
	if h.Release.SQLite() {
		h.rows(t, agent, &c)
		return
	}
	for name, content := range map[string][]byte{storeFile: c.Store, stateFile: c.State} {
		switch path := inAgent(fileAgent(agent), name); {
		case content != nil:
			h.Write(t, path, string(content))
		default:
			if err := os.Remove(filepath.Join(h.State, path)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				t.Fatal(err)
			}
		}
	}
}

// file gives one file of an agent's store, nil if it is not there.
func (h *Home) file(t testing.TB, agent, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(h.State, inAgent(fileAgent(agent), name)))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return content
}

// rows reads or replaces the two rows of a database.
func (h *Home) rows(t testing.TB, agent string, put *Cells) Cells {
	t.Helper()
	type texts struct {
		Store *string `json:"store"`
		State *string `json:"state"`
	}
	ask := struct {
		Path   string `json:"path"`
		Shared bool   `json:"shared"`
		Lock   string `json:"lock"`
		Put    *texts `json:"put"`
	}{Path: h.Database(agent), Shared: agent == Shared && h.Release.Generation == SharedSQLite}
	if put != nil {
		ask.Put = &texts{text(put.Store), text(put.State)}
	}
	if ask.Shared {
		ask.Lock = h.coordinator("state-lifecycle")
	}
	request, err := json.Marshal(ask)
	if err != nil {
		t.Fatal(err)
	}
	var got texts
	if err := json.Unmarshal(h.Node(t, cellsModule, request), &got); err != nil {
		t.Fatal(err)
	}
	return Cells{cell(got.Store), cell(got.State)}
}

// Database is the file of an agent's store, or of the shared one, in a release that
// keeps databases.
func (h *Home) Database(agent string) string {
	if agent == Shared && h.Release.Generation == SharedSQLite {
		return filepath.Join(h.State, "state", "openclaw.sqlite")
	}
	return filepath.Join(h.State, inAgent(fileAgent(agent), "openclaw-agent.sqlite"))
}

// coordinator is one of the databases by which 2026.8.1 and later take turns. They are
// in /tmp whatever TMPDIR says, and their names go by the shared database's real path.
func (h *Home) coordinator(family string) string {
	sum := sha256.Sum256([]byte(filepath.Join(h.State, "state", "openclaw.sqlite")))
	return filepath.Join("/tmp", fmt.Sprintf("openclaw-state-locks-%d", os.Geteuid()), family+"."+hex.EncodeToString(sum[:4])+".lock.sqlite")
}

// removeCoordinators takes away what the gateway's processes left in /tmp.
func (h *Home) removeCoordinators() {
	files, _ := filepath.Glob(h.coordinator("*"))
	for _, file := range files {
		os.Remove(file) //nolint:errcheck // an empty file, if it stays
	}
}

func fileAgent(agent string) string {
	if agent == Shared {
		return "main"
	}
	return agent
}

func text(cell []byte) *string {
	if cell == nil {
		return nil
	}
	s := string(cell)
	return &s
}

func cell(text *string) []byte {
	if text == nil {
		return nil
	}
	return []byte(*text)
}
