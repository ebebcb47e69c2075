package schema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
)

// DidYouMean gives ` Did you mean "x"?` for the nearest of known, or "" where none
// is near.
func DidYouMean(given string, known []string) string { return didYouMean(given, known) }

// didYouMean gives ` Did you mean "x"?` for the nearest of known, or "" where none
// is near. Of equally near names the first in order wins.
func didYouMean(given string, known []string) string {
	// Two letters may be swapped in a word of four, and nothing is near a single one.
	best, bestDistance := "", min((len(given)+2)/3+1, len(given))
	sorted := slices.Sorted(slices.Values(known))
	for _, k := range sorted {
		if d := levenshtein.Distance(strings.ToLower(given), strings.ToLower(k), nil); d < bestDistance {
			best, bestDistance = k, d
		}
	}
	if best == "" || best == given {
		return ""
	}
	return fmt.Sprintf(" Did you mean %q?", best)
}

// quoteList gives `"a", "b" and "c"`; conjunction is "and" or "or".
func quoteList(names []string, conjunction string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = fmt.Sprintf("%q", n)
	}
	return enumerate(quoted, conjunction)
}

// enumerate is `a, b or c`.
func enumerate(names []string, conjunction string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " " + conjunction + " " + names[last]
}
