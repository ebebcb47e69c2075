package claudecode_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/claudecode"
	"github.com/keyform/keyform/providers/secrets/secret"
	"github.com/keyform/keyform/schema"
)

// TestCopy reads what a sync would copy, and packs it for its way to a store. That it is
// what the sync of the real clawdbot copies is for package gateway to test.
func TestCopy(t *testing.T) {
	for _, test := range []struct{ name, file, want string }{
		{"none", "", "none"},
		{"empty", " ", "none"},
		{"torn", `{"claudeAiOauth":{"accessToken":"canary-a","expi`, "none"},
		{"byte order mark", "\ufeff" + `{"claudeAiOauth":{"accessToken":"canary-a","expiresAt":5}}`, "none"},
		{"no login", `{"mcpOAuth":{}}`, "none"},
		{"ended", `{"claudeAiOauth":{"accessToken":"","refreshToken":"","expiresAt":0}}`, "none"},
		{"no expiry", `{"claudeAiOauth":{"accessToken":"canary-a","refreshToken":"canary-r"}}`, "none"},
		{"expiry as text", `{"claudeAiOauth":{"accessToken":"canary-a","expiresAt":"5"}}`, "none"},
		{"login", `{"claudeAiOauth":{"accessToken":"canary-a","refreshToken":"canary-r","expiresAt":1795176000000.5}}`, "oauth canary-a canary-r 1795176000000.5"},
		{"setup-token", `{"claudeAiOauth":{"accessToken":"canary-a","refreshToken":null,"expiresAt":5}}`, "token canary-a  5"},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := newSandbox(t)
			if test.file != "" {
				h.write(".claude/.credentials.json", test.file)
			}
			login, err := h.host.Copy(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			got := "none"
			if login != nil {
				packed, err := login.Pack()
				if err != nil {
					t.Fatal(err)
				}
				again, err := claudecode.Unpack(packed)
				if err != nil {
					t.Fatal(err)
				}
				got = strings.Join([]string{string(again.Kind()), again.Access.Reveal(), again.Refresh.Reveal(), trim(again.Expires)}, " ")
				s := login.Snapshot(h.host, make([]byte, 32))
				if s.Kind != login.Kind() || s.Access == "" || (s.Refresh == "") != (s.Kind == schema.Token) || s.Expires != login.Expires {
					t.Errorf("snapshot %+v", s)
				}
				if s.Refresh != plan.Fingerprint(secret.FromString(again.Refresh.Reveal()).Fingerprint(make([]byte, 32), plan.RefreshDomain)) {
					t.Error("the refresh token has another fingerprint than elsewhere")
				}
			}
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
	if _, err := claudecode.Unpack(secret.FromString("canary")); err == nil || strings.Contains(err.Error(), "canary") {
		t.Errorf("got %v", err)
	}
}

func trim(f float64) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", f), ".0") }
