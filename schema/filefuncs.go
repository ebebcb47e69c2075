package schema

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/keyform/keyform/schema/credential"
)

// maxFile is the greatest size, in bytes, of a file that is read for an expression
// or as configuration.
const maxFile = 4 << 20

// fileFunc is file(path): the text of a file, relative to dir. A file that holds a
// credential is refused, so that the result never is one.
func fileFunc(dir string) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "path", Type: cty.String}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			text, err := readText(dir, args[0].AsString())
			if err != nil {
				return cty.NilVal, argError{0, err}
			}
			return cty.StringVal(text), nil
		},
	})
}

// templateFileFunc is templatefile(path, vars): a file rendered as a template. The
// result is always text; a reference cannot get into it.
func templateFileFunc(dir string, known map[string]function.Function) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{
			{Name: "path", Type: cty.String},
			{Name: "vars", Type: cty.DynamicPseudoType},
		},
		Type: function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			name, vars := args[0].AsString(), args[1]
			if holdsRef(vars.Type()) {
				return cty.NilVal, argError{1, errRefAsText{}}
			}
			if ty := vars.Type(); !ty.IsObjectType() && !ty.IsMapType() {
				return cty.NilVal, argError{1, errors.New("it must be a map or an object")}
			}
			text, err := readText(dir, name)
			if err != nil {
				return cty.NilVal, argError{0, err}
			}
			result, err := renderTemplate(name, text, vars, known)
			if err != nil {
				return cty.NilVal, argError{0, err}
			}
			return result, nil
		},
	})
}

func renderTemplate(name, text string, vars cty.Value, known map[string]function.Function) (cty.Value, error) {
	expr, diags := hclsyntax.ParseTemplate([]byte(text), name, hcl.InitialPos)
	if diags.HasErrors() {
		return cty.NilVal, errTemplate(name, diags)
	}
	ctx := &hcl.EvalContext{Variables: vars.AsValueMap(), Functions: known}
	value, diags := expr.Value(ctx)
	if diags.HasErrors() {
		return cty.NilVal, errTemplate(name, diags)
	}
	if holdsRef(value.Type()) {
		return cty.NilVal, errRefAsText{}
	}
	value, err := convert.Convert(value, cty.String)
	switch {
	case err != nil:
		return cty.NilVal, errors.New("the template does not give text")
	case value.IsNull():
		return cty.NilVal, errors.New("the template gives null")
	case value.IsKnown() && credential.Contains(value.AsString()):
		return cty.NilVal, errLiteral{}
	}
	return value, nil
}

func errTemplate(name string, diags hcl.Diagnostics) error {
	for _, d := range diags {
		if d.Severity == hcl.DiagError && d.Subject != nil {
			return fmt.Errorf("%s, line %d: %s: %s", name, d.Subject.Start.Line, d.Summary, credential.Mask(d.Detail))
		}
	}
	return fmt.Errorf("%s cannot be rendered", name)
}

// readText reads a UTF-8 file that holds no credential. Errors never quote it.
func readText(dir, name string) (string, error) {
	path := name
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	src, err := readFile(path)
	switch {
	case err != nil:
		return "", fmt.Errorf("the file %q cannot be read: %w", name, err)
	case !utf8.Valid(src):
		return "", fmt.Errorf("the file %q is not UTF-8 text", name)
	case credential.Contains(string(src)):
		return "", errLiteral{}
	}
	return string(src), nil
}

// readFile reads a regular file of at most maxFile bytes. The error leaves the path
// out: whoever reports it names the file as the user did.
func readFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, bare(err)
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is not a regular file")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, bare(err)
	}
	defer f.Close()
	src, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, bare(err)
	}
	if len(src) > maxFile {
		return nil, fmt.Errorf("it is larger than %d MiB", maxFile>>20)
	}
	return src, nil
}

func bare(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}
