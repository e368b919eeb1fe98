package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/scanner"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
)

// pkg is a folder of Go files, as the build will see it.
type pkg struct {
	dir     string
	name    string
	nameAt  token.Position // of the first file's package clause
	files   []*ast.File
	imports []importSpec
	tests   []string // test files, whatever is in them
	ignored []string // files that build tags or file names leave out
}

// importSpec is one import line.
type importSpec struct {
	path string
	at   token.Position
}

// source reads a job's or a wrapper's Go files, and tells where they are under the name of the
// folder that the caller gave, which a symbolic link may lead to.
type source struct {
	dir   string // without symbolic links
	shown string // absolute, as the caller wrote it
	fset  *token.FileSet
	build build.Context
}

// openSource checks that dir is a folder; what is a word for it, such as "job".
func openSource(what, dir string) (*source, error) {
	shown, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if strings.ContainsAny(shown, "\r\n") {
		return nil, fmt.Errorf("the %s's folder has a line break in its name: %q", what, shown)
	}
	real, err := filepath.EvalSymlinks(shown)
	if err != nil {
		return nil, fault(problem{File: shown}, "", "there is no such folder for the %s", what)
	}
	if info, err := os.Stat(real); err != nil || !info.IsDir() {
		return nil, fault(problem{File: shown}, "", "the %s must be a folder", what)
	}
	context := build.Default
	context.CgoEnabled = false
	return &source{dir: real, shown: shown, fset: token.NewFileSet(), build: context}, nil
}

// show gives a path as the caller knows it.
func (s *source) show(file string) string {
	if rest, ok := below(s.dir, file); ok {
		return filepath.Join(s.shown, rest)
	}
	return file
}

func (s *source) at(position token.Position) problem {
	return problem{File: s.show(position.Filename), Line: position.Line, Column: position.Column}
}

// below tells whether file is dir or something in it, and gives the rest of its path.
func below(dir, file string) (string, bool) {
	rest, err := filepath.Rel(dir, file)
	if err != nil || rest == ".." || strings.HasPrefix(rest, ".."+string(filepath.Separator)) {
		return "", false
	}
	return rest, true
}

// readPackage reads the Go files of one folder that the build will use, whole or up to their
// imports only. A folder without any gives a package without files.
func (s *source) readPackage(dir string, mode parser.Mode) (*pkg, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	p := &pkg{dir: dir}
	for _, entry := range entries {
		name, file := entry.Name(), filepath.Join(dir, entry.Name())
		if filepath.Ext(name) != ".go" || isDir(file) {
			continue
		}
		if strings.HasPrefix(name, "_") || strings.HasPrefix(name, ".") {
			continue
		}
		if strings.HasSuffix(name, "_test.go") {
			p.tests = append(p.tests, file)
			continue
		}
		if match, err := s.build.MatchFile(dir, name); err == nil && !match {
			p.ignored = append(p.ignored, file)
			continue
		}
		if err := s.addFile(p, file, mode); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (s *source) addFile(p *pkg, file string, mode parser.Mode) error {
	parsed, err := parser.ParseFile(s.fset, file, nil, mode|parser.SkipObjectResolution)
	if err != nil {
		return s.syntaxErrors(file, err)
	}
	at := s.fset.Position(parsed.Name.Pos())
	switch name := parsed.Name.Name; {
	case p.name == "":
		p.name, p.nameAt = name, at
	case p.name != name:
		first := filepath.Base(p.nameAt.Filename)
		return fault(s.at(at), "give all files of a folder the same package name, or move some to a sub-folder",
			"package %s, but %s in the same folder is package %s", name, first, p.name)
	}
	for _, spec := range parsed.Imports {
		imported, _ := strconv.Unquote(spec.Path.Value)
		at := s.fset.Position(spec.Pos())
		if imported == "C" {
			return fault(s.at(at), "use a library in pure Go, or move the C part behind a build tag (//go:build cgo) with a Go file beside it",
				`import "C" needs cgo, and jobs are built without it (CGO_ENABLED=0)`)
		}
		p.imports = append(p.imports, importSpec{imported, at})
	}
	p.files = append(p.files, parsed)
	return nil
}

// syntaxErrors gives the parser's findings, at most ten.
func (s *source) syntaxErrors(file string, err error) error {
	var list scanner.ErrorList
	if !errors.As(err, &list) {
		return fault(problem{File: s.show(file)}, "", "%v", err)
	}
	list.RemoveMultiples()
	f := &failure{}
	for _, e := range list[:min(len(list), 10)] {
		p := s.at(e.Pos)
		p.Message = "syntax error: " + e.Msg
		f.problems = append(f.problems, p)
	}
	return f
}

// readReachable reads the package in the root and, through their imports, the module's other
// packages. What lies in a module of its own, or is not there, is left to Go.
func (s *source) readReachable(modPath string) ([]*pkg, error) {
	root, err := s.readPackage(s.dir, 0)
	if err != nil {
		return nil, err
	}
	pkgs, seen := []*pkg{root}, map[string]bool{s.dir: true}
	for i := 0; i < len(pkgs); i++ {
		for _, imported := range pkgs[i].imports {
			rest, ok := strings.CutPrefix(imported.path, modPath+"/")
			dir := filepath.Join(s.dir, filepath.FromSlash(path.Clean(rest)))
			if !ok || seen[dir] || !isDir(dir) || s.inNestedModule(dir) {
				continue
			}
			seen[dir] = true
			p, err := s.readPackage(dir, parser.ImportsOnly)
			if err != nil {
				return nil, err
			}
			pkgs = append(pkgs, p)
		}
	}
	return pkgs, nil
}

func (s *source) inNestedModule(dir string) bool {
	for ; dir != s.dir; dir = filepath.Dir(dir) {
		if exists(filepath.Join(dir, "go.mod")) {
			return true
		}
	}
	return false
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
