package house

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"testing"
)

// constants are package-level variables that the rules below would refuse, and why
// they are none the less constant.
func constants() map[string]string {
	return map[string]string{
		"cmd/keyform.version": "set by the linker",
		"schema.refType":      "a cty type, which cannot be changed",
		"providers/secrets/onepassword/onepasswordtest.srpN": "a number that the protocol names; only read",
		"providers/secrets/onepassword/onepasswordtest.srpG": "a number that the protocol names; only read",
		"providers/secrets/onepassword/onepasswordtest.srpK": "a number that the protocol names; only read",
	}
}

// A package-level variable is an error value, a regular expression, an embedded file
// or a table, and nothing changes it.
func TestNoPackageLevelState(t *testing.T) {
	fset := token.NewFileSet()
	unused := constants()
	for dir, files := range sources(t, fset) {
		globals := map[string]bool{}
		for _, src := range files {
			for _, decl := range src.file.Decls {
				if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
					t.Errorf("%s: there is an init function", fset.Position(fn.Pos()))
				}
			}
			for _, v := range variables(src.file) {
				name := dir + "." + v.name
				globals[v.name] = true
				if _, known := unused[name]; known {
					delete(unused, name)
				} else if !v.constant {
					t.Errorf("%s: %s is neither an error, nor a regular expression, an embedded file or a table", fset.Position(v.pos), name)
				}
			}
		}
		for _, place := range writes(fset, files, globals) {
			t.Error(place)
		}
	}
	for name := range unused {
		t.Errorf("%s is in the list of exceptions, but not in the code", name)
	}
}

// The two halves of the rule find what they are for.
func TestNoPackageLevelStateFindsState(t *testing.T) {
	fset := token.NewFileSet()
	const bad = `package p
import "sync"
var mu sync.Mutex
var cache = make(map[string]int)
var table = map[string]int{}
var list = []int{1}
var point = struct{ x int }{}
var count = []int{}
func f(table map[string]int) { table["local"] = 1 }
func g() { table["x"] = 1; list = nil; list[0]++; point.x = 2; _ = &count; delete(table, "x") }
`
	file, err := parser.ParseFile(fset, "bad.go", bad, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	refused := 0
	for _, v := range variables(file) {
		if !v.constant {
			refused++
		}
	}
	if refused != 2 {
		t.Errorf("%d variables are refused, want mu and cache", refused)
	}
	globals := map[string]bool{"table": true, "list": true, "point": true, "count": true}
	got := writes(fset, []source{{"bad.go", file}}, globals)
	if len(got) != 6 {
		t.Errorf("%d writes are found, want 6: %v", len(got), got)
	}
}

// variable is one package-level variable.
type variable struct {
	name     string
	pos      token.Pos
	constant bool
}

func variables(file *ast.File) []variable {
	var out []variable
	for _, decl := range file.Decls {
		group, ok := decl.(*ast.GenDecl)
		if !ok || group.Tok != token.VAR {
			continue
		}
		for _, spec := range group.Specs {
			spec := spec.(*ast.ValueSpec)
			embedded := isEmbed(group.Doc) || isEmbed(spec.Doc)
			for i, name := range spec.Names {
				if name.Name == "_" {
					continue
				}
				constant := embedded || i < len(spec.Values) && constantValue(spec.Values[i])
				out = append(out, variable{name.Name, name.Pos(), constant})
			}
		}
	}
	return out
}

func isEmbed(doc *ast.CommentGroup) bool {
	return doc != nil && slices.ContainsFunc(doc.List, func(c *ast.Comment) bool { return strings.HasPrefix(c.Text, "//go:embed ") })
}

// constantValue accepts the literal of a table and the calls that make an error or a
// regular expression.
func constantValue(value ast.Expr) bool {
	switch value := value.(type) {
	case *ast.CompositeLit:
		switch value.Type.(type) {
		case *ast.MapType, *ast.ArrayType, *ast.StructType:
			return true
		}
	case *ast.CallExpr:
		sel, ok := value.Fun.(*ast.SelectorExpr)
		if !ok {
			return false
		}
		x, ok := sel.X.(*ast.Ident)
		return ok && slices.Contains([]string{"errors.New", "fmt.Errorf", "regexp.MustCompile"}, x.Name+"."+sel.Sel.Name)
	}
	return false
}

// noImports makes the type checker do without other packages: it is only asked which
// name means which variable.
type noImports struct{}

func (noImports) Import(string) (*types.Package, error) { return nil, errors.New("not loaded") }

// writes finds what changes a package-level variable: an assignment, also to an
// element or a field, delete, clear, or taking its address.
func writes(fset *token.FileSet, files []source, globals map[string]bool) []string {
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	config := types.Config{Importer: noImports{}, Error: func(error) {}}
	var parsed []*ast.File
	for _, src := range files {
		parsed = append(parsed, src.file)
	}
	pkg, _ := config.Check("p", fset, parsed, info)

	var out []string
	changed := func(target ast.Expr) {
		id := base(target)
		if id == nil || !globals[id.Name] {
			return
		}
		if obj := info.Uses[id]; obj != nil && obj.Parent() == pkg.Scope() {
			out = append(out, fmt.Sprintf("%s: %s is changed", fset.Position(target.Pos()), id.Name))
		}
	}
	for _, file := range parsed {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				for _, target := range n.Lhs {
					changed(target)
				}
			case *ast.IncDecStmt:
				changed(n.X)
			case *ast.RangeStmt:
				changed(n.Key)
				changed(n.Value)
			case *ast.UnaryExpr:
				if n.Op == token.AND {
					changed(n.X)
				}
			case *ast.CallExpr:
				if fn, ok := n.Fun.(*ast.Ident); ok && (fn.Name == "delete" || fn.Name == "clear") && len(n.Args) > 0 {
					changed(n.Args[0])
				}
			}
			return true
		})
	}
	return out
}

// base gives the variable that an expression starts from, nil if it is none.
func base(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.IndexExpr:
			e = x.X
		case *ast.SelectorExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		default:
			return nil
		}
	}
}
