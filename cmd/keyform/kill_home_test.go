//go:build unix

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// killHome is a home with one gateway in it, whose stores keyform has written before
// and the gateway has copied since, for runs that end before their time.
type killHome struct {
	product string
	dir     string // with home/ and the configurations one/, two/ and none/
	bin     string
	// databases tells that the stores are those of OpenClaw 2026.9.6.
	databases bool
}

// The secrets of these tests. None of them may be found outside of the stores and
// the backups.
var killSecrets = map[string]string{
	"GONE":  "sk-ant-api03-GONEgoneGONEgoneGONEgone",
	"OLD":   "sk-ant-oat01-OLDsOLDsOLDsOLDsOLDsOLDs",
	"NEW":   "sk-ant-api03-NEWkNEWkNEWkNEWkNEWkNEWk",
	"NEXT":  "sk-ant-oat01-NEXTnextNEXTnextNEXTnext",
	"KEPT":  "sk-ant-api03-KEPTkeptKEPTkeptKEPTkept",
	"OWNER": "sk-or-v1-OWNEownerOWNEownerOWNEowner",
}

// The configurations: "one" is what has been applied before, "two" is what the run
// applies that is cut short, "none" declares nothing any more. Two creates, updates,
// deletes, adopts, lists, migrates, moves orders, follows copies, makes a store and
// writes the environment file.
var killConfigs = map[string]string{
	"one": `
profile "anthropic:goner" {
  api_key = env("GONE")
}
profile "anthropic:copied" {
  token = env("OLD")
}
provider "groq" {
  api_key = env("GONE")
}
agent "main" {
  order = { anthropic = ["anthropic:goner", "anthropic:manual"] }
}
`,
	"two": `
profile "anthropic:new" {
  api_key = env("NEW")
  email   = "ops@example.com"
}
profile "anthropic:work" {
  token   = env("NEXT")
  expires = "2099-06-01"
}
profile "anthropic:kept" {
  api_key = env("KEPT")
}
profile "anthropic:copied" {
  token = env("NEXT")
}
provider "anthropic" {
  api_key = env("NEW")
  order   = ["anthropic:new", "anthropic:manual"]
}
provider "openrouter" {
  api_key = env("OWNER")
}
agent "main" {
  order = { anthropic = ["anthropic:manual", "anthropic:new", "anthropic:work"] }
}
agent "research" {
  order = { openrouter = ["openrouter:research"] }
  profile "openrouter:research" {
    api_key = env("OWNER")
  }
}
`,
	"none": "",
}

const killStore = `{
  "version": 1,
  "profiles": {
    "anthropic:manual": {"type": "token", "provider": "anthropic", "token": "sk-ant-oat01-HANDhandHANDhandHANDhand", "expires": 1826704246084.9473},
    "anthropic:work": {"type": "token", "provider": "anthropic", "token": "sk-ant-oat01-HANDhandHANDhandHANDhand", "note": "mine"},
    "anthropic:kept": {"type": "api_key", "provider": "anthropic", "key": "sk-ant-api03-KEPTkeptKEPTkeptKEPTkept"},
    "anthropic:login": {"type": "oauth", "provider": "anthropic", "access": "a", "refresh": "r", "expires": 1826702591987}
  },
  "lastGood": {"anthropic": "anthropic:work"},
  "usageStats": {"anthropic:work": {"errorCount": 3}, "anthropic:manual": {"lastUsed": 1795168463959}}
}
`

const killConfig = `{
  // by hand
  agents: { list: [{ id: "main", default: true }, { id: "ops" }, { id: "research" }] },
  auth: {
    profiles: {
      "anthropic:manual": { provider: "anthropic", mode: "token" },
      "anthropic:login": { provider: "anthropic", mode: "token" }, // once
    },
  },
  meta: { lastTouchedVersion: "RELEASE" },
}
`

const killEnv = "# keys\nexport TELEGRAM_BOT_TOKEN=\"123:abc\" # bot\nOPENROUTER_API_KEY=old\n"

// layKillHome applies "one" and then lets the gateway copy main's store to agent
// ops, as a turn of that agent does.
func layKillHome(t *testing.T, bin, product, release string) killHome {
	t.Helper()
	h := killHome{product: product, dir: filepath.Join(fastDir(t), product), bin: bin}
	h.putConfigs(t)
	h.put(t, h.store("main"), killStore)
	h.put(t, h.state(product+".json"), strings.Replace(killConfig, "RELEASE", release, 1))
	h.put(t, h.state(".env"), killEnv)
	h.must(t, 0, "one", "apply", "-auto-approve")
	main := h.content(t, h.store("main"))
	h.put(t, h.store("ops"), strings.Replace(main, `"lastUsed": 1795168463959`, `"lastUsed": 1795168463960`, 1))
	return h
}

func (h killHome) putConfigs(t *testing.T) {
	t.Helper()
	for name, text := range killConfigs {
		h.put(t, name+"/main.hcl", fmt.Sprintf("gateway %q {}\n%s", h.product, text))
	}
}

func (h killHome) state(name string) string { return "home/." + h.product + "/" + name }

func (h killHome) store(agent string) string {
	if h.databases {
		return h.state("agents/" + agent + "/agent/openclaw-agent.sqlite")
	}
	return h.state("agents/" + agent + "/agent/auth-profiles.json")
}

// stores are the files of the gateway that a run may write.
func (h killHome) stores() []string {
	out := []string{h.store("main"), h.store("ops"), h.store("research"), h.state(h.product + ".json"), h.state(".env")}
	if h.databases {
		out = append(out, h.state(sharedDatabase), h.state("credentials/oauth.json"))
	}
	return out
}

func (h killHome) put(t *testing.T, name, content string) {
	t.Helper()
	path := filepath.Join(h.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// content is a file's, "" where there is none, or the cells of a database.
func (h killHome) content(t *testing.T, name string) string {
	t.Helper()
	if strings.HasSuffix(name, ".sqlite") {
		return h.cells(t, name)
	}
	b, err := os.ReadFile(filepath.Join(h.dir, name))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return string(b)
}

func (h killHome) contents(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, name := range h.stores() {
		out[name] = h.content(t, name)
	}
	return out
}

// copyTo gives a copy of the home.
func (h killHome) copyTo(t *testing.T, dir string) killHome {
	t.Helper()
	if err := os.CopyFS(dir, os.DirFS(h.dir)); err != nil {
		t.Fatal(err)
	}
	// CopyFS asks the umask, gateways do not.
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.Chmod(path, 0o700)
		}
		return os.Chmod(path, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	copied := h
	copied.dir = dir
	return copied
}

func (h killHome) command(config string, env []string, args ...string) *exec.Cmd {
	cmd := exec.Command(h.bin, append([]string{"-chdir=" + filepath.Join(h.dir, config)}, args...)...)
	cmd.Env = append([]string{"HOME=" + filepath.Join(h.dir, "home"), "TERM=dumb", "TMPDIR=" + h.dir}, env...)
	for name, value := range killSecrets {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	return cmd
}

// run runs keyform and gives its exit code, -1 for a run that was killed, and what
// it said.
func (h killHome) run(t *testing.T, config string, env []string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	cmd := h.command(config, env, args...)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	h.mustHideSecrets(t, "what keyform said", out.String()+errOut.String())
	return cmd.ProcessState.ExitCode(), out.String(), errOut.String()
}

// must runs keyform and wants an exit code.
func (h killHome) must(t *testing.T, want int, config string, args ...string) string {
	t.Helper()
	code, stdout, stderr := h.run(t, config, nil, args...)
	if code != want {
		t.Errorf("keyform %s with %q: exit %d, want %d\n%s%s", args, config, code, want, stdout, stderr)
	}
	return stdout
}

func (h killHome) mustHideSecrets(t *testing.T, where, text string) {
	t.Helper()
	for name, value := range killSecrets {
		if strings.Contains(text, value[9:29]) {
			t.Errorf("%s holds the secret %s", where, name)
		}
	}
}

// mustBeTidy holds the modes, that no secret is in keyform's own files, and, after a
// run that was not cut short, that no lock and no temporary file is left.
func (h killHome) mustBeTidy(t *testing.T, finished bool) {
	t.Helper()
	data := filepath.Join(h.dir, h.state(".keyform"))
	err := filepath.WalkDir(filepath.Join(h.dir, "home"), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		name, want := d.Name(), fs.FileMode(0o600)
		if d.IsDir() {
			want = 0o700
		}
		isLock := strings.HasSuffix(name, ".lock")
		if info.Mode().Perm() != want && !isLock {
			t.Errorf("%s has mode %o, want %o", path, info.Mode().Perm(), want)
		}
		if finished && (isLock || strings.HasSuffix(name, ".tmp") || name == "lock.json") {
			t.Errorf("%s is left over", path)
		}
		if d.Type().IsRegular() && strings.HasPrefix(path, data) && !strings.HasPrefix(path, filepath.Join(data, "backups")) {
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			h.mustHideSecrets(t, path, string(b))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
