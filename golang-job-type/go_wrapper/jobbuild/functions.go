package main

import (
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"strconv"
	"strings"
)

// performType is what a job must provide as Perform.
const performType = "func(map[string]interface{}) (interface{}, error)"

// hook is a function that a job may have beside Perform, and the variable of the wrapper's
// package main that it is assigned to.
type hook struct {
	function, variable, signature string
}

var hooks = []hook{
	{"Init", "jobInit", "func() error"},
	{"InputExample", "jobInputExample", "func() map[string]interface{}"},
	{"WriteMetrics", "jobWriteMetrics", "func(io.Writer)"},
}

// symbol is a name that a package declares at its top level.
type symbol struct {
	name      string
	signature string // of a function or of a variable with a function type, else empty
	variable  bool
	at        token.Position
}

// symbols gives the package's functions (methods left out) and variables by name.
func (s *source) symbols(p *pkg) map[string]symbol {
	found := map[string]symbol{}
	for _, file := range p.files {
		for _, decl := range file.Decls {
			switch decl := decl.(type) {
			case *ast.FuncDecl:
				if decl.Recv == nil {
					found[decl.Name.Name] = symbol{decl.Name.Name, signature(file, decl.Type), false, s.fset.Position(decl.Name.Pos())}
				}
			case *ast.GenDecl:
				if decl.Tok == token.VAR {
					s.addVariables(found, file, decl)
				}
			}
		}
	}
	return found
}

func (s *source) addVariables(found map[string]symbol, file *ast.File, decl *ast.GenDecl) {
	for _, spec := range decl.Specs {
		spec := spec.(*ast.ValueSpec)
		for _, name := range spec.Names {
			variable := symbol{name: name.Name, variable: true, at: s.fset.Position(name.Pos())}
			if function, ok := spec.Type.(*ast.FuncType); ok {
				variable.signature = signature(file, function)
			}
			found[name.Name] = variable
		}
	}
}

var anyType = regexp.MustCompile(`\bany\b`)

// signature writes a function's type without the names of its parameters, `any` spelled out and
// io.Writer by that name however the file imports it.
func signature(file *ast.File, function *ast.FuncType) string {
	if function.TypeParams != nil {
		return "a generic function"
	}
	text := "func(" + strings.Join(fieldTypes(file, function.Params), ", ") + ")"
	switch results := fieldTypes(file, function.Results); len(results) {
	case 0:
	case 1:
		text += " " + results[0]
	default:
		text += " (" + strings.Join(results, ", ") + ")"
	}
	return anyType.ReplaceAllString(text, "interface{}")
}

func fieldTypes(file *ast.File, fields *ast.FieldList) []string {
	var list []string
	if fields == nil {
		return nil
	}
	for _, field := range fields.List {
		text := types.ExprString(field.Type)
		if selector, ok := field.Type.(*ast.SelectorExpr); ok && isPackage(file, selector.X, "io") {
			text = "io." + selector.Sel.Name
		}
		for range max(1, len(field.Names)) {
			list = append(list, text)
		}
	}
	return list
}

// isPackage tells whether an expression is the name under which the file imports a package.
func isPackage(file *ast.File, expr ast.Expr, path string) bool {
	ident, ok := expr.(*ast.Ident)
	if !ok {
		return false
	}
	for _, spec := range file.Imports {
		if imported, _ := strconv.Unquote(spec.Path.Value); imported != path {
			continue
		}
		name := path
		if spec.Name != nil {
			name = spec.Name.Name
		}
		return name == ident.Name
	}
	return false
}
