package gateway

import (
	"fmt"

	"github.com/keyform/keyform/plan"
)

// The generations of credential stores, the words of plan.Rules.Generation. They share
// one document model and differ in the container that it lies in.
const (
	// oneFile is auth-profiles.json alone: clawdbot, OpenClaw to 2026.4.5, and the forks.
	oneFile = "json"
	// twoFiles has auth-state.json beside it: OpenClaw 2026.4.7 to 2026.6.1.
	twoFiles = "json+state"
	// agentTables are rows in every agent's own database: OpenClaw 2026.6.5 to 2026.7.
	agentTables = "agent-sqlite"
	// sharedTables are rows in the shared state database, with agents' own over them:
	// OpenClaw from 2026.8.1 on.
	sharedTables = "shared-sqlite"
)

// The files of the generations, in an agent's directory, and of the shared database in
// the state directory.
const (
	storeFile     = "auth-profiles.json"
	stateFile     = "auth-state.json"
	agentDatabase = "openclaw-agent.sqlite"
	stateDatabase = "state/openclaw.sqlite"
)

// form is how a generation writes a store.
type form struct {
	// split tells that orders, lastGood and usageStats are in a cell of their own.
	split bool
	// sql tells that the cells are rows of a database.
	sql bool
	// file is the name in an agent's directory.
	file string
	// store and state are what the gateways write as empty ones.
	store, state string
}

func formOf(rules plan.Rules) (form, error) {
	const store, state = "{\n  \"version\": 1,\n  \"profiles\": {}\n}\n", "{\n  \"version\": 1\n}\n"
	switch rules.Generation {
	case oneFile:
		return form{file: storeFile, store: store}, nil
	case twoFiles:
		return form{split: true, file: storeFile, store: store, state: state}, nil
	case agentTables, sharedTables:
		return form{split: true, sql: true, file: agentDatabase, store: `{"version":1,"profiles":{}}`, state: `{"version":1}`}, nil
	}
	return form{}, fmt.Errorf("stores of the generation %q are not known", rules.Generation)
}
