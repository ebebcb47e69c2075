package schema

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/keyform/keyform/schema/diag"
)

// providerAttributes are the attributes of a provider that lifecycle can ignore.
func providerAttributes() []string { return []string{"api_key", "env", "order"} }

func (l *loader) loadProviders() {
	body := bodySchema(append([]string{"for_each", "id", "enabled", "gateways"}, providerAttributes()...), "lifecycle")
	for _, b := range l.blocks["provider"] {
		leave := l.enter(header(b))
		f := l.open(b, body)
		frames, _ := l.instances(f)
		for _, inst := range frames {
			l.loadProvider(&inst)
		}
		leave()
	}
}

func (l *loader) loadProvider(f *frame) {
	gateways, ok := l.gatewaysOf(f)
	id, at, idOK := f.id()
	ok = ok && idOK
	if idOK && !providerID.MatchString(id) {
		l.report(diag.Diagnostic{
			Code:    "KF0208",
			Summary: "Invalid provider id",
			Detail:  "A provider id is small letters, digits, '.', '_' and '-', such as anthropic or openai-codex.",
			Range:   at,
		})
		ok = false
	}
	p := Provider{ID: id, IDRange: at, Gateways: gateways, Range: toRange(f.block.DefRange), Attrs: f.attrRanges()}
	p.APIKey = f.use("api_key")
	p.Env = f.envVars()
	p.Order, p.OrderItems = f.order("order")
	if len(p.Order) > 0 {
		p.OrderRange, _ = f.attr("order")
	}
	p.Lifecycle = f.lifecycle(providerAttributes())
	if f.declaresNothing(providerAttributes()) {
		l.report(diag.Diagnostic{
			Code:    "KF0123",
			Summary: "Provider block that declares nothing",
			Detail:  "A provider block has api_key, env or order, or several of them. Remove the block, or use enabled = false.",
			Range:   toRange(f.block.DefRange),
		})
	}
	if idOK {
		f.declare("provider", "", id, gateways)
	}
	if ok && f.enabled {
		l.cfg.Providers = append(l.cfg.Providers, p)
	}
}

// declaresNothing reports whether all of the attributes are missing, null or empty.
// One that is wrong counts as something, since it has been reported.
func (f *frame) declaresNothing(names []string) bool {
	for _, name := range names {
		a := f.content.Attributes[name]
		if a == nil {
			continue
		}
		v, ok := f.scope.value(a.Expr)
		if !ok {
			return false
		}
		emptyMap := name != "api_key" && !v.IsNull() && v.CanIterateElements() && v.LengthInt() == 0 && !v.Type().IsTupleType()
		if !v.IsNull() && !emptyMap {
			return false
		}
	}
	return true
}

// entry is one element of a map attribute.
type entry struct {
	key   string
	value cty.Value
	expr  hcl.Expression
	r     diag.Range
}

// entries gives the elements of a map attribute, by key. The place of each is its
// own where the map is written out.
func (f *frame) entries(name string) []entry {
	v, ok := f.value(name)
	if !ok {
		return nil
	}
	ty := v.Type()
	if !ty.IsMapType() && !ty.IsObjectType() {
		f.wrongType(name, "a map", ty)
		return nil
	}
	expr := f.content.Attributes[name].Expr
	written := f.pairs(expr)
	var list []entry
	for key, value := range v.AsValueMap() {
		e := entry{key: key, value: value, expr: expr, r: toRange(expr.Range())}
		if pair, ok := written[key]; ok {
			e.expr = pair.Value
			e.r = toRange(hcl.RangeBetween(pair.Key.Range(), pair.Value.Range()))
		}
		list = append(list, e)
	}
	slices.SortFunc(list, func(a, b entry) int { return cmp.Compare(a.key, b.key) })
	return list
}

// pairs gives the elements of a map that is written out, by key, and reports keys
// that are written twice, of which HCL would quietly take the last.
func (f *frame) pairs(expr hcl.Expression) map[string]hcl.KeyValuePair {
	list, diags := hcl.ExprMap(expr)
	if diags.HasErrors() {
		return nil
	}
	byKey := make(map[string]hcl.KeyValuePair, len(list))
	seen := once{}
	for _, pair := range list {
		v, diags := pair.Key.Value(f.ctx)
		if diags.HasErrors() {
			continue
		}
		if key, ok := plainString(v); ok && seen.add(f.l, "key", key, pair.Key.Range()) {
			byKey[key] = pair
		}
	}
	return byKey
}

// envVars decodes env: names with references or strings.
func (f *frame) envVars() []EnvVar {
	var vars []EnvVar
	for _, e := range f.entries("env") {
		v := EnvVar{Name: e.key, Range: e.r}
		if !envName.MatchString(e.key) {
			f.l.report(diag.Diagnostic{
				Code:    "KF0217",
				Summary: "Invalid variable name",
				Detail:  "The name of an environment variable is letters, digits and '_', not beginning with a digit, such as ANTHROPIC_BASE_URL.",
				Range:   e.r,
			})
			continue
		}
		if !f.envValue(e, &v) {
			continue
		}
		vars = append(vars, v)
	}
	return vars
}

func (f *frame) envValue(e entry, v *EnvVar) bool {
	what := fmt.Sprintf("The variable %q", e.key)
	if _, ok := asRef(e.value); ok {
		v.Use = f.useOf(what, e.expr, e.value)
		return v.Use != nil
	}
	s, err := convert.Convert(e.value, cty.String)
	if err != nil || s.IsNull() {
		f.l.report(diag.Diagnostic{
			Code:    "KF0114",
			Summary: "Wrong type",
			Detail:  fmt.Sprintf("%s must be a string or a secret reference. To leave it out, leave its key out.", what),
			Range:   e.r,
		})
		return false
	}
	v.Literal = s.AsString()
	if strings.ContainsRune(v.Literal, 0) {
		f.l.report(diag.Diagnostic{Code: "KF0219", Summary: "Invalid env", Detail: what + " holds a NUL character.", Range: e.r})
		return false
	}
	return true
}
