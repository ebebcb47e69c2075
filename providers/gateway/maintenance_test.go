package gateway_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/keyform/keyform/providers/sqlstore"
	"github.com/keyform/keyform/providers/sqlstore/sqlstoretest"
	"github.com/keyform/keyform/schema"
)

// Maintenance of the agents' databases that ends soon is waited for. One that lasts is why
// no store is written.
func TestMaintenanceIsWaitedFor(t *testing.T) {
	for _, lasts := range []bool{false, true} {
		s := newSandbox(t)
		s.mkdir(".openclaw", 0o700)
		state := s.path(".openclaw/state/openclaw.sqlite")
		if err := sqlstoretest.MakeState(state, sqlstoretest.R9, "state-db", sqlstore.Cells{Store: []byte(`{"version":1,"profiles":{}}`)}); err != nil {
			t.Fatal(err)
		}
		if err := sqlstoretest.Exec(state, "INSERT INTO state_leases VALUES ('core:agent-database-maintenance', 'global', 'x', 4083955200000, 0, NULL, 0, 0)"); err != nil {
			t.Fatal(err)
		}
		pauses := 0
		s.host.Sleep = func(context.Context, time.Duration) error {
			pauses++
			if lasts || pauses < 2 {
				return nil
			}
			return sqlstoretest.Exec(state, "DELETE FROM state_leases")
		}
		g := s.one(schema.Gateway{Name: "claw", Product: "openclaw"})
		for _, store := range g.Stores {
			if refused := strings.Contains(store.Refusal, "under maintenance"); refused != lasts {
				t.Errorf("it lasts: %v, %s: %q", lasts, store.Label, store.Refusal)
			}
		}
		if len(g.Stores) == 0 || pauses < 2 || pauses > 3 {
			t.Errorf("it lasts: %v, %d stores, %d pauses", lasts, len(g.Stores), pauses)
		}
	}
}
