package secrets

import (
	"strconv"

	"github.com/keyform/keyform/schema"
)

// argument is a reference's first argument, or "": then the source says that there
// is no such thing.
func argument(ref schema.Ref) string {
	if len(ref.Args) == 0 {
		return ""
	}
	return ref.Args[0]
}

// count is n with the right form of a noun.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
