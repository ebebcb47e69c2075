package plan

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/keyform/keyform/schema"
	"github.com/keyform/keyform/schema/diag"
)

// ExpiryLeeway is how far an expiry that a command of the gateway has set may be from the
// declared one, in milliseconds: the command counts from the moment at which it runs.
const ExpiryLeeway = 60 * 60 * 1000

// sameExpiry reports whether a stored expiry is as declared.
func (d *differ) sameExpiry(live *float64, declared int64) bool {
	switch {
	case live == nil:
		return false
	case d.rules.Commands:
		return math.Abs(*live-float64(declared)) <= ExpiryLeeway
	}
	return *live == float64(declared)
}

// keepsUsage tells that the gateway's statistics of a profile outlive its new credential:
// paste-api-key and paste-token of OpenClaw 2026.6.11 and 2026.9.6 leave them. What has to
// be deleted first loses them.
func (d *differ) keepsUsage(p *schema.Profile, live *LiveProfile) bool {
	return d.rules.Commands && !(d.rules.Logout && replacesWhole(live, p.Kind, p.Provider))
}

// replacesWhole tells that a profile has to be deleted before a command takes its id:
// paste-api-key of OpenClaw 2026.9.6 refuses one of another kind or provider.
func replacesWhole(live *LiveProfile, kind schema.CredentialKind, provider string) bool {
	return live != nil && (live.Kind != kind || live.Provider != provider || live.Reference != nil)
}

// checkWriter refuses writer = "gateway" where there is nothing that it could mean.
func (d *differ) checkWriter() {
	if d.want.Gateway.Writer != schema.WriterGateway || d.rules.Commands {
		return
	}
	d.errorf("KF0650", "Writer that this release does not have", d.want.Gateway.Attrs["writer"], schema.Address{Kind: schema.KindGateway, Gateway: d.live.Name},
		"writer = \"gateway\" is for credentials in databases, which OpenClaw 2026.6.5 and later have; those of %s are in files. Leave writer out.",
		strings.TrimSpace(d.live.Product+" "+d.live.Release))
}

// command checks that the gateway's own commands can do what a store needs, where they
// are what writes it.
func (d *differ) command(m *model, w *StoreWrite) {
	if !d.rules.Commands || d.live.VersionConflict != "" {
		return // a plan that looks ahead is about what that release would find
	}
	at := schema.Address{Kind: schema.KindGateway, Gateway: d.live.Name}
	switch {
	case d.live.CommandLine == nil:
		d.errorf("KF0653", "Command line that cannot be used", d.want.Gateway.Attrs["writer"], at,
			"%s is for the gateway's own command line to write, and its command was found neither in its service nor in PATH. Put it in PATH.", m.ref.Label)
		return
	case d.live.CommandRefusal != "":
		d.errorf("KF0653", "Command line that cannot be used", d.want.Gateway.Attrs["writer"], at,
			"%s is for the gateway's own command line to write, but %s.", m.ref.Label, d.live.CommandRefusal)
		return
	}
	if d.out.CommandLine == nil {
		d.out.CommandLine = d.live.CommandLine
		d.dropTouchedAt()
	}
	why, remedy := d.closedStore(m)
	if why != "" {
		d.unable(w.Changes[0], m, why, remedy)
		return
	}
	for _, c := range w.Changes {
		for _, op := range c.Ops {
			if why, remedy := d.cannot(m, op); why != "" {
				d.unable(c, m, why, remedy)
			}
		}
	}
}

func (d *differ) unable(c Change, m *model, why, remedy string) {
	a, err := schema.ParseAddress(c.Address)
	at := diag.Range{}
	if err == nil {
		at = rangeOf(d.want, a)
	}
	d.errorf("KF0652", "Change that the gateway's commands cannot make", at, a,
		"%s (%s %s) is for %s's own commands to change, but %s. %s", m.ref.Label, c.Action, c.Name, d.live.Product, why, remedy)
}

// byStoreWriter is the way out of what only the commands cannot do.
func (d *differ) byStoreWriter() string {
	if d.rules.Newer {
		return "Use a keyform that knows this database, or do it with the gateway's own commands."
	}
	return "Use writer = \"auto\" for this gateway."
}

// closedStore says why no command writes a store, "" where one does.
func (d *differ) closedStore(m *model) (why, remedy string) {
	agent := CommandAgent(m.ref.Agent)
	agents := d.live.Config.Agents
	switch {
	case d.live.Config.Includes:
		return "they work on a copy of the configuration, and this one is put together from several files", d.byStoreWriter()
	case strings.Contains(m.ref.Agent, "/"):
		return "no command writes to main's own store beside the shared one", d.byStoreWriter()
	case slices.Contains(agents, agent) || agent == sharedMain && len(agents) == 0:
		return "", ""
	}
	return fmt.Sprintf("they know only the agents of %s, and %q is none", d.live.Config.Label, agent), "Enter it there."
}

// sharedMain is the agent by whose name the commands know the shared store.
const sharedMain = "main"

// CommandAgent gives the agent by whose name the gateway's commands know the store of an
// agent, "" being the shared one.
func CommandAgent(agent string) string {
	if agent == "" {
		return sharedMain
	}
	return agent
}

// cannot says why no command carries an op out, "" where one does.
func (d *differ) cannot(m *model, op Op) (why, remedy string) {
	switch op := op.(type) {
	case PutProfile:
		return d.cannotPut(m, op)
	case ImportLogin, ImportEntry:
		return "none of them imports a login or what earlier releases left in files", "Use migrate = false, or have \"" + d.live.Product + " doctor --fix\" import it."
	case DropProfile:
		if !d.rules.Logout {
			return "this release has none that deletes a profile without asking at a terminal", d.byStoreWriter()
		}
		if d.mainsOwn(m) {
			return "\"main\" means the shared store to them", d.byStoreWriter()
		}
	case SetOrder:
		return d.cannotOrder(m, op.Provider, op.IDs)
	case DropOrder:
		return d.cannotOrder(m, op.Provider, nil)
	}
	return "", ""
}

func (d *differ) cannotPut(m *model, op PutProfile) (why, remedy string) {
	renamed, old := d.rules.Renamed[op.Provider]
	if !old {
		renamed = d.rules.Spelling(op.Provider)
	}
	switch shared := d.byAgent[d.rules.MainAgent]; {
	case op.Reference != nil:
		return "none of them stores a reference", d.byStoreWriter()
	case renamed != op.Provider:
		return fmt.Sprintf("to them the provider %q is %q", op.Provider, renamed), fmt.Sprintf("Declare provider = %q.", renamed)
	case d.mainsOwn(m):
		return "\"main\" means the shared store to them", "Declare the profile for all agents, outside of the agent block."
	case (d.rules.PastesShared || d.rules.Newer) && op.Kind == schema.APIKey && m != shared && m.live.Profile(op.ID) == nil && shared != nil && shared.has(op.ID):
		return "the shared store has a profile of that id, which they would change instead", "Give the agent's own another id."
	}
	return "", ""
}

func (m *model) has(id string) bool { _, ok := m.profiles[id]; return ok }

// mainsOwn tells that a store is main's own beside the shared one.
func (d *differ) mainsOwn(m *model) bool { return d.rules.MainAgent == "" && m.ref.Agent == sharedMain }

// cannotOrder is cannot for an order that is to be ids, or to go.
func (d *differ) cannotOrder(m *model, provider string, ids []string) (why, remedy string) {
	if m.ref.Agent == "" && d.rules.MainAgent == "" {
		left := slices.DeleteFunc(slices.Clone(m.live.Orders[provider]), func(id string) bool { return m.dropped[id] })
		if slices.Equal(left, ids) {
			return "", "" // comes with the deletion
		}
		return "they set no order in the shared store itself", d.byStoreWriter()
	}
	foreign := func(id string) bool { return !m.has(id) && !slices.Contains(m.live.Orders[provider], id) }
	if !d.rules.OrdersShared && m.ref.Agent != d.rules.MainAgent && slices.ContainsFunc(ids, foreign) {
		return "this release's leave out of an agent's order what only the shared store has", d.byStoreWriter()
	}
	if own := d.rules.Provider(provider); own != provider {
		return fmt.Sprintf("the store spells the provider %q, and they %q", provider, own), d.byStoreWriter()
	}
	return "", ""
}

// commandNotes say that the gateway's own commands write, and why.
func (d *differ) commandNotes() []string {
	if !d.rules.Commands {
		return nil
	}
	var out []string
	if d.live.Newer != "" {
		out = append(out, d.live.Newer)
	}
	if d.out.CommandLine != nil {
		out = append(out, d.live.Product+"'s own commands write the credentials, one after the other, with a copy of the configuration: some seconds each.")
	}
	return out
}
