// Package benchhome lays homes of any size for measurements. It is for benchmarks and
// for keyform-bench.
package benchhome

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/keyform/keyform/providers/sqlstore"
	"github.com/keyform/keyform/providers/sqlstore/sqlstoretest"
)

// Home is the home directory of an OpenClaw 2026.2.26 with a configuration of keyform
// beside it, as one user has them: config/keyform.hcl and .openclaw/. All credentials
// are fake.
type Home struct {
	Dir string
	// Databases makes it an OpenClaw 2026.9.6, with its databases for stores, which are as
	// large as real ones: 660 KB for each agent.
	Databases bool
}

const (
	sharedKey = "sk-ant-api03-FAKE-shared"
	agentKey  = "sk-or-v1-FAKE-agents"
	staleKey  = "sk-or-v1-FAKE-stale"
)

// Config is the directory of the configuration.
func (h Home) Config() string { return filepath.Join(h.Dir, "config") }

// Environ is the environment to run keyform with: this home, the secrets of the
// configuration, and nothing else.
func (h Home) Environ() []string {
	return []string{
		"HOME=" + h.Dir, "USERPROFILE=" + h.Dir, "PATH=" + os.Getenv("PATH"), "TMPDIR=" + h.Dir, "SYSTEMROOT=" + os.Getenv("SYSTEMROOT"),
		"SHARED_KEY=" + sharedKey, "AGENT_KEY=" + agentKey,
	}
}

// Lay makes a home with one shared profile in main's store, and n more agents: every
// one has a copy of the shared profile, as the gateway's own usage writes leave it, and
// a profile of its own, whose live key is not the declared one. Dir may be there, empty.
func (h Home) Lay(n int) error {
	state := filepath.Join(h.Dir, ".openclaw")
	if err := writeConfiguration(h.Config(), n); err != nil {
		return err
	}
	agents := make([]any, 0, n+1)
	for i := range n + 1 {
		id := agentID(i)
		agents = append(agents, map[string]any{"id": id, "workspace": "~/workspace-" + id})
		if err := h.layStore(state, i); err != nil {
			return err
		}
	}
	if err := os.WriteFile(filepath.Join(state, ".env"), []byte("# added by hand\nEDITOR=vi\n"), 0o600); err != nil {
		return err
	}
	release := "2026.2.26"
	if h.Databases {
		release = string(sqlstoretest.R9)
	}
	return writeJSON(filepath.Join(state, "openclaw.json"), map[string]any{
		"agents":  map[string]any{"defaults": map[string]any{"model": map[string]any{"primary": "anthropic/claude-opus-4-5"}}, "list": agents},
		"gateway": map[string]any{"mode": "local", "port": 18789},
		"meta":    map[string]any{"lastTouchedVersion": release, "lastTouchedAt": "2026-11-20T09:50:19.372Z"},
	})
}

// layStore writes the store of an agent: a file, or two rows of a database, which are
// the shared one's for main.
func (h Home) layStore(state string, i int) error {
	id, content := agentID(i), store(i)
	if !h.Databases {
		return writeJSON(filepath.Join(state, "agents", id, "agent", "auth-profiles.json"), content)
	}
	rest := map[string]any{"version": 1}
	for _, key := range []string{"lastGood", "usageStats"} {
		if content[key] != nil {
			rest[key] = content[key]
			delete(content, key)
		}
	}
	var cells sqlstore.Cells
	var err error
	if cells.Store, err = json.Marshal(content); err != nil {
		return err
	}
	if cells.State, err = json.Marshal(rest); err != nil {
		return err
	}
	if i == 0 {
		path := filepath.Join(state, "state", "openclaw.sqlite")
		return errors.Join(sqlstoretest.MakeState(path, sqlstoretest.R9, "state-db", cells), sqlstoretest.Grow(path, sqlstore.State))
	}
	empty := filepath.Join(h.Dir, "empty.sqlite")
	if i == 1 {
		err := errors.Join(sqlstoretest.MakeAgent(empty, sqlstoretest.R9, id, sqlstore.Cells{}), sqlstoretest.Grow(empty, sqlstore.Agent))
		if err != nil {
			return err
		}
	}
	return sqlstoretest.CopyAgent(empty, filepath.Join(state, "agents", id, "agent", "openclaw-agent.sqlite"), id, cells)
}

// agentID is "main" for 0.
func agentID(i int) string {
	if i == 0 {
		return "main"
	}
	return fmt.Sprintf("agent-%05d", i)
}

func store(i int) map[string]any {
	profiles := map[string]any{
		"anthropic:default": map[string]any{"type": "api_key", "provider": "anthropic", "key": sharedKey},
		"github:byhand":     map[string]any{"type": "token", "provider": "github", "token": "ghp_FAKE", "expires": 1826704219342},
	}
	if i == 0 {
		return map[string]any{"version": 1, "profiles": profiles}
	}
	own := "openrouter:" + agentID(i)
	profiles[own] = map[string]any{"type": "api_key", "provider": "openrouter", "key": staleKey}
	return map[string]any{
		"version": 1, "profiles": profiles,
		"lastGood":   map[string]any{"openrouter": own},
		"usageStats": map[string]any{own: map[string]any{"lastUsed": 1795168219372, "errorCount": 0}},
	}
}

// writeConfiguration writes a block for every agent, as the least compact configuration
// of them all has it.
func writeConfiguration(dir string, n int) error {
	var b strings.Builder
	b.WriteString("gateway \"openclaw\" {}\n\nsecret \"agents\" {\n  from = env(\"AGENT_KEY\")\n}\n\n")
	b.WriteString("profile \"anthropic:default\" {\n  api_key = env(\"SHARED_KEY\")\n}\n")
	for i := 1; i <= n; i++ {
		id := agentID(i)
		fmt.Fprintf(&b, "\nagent %q {\n  profile \"openrouter:%s\" {\n    api_key = secret.agents\n  }\n  order = { openrouter = [\"openrouter:%s\"] }\n}\n", id, id, id)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "keyform.hcl"), []byte(b.String()), 0o600)
}

func writeJSON(name string, v any) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	out, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(name, append(out, '\n'), 0o600)
}
