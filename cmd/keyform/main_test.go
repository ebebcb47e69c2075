package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/keyform/keyform/providers/secrets/onepassword/onepasswordtest"
)

func TestMain(m *testing.M) {
	if os.Getenv(holderEnv) != "" {
		if err := holder(os.Args[1]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	testscript.Main(m, map[string]func(){"keyform": main, "fake-openclaw": fakeOpenClaw})
}

// TestScripts runs testdata/script/*.txtar against the real main, one behaviour a
// file. A script's home is $HOME, its configuration is in $WORK. Its verbs are in
// the map below.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		Setup: func(env *testscript.Env) error {
			home := filepath.Join(env.WorkDir, "home")
			env.Setenv("HOME", home)
			env.Setenv("TERM", "dumb")
			env.Setenv("TMPDIR", filepath.Join(env.WorkDir, "tmp"))
			if err := os.MkdirAll(filepath.Join(env.WorkDir, "tmp"), 0o700); err != nil {
				return err
			}
			env.Values[holding{}] = new(func())
			env.Defer(func() {
				if err := dropCoordinators(home); err != nil {
					env.T().Fatal(err)
				}
			})
			return closeHome(home)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"kf":     cmdKeyform,
			"synced": cmdSynced,
			"noleak": cmdNoLeak,
			"mode":   cmdMode,
			"same":   cmdSame,
			"age":    cmdAge,
			"json":   cmdJSON,
			"op":     cmdOnePassword,

			"agentdb": cmdAgentDB,
			"statedb": cmdStateDB,
			"sql":     cmdSQL,
			"crash":   cmdCrash,
			"cells":   cmdCells,
			"hold":    cmdHold,
			"release": cmdRelease,
			"glob":    cmdGlob,

			"quarantine": cmdQuarantine,

			"remember":  cmdRemember,
			"untouched": cmdUntouched,
			"chown":     cmdChown,
			"owner":     cmdOwner,
			"hardlink":  cmdHardLink,
			"lockfile":  cmdLockFile,
			"busy":      cmdBusy,
			"tear":      cmdTear,
			"interrupt": cmdInterrupt,
			"undated":   cmdUndated,
			"says":      cmdSays("stdout"),
			"tells":     cmdSays("stderr"),
		},
		Condition: scriptCondition,
	})
}

// closeHome gives what the archive laid out below home the modes that the gateways
// themselves use, 0700 and 0600.
func closeHome(home string) error {
	err := filepath.WalkDir(home, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.Chmod(path, 0o700)
		}
		return os.Chmod(path, 0o600)
	})
	if errors.Is(err, fs.ErrNotExist) {
		return os.MkdirAll(home, 0o700)
	}
	return err
}

// transcript is where kf keeps what every command of a script printed, for noleak.
const transcript = ".transcript"

// cmdKeyform: kf CODE ARGS... runs keyform and wants this exit code.
func cmdKeyform(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: kf CODE ARGS...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	runKeyform(ts, want, args[1:]...)
}

func runKeyform(ts *testscript.TestScript, want int, args ...string) {
	err := ts.Exec("keyform", args...)
	code := 0
	var exitErr *exec.ExitError
	if errors.As(err, &exitErr) {
		code = exitErr.ExitCode()
	} else if err != nil {
		ts.Fatalf("keyform: %v", err)
	}
	out := ts.ReadFile("stdout") + ts.ReadFile("stderr")
	f, err := os.OpenFile(ts.MkAbs(transcript), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	ts.Check(err)
	_, err = fmt.Fprintf(f, "$ keyform %s\n%s", strings.Join(args, " "), out)
	ts.Check(errors.Join(err, f.Close()))
	if code != want {
		ts.Fatalf("keyform %s: exit %d, want %d", strings.Join(args, " "), code, want)
	}
}

// cmdSynced: synced [ARGS...] holds that a plan with these arguments is empty.
func cmdSynced(ts *testscript.TestScript, neg bool, args []string) {
	want := 0
	if neg {
		want = 2
	}
	runKeyform(ts, want, append([]string{"plan", "-detailed-exitcode"}, args...)...)
}

// cmdNoLeak: noleak SECRET... holds that no secret is in anything that keyform
// printed or wrote: not in the transcript, not in a file below $WORK but for the
// stores and the backups, and what the script itself brought in secrets/ and want/.
func cmdNoLeak(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: noleak SECRET...")
	}
	root := ts.MkAbs(".")
	found := 0
	ts.Check(filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		if d.IsDir() {
			if d.Name() == "backups" || d.Name() == "secrets" || d.Name() == "want" {
				return fs.SkipDir
			}
			return nil
		}
		inHome := strings.HasPrefix(rel, "home"+string(filepath.Separator)) && !strings.Contains(rel, ".keyform")
		if inHome || !d.Type().IsRegular() {
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, secret := range args {
			// A part of a secret is as bad as the whole.
			for _, part := range []string{secret, secret[:len(secret)*2/3], secret[len(secret)/3:]} {
				if bytes.Contains(content, []byte(part)) {
					ts.Fatalf("%s holds a secret, or a part of one", rel)
				}
			}
		}
		found++
		return nil
	}))
	if found == 0 {
		ts.Fatalf("there was nothing to search")
	}
}

// cmdMode: mode 0600 FILE... holds the permissions.
func cmdMode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: mode MODE FILE...")
	}
	want, err := strconv.ParseUint(args[0], 8, 32)
	ts.Check(err)
	for _, name := range args[1:] {
		info, err := os.Lstat(ts.MkAbs(name))
		ts.Check(err)
		if info.Mode().Perm() != fs.FileMode(want) {
			ts.Fatalf("%s has mode %o", name, info.Mode().Perm())
		}
	}
}

// cmdSame: same A B holds that two files are equal to the byte.
func cmdSame(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: same A B")
	}
	if (ts.ReadFile(args[0]) == ts.ReadFile(args[1])) == neg {
		ts.Fatalf("%s and %s: equal is %v", args[0], args[1], neg)
	}
}

// cmdAge: age DURATION FILE makes a file or directory as old as that.
func cmdAge(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: age DURATION FILE")
	}
	d, err := time.ParseDuration(args[0])
	ts.Check(err)
	at := time.Now().Add(-d)
	ts.Check(os.Chtimes(ts.MkAbs(args[1]), at, at))
}

// cmdOnePassword: op FILE serves 1Password on loopback, for the unmodified SDK, with
// the vault "Gateways" and, for every line "item value" of FILE, an item with that
// credential; it sets the environment that leads there.
func cmdOnePassword(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: op FILE")
	}
	vault := onepasswordtest.Vault{Title: "Gateways"}
	for _, line := range strings.Split(strings.TrimSpace(ts.ReadFile(args[0])), "\n") {
		item, value, _ := strings.Cut(line, " ")
		vault.Items = append(vault.Items, onepasswordtest.Item{
			Title: item, Fields: []onepasswordtest.Field{{ID: "credential", Value: value}},
		})
	}
	server, stop, err := onepasswordtest.Start(vault)
	ts.Check(err)
	ts.Defer(stop)
	for _, kv := range server.Env() {
		name, value, _ := strings.Cut(kv, "=")
		ts.Setenv(name, value)
	}
	ts.Setenv("OP_SERVICE_ACCOUNT_TOKEN", server.Token())
}
