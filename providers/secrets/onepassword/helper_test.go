package onepassword_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyform/keyform/providers/secrets/onepassword"
	"github.com/keyform/keyform/providers/secrets/onepassword/child"
	"github.com/keyform/keyform/providers/secrets/onepassword/onepasswordtest"
	"github.com/keyform/keyform/providers/secrets/onepassword/protocol"
	"github.com/keyform/keyform/providers/secrets/source"
	"github.com/keyform/keyform/schema"
)

// TestMain makes this test binary its own helper, as keyform is.
func TestMain(m *testing.M) {
	if slices.Equal(os.Args[1:], []string{"internal", "op-resolve"}) {
		os.Exit(child.Main(context.Background(), os.Stdin, os.Stdout, os.Getenv))
	}
	os.Exit(m.Run())
}

func serve(t testing.TB) *onepasswordtest.Server {
	t.Helper()
	if runtime.GOOS == "darwin" || runtime.GOOS == "windows" {
		t.Skip("SSL_CERT_FILE does not set the root certificates here")
	}
	return onepasswordtest.New(t, onepasswordtest.Vault{Title: "ai", Items: []onepasswordtest.Item{
		{Title: "openai", Fields: []onepasswordtest.Field{{ID: "credential", Value: "fake-canary-1"}}},
		{Title: "anthropic", Fields: []onepasswordtest.Field{{ID: "credential", Value: "fake-canary-2"}}},
	}})
}

// seams are those of a keyform whose environment leads to the server and also has
// what is none of the helper's business.
func seams(s *onepasswordtest.Server) source.Seams {
	env := map[string]string{protocol.TokenVariable: s.Token(), "AWS_SECRET_ACCESS_KEY": "canary", "PATH": "/bin", "GOMEMLIMIT": "64MiB"}
	for _, line := range s.Env() {
		name, value, _ := strings.Cut(line, "=")
		env[name] = value
	}
	return source.Seams{
		LookupEnv:  func(name string) (string, bool) { v, ok := env[name]; return v, ok },
		Executable: os.Executable,
		Wait:       func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
		Random:     func() float64 { return 0 },
	}
}

func refs(texts ...string) []schema.Ref {
	var out []schema.Ref
	for _, text := range texts {
		out = append(out, schema.Ref{Source: schema.SourceOnePassword, Args: []string{text}})
	}
	return out
}

// process is what the system tells of a child of this process.
type process struct {
	pid               string
	cmdline, variable []string
}

// children looks them up where the system has /proc.
func children(t *testing.T) []process {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Error(err)
	}
	var out []process
	for _, stat := range stats {
		b, err := os.ReadFile(stat)
		if err != nil {
			continue // gone meanwhile
		}
		text := string(b)
		rest := strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
		if rest[1] != fmt.Sprint(os.Getpid()) {
			continue
		}
		list := func(name string) []string {
			b, err := os.ReadFile(filepath.Join(filepath.Dir(stat), name))
			if err != nil {
				t.Error(err)
			}
			return strings.Split(strings.TrimSuffix(string(b), "\x00"), "\x00")
		}
		out = append(out, process{filepath.Base(filepath.Dir(stat)), list("cmdline"), list("environ")})
	}
	return out
}

func TestOneSignInForAll(t *testing.T) {
	s := serve(t)
	var seen []process
	s.SetFault(func(onepasswordtest.Request) onepasswordtest.Fault {
		if seen == nil && runtime.GOOS == "linux" {
			seen = children(t)
		}
		return onepasswordtest.Fault{}
	})
	ask := refs("op://ai/openai/credential", "op://ai/anthropic/credential", "op://ai/none/credential", "op://none/x/y")
	got := onepassword.New(seams(s)).Fetch(t.Context(), source.Request{Refs: ask})

	if got[0].Failure != nil || got[0].Value.Reveal() != "fake-canary-1" || got[1].Failure != nil || got[1].Value.Reveal() != "fake-canary-2" {
		t.Errorf("got %v and %v", got[0].Failure, got[1].Failure)
	}
	for _, r := range got[2:] {
		if r.Failure == nil || r.Failure.Kind != source.NotFound {
			t.Errorf("got %v", r.Failure)
		}
	}
	// 4 to sign in, vaults, keys, overviews of one vault, one batch of items.
	if n := len(s.Requests()); n != 8 {
		t.Errorf("%d requests, want 8", n)
	}
	noLeak(t, fmt.Sprintf("%v %+v %#v", got, got, got[0].Value), s.Token())
	b, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	noLeak(t, string(b), s.Token())
	if runtime.GOOS != "linux" {
		return
	}
	if len(seen) != 1 {
		t.Fatalf("%d children while the helper asked, want 1", len(seen))
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{exe, "internal", "op-resolve"}, seen[0].cmdline); diff != "" {
		t.Errorf("arguments: %s", diff)
	}
	names := map[string]bool{}
	for _, v := range seen[0].variable {
		name, _, _ := strings.Cut(v, "=")
		names[name] = true
	}
	want := []string{"HTTPS_PROXY", "NO_PROXY", "OP_SERVICE_ACCOUNT_TOKEN", "SSL_CERT_DIR", "SSL_CERT_FILE", "https_proxy", "no_proxy"}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(names))); diff != "" {
		t.Errorf("environment: %s", diff)
	}
}

// noLeak looks for the canaries of this file and for the token.
func noLeak(t *testing.T, text, token string) {
	t.Helper()
	if strings.Contains(text, "canary") || strings.Contains(text, token) {
		t.Error("a secret is in what is shown")
	}
}

func TestHelperEndsWithTheRun(t *testing.T) {
	s := serve(t)
	ctx, cancel := context.WithCancel(t.Context())
	s.SetFault(func(onepasswordtest.Request) onepasswordtest.Fault {
		cancel()
		return onepasswordtest.Fault{Delay: time.Hour}
	})
	ask := refs("op://ai/openai/credential")
	got := onepassword.New(seams(s)).Fetch(ctx, source.Request{Refs: ask})[0]
	if got.Failure == nil || got.Failure.Kind != source.Other || !strings.Contains(got.Failure.Message, "interrupted") {
		t.Errorf("got %v", got.Failure)
	}
	if left := children(t); len(left) > 0 {
		t.Errorf("%d helpers are left", len(left))
	}
}

func TestHelperEndsWithItsTime(t *testing.T) {
	s := serve(t)
	s.SetFault(func(onepasswordtest.Request) onepasswordtest.Fault { return onepasswordtest.Fault{Delay: time.Hour} })
	seams := seams(s)
	seams.Timeout = 200 * time.Millisecond
	got := onepassword.New(seams).Fetch(t.Context(), source.Request{Refs: refs("op://ai/openai/credential")})[0]
	if got.Failure == nil || got.Failure.Kind != source.Timeout {
		t.Errorf("got %v", got.Failure)
	}
	if left := children(t); len(left) > 0 {
		t.Errorf("%d helpers are left", len(left))
	}
}

func TestHelperCannotStart(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "keyform")
	seams := source.Seams{
		LookupEnv:  func(string) (string, bool) { return "ops_canary", true },
		Executable: func() (string, error) { return missing, nil },
	}
	got := onepassword.New(seams).Fetch(t.Context(), source.Request{Refs: refs("op://ai/openai/credential")})[0]
	if got.Failure == nil || !strings.Contains(got.Failure.Message, "could not start itself") {
		t.Fatalf("got %v", got.Failure)
	}
	noLeak(t, got.Failure.Error(), "ops_canary")
}
