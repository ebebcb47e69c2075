package reload

import (
	"context"
	"encoding/json"
	"errors"
)

// Refreshed is how a gateway was made to read its credentials again.
type Refreshed struct {
	// Method is the RPC that did it.
	Method string
	// Warnings is how many references the gateway says it could not resolve, each counted
	// for every agent that sees it, as far as the method says: secrets.reload does,
	// models.authRefresh does not (OpenClaw 2026.9.6). It goes on with the last value of such a reference, and has no credential
	// where there never was one (OpenClaw 2026.9.6).
	Warnings int
}

// refreshMethod is one RPC and its parameters.
type refreshMethod struct {
	name   string
	params any
}

// refreshMethods are the RPCs after which the very next turn of any agent sends what is
// in the stores, seen of all three with OpenClaw 2026.9.6. The first does the least
// besides; it came with 2026.9.5. The second came with 2026.2.26, and resolves all
// references of the configuration again too. The third is there from 2026.4.20, and
// slow: it asks the providers.
func refreshMethods() []refreshMethod {
	return []refreshMethod{
		{"models.authRefresh", map[string]any{"operation": "update"}},
		{"secrets.reload", struct{}{}},
		{"models.authStatus", map[string]any{"refresh": true}},
	}
}

// Refresh makes a gateway read its credentials again, by the method that its release is
// known for (plan.Rules.ReloadMethod). One that the gateway does not know, or refuses
// before doing anything, is followed by the next of the three; models.authRefresh is
// refused where several agents are configured and none is the gateway's own. A method
// that is none of the three is called alone. The error is always an *[Error]: that of the
// first method, where none was to be had.
func Refresh(ctx context.Context, ep Endpoint, method string) (Refreshed, error) {
	tries := refreshMethods()
	for len(tries) > 0 && tries[0].name != method {
		tries = tries[1:]
	}
	if len(tries) == 0 {
		tries = []refreshMethod{{method, struct{}{}}}
	}
	var first error
	for _, try := range tries {
		result, err := Call(ctx, ep, try.name, try.params)
		if err == nil {
			return Refreshed{Method: try.name, Warnings: warnings(result)}, nil
		}
		if first == nil {
			first = err
		}
		if !Is(err, UnknownMethod) && !errors.Is(err, errInvalid) {
			return Refreshed{}, err
		}
	}
	return Refreshed{}, first
}

// warnings reads the count out of what secrets.reload answers.
func warnings(result json.RawMessage) int {
	var answer struct {
		WarningCount int `json:"warningCount"`
	}
	if json.Unmarshal(result, &answer) != nil {
		return 0
	}
	return answer.WarningCount
}
