package secrets_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/keyform/keyform/providers/secrets"
	"github.com/keyform/keyform/providers/secrets/secret"
	"github.com/keyform/keyform/providers/secrets/source"
	"github.com/keyform/keyform/schema"
)

type osFiles struct{}

func (osFiles) ReadFile(name string) ([]byte, error)         { return os.ReadFile(name) }
func (osFiles) Stat(name string) (info fs.FileInfo, e error) { return os.Stat(name) }

// one resolves one reference and gives the value, or "!" and the kind of failure.
func one(t *testing.T, seams source.Seams, ref schema.Ref) string {
	t.Helper()
	values, failures := secrets.New(seams, nil).Resolve(t.Context(), []schema.Ref{ref})
	if len(failures) > 0 {
		if strings.Contains(failures[0].Error(), "canary") {
			t.Error("a secret is in the failure")
		}
		return "!" + string(failures[0].Kind)
	}
	v, _ := values.Get(ref)
	return v.Reveal()
}

func write(t *testing.T, name, content string, mode fs.FileMode) string {
	t.Helper()
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(name, mode); err != nil { // whatever the umask
		t.Fatal(err)
	}
	return name
}

func TestSecretFile(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	write(t, path("plain"), "canary\n", 0o600)
	write(t, path("two"), "canary\n\n", 0o600)
	write(t, path("crlf"), "canary\r\n", 0o600)
	write(t, path("empty"), "\n", 0o600)
	write(t, path("big"), strings.Repeat("canary", 20_000), 0o600)
	write(t, path("shared"), "canary", 0o640)
	write(t, path("open"), "canary", 0o620)
	if err := os.Symlink(path("plain"), path("link")); err != nil {
		t.Skip(err)
	}
	var warned []string
	seams := source.Seams{Files: osFiles{}, Home: dir, Warn: func(w source.Warning) { warned = append(warned, w.Ref.Args[0]) }}
	for arg, want := range map[string]string{
		path("plain"):        "canary",
		path("link"):         "canary",
		"~/plain":            "canary",
		path("crlf"):         "canary",
		path("two"):          "!malformed",
		path("empty"):        "!empty",
		path("big"):          "!malformed",
		path("none"):         "!not-found",
		path("plain") + "/x": "!other",
		dir:                  "!unsupported",
		"plain":              "!malformed",
		"~root/plain":        "!malformed",
	} {
		if got := one(t, seams, ref("secretfile", arg)); got != want {
			t.Errorf("%s: got %q, want %q", arg, got, want)
		}
	}
	if got := one(t, source.Seams{Files: osFiles{}}, ref("secretfile", "~/plain")); got != "!not-found" {
		t.Errorf("without a home: got %q", got)
	}
	if runtime.GOOS == "windows" {
		return
	}
	if got := one(t, seams, ref("secretfile", path("open"))); got != "!denied" {
		t.Errorf("writable by others: got %q", got)
	}
	if got := one(t, seams, ref("secretfile", path("shared"))); got != "canary" {
		t.Errorf("readable by others: got %q", got)
	}
	if diff := cmp.Diff([]string{path("shared")}, warned); diff != "" {
		t.Errorf("warnings: %s", diff)
	}
}

// refusing is a file system that says no, which root's own never does.
type refusing struct{ osFiles }

func (refusing) ReadFile(name string) ([]byte, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
}

func TestCredential(t *testing.T) {
	dir := t.TempDir()
	// systemd guards its files by access control lists, which show as group rights.
	write(t, filepath.Join(dir, "token"), "canary\n", 0o440)
	seams := source.Seams{Files: osFiles{}, LookupEnv: lookup(map[string]string{"CREDENTIALS_DIRECTORY": dir})}
	for arg, want := range map[string]string{
		"token":    "canary",
		"none":     "!not-found",
		"":         "!malformed",
		"..":       "!malformed",
		"../token": "!malformed",
	} {
		if got := one(t, seams, ref("credential", arg)); got != want {
			t.Errorf("%q: got %q, want %q", arg, got, want)
		}
	}
	seams.Files = refusing{}
	if got := one(t, seams, ref("credential", "token")); got != "!denied" {
		t.Errorf("unreadable: got %q", got)
	}
	seams.LookupEnv = lookup(nil)
	if got := one(t, seams, ref("credential", "token")); got != "!not-found" {
		t.Errorf("outside of a service: got %q", got)
	}
}

func TestStdin(t *testing.T) {
	for _, x := range []struct {
		name  string
		seams source.Seams
		want  string
	}{
		{"one line", source.Seams{Stdin: strings.NewReader("canary\n")}, "canary"},
		{"two lines", source.Seams{Stdin: strings.NewReader("canary\ncanary\n")}, "!malformed"},
		{"empty", source.Seams{Stdin: strings.NewReader("")}, "!empty"},
		{"endless", source.Seams{Stdin: endless{}}, "!malformed"},
		{"broken", source.Seams{Stdin: iotest.ErrReader(errors.New("broken"))}, "!other"},
		{"terminal", source.Seams{Stdin: strings.NewReader("canary"), StdinIsTerminal: true}, "!unsupported"},
		{"none", source.Seams{}, "!unsupported"},
	} {
		if got := one(t, x.seams, ref("stdin")); got != x.want {
			t.Errorf("%s: got %q, want %q", x.name, got, x.want)
		}
	}
	silent, end := io.Pipe()
	defer end.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, failures := secrets.New(source.Seams{Stdin: silent}, nil).Resolve(ctx, []schema.Ref{ref("stdin")})
	if diff := cmp.Diff([]string{"stdin() other"}, kinds(failures)); diff != "" {
		t.Errorf("interrupted: %s", diff)
	}
}

func TestClaudeCode(t *testing.T) {
	gives := func(text string, err error) source.Seams {
		return source.Seams{ClaudeCode: func(context.Context) (secret.Value, error) { return secret.FromString(text), err }}
	}
	for _, x := range []struct {
		name  string
		seams source.Seams
		want  string
	}{
		{"login", gives("canary", nil), "canary"},
		{"none", gives("", nil), "!not-found"},
		{"broken", gives("canary", errors.New("interrupted")), "!other"},
		{"elsewhere", source.Seams{}, "!unsupported"},
	} {
		if got := one(t, x.seams, ref("claude_code", "/home/gw/.claude/.credentials.json")); got != x.want {
			t.Errorf("%s: got %q, want %q", x.name, got, x.want)
		}
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}
