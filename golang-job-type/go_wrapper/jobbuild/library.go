package main

import (
	"fmt"
	"go/ast"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
)

// The wrapper's package main imports the job, so that each job would compile all of it anew. Where
// its function main does no more with the job than call Perform, or hand it on, the build sees the
// wrapper as a library instead, which is the same for every job and compiled already. A generated
// program hands Perform to it. Lines stay where they are, so that messages name the right ones.
const (
	libraryName   = "wrapper"
	entryName     = "RacetrackMain"
	performName   = "racetrackPerform"
	setterName    = "RacetrackSet_"
	libraryFolder = "library"
	programFolder = "main"
	programPath   = "racetrack/program"
)

// library is the wrapper's package main as a library.
type library struct {
	files map[string]string // the changed text of each file, by its path
}

// edit replaces a part of a file.
type edit struct {
	from, to int // offsets
	text     string
}

// asLibrary rewrites the wrapper's files; nil where its main is of another form.
func (w *wrapper) asLibrary() *library {
	edits := map[string][]edit{}
	replace := func(node ast.Node, text string) {
		from, to := w.fset.Position(node.Pos()), w.fset.Position(node.End())
		edits[from.Filename] = append(edits[from.Filename], edit{from.Offset, to.Offset, text})
	}
	var importing, starting *ast.File
	for _, file := range w.main.files {
		replace(file.Name, libraryName)
		if spec := importOf(file, adapterPath); spec != nil {
			if importing != nil || !w.editJob(file, spec, replace) {
				return nil
			}
			importing = file
		} else if mentions(file, "main") {
			return nil
		}
		for _, decl := range file.Decls {
			if function, ok := decl.(*ast.FuncDecl); ok && isMain(function) {
				replace(function.Name, entryName)
				replace(function.Type.Params, fmt.Sprintf("(%s %s)", performName, performType))
				starting = file
			}
		}
	}
	if importing == nil || importing != starting {
		return nil
	}
	l := &library{map[string]string{}}
	for file, list := range edits {
		text, err := os.ReadFile(file)
		if err != nil || strings.Contains(string(text), performName) || strings.Contains(string(text), entryName) {
			return nil
		}
		l.files[file] = apply(string(text), list)
	}
	return l
}

func isMain(function *ast.FuncDecl) bool {
	return function.Recv == nil && function.Name.Name == "main"
}

// editJob lets a file do without its import of the job; false if it uses it otherwise than by
// Perform within main, or uses main itself.
func (w *wrapper) editJob(file *ast.File, spec *ast.ImportSpec, replace func(ast.Node, string)) bool {
	name := "job"
	if spec.Name != nil {
		name = spec.Name.Name
	}
	simple := name != "." && name != "_"
	for _, decl := range file.Decls {
		function, isFunction := decl.(*ast.FuncDecl)
		within := isFunction && isMain(function)
		ast.Inspect(decl, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.ImportSpec:
				return false
			case *ast.SelectorExpr:
				if of, ok := node.X.(*ast.Ident); ok && of.Name == name {
					simple = simple && within && node.Sel.Name == "Perform"
					replace(node, performName)
					return false
				}
			case *ast.Ident:
				if within && node == function.Name {
					return true
				}
				simple = simple && node.Name != name && node.Name != "main"
			}
			return true
		})
	}
	replace(spec, `_ "unsafe"`)
	return simple
}

// mentions tells whether a file has a name anywhere but in its package clause.
func mentions(file *ast.File, name string) bool {
	found := false
	for _, decl := range file.Decls {
		ast.Inspect(decl, func(node ast.Node) bool {
			if ident, ok := node.(*ast.Ident); ok && ident.Name == name {
				found = true
			}
			return !found
		})
	}
	return found
}

// importOf gives the line that imports a package; nil if none does.
func importOf(file *ast.File, path string) *ast.ImportSpec {
	for _, spec := range file.Imports {
		if imported, _ := strconv.Unquote(spec.Path.Value); imported == path {
			return spec
		}
	}
	return nil
}

func apply(text string, edits []edit) string {
	sort.Slice(edits, func(i, j int) bool { return edits[i].from > edits[j].from })
	for _, e := range edits {
		text = text[:e.from] + e.text + text[e.to:]
	}
	return text
}

// write puts the library and the program into the stage; gives what the overlay replaces.
func (l *library) write(j *job, w *wrapper, s *stage) (map[string]string, error) {
	replace := map[string]string{}
	for file, text := range l.files {
		name := filepath.Base(file)
		if err := s.write(text, libraryFolder, name); err != nil {
			return nil, err
		}
		replace[file] = s.path(libraryFolder, name)
	}
	if err := s.write(w.settersSource(), "library-hooks.go"); err != nil {
		return nil, err
	}
	for _, file := range w.main.tests { // they are of package main
		replace[file] = ""
	}
	replace[filepath.Join(w.dir, "generated_job_hooks.go")] = s.path("library-hooks.go")
	mod := fmt.Sprintf("module %s\n\ngo %s\n", programPath, goVersion)
	if err := s.write(mod, programFolder, "go.mod"); err != nil {
		return nil, err
	}
	return replace, s.write(programSource(j, w), programFolder, "main.go")
}

// settersSource lets the program set the hooks' variables, which others cannot name.
func (w *wrapper) settersSource() string {
	var imports, body string
	for _, h := range hooks {
		if w.takes(h) {
			if strings.Contains(h.signature, "io.") {
				imports = "import \"io\"\n"
			}
			body += fmt.Sprintf("\nfunc %s%s(f %s) { %s = f }\n", setterName, h.variable, h.signature, h.variable)
		}
	}
	return fmt.Sprintf("// Code generated by jobbuild. DO NOT EDIT.\n\npackage %s\n\n%s%s", libraryName, imports, body)
}

func programSource(j *job, w *wrapper) string {
	var body strings.Builder
	for _, h := range hooks {
		for _, function := range j.hooks {
			if function.name == h.function {
				fmt.Fprintf(&body, "\twrapper.%s%s(job.%s)\n", setterName, h.variable, h.function)
			}
		}
	}
	return fmt.Sprintf("// Code generated by jobbuild. DO NOT EDIT.\n\npackage main\n\n"+
		"import (\n\twrapper %q\n\n\tjob %q\n)\n\nfunc main() {\n%s\twrapper.%s(job.Perform)\n}\n",
		w.modPath, adapterPath, body.String(), entryName)
}
