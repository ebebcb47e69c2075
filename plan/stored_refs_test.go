package plan

import (
	"testing"

	"github.com/keyform/keyform/schema"
)

// A gateway is told by the method that counts what it cannot resolve where a store holds a
// reference, or gets one, and by the release's usual one elsewhere.
func TestReferencesAreToldByTheMethodThatCountsThem(t *testing.T) {
	const usual, counting = "models.authRefresh", "secrets.reload"
	stored := LiveProfile{ID: "a:b", Provider: "a", Kind: schema.APIKey, Reference: &StoredRef{"env", "default", "A"}}
	value := LiveProfile{ID: "a:b", Provider: "a", Kind: schema.APIKey, Credential: "fp"}
	for _, tt := range []struct {
		name      string
		live      LiveProfile
		reference bool
		counts    string
		want      string
	}{
		{"none", value, false, counting, usual},
		{"one is there", stored, false, counting, counting},
		{"one comes", value, true, counting, counting},
		{"a release whose only method counts", stored, true, "", usual},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := schema.Gateway{Name: "gw", Product: "openclaw"}
			p := &schema.Profile{ID: "a:b", Provider: "a", Kind: schema.APIKey, Reference: tt.reference, Use: schema.Use{Ref: schema.Ref{Source: schema.SourceEnv, Args: []string{"A"}}}}
			live := GatewaySnapshot{
				Name: "gw", Rules: Rules{References: true, MainAgent: "main", ReloadMethod: usual, ReloadReferences: tt.counts},
				Stores: []StoreSnapshot{{Agent: "main", Exists: true, Path: "/s", Profiles: []LiveProfile{tt.live}}},
			}
			got, diags := Diff(Desired{Gateways: []DesiredGateway{{Gateway: g, Profiles: []*schema.Profile{p}}}}, Snapshot{Gateways: []GatewaySnapshot{live}}, Prints{}, Options{})
			if method := got.Gateways[0].Rules.ReloadMethod; method != tt.want || diags.HasErrors() {
				t.Errorf("%s, want %s; %v", method, tt.want, diags)
			}
		})
	}
}
