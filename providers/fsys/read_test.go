//go:build unix

package fsys

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var testTime = time.Date(2026, 1, 24, 0, 0, 0, 0, time.UTC)

func parseJSON(b []byte) error {
	var v any
	return json.Unmarshal(b, &v)
}

func TestReadStableReadsATornFileAgainUntilItIsWhole(t *testing.T) {
	name := filepath.Join(t.TempDir(), "store")
	states := []string{"", `{"version":`, `{"version":1}`}
	put(t, name, states[0])
	var pauses []time.Duration
	sleep := func(_ context.Context, d time.Duration) error {
		pauses = append(pauses, d)
		put(t, name, states[len(pauses)])
		return nil
	}
	b, err := ReadStable(context.Background(), OS{}, name, sleep, parseJSON)
	if err != nil || string(b) != `{"version":1}` {
		t.Errorf("read %q, %v", b, err)
	}
	if diff := cmp.Diff([]time.Duration{10 * time.Millisecond, 20 * time.Millisecond}, pauses); diff != "" {
		t.Errorf("pauses (-want +got):\n%s", diff)
	}
}

func TestReadStableGivesTheErrorOfTheParserAfterHalfASecond(t *testing.T) {
	name := filepath.Join(t.TempDir(), "store")
	put(t, name, "{")
	broken := errors.New("broken")
	total, tries := time.Duration(0), 0
	sleep := func(_ context.Context, d time.Duration) error { total += d; return nil }
	_, err := ReadStable(context.Background(), OS{}, name, sleep, func([]byte) error { tries++; return broken })
	if err != broken || tries != 8 || total != 500*time.Millisecond {
		t.Errorf("error %v after %d tries and %v; want the parser's after 8 and 500ms", err, tries, total)
	}
}

// growing is a file whose size moves on after each read, as an appended one does.
type growing struct {
	FS
	t    *testing.T
	left int
}

func (g *growing) ReadFile(name string) ([]byte, error) {
	b, err := g.FS.ReadFile(name)
	if g.left > 0 {
		g.left--
		put(g.t, name, string(b)+"A=1\n")
	}
	return b, err
}

func TestReadStableReadsAgainWhenTheSizeMoved(t *testing.T) {
	name := filepath.Join(t.TempDir(), ".env")
	put(t, name, "")
	accept := func([]byte) error { return nil }
	sleep := func(context.Context, time.Duration) error { return nil }
	b, err := ReadStable(context.Background(), &growing{OS{}, t, 2}, name, sleep, accept)
	if err != nil || string(b) != "A=1\nA=1\n" {
		t.Errorf("read %q, %v", b, err)
	}
	if _, err := ReadStable(context.Background(), &growing{OS{}, t, 99}, name, sleep, accept); !errors.Is(err, errChanging) {
		t.Errorf("a file that never rests: %v", err)
	}
}

func TestReadStableStopsAtOnceForAMissingFileAndAnEndedContext(t *testing.T) {
	name := filepath.Join(t.TempDir(), "store")
	if _, err := ReadStable(context.Background(), OS{}, name, nil, parseJSON); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	put(t, name, "{")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := ReadStable(ctx, OS{}, name, nil, parseJSON); !errors.Is(err, context.Canceled) {
		t.Errorf("an ended context: %v", err)
	}
}

func TestMkdirAllMakesWhatIsMissingAndRefusesAFileInTheWay(t *testing.T) {
	dir := t.TempDir()
	deep := filepath.Join(dir, "a", "b")
	f := NewFaulty(OS{}, Fault{})
	for range 2 {
		if err := MkdirAll(f, deep, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{deep, filepath.Dir(deep)} {
		if got := mode(t, name); got != 0o700 {
			t.Errorf("mode of %s: %v", name, got)
		}
	}
	syncs := 0
	for _, op := range f.Ops() {
		if op == "SyncDir "+dir || op == "SyncDir "+filepath.Join(dir, "a") {
			syncs++
		}
	}
	if syncs != 2 {
		t.Errorf("parents synced %d times, want 2: %q", syncs, f.Ops())
	}
	put(t, filepath.Join(dir, "file"), "x")
	for _, name := range []string{"file", filepath.Join("file", "deep")} {
		if err := MkdirAll(OS{}, filepath.Join(dir, name), 0o700); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if err := os.Symlink("gone", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	var link *LinkError
	if err := MkdirAll(OS{}, filepath.Join(dir, "link"), 0o700); !errors.As(err, &link) {
		t.Errorf("a link to nowhere: %v", err)
	}
}
