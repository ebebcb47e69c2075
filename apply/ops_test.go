package apply

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/fsys"
	"github.com/keyform/keyform/schema"
)

// TestChangesInOneStoreAreOneWrite: however many changes there are in a store, it is
// locked once, read once and compared once under the lock, synced and renamed once.
func TestChangesInOneStoreAreOneWrite(t *testing.T) {
	for _, product := range []string{"clawdbot", "openclaw"} {
		t.Run(product, func(t *testing.T) {
			one := storeOps(t, product, 1)
			want := map[string]int{
				"take lock": 1, "release lock": 1, "read under lock": 2,
				"Create temp": 1, "Write temp": 1, "Sync temp": 1, "Rename": 1, "SyncDir": 1,
			}
			got := map[string]int{}
			for name := range want {
				got[name] = one[name]
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("for one change (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(one, storeOps(t, product, 40)); diff != "" {
				t.Errorf("40 changes take other operations than one (-one +forty):\n%s", diff)
			}
		})
	}
}

// storeOps applies n changes to main's store and counts what is done to it.
func storeOps(t *testing.T, product string, n int) map[string]int {
	w := newWorld(t, product)
	w.want = nil
	for i := range n {
		id := fmt.Sprintf("anthropic:n%d", i)
		w.want = append(w.want, wanted{"agent/main", fmt.Sprintf("gateway.gw.profile[%q]", id),
			plan.PutProfile{ID: id, Provider: "anthropic", Kind: schema.APIKey, Secret: use("KEY", "profile "+id)}})
	}
	counter := fsys.NewFaulty(unsynced{}, fsys.Fault{})
	w.fs = counter
	if rep := w.mustApply(); rep.Gateways[0].Stores[0].Changes != n {
		t.Fatalf("%d changes, want %d", rep.Gateways[0].Stores[0].Changes, n)
	}
	store := w.refs[0].Path
	temp := regexp.MustCompile(`/\.auth-profiles\.json\.keyform-[0-9a-f]+\.tmp$`)
	out, locked := map[string]int{}, false
	for _, line := range counter.Ops() {
		op, name, _ := strings.Cut(line, " ")
		switch {
		case name == store+".lock" && (op == "Mkdir" || op == "Create"):
			locked = true
			out["take lock"]++
		case name == store+".lock" && op == "Remove":
			locked = false
			out["release lock"]++
		case name == store && op == "ReadFile" && locked:
			out["read under lock"]++
		case name == store:
			out[op]++
		case temp.MatchString(name):
			out[op+" temp"]++
		case op == "SyncDir" && strings.HasPrefix(store, name+"/") && strings.HasSuffix(name, "/agent"):
			out[op]++
		}
	}
	return out
}
