package schema

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/keyform/keyform/schema/diag"
)

// frame is one block, or one instance of it, while it is decoded.
type frame struct {
	scope
	block   *hcl.Block
	content *hcl.BodyContent
	// key is the key of the instance of a for_each; inst tells that there is one.
	key  string
	inst bool
	// enabled is false where the block is checked but not wanted.
	enabled bool
}

// bodySchema makes a schema from names of attributes and of blocks without labels.
func bodySchema(attrs []string, blocks ...string) *hcl.BodySchema {
	s := &hcl.BodySchema{}
	for _, a := range attrs {
		s.Attributes = append(s.Attributes, hcl.AttributeSchema{Name: a})
	}
	for _, b := range blocks {
		s.Blocks = append(s.Blocks, hcl.BlockHeaderSchema{Type: b})
	}
	return s
}

// open decodes the structure of a block.
func (l *loader) open(b *hcl.Block, s *hcl.BodySchema) frame {
	content, diags := b.Body.Content(s)
	l.reportStructure(diags, b.Type)
	return frame{scope: l.root, block: b, content: content, enabled: true}
}

// reportStructure reports what decoding a body found, by place: HCL gives the
// arguments in random order. block is the type of the block, "" for a file.
func (l *loader) reportStructure(diags hcl.Diagnostics, block string) {
	slices.SortStableFunc(diags, func(a, b *hcl.Diagnostic) int {
		return cmp.Compare(subject(a).Start.Byte, subject(b).Start.Byte)
	})
	for _, d := range diags {
		l.report(fromStructure(d, block))
	}
}

// attr gives an attribute's range; ok is false where it is not written.
func (f *frame) attr(name string) (r diag.Range, ok bool) {
	a, ok := f.content.Attributes[name]
	if !ok {
		return diag.Range{}, false
	}
	return toRange(a.Expr.Range()), true
}

func (f *frame) has(name string) bool { return f.content.Attributes[name] != nil }

// value evaluates an attribute; ok is false where it is not written, null or wrong.
func (f *frame) value(name string) (cty.Value, bool) {
	a, ok := f.content.Attributes[name]
	if !ok {
		return cty.NilVal, false
	}
	v, ok := f.scope.value(a.Expr)
	return v, ok && !v.IsNull()
}

// wrongType reports an attribute whose value is of another type than wanted.
func (f *frame) wrongType(name, want string, got cty.Type) {
	r, _ := f.attr(name)
	f.l.report(wrongType(r, fmt.Sprintf("The argument %q", name), want, got))
}

func wrongType(r diag.Range, what, want string, got cty.Type) diag.Diagnostic {
	if holdsRef(got) {
		return refAsText(r)
	}
	return diag.Diagnostic{
		Code:    "KF0114",
		Summary: "Wrong type",
		Detail:  fmt.Sprintf("%s must be %s, not %s.", what, want, friendly(got)),
		Range:   r,
	}
}

// friendly names a type in a message.
func friendly(ty cty.Type) string {
	switch {
	case ty == cty.DynamicPseudoType:
		return "null"
	case ty == cty.String:
		return "a string"
	case ty == cty.Number:
		return "a number"
	case ty == cty.Bool:
		return "true or false"
	case ty.IsTupleType(), ty.IsListType():
		return "a list"
	case ty.IsSetType():
		return "a set"
	case ty.IsObjectType(), ty.IsMapType():
		return "a map"
	case ty == refType:
		return "a secret reference"
	}
	return ty.FriendlyName()
}

// text gives a string attribute.
func (f *frame) text(name string) (string, bool) {
	v, ok := f.value(name)
	if !ok {
		return "", false
	}
	s, err := convert.Convert(v, cty.String)
	if err != nil {
		f.wrongType(name, "a string", v.Type())
		return "", false
	}
	return s.AsString(), true
}

// boolean gives a true or false attribute, or otherwise.
func (f *frame) boolean(name string, otherwise bool) bool {
	v, ok := f.value(name)
	if !ok {
		return otherwise
	}
	b, err := convert.Convert(v, cty.Bool)
	if err != nil {
		f.wrongType(name, "true or false", v.Type())
		return otherwise
	}
	return b.True()
}

// count gives an attribute that is a whole number from 0.
func (f *frame) count(name string) (int, bool) {
	v, ok := f.value(name)
	if !ok {
		return 0, false
	}
	n, err := convert.Convert(v, cty.Number)
	if err != nil {
		f.wrongType(name, "a whole number", v.Type())
		return 0, false
	}
	whole, _ := n.AsBigFloat().Int64()
	if !n.AsBigFloat().IsInt() || whole < 0 || whole > math.MaxInt32 {
		f.invalid(name, fmt.Sprintf("The argument %q must be a whole number, 0 or more.", name))
		return 0, false
	}
	return int(whole), true
}

// invalid reports an attribute of the right type with a value that cannot be.
func (f *frame) invalid(name, detail string) {
	r, _ := f.attr(name)
	f.l.report(diag.Diagnostic{
		Code:    "KF0219",
		Summary: fmt.Sprintf("Invalid %s", name),
		Detail:  detail,
		Range:   r,
	})
}

// choice gives a string attribute that is one of a few words; without it, the first.
func (f *frame) choice(name string, words ...string) string {
	s, ok := f.text(name)
	if !ok {
		return words[0]
	}
	if !slices.Contains(words, s) {
		f.invalid(name, fmt.Sprintf("The argument %q must be %s.%s", name, quoteList(words, "or"), didYouMean(s, words)))
	}
	return s
}

// missing reports an argument that must be there.
func (f *frame) missing(name, why string) {
	f.l.report(diag.Diagnostic{
		Code:    "KF0107",
		Summary: "Missing argument",
		Detail:  fmt.Sprintf("The argument %q is required: %s.", name, why),
		Range:   toRange(f.block.DefRange),
	})
}

// item is one string of a list, with its place.
type item struct {
	text string
	r    diag.Range
}

// texts gives a list of strings with the place of each; unordered allows a set.
// ok is false where the attribute is not written, null or wrong.
func (f *frame) texts(name string, unordered bool) ([]item, bool) {
	v, ok := f.value(name)
	if !ok {
		return nil, false
	}
	return f.items(fmt.Sprintf("The argument %q", name), f.content.Attributes[name].Expr, v, unordered)
}

// items gives the strings of v, which is the value of expr.
func (f *frame) items(what string, expr hcl.Expression, v cty.Value, unordered bool) ([]item, bool) {
	whole := toRange(expr.Range())
	ty := v.Type()
	if !ty.IsTupleType() && !ty.IsListType() && (!unordered || !ty.IsSetType()) {
		f.l.report(wrongType(whole, what, "a list of strings", ty))
		return nil, false
	}
	exprs, static := hcl.ExprList(expr)
	var list []item
	for i, e := range v.AsValueSlice() {
		r := whole
		if !static.HasErrors() && i < len(exprs) && !ty.IsSetType() {
			r = toRange(exprs[i].Range())
		}
		s, err := convert.Convert(e, cty.String)
		if err != nil || s.IsNull() {
			f.l.report(wrongType(r, "An element of the list", "a string", e.Type()))
			return nil, false
		}
		list = append(list, item{s.AsString(), r})
	}
	return list, true
}
