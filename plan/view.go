package plan

import (
	"encoding/json"
	"io"

	"github.com/keyform/keyform/schema/diag"
)

// View is what is shown of a plan. The text and the JSON form are both rendered
// from it, so they never differ.
type View struct {
	FormatVersion string        `json:"format_version"`
	Keyform       string        `json:"keyform_version"`
	Owner         string        `json:"owner"`
	Targets       []string      `json:"targets,omitempty"`
	Destroy       bool          `json:"destroy,omitempty"`
	Applyable     bool          `json:"applyable"`
	Errored       bool          `json:"errored"`
	Counts        Counts        `json:"counts"`
	Gateways      []GatewayView `json:"gateways"`
	// ClaudeCode is nil where it is not declared.
	ClaudeCode *ClaudeCodePlan `json:"claude_code,omitempty"`
	// Changes is resource_changes of Terraform's plan JSON: the same keys where the
	// meaning is the same, one entry per object and store.
	Changes []ChangeView `json:"resource_changes"`
	// Unchecked counts the secrets that were not compared.
	Unchecked int `json:"unchecked"`
	// Cost says what resolving the references takes: "3 references from
	// 1Password, one sign-in".
	Cost        []string     `json:"cost,omitempty"`
	Diagnostics []diag.Entry `json:"diagnostics"`
}

// GatewayView is the header of a gateway's part.
type GatewayView struct {
	Name       string `json:"name"`
	Product    string `json:"product"`
	Release    string `json:"release,omitempty"`
	Evidence   string `json:"evidence,omitempty"`
	StateDir   string `json:"state_dir"`
	ConfigPath string `json:"config_path"`
	Running    bool   `json:"running"`
	PID        int    `json:"pid,omitempty"`
	Reload     string `json:"reload,omitempty"`
	// TreatedAs and ConfigReadOnly are as in GatewaySnapshot.
	TreatedAs      string `json:"treated_as,omitempty"`
	ConfigReadOnly string `json:"config_read_only,omitempty"`
	// EnvWaits tells that a change of .env waits for a restart, which nobody was asked for;
	// ConfigWaits and OrdersWait are the same for auth in the configuration and for an order
	// in a credential store; RestartsItself tells that the gateway restarts by itself for a
	// change of its configuration.
	EnvWaits       bool     `json:"env_waits,omitempty"`
	ConfigWaits    bool     `json:"config_waits,omitempty"`
	OrdersWait     bool     `json:"orders_wait,omitempty"`
	RestartsItself bool     `json:"restarts_itself,omitempty"`
	Unmanaged      []string `json:"unmanaged"`
	Notes          []string `json:"notes,omitempty"`
	Steps          []Step   `json:"steps,omitempty"`
	home           string
}

// ChangeView is one change.
type ChangeView struct {
	Address string     `json:"address"`
	Gateway string     `json:"gateway"`
	Type    string     `json:"type"`
	Name    string     `json:"name"`
	Store   StoreView  `json:"store"`
	Change  ValuesView `json:"change"`
	Symbol  Action     `json:"symbol"`
	Summary string     `json:"summary"`
	Reason  string     `json:"action_reason,omitempty"`
	// Warnings are about this very change.
	Warnings []string `json:"warnings,omitempty"`
	Undo     string   `json:"undo"`
	from     string
}

// StoreView names the store of a change.
type StoreView struct {
	Kind  StoreKind `json:"kind"`
	Agent string    `json:"agent,omitempty"`
	Path  string    `json:"path"`
	Label string    `json:"label"`
}

// ValuesView is the object before and after. Secret leaves are null, and true in
// the *_sensitive twin.
type ValuesView struct {
	Actions         []string        `json:"actions"`
	Before          map[string]any  `json:"before"`
	After           map[string]any  `json:"after"`
	BeforeSensitive map[string]bool `json:"before_sensitive"`
	AfterSensitive  map[string]bool `json:"after_sensitive"`
}

// NewView prepares a plan for showing. diags are those of the whole run, cost what
// resolving took.
func NewView(p *Plan, diags []diag.Entry, cost []string) *View {
	v := &View{
		FormatVersion: FormatVersion, Keyform: p.Keyform, Owner: p.Owner, Targets: p.Targets, Destroy: p.Destroy,
		Counts: p.Counts(), Cost: cost, Diagnostics: diags, Changes: []ChangeView{}, Gateways: []GatewayView{},
		ClaudeCode: p.ClaudeCode,
	}
	if v.Diagnostics == nil {
		v.Diagnostics = []diag.Entry{}
	}
	for _, d := range diags {
		v.Errored = v.Errored || d.Severity == diag.Error.String()
	}
	v.Applyable = (p.HasChanges() || p.Untold()) && !v.Errored
	for i := range p.Gateways {
		v.addGateway(&p.Gateways[i])
	}
	return v
}

func (v *View) addGateway(g *GatewayPlan) {
	gv := GatewayView{
		Name: g.Name, Product: g.Product, Release: g.Release, Evidence: g.Evidence,
		StateDir: g.StateDir, ConfigPath: g.ConfigPath, Running: g.Running, PID: g.PID,
		Reload: g.Reload.Mode, Unmanaged: g.Unmanaged, Notes: g.Notes, Steps: g.Steps, home: g.Home,
		TreatedAs: g.TreatedAs, ConfigReadOnly: g.ConfigReadOnly,
	}
	if gv.Unmanaged == nil {
		gv.Unmanaged = []string{}
	}
	v.Unchecked += g.Unchecked
	for _, w := range g.Writes {
		gv.EnvWaits, gv.ConfigWaits, gv.OrdersWait = gv.EnvWaits || g.EnvWaits(&w), gv.ConfigWaits || g.ConfigWaits(&w), gv.OrdersWait || g.OrdersWait(&w)
		gv.RestartsItself = gv.RestartsItself || g.restartsFor(&w)
		store := StoreView{w.Store.Kind, w.Store.Agent, w.Store.Path, w.Store.Label}
		for _, c := range w.Changes {
			v.Changes = append(v.Changes, newChangeView(g.Name, store, c))
		}
	}
	v.Gateways = append(v.Gateways, gv)
}

var actionNames = map[Action]string{Create: "create", Update: "update", Migrate: "update", Delete: "delete"}

func newChangeView(gateway string, store StoreView, c Change) ChangeView {
	cv := ChangeView{
		Address: c.Address, Gateway: gateway, Name: c.Name, Store: store, Symbol: c.Action,
		Summary: c.Summary, Reason: c.Reason, Warnings: c.Warnings, Undo: c.Undo(),
	}
	cv.Change.Actions = []string{actionNames[c.Action]}
	cv.Change.Before, cv.Change.BeforeSensitive = c.Before.view()
	cv.Change.After, cv.Change.AfterSensitive = c.After.view()
	for _, o := range []*Object{c.Before, c.After} {
		if o != nil {
			cv.Type = o.Type
		}
	}
	if c.After != nil && !(c.Action == Update && c.Type() == "profile" && !c.Rekey) {
		cv.from = c.After.From
	}
	return cv
}

// Type is the type of the changed object: profile, order, listing, variable,
// secret_provider, meta or file.
func (c Change) Type() string {
	if c.After != nil {
		return c.After.Type
	}
	return c.Before.Type
}

// view gives the object's leaves, secrets left out and named in the second map.
func (o *Object) view() (map[string]any, map[string]bool) {
	if o == nil {
		return nil, map[string]bool{}
	}
	values, sensitive := map[string]any{}, map[string]bool{}
	put := func(name string, value any, there bool) {
		if there {
			values[name] = value
		}
	}
	put("provider", o.Provider, o.Provider != "")
	put("kind", o.Kind, o.Kind != "")
	put("from", o.From, o.From != "")
	put("expires", o.Expires, o.Expires != nil)
	put("ids", o.IDs, o.IDs != nil)
	put("mode", o.Mode, o.Mode != "")
	put("email", o.Email, o.Email != "")
	switch {
	case o.Literal != "":
		values["value"] = o.Literal
	case o.Type == "profile" || o.Type == "variable":
		values["value"], sensitive["value"] = nil, true
	}
	return values, sensitive
}

// WriteJSON writes the view as one JSON document.
func (v *View) WriteJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
