package gateway

import (
	"iter"

	"github.com/keyform/keyform/providers/jsondoc"
)

// value is a configuration's value with its includes merged in. Methods may be
// called on nil, which is a value that is not there.
type value struct {
	// leaf is everything but objects and arrays.
	leaf  *jsondoc.Node
	items []*value
	// names are the keys of an object in order; nil members is no object.
	names   []string
	members map[string]*value
	array   bool
}

func (v *value) isObject() bool { return v != nil && v.members != nil }

// get is the value at a path of keys, nil where there is none.
func (v *value) get(path ...string) *value {
	for _, key := range path {
		if !v.isObject() {
			return nil
		}
		v = v.members[key]
	}
	return v
}

// str is a string's value, "" for everything else.
func (v *value) str() string {
	if v == nil {
		return ""
	}
	text, _ := v.leaf.Str()
	return text
}

func (v *value) each() iter.Seq2[string, *value] {
	return func(yield func(string, *value) bool) {
		if v == nil {
			return
		}
		for _, name := range v.names {
			if !yield(name, v.members[name]) {
				return
			}
		}
	}
}

func (v *value) elements() []*value {
	if v == nil {
		return nil
	}
	return v.items
}

func (v *value) set(key string, to *value) {
	if _, there := v.members[key]; !there {
		v.names = append(v.names, key)
	}
	v.members[key] = to
}

// merge is deepMerge of the products' config/includes: arrays are joined, objects
// merged, and of everything else the second wins.
func merge(a, b *value) *value {
	switch {
	case a != nil && a.array && b.array:
		return &value{array: true, items: append(append([]*value(nil), a.items...), b.items...)}
	case a.isObject() && b.isObject():
		out := newObject()
		for name, m := range a.each() {
			out.set(name, m)
		}
		for name, m := range b.each() {
			if old := out.members[name]; old != nil {
				m = merge(old, m)
			}
			out.set(name, m)
		}
		return out
	}
	return b
}

func newObject() *value { return &value{members: map[string]*value{}} }
