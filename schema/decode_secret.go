package schema

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/keyform/keyform/schema/diag"
)

// collectSecrets adds the secret blocks to the graph.
func (l *loader) collectSecrets() {
	seen := once{}
	body := bodySchema([]string{"for_each", "enabled", "from", "pattern", "min_length", "description"})
	for _, b := range l.blocks["secret"] {
		leave := l.enter(header(b))
		f := l.open(b, body)
		name := b.Labels[0]
		switch {
		case !hclsyntax.ValidIdentifier(name):
			l.report(diag.Diagnostic{
				Code:    "KF0127",
				Summary: "Invalid secret name",
				Detail:  "The name of a secret is letters, digits, '_' and '-', beginning with a letter, so that secret.NAME can be written.",
				Range:   toRange(b.LabelRanges[0]),
			})
		case seen.add(l, "secret", name, b.DefRange):
			l.declared["secret"][name] = true
			n := &node{root: "secret", name: name, r: toRange(b.DefRange), header: header(b)}
			for _, a := range inOrder(f.content.Attributes) {
				n.exprs = append(n.exprs, a.Expr)
			}
			n.eval = func(s scope) cty.Value {
				f.scope = s
				return l.evalSecret(f)
			}
			l.graph.add(n)
		}
		leave()
	}
}

// evalSecret gives the value of secret.NAME: a reference, or with for_each an
// object of them.
func (l *loader) evalSecret(f frame) cty.Value {
	name := f.block.Labels[0]
	frames, ok := l.instances(f)
	if !ok {
		return cty.DynamicVal
	}
	values := map[string]cty.Value{}
	for _, inst := range frames {
		full := name
		if inst.inst {
			full = fmt.Sprintf("%s[%q]", name, inst.key)
		}
		values[inst.key] = l.decodeSecret(inst, name, full)
	}
	if f.has("for_each") {
		return cty.ObjectVal(values)
	}
	return values[""]
}

// decodeSecret decodes one instance. full is its name with the key.
func (l *loader) decodeSecret(f frame, block, full string) cty.Value {
	s := Secret{Name: full, Range: toRange(f.block.DefRange)}
	s.Description, _ = f.text("description")
	s.MinLength, _ = f.count("min_length")
	s.Pattern = f.pattern()
	if !f.has("from") {
		f.missing("from", "it says where the secret is, by one of "+l.references())
		return cty.DynamicVal
	}
	from := f.use("from")
	if from == nil {
		return cty.DynamicVal
	}
	if from.Secret != "" {
		f.l.report(diag.Diagnostic{
			Code:    "KF0205",
			Summary: "Secret from another secret",
			Detail: fmt.Sprintf("A secret says itself where it is, by one of %s. It cannot go through secret.%s, whose checks would be lost.",
				l.references(), from.Secret),
			Range: from.Range,
		})
		return cty.DynamicVal
	}
	s.From = from.Ref
	if f.enabled {
		l.graph.secrets[block] = append(l.graph.secrets[block], s)
	}
	return refVal(refValue{ref: from.Ref, secret: full, disabled: !f.enabled})
}

func (f *frame) pattern() *regexp.Regexp {
	text, ok := f.text("pattern")
	if !ok {
		return nil
	}
	re, err := regexp.Compile(text)
	if err != nil {
		r, _ := f.attr("pattern")
		f.l.report(diag.Diagnostic{
			Code:    "KF0218",
			Summary: "Invalid pattern",
			Detail:  fmt.Sprintf("The pattern is not a regular expression in Go's (RE2) syntax: %s. There are no look-aheads and no back-references.", patternProblem(err)),
			Range:   r,
		})
		return nil
	}
	return re
}

// patternProblem says what is wrong with a pattern without showing it.
func patternProblem(err error) string {
	var wrong *syntax.Error
	if errors.As(err, &wrong) {
		return wrong.Code.String()
	}
	return "it cannot be read"
}

// loadSources decodes the source blocks.
func (l *loader) loadSources() {
	seen := once{}
	for _, b := range l.blocks["source"] {
		leave := l.enter(header(b))
		l.loadSource(b, seen)
		leave()
	}
}

func (l *loader) loadSource(b *hcl.Block, seen once) {
	kind, name := b.Labels[0], b.Labels[1]
	if kind != SourceOnePassword {
		l.report(diag.Diagnostic{
			Code:    "KF0106",
			Summary: "Unsupported source type",
			Detail: fmt.Sprintf("This release of keyform has sources of type %q only.", SourceOnePassword) +
				didYouMean(kind, []string{SourceOnePassword}),
			Range: toRange(b.LabelRanges[0]),
		})
		return
	}
	if !sourceName.MatchString(name) {
		l.report(diag.Diagnostic{
			Code:    "KF0127",
			Summary: "Invalid source name",
			Detail:  "The name of a source is letters, digits, '_' and '-', beginning with a letter.",
			Range:   toRange(b.LabelRanges[1]),
		})
		return
	}
	f := l.open(b, bodySchema([]string{"enabled", "token"}))
	f.enabled = f.boolean("enabled", true)
	s := Source{Type: kind, Name: name, Token: f.use("token"), Range: toRange(b.DefRange)}
	if !f.has("token") {
		f.missing("token", `it says where the token of the service account is, such as env("OP_SERVICE_ACCOUNT_TOKEN")`)
	}
	if s.Token != nil && s.Token.Ref.Source == SourceOnePassword {
		l.report(diag.Diagnostic{
			Code:    "KF0205",
			Summary: "Token of 1Password in 1Password",
			Detail:  "The token that opens 1Password cannot come from 1Password. Take it from env, secretfile, credential or stdin.",
			Range:   s.Token.Range,
		})
	}
	if !seen.add(l, "source", kind+"."+name, b.DefRange) {
		return
	}
	l.sourceNames[[2]string{kind, name}] = f.enabled
	if f.enabled {
		l.cfg.Sources = append(l.cfg.Sources, s)
	}
}
