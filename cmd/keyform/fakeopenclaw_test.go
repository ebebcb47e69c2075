package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/keyform/keyform/providers/sqlstore"
	"github.com/keyform/keyform/providers/sqlstore/sqlstoretest"
)

// fakeOpenClaw stands in for OpenClaw's command line in scripts: what "models auth" of
// 2026.9.6 does to its databases and to its configuration, as far as the tests that run
// the real one have shown. It appends its arguments and its environment to "commands"
// beside the home. A value with FAIL in it makes it fail, one with LATE after the write,
// and it says the value then; with KILL it kills keyform after the write.
func fakeOpenClaw() {
	if err := runFake(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func runFake(args []string) error {
	log, err := os.OpenFile(filepath.Join(filepath.Dir(os.Getenv("HOME")), "commands"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	fmt.Fprintln(log, strings.Join(args, " "))
	for _, kv := range os.Environ() {
		name, _, _ := strings.Cut(kv, "=")
		if !slices.Contains([]string{"HOME", "PATH", "TERM", "NO_COLOR", "OPENCLAW_STATE_DIR", "OPENCLAW_CONFIG_PATH", "OPENCLAW_CONFIG_READONLY", "OPENCLAW_NIX_MODE", "OPENCLAW_GATEWAY_PORT", "PWD"}, name) {
			fmt.Fprintln(log, "foreign", kv)
		}
	}
	value, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	if bytes.Contains(value, []byte("FAIL")) {
		return fmt.Errorf("will not have %s", value)
	}
	words, flags := parseFake(args)
	if err := doFake(words, flags, string(value)); err != nil {
		return err
	}
	if bytes.Contains(value, []byte("KILL")) {
		keyform, err := os.FindProcess(os.Getppid())
		if err == nil {
			err = keyform.Kill()
		}
		return err
	}
	if bytes.Contains(value, []byte("LATE")) {
		return fmt.Errorf("configuration that is immutable, for %s", value)
	}
	return nil
}

// parseFake parts the words of a command from its flags.
func parseFake(args []string) (words []string, flags map[string]string) {
	flags = map[string]string{}
	for i := 0; i < len(args); i++ {
		switch {
		case args[i] == "--yes":
		case strings.HasPrefix(args[i], "--") && i+1 < len(args):
			flags[args[i]] = args[i+1]
			i++
		default:
			words = append(words, args[i])
		}
	}
	return words, flags
}

func doFake(words []string, flags map[string]string, value string) error {
	agent, provider := flags["--agent"], flags["--provider"]
	id := flags["--profile-id"]
	if len(words) < 3 || agent == "" {
		return errors.New("unknown command")
	}
	entry := map[string]any{"provider": provider}
	switch words[2] {
	case "paste-api-key":
		entry["type"], entry["key"] = "api_key", value
	case "paste-token":
		entry["type"], entry["token"] = "token", value
		if in, ok := flags["--expires-in"]; ok {
			d, err := time.ParseDuration(in)
			if err != nil {
				return err
			}
			entry["expires"] = time.Now().Add(d).UnixMilli()
		}
	case "logout":
		return errors.Join(listFake(words[3], nil), changeFake(agent, agent == "main", func(store, state map[string]any) error {
			if _, there := object(store, "profiles")[words[3]]; !there {
				return errors.New("no such profile")
			}
			forgetFake(store, state, words[3])
			return nil
		}))
	case "order":
		return changeFake(agent, false, func(_, state map[string]any) error {
			delete(object(state, "order"), provider)
			if words[3] == "set" {
				object(state, "order")[provider] = words[4:]
			}
			return nil
		})
	default:
		return errors.New("unknown command")
	}
	err := changeFake(agent, agent == "main", func(store, _ map[string]any) error {
		object(store, "profiles")[id] = entry
		return nil
	})
	return errors.Join(err, listFake(id, map[string]any{"provider": provider, "mode": entry["type"]}))
}

// forgetFake takes a profile out of everything that names it.
func forgetFake(store, state map[string]any, id string) {
	delete(object(store, "profiles"), id)
	delete(object(state, "usageStats"), id)
	for provider, ids := range object(state, "order") {
		kept := slices.DeleteFunc(ids.([]any), func(v any) bool { return v == id })
		if object(state, "order")[provider] = kept; len(kept) == 0 {
			delete(object(state, "order"), provider)
		}
	}
}

// object gives an object in another one, made if it is not there.
func object(in map[string]any, key string) map[string]any {
	o, ok := in[key].(map[string]any)
	if !ok {
		o = map[string]any{}
		in[key] = o
	}
	return o
}

// listFake enters a profile in the configuration as plain JSON, or with nil takes it out.
func listFake(id string, listing map[string]any) error {
	path := os.Getenv("OPENCLAW_CONFIG_PATH")
	config := map[string]any{}
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if json.Unmarshal(text, &config) != nil {
		config = map[string]any{} // none, or JSON5
	}
	profiles := object(object(config, "auth"), "profiles")
	if profiles[id] = listing; listing == nil {
		delete(profiles, id)
	}
	object(config, "meta")["lastTouchedVersion"] = "fake"
	out, err := json.MarshalIndent(config, "", "\t")
	if err != nil {
		return err
	}
	return errors.Join(os.WriteFile(path+".bak", text, 0o600), os.WriteFile(path, out, 0o600))
}

// changeFake changes the cells of an agent's database, or of the shared one, which it
// makes if they are not there.
func changeFake(agent string, shared bool, f func(store, state map[string]any) error) error {
	dir := os.Getenv("OPENCLAW_STATE_DIR")
	stateDB := filepath.Join(dir, "state", "openclaw.sqlite")
	p := sqlstore.Place{Path: filepath.Join(dir, "agents", agent, "agent", "openclaw-agent.sqlite"), Agent: agent, Coordinated: true, StatePath: stateDB, UID: os.Getuid()}
	if _, err := os.Stat(stateDB); err != nil {
		if err := sqlstoretest.MakeState(stateDB, sqlstoretest.R9, sqlstore.LocationState, sqlstore.Cells{}); err != nil {
			return err
		}
	}
	if shared {
		p.Path, p.Kind, p.Agent = stateDB, sqlstore.State, ""
	} else if _, err := os.Stat(p.Path); err != nil {
		if err := sqlstoretest.MakeAgent(p.Path, sqlstoretest.R9, agent, sqlstore.Cells{}); err != nil {
			return err
		}
	}
	return sqlstore.Hold(context.Background(), p, sqlstore.Options{Timeout: 10 * time.Second}, func(tx *sqlstore.Tx) error {
		store, state := map[string]any{"version": 1, "profiles": map[string]any{}}, map[string]any{"version": 1}
		cells := tx.Cells()
		for _, c := range []struct {
			text []byte
			into *map[string]any
		}{{cells.Store, &store}, {cells.State, &state}} {
			if c.text == nil {
				continue
			}
			if err := json.Unmarshal(c.text, c.into); err != nil {
				return err
			}
		}
		if err := f(store, state); err != nil {
			return err
		}
		maps.DeleteFunc(state, func(_ string, v any) bool { m, ok := v.(map[string]any); return ok && len(m) == 0 })
		var out sqlstore.Cells
		var errStore, errState error
		out.Store, errStore = json.Marshal(store)
		if len(state) > 1 {
			out.State, errState = json.Marshal(state)
		}
		return errors.Join(errStore, errState, tx.Replace(out))
	})
}
