package gateway

import (
	"fmt"

	"github.com/keyform/keyform/plan"
	"github.com/keyform/keyform/providers/product"
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
	case product.OneFile:
		return form{file: storeFile, store: store}, nil
	case product.TwoFiles:
		return form{split: true, file: storeFile, store: store, state: state}, nil
	case product.AgentTables, product.SharedTables:
		return form{split: true, sql: true, file: agentDatabase, store: `{"version":1,"profiles":{}}`, state: `{"version":1}`}, nil
	}
	return form{}, fmt.Errorf("stores of the generation %q are not known", rules.Generation)
}
