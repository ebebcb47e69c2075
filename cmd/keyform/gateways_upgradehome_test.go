//go:build gateways && unix

package main

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/keyform/keyform/providers/gatewaytest"
)

// written429 is a state directory that OpenClaw 2026.4.29 wrote, see its README.
const written429 = "../../providers/gateway/testdata/legacy/openclaw-2026.4.29"

// upgrade is a home that was 2026.4.29's and is now 2026.9.6's, which has not run yet.
type upgrade struct {
	judge
	// held are the credentials of the home, by the store that they belong to now and the
	// id that they had: "ops anthropic:ops".
	held map[string]string
}

// ofAgents are the credentials in it that turns send.
var ofAgents = strings.NewReplacer("FAKE-main-setup-token", fake("T"), "FAKE-ops-setup-token", fake("T2"), "FAKE-lab-authjson-anthropic", fake("B"), "faketoken123", gatewaytest.Token)

func newUpgrade(t *testing.T) upgrade {
	u := upgrade{judge: judgeOf(t, gatewaytest.NewBareHome(t, gatewaytest.OpenClaw96())), held: map[string]string{}}
	t.Cleanup(func() {
		if strings.Contains(u.log.String(), "FAKE-") {
			t.Error("keyform printed a secret of the old home")
		}
	})
	err := filepath.WalkDir(written429, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(written429, path)
		content, readErr := os.ReadFile(path)
		u.Write(t, name, ofAgents.Replace(string(content)))
		u.hold(name)
		return errors.Join(err, readErr)
	})
	if err != nil {
		t.Fatal(err)
	}
	config := u.ReadConfig(t)
	config["gateway"].(map[string]any)["port"] = u.Port
	u.WriteConfig(t, config)
	return u
}

// hold notes the credentials of a file. What a newer one has under an id comes before it.
func (u upgrade) hold(name string) {
	var file map[string]json.RawMessage
	if err := json.Unmarshal([]byte(u.Read(u, name)), &file); err != nil {
		u.Fatal(err)
	}
	suffix := ":default" // auth.json and oauth.json are by provider
	switch filepath.Base(name) {
	case "auth-profiles.json":
		suffix = ""
		if err := json.Unmarshal(file["profiles"], &file); err != nil {
			u.Fatal(err)
		}
	case "auth.json", "oauth.json":
	default:
		return
	}
	for key, raw := range file {
		var entry struct{ Key, APIKey, Token, Refresh string }
		if json.Unmarshal(raw, &entry) != nil || key == "version" {
			continue
		}
		id := u.storeOf(name) + " " + key + suffix
		if u.held[id] == "" {
			u.held[id] = entry.Key + entry.APIKey + entry.Token + entry.Refresh
		}
	}
}

// storeOf is the store that the content of a file belongs to now.
func (u upgrade) storeOf(name string) string {
	parts := strings.Split(filepath.ToSlash(name), "/")
	if len(parts) > 1 && parts[0] == "agents" && parts[1] != "main" {
		return parts[1]
	}
	return gatewaytest.Shared
}

// lost are the credentials of the old home that neither the store that they belong to
// nor the shared one has.
func (u upgrade) lost() []string {
	u.Helper()
	cells := map[string]string{}
	for _, store := range []string{gatewaytest.Shared, "ops", "research", "lab"} {
		c := u.Cells(u, store)
		cells[store] = string(c.Store)
	}
	lost := []string{}
	for id, secret := range u.held {
		store, _, _ := strings.Cut(id, " ")
		if !strings.Contains(cells[store], secret) && !strings.Contains(cells[gatewaytest.Shared], secret) {
			lost = append(lost, id)
		}
	}
	slices.Sort(lost)
	return lost
}

// foretold is what a plan says that a release would not find.
type foretold struct {
	// ids are as in upgrade.held. retired are those that the release gives up for good.
	ids, retired []string
	// stores and files are where they are missing, and what they are in, as labels.
	stores, files []string
}

var (
	formerID  = regexp.MustCompile(`\bwas (\S+)`)
	retiredID = regexp.MustCompile(`(\S+) \(retired`)
)

// looksAhead plans for 2026.9.6 where nothing but the configuration tells of a release,
// which is the old one, and wants that it cannot be applied.
func (u upgrade) looksAhead() foretold {
	u.Helper()
	u.declare(`gateway "openclaw" { version = "2026.9.6" }`)
	ahead := func(args ...string) (int, string) {
		cmd := u.command(args)
		cmd.Env = append(cmd.Env, "PATH=/usr/bin:/bin")
		return u.finishes(cmd)
	}
	if code, out := ahead("apply", "-auto-approve"); code != exitError || !strings.Contains(out, "2026.4.29") {
		u.Errorf("apply of a plan that looks ahead: exit %d\n%s", code, out)
	}
	_, out := ahead("plan", "-json")
	var p struct {
		Gateways  []struct{ Notes []string }
		Resources []struct {
			Type, Name, Symbol, Summary string
			Store                       struct{ Agent, Label string }
			Change                      struct{ After struct{ From string } }
		} `json:"resource_changes"`
	}
	if err := json.NewDecoder(strings.NewReader(out)).Decode(&p); err != nil || len(p.Gateways) != 1 {
		u.Fatalf("plan -json: %v\n%s", err, out)
	}
	var f foretold
	for _, r := range p.Resources {
		switch {
		case r.Type == "profile" && r.Change.After.From != "":
			id := r.Name
			if m := formerID.FindStringSubmatch(r.Summary); m != nil {
				id = m[1]
			}
			f.ids = append(f.ids, u.storeOf(r.Change.After.From)+" "+id)
			f.stores = append(f.stores, r.Store.Label)
		case r.Type == "file":
			f.files = append(f.files, r.Store.Label)
		}
	}
	for _, note := range p.Gateways[0].Notes {
		for _, m := range retiredID.FindAllStringSubmatch(note, -1) {
			from, _, _ := strings.Cut(note, " ")
			f.retired = append(f.retired, u.storeOf(from)+" "+m[1])
		}
	}
	f.ids = append(f.ids, f.retired...)
	for _, list := range []*[]string{&f.ids, &f.stores, &f.files, &f.retired} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	u.Logf("for 2026.9.6 the plan names %q in %q, of which %q for good", f.ids, f.files, f.retired)
	return f
}

// residue are the files that the real program says it does not read, as labels.
func (u upgrade) residue() []string {
	u.Helper()
	var audit struct {
		Findings []struct{ Code, File string }
	}
	r := u.CLI(u, "secrets", "audit", "--json")
	if err := json.Unmarshal([]byte(r.Stdout), &audit); err != nil {
		u.Fatalf("secrets audit: %v\n%s%s", err, r.Stdout, r.Stderr)
	}
	files := []string{}
	for _, f := range audit.Findings {
		if f.Code == "LEGACY_RESIDUE" {
			name, err := filepath.Rel(u.State, f.File)
			if err != nil {
				u.Fatal(err)
			}
			files = append(files, name)
		}
	}
	slices.Sort(files)
	return files
}
