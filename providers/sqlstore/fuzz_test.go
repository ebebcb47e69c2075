package sqlstore

import (
	"encoding/json"
	"testing"
)

// FuzzJudge: whatever the rows beside the cells hold, they are understood as OpenClaw
// understands them or refused, and the cells come through as they are.
func FuzzJudge(f *testing.F) {
	for _, seed := range []string{
		`{"location":"state-db"}`, `{"location":"legacy-main"}`, `{"location":"state-db","x":1}`, `"state-db"`, `null`, `17`, `16.5`, `-1`, `1e400`, `{`, ``,
		`{"version":1,"mode":"external","managerId":"fleet:1","claimedAt":5}`, `{"version":1,"mode":"external","managerId":"","claimedAt":5}`,
	} {
		f.Add([]byte(seed), []byte(seed), []byte(`18`))
		f.Add([]byte(`{"location":"state-db"}`), []byte(seed), []byte(seed))
	}
	f.Fuzz(func(t *testing.T, location, supervision, content []byte) {
		p := Place{Path: "/x", Kind: State, MaxVersion: 18}
		v, err := p.judge(found{
			version: 15,
			tables:  map[string]string{"config_machine_state": "table"},
			rows: map[string]value{
				rowLocation: {text: location}, rowSupervision: {text: supervision}, rowContent: {text: content},
				"authProfiles.store": {text: []byte("anything")},
			},
		})
		if err != nil {
			return
		}
		if string(v.Store) != "anything" || v.State != nil || !v.Supervised {
			t.Errorf("%+v", v)
		}
		if v.Version < 15 || v.Version > 18 {
			t.Errorf("version %d of content %s", v.Version, content)
		}
		if v.Location != LocationState && v.Location != LocationMain || !json.Valid(location) {
			t.Errorf("location %q of %s", v.Location, location)
		}
		if v.Manager != "" && !managerID.MatchString(v.Manager) {
			t.Errorf("manager %q", v.Manager)
		}
	})
}
