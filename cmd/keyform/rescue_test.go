package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyform/keyform/providers/sqlstore"
	"github.com/keyform/keyform/providers/sqlstore/sqlstoretest"
)

// legacyHomes are the state directories that real releases left, with what their own
// importers made of them.
const legacyHomes = "../../providers/gateway/testdata/legacy"

// importedCells are the cells of a store as parsed JSON, by the agent, "shared" for all.
type importedCells struct {
	Profiles   map[string]map[string]any
	Order      map[string][]string
	LastGood   map[string]string
	UsageStats map[string]any
}

func parseCells(t *testing.T, texts ...string) importedCells {
	t.Helper()
	var c importedCells
	for _, text := range texts {
		if text == "-" {
			continue
		}
		if err := json.Unmarshal([]byte(text), &c); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// doctorCells are what "doctor --fix" of 2026.9.6 made of the home of 2026.4.29.
func doctorCells(t *testing.T, store string) importedCells {
	t.Helper()
	var texts []string
	for _, cell := range []string{"store", "state"} {
		name := store + "." + cell + ".json"
		if store == "shared" {
			name = "shared.authProfiles." + cell + ".json"
		}
		b, err := os.ReadFile(filepath.Join(legacyHomes, "cells", "by-2026.9.6", name))
		if err == nil {
			texts = append(texts, string(b))
		} else if !os.IsNotExist(err) || cell == "store" {
			t.Fatal(err)
		}
	}
	return parseCells(t, texts...)
}

// credentials are what the profiles of a store send, by id.
func (c importedCells) credentials() map[string]string {
	out := map[string]string{}
	for id, p := range c.Profiles {
		for _, field := range []string{"key", "apiKey", "token", "refresh"} {
			if value, ok := p[field].(string); ok {
				out[id] = value
			}
		}
	}
	return out
}

// What keyform makes of a home of 2026.4.29 is what the doctor of 2026.9.6 makes of it,
// to each credential, order and statistic, but for the stale logins of oauth.json: the
// doctor imports the one of Codex beside the newer one, and both under retired names.
func TestImportIsThatOfTheDoctor(t *testing.T) {
	dir := t.TempDir()
	state := filepath.Join(dir, "home", ".openclaw")
	if err := os.CopyFS(state, os.DirFS(filepath.Join(legacyHomes, "openclaw-2026.4.29"))); err != nil {
		t.Fatal(err)
	}
	tighten(t, state)
	config := filepath.Join(state, "openclaw.json")
	touchedBy(t, config, "2026.4.29", "2026.9.6")
	databases := map[string]string{"shared": filepath.Join(state, "state", "openclaw.sqlite")}
	if err := sqlstoretest.MakeState(databases["shared"], sqlstoretest.R9, "state-db", sqlstore.Cells{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := dropCoordinators(dir); err != nil {
			t.Error(err)
		}
	})
	for _, agent := range []string{"main", "ops", "research", "lab"} {
		databases[agent] = filepath.Join(state, "agents", agent, "agent", "openclaw-agent.sqlite")
		if err := sqlstoretest.MakeAgent(databases[agent], sqlstoretest.R9, agent, sqlstore.Cells{}); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "main.hcl"), []byte("gateway \"openclaw\" {}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(want int, args ...string) {
		t.Helper()
		var out bytes.Buffer
		a := newApp(new(bytes.Buffer), &out, &out, []string{"HOME=" + filepath.Join(dir, "home"), "TERM=dumb"})
		if code := a.run(t.Context(), append([]string{"keyform", "-chdir=" + dir}, args...)); code != want || strings.Contains(out.String(), "FAKE-") {
			t.Fatalf("keyform %q: exit %d, want %d\n%s", args, code, want, out.String())
		}
	}
	run(exitOK, "apply", "-auto-approve")
	run(exitOK, "plan", "-detailed-exitcode")

	for _, store := range []string{"shared", "ops", "research", "lab"} {
		text, stateText, err := readCells(databases[store], t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		got, want := parseCells(t, text, stateText), doctorCells(t, store)
		if store == "shared" {
			want.Profiles["google:default"] = want.Profiles["google-gemini-cli:default"]
			delete(want.Profiles, "google-gemini-cli:default")
			delete(want.Profiles, "openai-codex:default")
		}
		if diff := cmp.Diff(want.credentials(), got.credentials()); diff != "" {
			t.Errorf("%s: credentials (-doctor +keyform)\n%s", store, diff)
		}
		want.Profiles, got.Profiles = nil, nil
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: state (-doctor +keyform)\n%s", store, diff)
		}
	}
	b, err := os.ReadFile(config)
	if err != nil || !bytes.Contains(b, []byte(`"openai:default"`)) || bytes.Contains(b, []byte("openai-codex")) {
		t.Errorf("%v; the configuration did not follow the new id:\n%s", err, b)
	}
}

// touchedBy makes another release the last one that wrote a configuration, as an upgrade
// is known from the package in PATH, which is not here.
func touchedBy(t *testing.T, config, was, now string) {
	t.Helper()
	b, err := os.ReadFile(config)
	if err == nil {
		err = os.WriteFile(config, bytes.Replace(b, []byte(`"lastTouchedVersion": "`+was), []byte(`"lastTouchedVersion": "`+now), 1), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// tighten takes the rights of others from a copied home, as the programs make it.
func tighten(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		mode := os.FileMode(0o600)
		if err == nil && d.IsDir() {
			mode = 0o700
		}
		if err != nil {
			return err
		}
		return os.Chmod(path, mode)
	})
	if err != nil {
		t.Fatal(err)
	}
}
