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

// constructors gives the functions that make secret references.
func constructors() map[string]function.Function {
	return map[string]function.Function{
		SourceOnePassword: constructor(SourceOnePassword, "reference", CheckOnePasswordRef),
		SourceEnv:         constructor(SourceEnv, "name", checkEnvName),
		SourceFile:        constructor(SourceFile, "path", checkSecretPath),
		SourceCredential:  constructor(SourceCredential, "name", checkCredentialName),
		SourceStdin:       constructor(SourceStdin, "", nil),
	}
}

// constructor makes one of them: it takes one argument called param ("" for none),
// which check accepts or refuses, and then perhaps the name of a source.
func constructor(source, param string, check func(string) error) function.Function {
	var params []function.Parameter
	if param != "" {
		params = append(params, function.Parameter{Name: param, Type: cty.String})
	}
	return function.New(&function.Spec{
		Params:   params,
		VarParam: &function.Parameter{Name: "source", Type: cty.String},
		Type:     function.StaticReturnType(refType),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			ref := Ref{Source: source}
			if param != "" {
				text := args[0].AsString()
				if err := checkArgument(text, check); err != nil {
					return cty.NilVal, argError{0, err}
				}
				ref.Args = []string{text}
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
