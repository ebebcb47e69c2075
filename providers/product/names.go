package product

import (
	"maps"
	"slices"
)

// For gives the product with the names that a release goes by: without the variables that
// name places for other releases alone, and without the predecessors whose directories and
// configurations it does not take over. A release that is not known, such as "", gives p.
func (p *Product) For(release string) *Product {
	row, err := p.At(release)
	if err != nil {
		return p
	}
	out := *p
	if row.OwnVariables {
		out.dropped = map[string]string{}
		maps.Copy(out.dropped, p.dropped)
		out.StateDirEnv, out.ConfigEnv = out.firstOf(p.StateDirEnv), out.firstOf(p.ConfigEnv)
	}
	if row.Predecessors != nil {
		out.LegacyDirs, out.LegacyConfigs = nil, nil
		for _, name := range row.Predecessors {
			out.LegacyDirs = append(out.LegacyDirs, "."+name)
			out.LegacyConfigs = append(out.LegacyConfigs, name+".json")
		}
	}
	return &out
}

// firstOf gives the first of the variables alone, and notes the others as dropped.
func (p *Product) firstOf(names []string) []string {
	for _, name := range names[1:] {
		p.dropped[name] = names[0]
	}
	return names[:1:1]
}

// Dropped gives the variables that other releases of the product read and the one that p
// was given for (see For) does not, each with the product's own for the same place, sorted.
func (p *Product) Dropped() []Replaced {
	var out []Replaced
	for _, name := range slices.Sorted(maps.Keys(p.dropped)) {
		out = append(out, Replaced{Name: name, By: p.dropped[name]})
	}
	return out
}

// Replaced is a variable that a release does not read any more, and the one in its place.
type Replaced struct{ Name, By string }
