package schema

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/keyform/keyform/schema/credential"
	"github.com/keyform/keyform/schema/diag"
)

// Inputs is what a configuration is evaluated with besides its files. The zero
// value is valid: no variables are set, keyform.version is "", and every product is known.
type Inputs struct {
	// Vars are the values of -var and the files of -var-file, in the order given.
	Vars []VarInput
	// Environ is the environment as os.Environ gives it. Only KEYFORM_VAR_name is
	// looked at.
	Environ []string
	// Version is keyform's own version, for required_version and keyform.version.
	// Where it is empty or not a version, required_version is satisfied.
	Version string
	// Host is the machine that the configuration is for.
	Host Host
	// Products are the names that a gateway may have as its product; nil is any name.
	Products []string
	// Constructors are the functions that make references; nil is the language's own.
	Constructors []Constructor
}

// Host is what expressions know as host; its labels and vars are empty.
type Host struct{ Name string }

// VarInput is one -var or one -var-file: either Name and Value, or File.
type VarInput struct {
	Name, Value string
	// File is the path of a variables file, relative to the configuration's
	// directory unless absolute. JSON where it ends in ".json", else HCL.
	File string
}

// Load reads, checks and evaluates the configuration in dir: every *.hcl and
// *.hcl.json of that directory, with its variable files. It opens no network
// connection, asks no source for a secret, and looks at no store.
//
// The list holds every problem of the configuration at once. Only without errors is
// Config complete; it is never nil, and Files is always filled, for the snippets of
// diagnostics. Load may be called concurrently.
func Load(dir string, in Inputs) (*Config, diag.Diagnostics) {
	l := newLoader(dir, in)
	if l.readDir() {
		l.load()
	}
	return l.cfg, l.diags
}

// loader is one run of Load.
type loader struct {
	dir string
	in  Inputs
	cfg *Config

	diags diag.Diagnostics
	// told holds what is in diags: instances of one block often fail alike.
	told map[diag.Diagnostic]bool
	// within is the header of the block that is being decoded.
	within string

	sources  []source
	varFiles []source
	// literals are the places where a credential stands in a source text.
	literals []diag.Range

	// blocks are the blocks of all files by type, in order.
	blocks map[string]hcl.Blocks
	// declared are the names that an expression can use, by root.
	declared map[string]map[string]bool
	// gateways are all declared gateways by name; false where disabled.
	gateways map[string]bool
	// noGateway tells that the lack of a gateway has been reported.
	noGateway bool
	// sourceNames are the declared sources, type and name; false where disabled.
	sourceNames map[[2]string]bool
	objects     objects
	// aliases are the sources that references name, to be checked at the end.
	aliases []aliasUse

	root scope
	// variables are the values of var, a value that is known to be wrong being
	// unknown.
	variables map[string]cty.Value
	graph     graph
}

// source is one file.
type source struct {
	name string
	text []byte
	file *hcl.File
}

func (s source) json() bool { return strings.HasSuffix(s.name, ".json") }

func newLoader(dir string, in Inputs) *loader {
	l := &loader{
		dir:         dir,
		in:          in,
		cfg:         &Config{Owner: "default", Files: map[string][]byte{}},
		told:        map[diag.Diagnostic]bool{},
		blocks:      map[string]hcl.Blocks{},
		declared:    map[string]map[string]bool{"var": {}, "local": {}, "secret": {}},
		gateways:    map[string]bool{},
		sourceNames: map[[2]string]bool{},
		objects:     objects{},
		variables:   map[string]cty.Value{},
	}
	if l.in.Constructors == nil {
		l.in.Constructors = Constructors()
	}
	l.root = scope{l: l, ctx: &hcl.EvalContext{Functions: functions(dir, l.in.Constructors), Variables: l.constants()}}
	return l
}

// constants are the names that hold the same for every file.
func (l *loader) constants() map[string]cty.Value {
	return map[string]cty.Value{
		"keyform": cty.ObjectVal(map[string]cty.Value{"version": cty.StringVal(l.in.Version)}),
		"host": cty.ObjectVal(map[string]cty.Value{
			"name":   cty.StringVal(l.in.Host.Name),
			"labels": cty.MapValEmpty(cty.String),
			"vars":   cty.EmptyObjectVal,
		}),
	}
}

// load evaluates the sources that were read.
func (l *loader) load() {
	parsed := l.parse()
	if !l.checkVersion() || !parsed {
		return
	}
	l.splitBlocks()
	l.findLiterals()
	l.loadVariables()
	l.loadValues()
	l.loadKeyform()
	l.loadSources()
	l.loadGateways()
	l.loadProviders()
	l.loadProfiles()
	l.loadAgents()
	l.loadClaudeCode()
	l.loadRemoved()
	l.checkAliases()
	l.checkObjects()
	if !l.diags.HasErrors() && l.graph.unknown {
		l.report(diag.Diagnostic{
			Code:    "KF0113",
			Summary: "Value not known",
			Detail:  "An expression has no known value, although nothing is wrong with it. This is a defect of keyform: please report it.",
		})
	}
}

// report adds a problem, in the block that is being decoded, unless it is there.
func (l *loader) report(d diag.Diagnostic) {
	if d.Within == "" {
		d.Within = l.within
	}
	// Labels and names get into messages, and a credential may stand there too.
	d.Detail, d.Within, d.Address = credential.Mask(d.Detail), credential.Mask(d.Within), credential.Mask(d.Address)
	if !l.told[d] {
		l.told[d] = true
		l.diags = append(l.diags, d)
	}
}

// enter sets the block that is being decoded and gives the way back.
func (l *loader) enter(header string) (leave func()) {
	before := l.within
	l.within = header
	return func() { l.within = before }
}
