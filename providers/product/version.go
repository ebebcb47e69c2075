package product

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// version is a release as these products number them: 2026.1.24, then 2026.1.24-3 as
// a later build of the same, and 2026.1.27-beta.1 before 2026.1.27. Semantic
// versioning, and hashicorp/go-version with it, has 2026.1.24-3 the other way round.
type version struct {
	parts [3]int
	pre   string
	build int
}

func parseVersion(text string) (version, error) {
	core, suffix, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(text), "v"), "-")
	var v version
	if strings.Count(core, ".") != len(v.parts)-1 {
		return v, noRelease(text)
	}
	rest := core
	for i := range v.parts {
		var f string
		f, rest, _ = strings.Cut(rest, ".")
		n, err := strconv.Atoi(f)
		if err != nil || n < 0 || f[0] == '+' {
			return v, noRelease(text)
		}
		v.parts[i] = n
	}
	if suffix == "" && core != strings.TrimPrefix(strings.TrimSpace(text), "v") {
		return v, noRelease(text)
	}
	if suffix == "" {
		return v, nil
	}
	if n, err := strconv.Atoi(suffix); err == nil && n >= 0 {
		v.build = n
	} else {
		v.pre = suffix
	}
	return v, nil
}

func noRelease(text string) error {
	return fmt.Errorf("%q is not a release: write it as the product does, such as 2026.2.26 or 2026.1.24-3", text)
}

func (v version) compare(w version) int {
	for i := range v.parts {
		if c := cmp.Compare(v.parts[i], w.parts[i]); c != 0 {
			return c
		}
	}
	if (v.pre == "") != (w.pre == "") {
		if v.pre != "" {
			return -1
		}
		return 1
	}
	if v.pre != w.pre {
		return cmp.Or(comparePre(v.pre, w.pre), cmp.Compare(v.build, w.build))
	}
	return cmp.Compare(v.build, w.build)
}

// comparePre orders "beta.2" before "beta.10", and "beta" before "beta.1".
func comparePre(a, b string) int {
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	for i := range min(len(as), len(bs)) {
		x, errX := strconv.Atoi(as[i])
		y, errY := strconv.Atoi(bs[i])
		c := strings.Compare(as[i], bs[i])
		if errX == nil && errY == nil {
			c = cmp.Compare(x, y)
		}
		if c != 0 {
			return c
		}
	}
	return cmp.Compare(len(as), len(bs))
}

// Compare orders two releases, <0 if a is the earlier one. The error names the text
// that is no release.
func Compare(a, b string) (int, error) {
	v, err := parseVersion(a)
	if err != nil {
		return 0, err
	}
	w, err := parseVersion(b)
	if err != nil {
		return 0, err
	}
	return v.compare(w), nil
}

// must is parseVersion for the releases of the table, which a test reads.
func must(release string) version {
	v, err := parseVersion(release)
	if err != nil {
		panic(err)
	}
	return v
}
