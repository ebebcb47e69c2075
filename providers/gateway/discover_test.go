package gateway_test

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyform/keyform/providers/gateway"
)

func TestDiscover(t *testing.T) {
	s := newSandbox(t)
	for _, dir := range []string{".clawdbot", ".clawdia", ".opensoul", ".gensparx", ".openclaw-work"} {
		s.mkdir(dir, 0o700)
	}
	// OpenSoul took OpenClaw's over; clawdbot's is elsewhere, and still its own.
	if err := os.Symlink(".opensoul", s.path(".openclaw")); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(s.path(".clawdbot"), s.path("disk")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("disk", s.path(".clawdbot")); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, g := range gateway.Discover(s.host) {
		got = append(got, g.Name)
		if g.Product != g.Name || !g.Migrate || g.Reload.Mode != "live" {
			t.Errorf("%+v", g)
		}
	}
	if diff := cmp.Diff([]string{"clawdbot", "clawdia", "opensoul", "gensparx"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
