package schema

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"github.com/zclconf/go-cty/cty"

	"github.com/keyform/keyform/schema/diag"
)

// defaultLifetime is how long a token lives that is declared with issued alone: one
// year, as Anthropic's setup-tokens do.
const defaultLifetime = 365 * 24 * time.Hour

var lifetimeForm = regexp.MustCompile(`^([0-9]{1,6})([dhm])$`)

// plainString gives the text of a known string.
func plainString(v cty.Value) (string, bool) {
	if v.Type() != cty.String || v.IsNull() || !v.IsKnown() {
		return "", false
	}
	return v.AsString(), true
}

// profileExpiry decodes expires, or issued with lifetime, into p.
func (f *frame) profileExpiry(p *Profile) {
	fail := func(name, summary, detail string) {
		r, _ := f.attr(name)
		f.l.report(diag.Diagnostic{Code: "KF0214", Summary: summary, Detail: detail, Range: r})
	}
	expires, hasExpires := f.moment("expires")
	issued, hasIssued := f.moment("issued")
	lifetime, _ := f.duration("lifetime")
	if p.Kind != Token {
		summary, why := "Expiry of an API key", "Gateways know an expiry of tokens only, so %s needs token instead of api_key."
		if p.Kind == OAuth {
			summary, why = "Expiry of a login", "Whoever refreshes a login moves its expiry, so %s has no meaning here."
		}
		for _, name := range []string{"expires", "issued", "lifetime"} {
			if f.has(name) {
				fail(name, summary, fmt.Sprintf(why, name))
			}
		}
		return
	}
	switch {
	case f.has("expires") && f.has("issued"):
		fail("issued", "Two expiries in one profile", "A token expires at one time: declare expires, or issued with lifetime, not both.")
	case f.has("lifetime") && !f.has("issued"):
		fail("lifetime", "Lifetime without issued", "A lifetime counts from issued: add the date on which the token was issued, or declare expires.")
	case hasExpires:
		ms := expires.UnixMilli()
		p.Expires = &ms
	case hasIssued:
		ms := issued.Add(lifetime).UnixMilli()
		p.Expires, p.Issued = &ms, true
	}
}

// moment gives a date, as midnight UTC, or a time.
func (f *frame) moment(name string) (time.Time, bool) {
	text, ok := f.text(name)
	if !ok {
		return time.Time{}, false
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil && t.Year() >= 1970 {
			return t, true
		}
	}
	r, _ := f.attr(name)
	f.l.report(diag.Diagnostic{
		Code:    "KF0214",
		Summary: "Invalid date",
		Detail:  fmt.Sprintf(`The argument %q must be a date such as "2026-06-01", which is midnight UTC, or a time such as "2026-06-01T12:00:00Z".`, name),
		Range:   r,
	})
	return time.Time{}, false
}

// duration gives a number of days, hours or minutes; without one, a year.
func (f *frame) duration(name string) (time.Duration, bool) {
	text, ok := f.text(name)
	if !ok {
		return defaultLifetime, false
	}
	units := map[string]time.Duration{"d": 24 * time.Hour, "h": time.Hour, "m": time.Minute}
	if m := lifetimeForm.FindStringSubmatch(text); m != nil {
		// The pattern lets six digits through at most.
		n, _ := strconv.Atoi(m[1])
		const century = 100 * 365 * 24 * time.Hour
		if n > 0 && n <= int(century/units[m[2]]) {
			return time.Duration(n) * units[m[2]], true
		}
	}
	r, _ := f.attr(name)
	f.l.report(diag.Diagnostic{
		Code:    "KF0214",
		Summary: "Invalid duration",
		Detail:  fmt.Sprintf(`The argument %q must be a number of days, hours or minutes such as "365d", "12h" or "90m", at most a hundred years.`, name),
		Range:   r,
	})
	return defaultLifetime, false
}
