package schema

import (
	"fmt"
	"maps"
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/keyform/keyform/schema/diag"
)

// instances gives the frames of a block: itself, or with for_each one for every
// key, in order of keys. Each has enabled evaluated. ok is false where for_each is
// wrong.
func (l *loader) instances(f frame) (frames []frame, ok bool) {
	if !f.has("for_each") {
		f.enabled = f.boolean("enabled", true)
		return []frame{f}, true
	}
	values, ok := f.forEach()
	if !ok {
		return nil, false
	}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		inst := f
		inst.scope = f.withEach(cty.StringVal(key), values[key])
		inst.key, inst.inst = key, true
		inst.enabled = inst.boolean("enabled", true)
		frames = append(frames, inst)
	}
	return frames, true
}

// forEach gives the elements of for_each by key; of a set, each is its own value.
func (f *frame) forEach() (map[string]cty.Value, bool) {
	expr := f.content.Attributes["for_each"].Expr
	v, ok := f.scope.value(expr)
	if !ok {
		return nil, false
	}
	fail := func(detail string) (map[string]cty.Value, bool) {
		f.l.report(diag.Diagnostic{Code: "KF0121", Summary: "Invalid for_each", Detail: detail, Range: toRange(expr.Range())})
		return nil, false
	}
	ty := v.Type()
	switch {
	case v.IsNull():
		return fail("for_each is null. Use an empty map or set for no instances.")
	case ty.IsMapType(), ty.IsObjectType():
		return v.AsValueMap(), true
	case ty.IsTupleType(), ty.IsListType():
		return fail("for_each must be a map or a set of strings, and this is a list. Write toset([...]).")
	case ty.IsSetType() && v.LengthInt() == 0:
		return nil, true
	case ty.IsSetType() && ty.ElementType() != cty.String:
		return fail("for_each must be a map or a set of strings, and this set holds something else.")
	case !ty.IsSetType():
		return fail(fmt.Sprintf("for_each must be a map or a set of strings, not %s.", friendly(ty)))
	}
	values := make(map[string]cty.Value, v.LengthInt())
	for _, e := range v.AsValueSlice() {
		if e.IsNull() {
			return fail("for_each holds a null. Leave it out of the set.")
		}
		values[e.AsString()] = e
	}
	return values, true
}

// id gives the id of a provider, profile or agent: the argument id, else the label,
// with the place to show for it.
func (f *frame) id() (string, diag.Range, bool) {
	if f.has("id") {
		s, ok := f.text("id")
		r, _ := f.attr("id")
		if v, evaluated := f.value("id"); !ok && evaluated && v.IsNull() {
			f.missing("id", "it is null here")
		}
		return s, r, ok
	}
	label := toRange(f.block.LabelRanges[0])
	if f.inst {
		f.l.report(diag.Diagnostic{
			Code:    "KF0122",
			Summary: "Missing id",
			Detail: fmt.Sprintf("With for_each a block %s needs id, since the label is taken literally and all instances would have the same one. "+
				"Write, for example, id = %s.", f.block.Type, exampleID(f.block.Type)),
			Range: toRange(f.block.DefRange),
		})
		return "", label, false
	}
	return f.block.Labels[0], label, true
}

func exampleID(block string) string {
	if block == "profile" {
		return `"openrouter:${each.key}"`
	}
	return "each.key"
}
