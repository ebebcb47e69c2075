package plan

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/keyform/keyform/schema"
	"github.com/keyform/keyform/schema/diag"
)

// LiveView is what is shown of the live credentials: names, kinds, dates and who
// manages them, never a value nor an image of one.
type LiveView struct {
	FormatVersion string        `json:"format_version"`
	Gateways      []LiveGateway `json:"gateways"`
	// ClaudeCode is nil where it was not looked at.
	ClaudeCode  *ClaudeCodeState `json:"claude_code,omitempty"`
	Diagnostics []diag.Entry     `json:"diagnostics"`
	now         int64
}

// LiveGateway is one gateway.
type LiveGateway struct {
	GatewayView
	Stores   []LiveStore         `json:"stores"`
	Listings []Listing           `json:"auth_profiles"`
	Orders   map[string][]string `json:"auth_order,omitempty"`
	// Variables are those of the .env file, and those that some provider uses from
	// elsewhere.
	Variables   []LiveVariable `json:"variables"`
	configLabel string
}

// LiveStore is one agent's credential store.
type LiveStore struct {
	Agent    string              `json:"agent"`
	Label    string              `json:"label"`
	Profiles []LiveCredential    `json:"profiles"`
	Orders   map[string][]string `json:"orders,omitempty"`
}

// LiveCredential is one stored credential.
type LiveCredential struct {
	ID        string                `json:"id"`
	Provider  string                `json:"provider"`
	Kind      schema.CredentialKind `json:"kind"`
	Expires   *float64              `json:"expires,omitempty"`
	Reference bool                  `json:"reference,omitempty"`
	Cooldown  bool                  `json:"usage_stats,omitempty"`
	ManagedBy string                `json:"managed_by,omitempty"`
}

// LiveVariable is one variable and where it comes from.
type LiveVariable struct {
	Name  string `json:"name"`
	Where string `json:"where"`
}

// NewLiveView prepares a snapshot for showing. now is in milliseconds since the epoch.
func NewLiveView(s Snapshot, now int64, diags []diag.Entry) *LiveView {
	v := &LiveView{FormatVersion: FormatVersion, Gateways: []LiveGateway{}, Diagnostics: diags, now: now}
	for i := range s.Gateways {
		v.Gateways = append(v.Gateways, liveGateway(&s.Gateways[i]))
	}
	if s.ClaudeCode != nil {
		v.ClaudeCode = &s.ClaudeCode.ClaudeCodeState
	}
	return v
}

func liveGateway(g *GatewaySnapshot) LiveGateway {
	out := LiveGateway{
		GatewayView: GatewayView{
			Name: g.Name, Product: g.Product, Release: g.Release, Evidence: g.Evidence,
			StateDir: g.StateDir, ConfigPath: g.ConfigPath, Running: g.Running, PID: g.PID, Unmanaged: []string{}, home: g.Home,
			TreatedAs: g.TreatedAs, ConfigReadOnly: g.ConfigReadOnly,
		},
		Listings: append([]Listing{}, g.Config.Listings...), Orders: g.Config.Orders, Variables: []LiveVariable{}, configLabel: g.Config.Label,
	}
	owners := map[string]string{}
	for _, r := range g.Ledger.Records {
		owners[r.Store+" "+r.Item] = r.Owner
	}
	for _, s := range g.Stores {
		if !s.Exists {
			continue
		}
		store := LiveStore{Agent: s.Agent, Label: s.Label, Profiles: []LiveCredential{}, Orders: s.Orders}
		usage := map[string]bool{}
		for _, id := range s.Usage {
			usage[id] = true
		}
		for _, p := range s.Profiles {
			store.Profiles = append(store.Profiles, LiveCredential{
				ID: p.ID, Provider: p.Provider, Kind: p.Kind, Expires: p.Expires, Reference: p.Reference != nil,
				Cooldown: usage[p.ID], ManagedBy: owners[s.Ref().Key()+" profile "+p.ID],
			})
		}
		out.Stores = append(out.Stores, store)
	}
	for _, e := range g.Env.Vars {
		out.Variables = append(out.Variables, LiveVariable{e.Name, g.Env.Label})
	}
	for _, e := range g.Elsewhere {
		out.Variables = append(out.Variables, LiveVariable{e.Name, e.Where})
	}
	for _, name := range sortedKeys(g.Config.EnvVars) {
		out.Variables = append(out.Variables, LiveVariable{name, g.Config.Label})
	}
	return out
}

// WriteJSON writes the view as one JSON document.
func (v *LiveView) WriteJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// WriteText writes the view for people.
func (v *LiveView) WriteText(w io.Writer, s Style) error {
	var b strings.Builder
	for i := range v.Gateways {
		g := &v.Gateways[i]
		if i > 0 {
			b.WriteByte('\n')
		}
		writeHeader(&b, &g.GatewayView, s)
		for _, store := range g.Stores {
			b.WriteString("\n  " + s.paint("1", pad(storeTitle(store.Agent), 25)+store.Label) + "\n")
			for _, p := range store.Profiles {
				b.WriteString("    " + pad(p.ID, nameWidth) + "   " + v.credential(p) + "\n")
			}
			writeOrders(&b, "order ", store.Orders)
		}
		if len(g.Listings)+len(g.Orders) > 0 {
			b.WriteString("\n  " + s.paint("1", g.configLabel) + "\n")
			for _, l := range g.Listings {
				b.WriteString("    " + pad("auth.profiles", nameWidth) + "   " + l.ID + ", mode " + l.Mode + "\n")
			}
			writeOrders(&b, "auth.order ", g.Orders)
		}
		if len(g.Variables) > 0 {
			b.WriteString("\n  " + s.paint("1", "variables") + "\n")
			for _, e := range g.Variables {
				b.WriteString("    " + pad(e.Name, nameWidth) + "   " + e.Where + "\n")
			}
		}
	}
	if v.ClaudeCode != nil {
		if len(v.Gateways) > 0 {
			b.WriteByte('\n')
		}
		v.ClaudeCode.write(&b, v.ClaudeCode.headline(v.now), s)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (v *LiveView) credential(p LiveCredential) string {
	text := string(p.Kind) + " (sensitive)"
	if p.Reference {
		text = string(p.Kind) + ", a reference"
	}
	if p.Expires != nil {
		word := ", expires "
		if *p.Expires < float64(v.now) {
			word = ", expired "
		}
		text += word + dateText(*p.Expires, v.now)
	}
	if p.ManagedBy != "" {
		text += ", managed"
		if p.ManagedBy != "default" {
			text += fmt.Sprintf(" by %s", p.ManagedBy)
		}
	}
	return text
}

func writeOrders(b *strings.Builder, prefix string, orders map[string][]string) {
	for _, provider := range sortedKeys(orders) {
		b.WriteString("    " + pad(prefix+provider, nameWidth) + "   " + strings.Join(orders[provider], ", ") + "\n")
	}
}
