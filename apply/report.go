package apply

import "time"

// FormatVersion is the version of the report's JSON form.
const FormatVersion = "1.0"

// State says how far the write of a store came.
type State string

// The states of a store.
const (
	NotStarted State = "not_started"
	// Failed: it was begun, and the store is as it was.
	Failed State = "failed"
	// Partly: some of the gateway's own commands have changed it, and one has failed.
	Partly State = "partly"
	// Written: the new content is in place but has not been proven.
	Written  State = "written"
	Verified State = "verified"
)

// Report is what a run did, as far as it came. It holds no secret.
type Report struct {
	FormatVersion string          `json:"format_version"`
	Run           string          `json:"run"`
	Gateways      []GatewayReport `json:"gateways"`
}

// GatewayReport is what a run did to one gateway.
type GatewayReport struct {
	Name string `json:"name"`
	// Recovered is the killed run whose remains were cleared away, "" for none.
	Recovered string        `json:"recovered,omitempty"`
	Stores    []StoreReport `json:"stores"`
	// Reload is nil where the gateway did not have to be told.
	Reload *ReloadReport `json:"reload,omitempty"`
	// Adopted and Forgotten count what only the ledger got to know.
	Adopted   int `json:"adopted,omitempty"`
	Forgotten int `json:"forgotten,omitempty"`
	// Notes are for the reader: what did not go as it should and stops nothing.
	Notes []string `json:"notes,omitempty"`
}

// StoreReport is what a run did to one store.
type StoreReport struct {
	// Store is a plan.StoreRef.Key.
	Store   string `json:"store"`
	Label   string `json:"label"`
	Changes int    `json:"changes"`
	State   State  `json:"state"`
	// Milliseconds is the time that the write took, waiting for its lock included.
	Milliseconds int64 `json:"milliseconds"`
	// Provisioned is the time, in milliseconds too, that the gateway's command line took
	// before that to make the store's database; 0 where there was one.
	Provisioned int64 `json:"provisioned_milliseconds,omitempty"`
	// Rewritten counts how often the store had to be written again because the
	// gateway had written old values back.
	Rewritten int `json:"rewritten,omitempty"`
}

// ReloadReport tells how a gateway was told.
type ReloadReport struct {
	// How is "rpc", "restart" or "command"; What is the method, the unit or the program.
	How  string `json:"how"`
	What string `json:"what"`
	// State is "done", "failed", or "not_running" where the gateway had ended
	// meanwhile and will read the stores when it starts.
	State        string `json:"state"`
	Milliseconds int64  `json:"milliseconds"`
}

// written counts the stores that are not as they were.
func (r *Report) written() int {
	n := 0
	for _, g := range r.Gateways {
		for _, s := range g.Stores {
			if s.State == Partly || s.State == Written || s.State == Verified {
				n++
			}
		}
	}
	return n
}

// EventKind is the kind of an Event.
type EventKind string

// The kinds of events.
const (
	SecretsStarted EventKind = "secrets_started"
	SecretsDone    EventKind = "secrets_done"
	// LockWaiting: another keyform run holds the gateway's lock.
	LockWaiting   EventKind = "lock_waiting"
	Recovered     EventKind = "recovered"
	StoreStarted  EventKind = "store_started"
	StoreWritten  EventKind = "store_written"
	StoreVerified EventKind = "store_verified"
	StoreFailed   EventKind = "store_failed"
	ReloadStarted EventKind = "reload_started"
	// ReloadWaiting: the gateway is away, as one that restarts, and is called again.
	ReloadWaiting EventKind = "reload_waiting"
	ReloadDone    EventKind = "reload_done"
	ReloadFailed  EventKind = "reload_failed"
)

// Event is one step of a run, for showing progress.
type Event struct {
	Kind    EventKind
	Gateway string
	// Store is set for the events of a store, Reload for those of a reload.
	Store  StoreReport
	Reload ReloadReport
	// Detail is the killed run of Recovered, whom LockWaiting waits for, or for how long
	// ReloadWaiting has waited and will.
	Detail string
}

func ms(d time.Duration) int64 { return d.Milliseconds() }
