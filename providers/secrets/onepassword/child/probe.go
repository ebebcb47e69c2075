package child

import (
	"strings"

	"github.com/keyform/keyform/providers/secrets/onepassword/protocol"
)

// probeFrom is the number of references from which on vaults are probed first.
const probeFrom = 20

// probes picks one reference of every vault if there are many references.
//
// Where the items of a vault cannot be listed, the SDK asks for them again for each
// reference into that vault, and where a used-up request limit is the cause, that
// uses up more of it. One reference of each vault, asked first, finds that out for
// the price of one request; the vault's others are then not asked (see open).
func probes(refs []string) []string {
	if len(refs) < probeFrom {
		return nil
	}
	var out []string
	seen := map[string]bool{}
	for _, ref := range refs {
		if v := vault(ref); !seen[v] {
			seen[v] = true
			out = append(out, ref)
		}
	}
	return out
}

// open leaves out the references that out answers already, and gives those of a
// vault that could not be listed the same answer.
func open(refs []string, out protocol.Response) []string {
	broken := map[string]bool{}
	for ref, why := range out.Problems {
		if why == protocol.Other {
			broken[vault(ref)] = true
		}
	}
	var left []string
	for _, ref := range refs {
		_, resolved := out.Values[ref]
		_, failed := out.Problems[ref]
		switch {
		case resolved || failed:
		case broken[vault(ref)]:
			out.Problems[ref] = protocol.Other
		default:
			left = append(left, ref)
		}
	}
	return left
}

// vault is the vault's name or id in a reference, as names are compared: without
// regard to case.
func vault(ref string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(ref, "op://"), "/")
	return strings.ToLower(name)
}
