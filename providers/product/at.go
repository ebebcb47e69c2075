package product

import (
	"errors"
	"fmt"
	"strings"
)

// ErrNoRelease is that of At for a product of several ranges and no release.
var ErrNoRelease = errors.New("the release has to be known")

// At gives the range that a release belongs to. For a product with a single range
// the release may be "". Errors are ErrNoRelease, or say that the text is no release, or
// that it is not supported and what is.
func (p *Product) At(release string) (*Release, error) {
	rows := p.Releases()
	if len(rows) == 1 && rows[0].From == "" {
		if release != "" {
			if _, err := parseVersion(release); err != nil {
				return nil, err
			}
			if p.Foreign(release) {
				return nil, fmt.Errorf("%s is no release of %s: its numbers end before %s", release, p.Title, p.Until)
			}
		}
		return &rows[0], nil
	}
	if release == "" {
		return nil, ErrNoRelease
	}
	v, err := parseVersion(release)
	if err != nil {
		return nil, err
	}
	for i := len(rows) - 1; i >= 0; i-- {
		from, err := parseVersion(rows[i].From)
		if err != nil {
			return nil, err
		}
		if v.compare(from) < 0 {
			continue
		}
		if why := rows[i].Unsupported; why != "" {
			return nil, fmt.Errorf("%s %s is not supported: %s. Supported are %s", p.Title, release, why, p.Supported())
		}
		return &rows[i], nil
	}
	return nil, fmt.Errorf("%s %s is unknown: its first release is %s. Supported are %s", p.Title, release, rows[0].From, p.Supported())
}

// Foreign tells that a release cannot be one of the product, by its number: then a
// relative of it, or a predecessor, has it. What is no release at all is not foreign.
func (p *Product) Foreign(release string) bool {
	v, err := parseVersion(release)
	if err != nil {
		return false
	}
	from, err := parseVersion(p.Releases()[0].From)
	if err == nil && v.compare(from) < 0 {
		return true
	}
	until, err := parseVersion(p.Until)
	return err == nil && v.compare(until) >= 0
}

// LastOf gives the first release of the last range of a generation of stores, "" where
// there is none: it stands for what is known of that generation.
func (p *Product) LastOf(generation string) string {
	rows := p.Releases()
	for i := len(rows) - 1; i >= 0; i-- {
		if rows[i].Generation == generation {
			return rows[i].From
		}
	}
	return ""
}

// NeedsRelease reports whether the release decides how stores are read and locked.
func (p *Product) NeedsRelease() bool { return len(p.Releases()) > 1 }

// Supported says which releases are managed: "2026.1.29 to before 2026.2.13, and
// 2026.2.17 to before 2026.4.6"; "all releases" for a single range.
func (p *Product) Supported() string {
	if !p.NeedsRelease() {
		return "all releases"
	}
	var spans []string
	from := ""
	for _, r := range p.Releases() {
		switch {
		case r.Unsupported == "" && from == "":
			from = r.From
		case r.Unsupported != "" && from != "":
			spans = append(spans, from+" to before "+r.From)
			from = ""
		}
	}
	if from != "" {
		spans = append(spans, from+" and later")
	}
	return strings.Join(spans, ", and ")
}
