package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/keyform/keyform/providers/fsys"
)

// What the scripts need of a file system besides testscript's own verbs.

// scriptCondition: [root] holds where the tests run as root.
func scriptCondition(cond string) (bool, error) {
	if cond == "root" {
		return os.Geteuid() == 0, nil
	}
	return false, fmt.Errorf("unknown condition %q", cond)
}

// remembered is where remember keeps what it saw, with the secrets in it.
const remembered = "secrets/remembered.json"

// cmdRemember: remember notes what is in the gateways' directories below home.
func cmdRemember(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: remember")
	}
	b, err := json.Marshal(homeState(ts))
	ts.Check(err)
	ts.Check(os.MkdirAll(ts.MkAbs("secrets"), 0o700))
	ts.Check(os.WriteFile(ts.MkAbs(remembered), b, 0o600))
}

// cmdUntouched: untouched holds that all is as it was at the last remember: every
// file to the byte, every mode and every link, keyform's own files apart.
func cmdUntouched(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 0 {
		ts.Fatalf("usage: untouched")
	}
	var was map[string]string
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(remembered)), &was))
	if len(was) == 0 {
		ts.Fatalf("there was nothing to remember")
	}
	now, same := homeState(ts), true
	for name, state := range now {
		if was[name] != state {
			same = false
			ts.Logf("%s is new or other than it was", name)
		}
	}
	for name := range was {
		if _, ok := now[name]; !ok {
			same = false
			ts.Logf("%s is gone", name)
		}
	}
	if same == neg {
		ts.Fatalf("untouched is %v", same)
	}
}

func homeState(ts *testscript.TestScript) map[string]string {
	out := map[string]string{}
	root := ts.MkAbs("home")
	ts.Check(filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.Name() == ".keyform" {
			return fs.SkipDir
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		state := info.Mode().String()
		switch {
		case info.Mode().IsRegular():
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			state += fmt.Sprintf(" %q", content) // JSON has no place for other bytes than UTF-8
		case info.Mode()&fs.ModeSymlink != 0:
			to, err := os.Readlink(path)
			if err != nil {
				return err
			}
			state += " " + to
		}
		out[strings.TrimPrefix(path, root)] = state
		return nil
	}))
	return out
}

// cmdChown: chown UID FILE... gives files away; only root can.
func cmdChown(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: chown UID FILE...")
	}
	uid, err := strconv.Atoi(args[0])
	ts.Check(err)
	for _, name := range args[1:] {
		ts.Check(os.Lchown(ts.MkAbs(name), uid, uid))
	}
}

// cmdOwner: owner UID FILE... holds who owns files.
func cmdOwner(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: owner UID FILE...")
	}
	for _, name := range args[1:] {
		info, err := os.Lstat(ts.MkAbs(name))
		ts.Check(err)
		if uid, _, _ := fsys.Owner(info); strconv.Itoa(uid) != args[0] {
			ts.Fatalf("%s belongs to %d", name, uid)
		}
	}
}

// cmdHardLink: hardlink OLD NEW gives a file a second name.
func cmdHardLink(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: hardlink OLD NEW")
	}
	ts.Check(os.Link(ts.MkAbs(args[0]), ts.MkAbs(args[1])))
}

// cmdLockFile: lockfile live|dead FILE makes an O_EXCL lock as OpenClaw 2026.2.26
// does, of a process that lives or of one that is gone.
func cmdLockFile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: lockfile live|dead FILE")
	}
	pid := os.Getpid()
	if args[0] == "dead" {
		pid = deadPID(ts)
	}
	content := fmt.Sprintf("{\n  \"pid\": %d,\n  \"createdAt\": %q\n}", pid, time.Now().UTC().Format("2006-01-02T15:04:05.000Z"))
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(content), 0o600))
	ts.Setenv("HOLDER", strconv.Itoa(pid))
}

// deadPID gives the id of a process that has just ended.
func deadPID(ts *testscript.TestScript) int {
	p, err := os.StartProcess(os.Args[0], []string{os.Args[0], "-test.run=^$"}, &os.ProcAttr{Env: os.Environ()})
	ts.Check(err)
	_, err = p.Wait()
	ts.Check(err)
	return p.Pid
}

// cmdBusy: busy DIR holds keyform's own lock in a data directory until the script ends,
// as another run does.
func cmdBusy(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: busy DATADIR")
	}
	dir := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(dir, 0o700))
	held, err := fsys.OS{}.Flock(filepath.Join(dir, "lock"))
	ts.Check(err)
	ts.Defer(func() { held.Close() })
	who := fmt.Sprintf(`{"run":"0badcafe","pid":%d,"started":%q,"command":"keyform apply","user":"somebody"}`,
		os.Getpid(), time.Now().Add(-90*time.Second).UTC().Format(time.RFC3339))
	ts.Check(os.WriteFile(filepath.Join(dir, "lock.json"), []byte(who), 0o600))
}

// cmdTear: tear FILE cuts a file in half and makes it whole again soon after, as a
// gateway that writes in place does.
func cmdTear(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: tear FILE")
	}
	path, whole := ts.MkAbs(args[0]), ts.ReadFile(args[0])
	ts.Check(os.WriteFile(path, []byte(whole[:len(whole)/2]), 0o600))
	healed := make(chan error, 1)
	go func() {
		time.Sleep(200 * time.Millisecond)
		healed <- os.WriteFile(path, []byte(whole), 0o600)
	}()
	ts.Defer(func() { ts.Check(<-healed) })
}

// cmdInterrupt: interrupt sends SIGINT to the background commands.
func cmdInterrupt(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: interrupt")
	}
	for _, cmd := range ts.BackgroundCmds() {
		ts.Check(cmd.Process.Signal(syscall.SIGINT))
	}
}

// cmdSays: says PATTERN is stdout, and tells PATTERN stderr, without the line breaks
// and the frames of what is laid out for a terminal.
func cmdSays(stream string) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if len(args) != 1 {
			ts.Fatalf("usage: says|tells PATTERN")
		}
		text := strings.Join(strings.Fields(strings.ReplaceAll(ts.ReadFile(stream), "│", " ")), " ")
		pattern, err := regexp.Compile(args[0])
		ts.Check(err)
		if pattern.MatchString(text) == neg {
			ts.Fatalf("%s, for %q: match is %v", stream, args[0], neg)
		}
	}
}

// cmdUndated: undated FILE writes stdout there with "(N days)" for how far off a date
// is, which is another number every day.
func cmdUndated(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: undated FILE")
	}
	text := regexp.MustCompile(`\(\d+\s+days( ago)?\)`).ReplaceAllString(ts.ReadFile("stdout"), "(N days$1)")
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
}
