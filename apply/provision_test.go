package apply

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/sqlstore"
	"github.com/keyform/keyform/providers/sqlstore/sqlstoretest"
)

// The gateway's command line takes seconds to make a database. They count as the time of
// that store alone, apart from the time of the write.
func TestProvisioningHasItsOwnTime(t *testing.T) {
	w := newWorld(t, "agent-sqlite")
	ref := w.ref("agent/fresh")
	if err := os.Remove(ref.Path); err != nil {
		t.Fatal(err)
	}
	p := w.plan()
	for i := range p.Gateways[0].Writes {
		write := &p.Gateways[0].Writes[i]
		write.Provision = write.Store.Key() == ref.Key()
	}
	d := w.deps()
	now := time.Now()
	d.Now = func() time.Time { now = now.Add(time.Millisecond); return now }
	d.Provision = func(_ context.Context, _ *plan.GatewayPlan, agent string) error {
		now = now.Add(7 * time.Second)
		return sqlstoretest.MakeAgent(ref.Path, sqlstoretest.R6, agent, sqlstore.Cells{})
	}
	rep, err := Run(t.Context(), p, d)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range rep.Gateways[0].Stores {
		made := s.Store == ref.Key()
		if s.State != Verified || s.Milliseconds > 1000 || made != (s.Provisioned >= 7000) || !made && s.Provisioned != 0 {
			t.Errorf("%+v", s)
		}
	}
	w.mustBeSynced()
	w.mustBeClean()
}
