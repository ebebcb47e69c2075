package schema

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/keyform/keyform/schema/diag"
)

var (
	gatewayName    = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_-]*$`)
	instanceName   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$`)
	releaseVersion = regexp.MustCompile(`^[0-9]+(\.[0-9]+){1,3}(-[0-9A-Za-z.-]+)?$`)
)

func gatewayAttributes() []string {
	return []string{"product", "instance", "state_dir", "config_path", "version", "unmanaged", "migrate", "reload", "writer", "enabled"}
}

func (l *loader) loadGateways() {
	seen := once{}
	for _, b := range l.blocks["gateway"] {
		leave := l.enter(header(b))
		f := l.open(b, bodySchema(gatewayAttributes()))
		f.enabled = f.boolean("enabled", true)
		g := l.decodeGateway(&f)
		if seen.add(l, "gateway", g.Name, b.DefRange) {
			l.gateways[g.Name] = f.enabled
			if f.enabled {
				l.cfg.Gateways = append(l.cfg.Gateways, g)
			}
		}
		leave()
	}
}

func (l *loader) decodeGateway(f *frame) Gateway {
	g := Gateway{Name: f.block.Labels[0], Range: toRange(f.block.DefRange), Attrs: f.attrRanges()}
	if !gatewayName.MatchString(g.Name) {
		l.report(diag.Diagnostic{
			Code:    "KF0127",
			Summary: "Invalid gateway name",
			Detail:  "The name of a gateway is letters, digits, '_' and '-', since it is part of addresses.",
			Range:   toRange(f.block.LabelRanges[0]),
		})
	}
	g.Product = l.product(f, g.Name)
	g.Instance = f.matching("instance", instanceName, "letters, digits, '_' and '-', as the product's --profile takes it")
	g.Version = f.matching("version", releaseVersion, `a release such as "2026.2.26" or "2026.1.24-3"`)
	g.StateDir = f.path("state_dir")
	g.ConfigPath = f.path("config_path")
	g.Prune = f.choice("unmanaged", "keep", "prune") == "prune"
	g.Migrate = f.boolean("migrate", true)
	g.Reload = f.reload()
	g.Writer = f.choice("writer", WriterAuto, WriterStore, WriterGateway)
	return g
}

// product gives the product of a gateway, which is its name unless declared.
func (l *loader) product(f *frame, name string) string {
	product, r := name, toRange(f.block.LabelRanges[0])
	if f.has("product") {
		var ok bool
		if product, ok = f.text("product"); !ok {
			return ""
		}
		r, _ = f.attr("product")
	}
	known := l.in.Products
	if known == nil || slices.Contains(known, product) {
		return product
	}
	detail := fmt.Sprintf("The product must be %s.%s", quoteList(known, "or"), didYouMean(product, known))
	if !f.has("product") {
		detail = fmt.Sprintf("The label of a gateway is its product unless product says otherwise, and %q is none. Set product to %s.",
			name, quoteList(known, "or")) + didYouMean(name, known)
	}
	l.report(diag.Diagnostic{Code: "KF0211", Summary: "Unknown product", Detail: detail, Range: r})
	return product
}

// attrRanges gives the ranges of the attributes that are written, by name.
func (f *frame) attrRanges() map[string]diag.Range {
	ranges := make(map[string]diag.Range, len(f.content.Attributes))
	for name, a := range f.content.Attributes {
		ranges[name] = toRange(a.Range)
	}
	return ranges
}

// matching gives a string attribute that matches a pattern.
func (f *frame) matching(name string, re *regexp.Regexp, want string) string {
	s, ok := f.text(name)
	if ok && !re.MatchString(s) {
		f.invalid(name, fmt.Sprintf("The argument %q must be %s. Leave it out for the default.", name, want))
		return ""
	}
	return s
}

// path gives a path attribute: absolute, or in the home directory.
func (f *frame) path(name string) string {
	s, ok := f.text(name)
	if !ok {
		return ""
	}
	absolute := strings.HasPrefix(s, "/") || strings.HasPrefix(s, "~/") || len(s) > 2 && s[1] == ':'
	if !absolute || strings.ContainsRune(s, 0) {
		f.invalid(name, fmt.Sprintf(`The argument %q must be an absolute path, or begin with "~/". Leave it out for the default.`, name))
		return ""
	}
	return s
}

// reload gives how a gateway learns of changes; "live" unless declared.
func (f *frame) reload() Reload {
	const otherwise = `The argument "reload" must be "live", "restart", "none", or a command as a list of strings such as ["systemctl", "--user", "restart", "openclaw-gateway"].`
	v, ok := f.value("reload")
	if !ok {
		return Reload{Mode: "live"}
	}
	if v.Type() == cty.String {
		mode, modes := v.AsString(), []string{"live", "restart", "none"}
		if !slices.Contains(modes, mode) {
			f.invalid("reload", otherwise+didYouMean(mode, modes))
		}
		return Reload{Mode: mode}
	}
	argv, ok := f.texts("reload", false)
	if !ok {
		return Reload{Mode: "live"}
	}
	r := Reload{Mode: "command"}
	for _, a := range argv {
		r.Argv = append(r.Argv, a.text)
	}
	if len(r.Argv) == 0 || r.Argv[0] == "" || strings.ContainsRune(strings.Join(r.Argv, ""), 0) {
		f.invalid("reload", otherwise)
	}
	return r
}

// gatewayList gives the gateways of a block, sorted: the declared ones unless
// gateways says otherwise. ok is false where that is wrong.
func (f *frame) gatewayList() (names []string, ok bool) {
	if !f.has("gateways") {
		for _, g := range f.l.cfg.Gateways {
			names = append(names, g.Name)
		}
		slices.Sort(names)
		return names, len(names) > 0
	}
	labels, ok := f.texts("gateways", true)
	if !ok {
		return nil, false
	}
	for _, label := range labels {
		if f.enabled {
			ok = f.checkGateway(label) && ok
		}
		names = append(names, label.text)
	}
	if len(labels) == 0 {
		f.invalid("gateways", `The argument "gateways" is empty. Use enabled = false for a block that is not wanted.`)
		return nil, false
	}
	slices.Sort(names)
	return slices.Compact(names), ok
}

func (f *frame) checkGateway(label item) bool {
	enabled, declared := f.l.gateways[label.text]
	if enabled {
		return true
	}
	detail := fmt.Sprintf("The gateway %q has enabled = false.", label.text)
	if !declared {
		detail = fmt.Sprintf("No gateway %q is declared.", label.text) +
			didYouMean(label.text, slices.Collect(maps.Keys(f.l.gateways)))
	}
	f.l.report(diag.Diagnostic{Code: "KF0210", Summary: "Unknown gateway", Detail: detail, Range: label.r})
	return false
}

// needGateway reports the first block that wants a gateway where there is none.
func (l *loader) needGateway(b *hcl.Block) {
	for _, enabled := range l.gateways {
		if enabled {
			return
		}
	}
	if l.noGateway {
		return
	}
	l.noGateway = true
	l.report(diag.Diagnostic{
		Code:    "KF0126",
		Summary: "No gateway declared",
		Detail: `There is nowhere to put this: no gateway block is declared and enabled. ` +
			`Add gateway "openclaw" {}, or gateway "clawdbot" {}, for the one that lives in its default place.`,
		Range: toRange(b.DefRange),
	})
}
