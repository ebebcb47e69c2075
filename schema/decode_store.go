package schema

import (
	"fmt"
	"regexp"

	"github.com/keyform/keyform/schema/diag"
)

// resolvableEnv is what gateways take as the id of a reference to a variable: their
// EnvSecretRefId, the same from OpenClaw 2026.2.26 to 2026.9.6.
var resolvableEnv = regexp.MustCompile(`^[A-Z][A-Z0-9_]{0,127}$`)

// profileStore decodes store: whether the gateway's store gets the secret, or says
// where it is. A profile without a sound secret has been reported already.
func (f *frame) profileStore(p *Profile) {
	p.Reference = f.choice("store", "value", "reference") == "reference"
	r, written := f.attr("store")
	if _, ok := f.value("store"); !written || !ok {
		return
	}
	switch {
	case p.Login != nil || p.Import != "":
		f.l.report(diag.Diagnostic{
			Code:    "KF0221",
			Summary: "Argument store on a login",
			Detail: "The argument \"store\" says whether a secret or a reference to it is stored, and this profile is a login, " +
				"whose tokens the gateway itself keeps and renews. Leave it out.",
			Range: r,
		})
	case p.Reference && p.Use.Ref.Source != "":
		if problem := unresolvable(p.Use.Ref); problem != "" {
			f.l.report(diag.Diagnostic{
				Code:    "KF0221",
				Summary: "Reference that a gateway cannot resolve",
				Detail:  problem,
				Range:   p.Use.Range,
			})
		}
	}
}

// unresolvable says why a gateway cannot get at a secret by itself, and what to do;
// "" where it can.
func unresolvable(ref Ref) string {
	const value = ` or leave out store = "reference", so that the secret itself is stored.`
	switch ref.Source {
	case SourceEnv:
		if resolvableEnv.MatchString(ref.Args[0]) {
			return ""
		}
		return "With store = \"reference\" the gateway reads the variable itself, and takes only names of capital letters, digits and '_', " +
			"beginning with a letter, of at most 128 characters. Rename the variable," + value
	case SourceFile:
		return ""
	case SourceOnePassword:
		if ref.Alias == "" {
			return ""
		}
		return fmt.Sprintf("With store = \"reference\" the gateway asks 1Password itself, with the service account of its own environment: "+
			"it does not know the source %q. Leave the last argument of onepassword out,", ref.Alias) + value
	}
	return fmt.Sprintf("With store = \"reference\" the gateway fetches the secret itself, and it cannot ask %s. "+
		"References by env(\"NAME\"), secretfile(\"/path\") and onepassword(\"op://vault/item/field\") work: use one of them,", ref.Source) + value
}
