package secrets

import (
	"context"
	"fmt"

	"github.com/keyform/keyform/providers/secrets/source"
)

// legacy is what a migration imports: an entry of a file of an earlier form of a
// gateway's stores. Only plans refer to it.
type legacy struct{ seams source.Seams }

func newLegacy(s source.Seams) source.Source { return legacy{s} }

func (l legacy) Fetch(_ context.Context, req source.Request) []source.Result {
	out := make([]source.Result, 0, len(req.Refs))
	for _, ref := range req.Refs {
		if l.seams.LegacyEntry == nil || len(ref.Args) != 3 {
			out = append(out, source.Failed(ref, source.Unsupported, "Files of an earlier form cannot be read here.", "Apply with the keyform command."))
			continue
		}
		value, err := l.seams.LegacyEntry(ref.Args[0], ref.Args[1], ref.Args[2])
		switch {
		case err != nil:
			out = append(out, source.Failed(ref, source.Other, "The file of an earlier form cannot be read: "+err.Error()+".", "Correct it, and make a new plan."))
		case value.IsZero():
			out = append(out, source.Failed(ref, source.NotFound, "The profile is not in that file any more.", "Make a new plan."))
		default:
			out = append(out, source.Result{Value: value})
		}
	}
	return out
}

func (legacy) Cost(n int) string {
	if n == 1 {
		return "1 entry of an earlier form"
	}
	return fmt.Sprintf("%d entries of an earlier form", n)
}
