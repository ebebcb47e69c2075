package secrets

import (
	"context"
	"fmt"

	"github.com/keyform/keyform/providers/secrets/secret"
	"github.com/keyform/keyform/providers/secrets/source"
)

// env is env("NAME"): a variable of keyform's own environment, as it is.
type env struct{ seams source.Seams }

func newEnv(s source.Seams) source.Source { return env{s} }

func (e env) Fetch(_ context.Context, req source.Request) []source.Result {
	out := make([]source.Result, 0, len(req.Refs))
	for _, ref := range req.Refs {
		name := argument(ref)
		value, ok := e.seams.LookupEnv(name)
		switch {
		case !ok:
			out = append(out, source.Failed(ref, source.NotFound,
				fmt.Sprintf("The environment variable %s is not set.", name), "Set it for the keyform command, or refer to another place."))
		case value == "":
			out = append(out, source.Failed(ref, source.Empty,
				fmt.Sprintf("The environment variable %s is set and empty.", name), "Give it a value, or refer to another place."))
		default:
			out = append(out, source.Result{Value: secret.FromString(value)})
		}
	}
	return out
}

func (env) Cost(n int) string {
	return count(n, "environment variable", "environment variables")
}
