// Package sandbox runs the real keyform on an example: it lays the example's home
// directory and configuration in a temporary place and gives keyform an environment
// of its own there, so that a test can neither see nor touch the gateways of the
// machine that it runs on. It is for tests.
package sandbox

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Build builds keyform for the test and gives its path. Where KEYFORM_BIN is set,
// that is the path and nothing is built.
func Build(t testing.TB) string {
	t.Helper()
	if bin := os.Getenv("KEYFORM_BIN"); bin != "" {
		return bin
	}
	bin := filepath.Join(t.TempDir(), "keyform.exe")
	out, err := exec.Command("go", "build", "-o", bin, "github.com/keyform/keyform/cmd/keyform").CombinedOutput()
	if err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return bin
}

// Sandbox is one home directory with configurations beside it. It ends with its test.
type Sandbox struct {
	// Home is $HOME of the runs.
	Home string
	// Config is the directory that Lay put the example's configuration in; where the
	// example has several, they are its sub-directories.
	Config string

	bin     string
	temp    string
	environ []string
	secrets []string
}

// Lay copies the example in dir: what is in its home directory becomes $HOME, with
// the modes that gateways use (0700, 0600); its secrets.env, lines of NAME=VALUE,
// becomes part of the environment; all else is configuration. Dates of issue in the
// configuration move along with the clock, so that an example never expires.
func Lay(t testing.TB, bin, dir string) *Sandbox {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s := &Sandbox{Home: filepath.Join(root, "home"), Config: filepath.Join(root, "config"), temp: filepath.Join(root, "tmp"), bin: bin}
	for _, d := range []string{s.Home, s.Config, s.temp} {
		if err := os.Mkdir(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	s.environ = []string{"HOME=" + s.Home, "PATH=/usr/bin:/bin", "TMPDIR=" + s.temp}
	if err := s.lay(dir); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *Sandbox) lay(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		switch {
		case e.Name() == "home":
			err = copyTree(s.Home, path, func(b []byte) []byte { s.noteSecrets(b); return b })
		case e.Name() == "secrets.env":
			err = s.readEnviron(path)
		case e.IsDir():
			err = copyTree(filepath.Join(s.Config, e.Name()), path, MoveDates)
		case e.Name() != "expected.txt":
			err = copyFile(filepath.Join(s.Config, e.Name()), path, MoveDates)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Sandbox) readEnviron(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\r\n")
		if strings.Contains(line, "=") {
			s.environ = append(s.environ, line)
		}
	}
	s.noteSecrets(text)
	return nil
}

func copyTree(to, from string, edit func([]byte) []byte) error {
	return filepath.WalkDir(from, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, rel)
		switch {
		case d.IsDir():
			return os.MkdirAll(target, 0o700)
		case d.Name() == "expected.txt":
			return nil
		}
		return copyFile(target, path, edit)
	})
}

func copyFile(to, from string, edit func([]byte) []byte) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, edit(content), 0o600)
}

// Result is what a run of keyform gave.
type Result struct {
	Stdout, Stderr string
	Code           int
}

// Run runs keyform in the configuration directory below Config ("." for Config
// itself) and waits for its end. Standard input is empty.
func (s *Sandbox) Run(t testing.TB, dir string, args ...string) Result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := s.run(t, dir, &stdout, &stderr, args)
	return Result{stdout.String(), stderr.String(), code}
}

// Terminal is Run with both streams in one, in the order of writing, as a terminal
// shows them: Stderr of the result is empty.
func (s *Sandbox) Terminal(t testing.TB, dir string, args ...string) Result {
	t.Helper()
	var out bytes.Buffer
	code := s.run(t, dir, &out, &out, args)
	return Result{Stdout: out.String(), Code: code}
}

func (s *Sandbox) run(t testing.TB, dir string, stdout, stderr io.Writer, args []string) int {
	t.Helper()
	cmd := exec.Command(s.bin, args...)
	cmd.Dir = filepath.Join(s.Config, dir)
	cmd.Env = s.environ
	cmd.Stdout, cmd.Stderr = stdout, stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("keyform %s: %v", strings.Join(args, " "), err)
	}
	return cmd.ProcessState.ExitCode()
}
