package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/keyform/keyform/schema"
)

const day = 24 * 60 * 60 * 1000

// credentialText says what a new profile holds: "token (sensitive), expires
// 2027-06-01 (193 days)".
func credentialText(kind schema.CredentialKind, expires *int64, now int64) string {
	s := string(kind) + " (sensitive)"
	if expires != nil {
		s += ", expires " + dateText(float64(*expires), now)
	}
	return s
}

// dateText shows a time in milliseconds since the epoch, in UTC, and how far off
// it is. Midnight shows as a date alone.
func dateText(ms float64, now int64) string {
	t := time.UnixMilli(int64(ms)).UTC()
	layout := "2006-01-02"
	if int64(ms)%day != 0 {
		layout = "2006-01-02 15:04 UTC"
	}
	return t.Format(layout) + " (" + distanceText(int64(ms)-now) + ")"
}

func distanceText(ms int64) string {
	n, ago := ms, ""
	if n < 0 {
		n, ago = -n, " ago"
	}
	switch {
	case n >= 2*day:
		return strconv.FormatInt(n/day, 10) + " days" + ago
	case n >= 2*day/24:
		return strconv.FormatInt(n/(day/24), 10) + " hours" + ago
	default:
		return strconv.FormatInt(n/60000, 10) + " minutes" + ago
	}
}

// listingText says what changes in an entry of auth.profiles.
func listingText(old, after Listing) string {
	var says []string
	if old.Mode != after.Mode {
		says = append(says, fmt.Sprintf("mode %q -> %q", old.Mode, after.Mode))
	}
	if old.Provider != after.Provider {
		says = append(says, fmt.Sprintf("provider %q -> %q", old.Provider, after.Provider))
	}
	if old.Email != after.Email {
		says = append(says, fmt.Sprintf("email %q -> %q", old.Email, after.Email))
	}
	return join(says...)
}

// orderText shows the change of an order as moves: what stands where now and how
// it got there. Entries that keep their place relative to the others are not moves.
func orderText(before, after []string) string {
	if len(before) == 0 {
		return strings.Join(after, ", ")
	}
	stay := commonOrder(before, after)
	var says []string
	for i, id := range after {
		was := slices.Index(before, id)
		switch {
		case was < 0:
			says = append(says, fmt.Sprintf("%s added %s", id, ordinal(i+1)))
		case !stay[id] && was > i:
			says = append(says, fmt.Sprintf("%s up to %s", id, ordinal(i+1)))
		case !stay[id]:
			says = append(says, fmt.Sprintf("%s down to %s", id, ordinal(i+1)))
		case len(after) <= 4:
			says = append(says, fmt.Sprintf("%s %s", id, ordinal(i+1)))
		}
	}
	for _, id := range before {
		if !slices.Contains(after, id) {
			says = append(says, id+" removed")
		}
	}
	return strings.Join(says, ", ")
}

// commonOrder is a longest common subsequence of two lists without duplicates; where
// there are several it keeps entries that stand late, so that a swap reads as
// the second one moving up.
func commonOrder(a, b []string) map[string]bool {
	n, m := len(a), len(b)
	best := make([][]int, n+1)
	for i := range best {
		best[i] = make([]int, m+1)
	}
	for i := 1; i <= n; i++ {
		for j := 1; j <= m; j++ {
			if a[i-1] == b[j-1] {
				best[i][j] = best[i-1][j-1] + 1
			} else {
				best[i][j] = max(best[i-1][j], best[i][j-1])
			}
		}
	}
	stay := map[string]bool{}
	for i, j := n, m; i > 0 && j > 0; {
		switch {
		case a[i-1] == b[j-1]:
			stay[a[i-1]] = true
			i, j = i-1, j-1
		case best[i-1][j] >= best[i][j-1]:
			i--
		default:
			j--
		}
	}
	return stay
}

func ordinal(n int) string {
	suffix := "th"
	if n%100 < 11 || n%100 > 13 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return strconv.Itoa(n) + suffix
}

// join puts the parts that are not empty together with "; ".
func join(parts ...string) string {
	return strings.Join(slices.DeleteFunc(slices.Clone(parts), func(s string) bool { return s == "" }), "; ")
}

func asFloat(ms *int64) *float64 {
	if ms == nil {
		return nil
	}
	f := float64(*ms)
	return &f
}
