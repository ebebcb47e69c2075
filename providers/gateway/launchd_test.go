package gateway_test

import (
	"testing"

	"github.com/keyform/keyform/schema"
)

// TestLaunchAgentIsTheUnit finds the service of a gateway on macOS by the property
// list that the product installs (labels: clawdbot 2026.1.24-3, daemon/constants).
func TestLaunchAgentIsTheUnit(t *testing.T) {
	s := newSandbox(t)
	s.write(".clawdbot/clawdbot.json", "{}")
	s.write(".clawdbot-lab/clawdbot.json", "{}")
	for _, tt := range []struct {
		spec        schema.Gateway
		plist, want string
	}{
		{schema.Gateway{Name: "a", Product: "clawdbot"}, "", ""},
		{schema.Gateway{Name: "a", Product: "clawdbot"}, "com.clawdbot.gateway", "com.clawdbot.gateway"},
		{schema.Gateway{Name: "b", Product: "clawdbot", Instance: "lab"}, "com.clawdbot.lab", "com.clawdbot.lab"},
	} {
		if tt.plist != "" {
			s.write("Library/LaunchAgents/"+tt.plist+".plist", "<plist/>")
		}
		if got := s.one(tt.spec).Unit; got != tt.want {
			t.Errorf("%s: unit %q, want %q", tt.plist, got, tt.want)
		}
	}
}
