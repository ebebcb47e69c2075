package schema

import (
	"errors"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/keyform/keyform/schema/credential"
)

var (
	envName        = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	credentialName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.@-]*$`)
	sourceName     = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)
)

// Constructor is a function of the language that makes references to one source of
// secrets.
type Constructor struct {
	// Name is the function's, and the Source of its references.
	Name string
	// Params are its arguments, all of them text. The name of a source may follow them.
	Params []Param
	// Example is a call as messages show it, `env("NAME")`.
	Example string
}

// Param is an argument of a Constructor. Check accepts or refuses it; its error must
// not quote it, since a user may have put a secret there.
type Param struct {
	Name  string
	Check func(string) error
}

// Constructors are those of the language itself, in the order in which messages name
// them.
func Constructors() []Constructor {
	return []Constructor{
		{SourceOnePassword, []Param{{"reference", CheckOnePasswordRef}}, `onepassword("op://vault/item/field")`},
		{SourceEnv, []Param{{"name", checkEnvName}}, `env("NAME")`},
		{SourceFile, []Param{{"path", checkSecretPath}}, `secretfile("/path")`},
		{SourceCredential, []Param{{"name", checkCredentialName}}, `credential("NAME")`},
		{SourceStdin, nil, "stdin()"},
	}
}

func (c Constructor) function() function.Function {
	params := make([]function.Parameter, len(c.Params))
	for i, p := range c.Params {
		params[i] = function.Parameter{Name: p.Name, Type: cty.String}
	}
	return function.New(&function.Spec{
		Params:   params,
		VarParam: &function.Parameter{Name: "source", Type: cty.String},
		Type:     function.StaticReturnType(refType),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			ref := Ref{Source: c.Name}
			for i, p := range c.Params {
				text := args[i].AsString()
				if err := checkArgument(text, p.Check); err != nil {
					return cty.NilVal, argError{i, err}
				}
				ref.Args = append(ref.Args, text)
			}
			rest := args[len(params):]
			if len(rest) > 1 {
				return cty.NilVal, argError{len(params) + 1, errors.New("at most one source can be named, as the last argument")}
			}
			if len(rest) == 1 {
				ref.Alias = rest[0].AsString()
				if !sourceName.MatchString(ref.Alias) {
					return cty.NilVal, argError{len(params), errors.New("the name of a source is letters, digits, '_' and '-', beginning with a letter")}
				}
			}
			return refVal(refValue{ref: ref}), nil
		},
	})
}

// checkArgument accepts or refuses an argument. The error never quotes it: a user may
// have put a secret where its name belongs.
func checkArgument(text string, check func(string) error) error {
	if credential.Contains(text) {
		return errLiteral{}
	}
	return check(text)
}

// errLiteral is a credential where none may stand.
type errLiteral struct{}

func (errLiteral) Error() string { return "it holds a credential" }

func checkEnvName(name string) error {
	if envName.MatchString(name) {
		return nil
	}
	return errors.New("the name of an environment variable is letters, digits and '_', not beginning with a digit, such as ANTHROPIC_API_KEY")
}

func checkSecretPath(path string) error {
	switch {
	case strings.ContainsRune(path, 0):
		return errors.New("a path cannot hold a NUL character")
	case filepath.IsAbs(path), strings.HasPrefix(path, "/"), strings.HasPrefix(path, "~/"):
		return nil
	}
	return errors.New(`the path of a secret file is absolute or begins with "~/", so that it names the same file wherever keyform runs`)
}

func checkCredentialName(name string) error {
	if credentialName.MatchString(name) {
		return nil
	}
	return errors.New("the name of a systemd credential is a file name of letters, digits and '_', '.', '@', '-', as in LoadCredential=NAME:PATH")
}
