package sandbox

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// MoveDates sets every date of issue in a configuration to twenty days ago.
func MoveDates(hcl []byte) []byte {
	recent := time.Now().UTC().AddDate(0, 0, -20).Format(time.DateOnly)
	issued := regexp.MustCompile(`(\bissued\s*=\s*")\d{4}-\d{2}-\d{2}"`)
	return issued.ReplaceAll(hcl, []byte("${1}"+recent+`"`))
}

// Steady gives an output without what differs from run to run or machine to machine:
// times, run ids, the sandbox's own paths. Two outputs that say the same are the same
// then.
func (s *Sandbox) Steady(out string) string {
	out = strings.NewReplacer(s.Home, "/home/gw", s.Config, "/home/gw/config").Replace(out)
	for _, r := range []struct{ from, to string }{
		{`expires \d{4}-\d{2}-\d{2} \(\d+\s+days\)`, "expires DATE"},
		{`  +\d+ ms`, "  MS"},
		{`\brun [0-9a-f]{8}\b`, "run ID"},
	} {
		out = regexp.MustCompile(r.from).ReplaceAllString(out, r.to)
	}
	return out
}

// Same compares an output with what is written down of it, both made steady.
func (s *Sandbox) Same(got, want string) bool {
	return s.Steady(got) == s.Steady(want)
}

// noteSecrets collects the fake credentials in a text: every word with FAKE in it.
func (s *Sandbox) noteSecrets(text []byte) {
	for _, w := range regexp.MustCompile(`[A-Za-z0-9_#-]*FAKE[A-Za-z0-9_#-]*`).FindAll(text, -1) {
		s.secrets = append(s.secrets, string(w))
	}
}

// NoLeak fails the test where a fake credential of the example is in one of the
// outputs, or in a file of keyform's own other than a backup.
func (s *Sandbox) NoLeak(t testing.TB, outputs ...string) {
	t.Helper()
	if len(s.secrets) == 0 {
		t.Error("the example has no fake credential to search for")
	}
	for _, out := range outputs {
		s.search(t, "an output", []byte(out))
	}
	found := 0
	err := filepath.WalkDir(s.Home, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.Contains(path, "/.keyform/") || strings.Contains(path, "/.keyform/backups/") {
			return err
		}
		found++
		text, err := os.ReadFile(path)
		s.search(t, path, text)
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if found == 0 {
		t.Error("keyform has left no files of its own to search")
	}
}

// search looks for each credential, and for its end, which no other text has.
func (s *Sandbox) search(t testing.TB, where string, text []byte) {
	t.Helper()
	for _, secret := range s.secrets {
		tail := secret[max(0, len(secret)-16):]
		if bytes.Contains(text, []byte(secret)) || bytes.Contains(text, []byte(tail)) {
			t.Errorf("a credential is in %s", where)
		}
	}
}
