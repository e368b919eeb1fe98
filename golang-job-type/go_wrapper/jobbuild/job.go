package main

import (
	"go/parser"
	"os"
	"path/filepath"
	"strings"
)

// job is the folder with the user's Perform.
type job struct {
	*source
	modPath string
	mod     *modFile // nil where the job has no go.mod
	work    *modFile // its go.work; nil where it has none
	pkgs    []*pkg   // the root package first, then the job's other packages that it needs
	perform symbol
	hooks   []symbol // functions that the wrapper will call
	notices []string
}

func (j *job) root() *pkg { return j.pkgs[0] }

func readJob(dir, gomod string, w *wrapper) (*job, error) {
	s, err := openSource("job", dir)
	if err != nil {
		return nil, err
	}
	j := &job{source: s}
	if err := j.readModFiles(gomod); err != nil {
		return nil, err
	}
	if j.mod != nil {
		if err := j.checkModulePath(w); err != nil {
			return nil, err
		}
	}
	if j.pkgs, err = s.readReachable(j.modPath); err != nil {
		return nil, err
	}
	if err := j.checkRoot(); err != nil {
		return nil, err
	}
	if j.mod == nil {
		// A made-up module path: the package's own name lets the job import "name/folder".
		if j.modPath = j.root().name; standardPackages[j.modPath] {
			j.modPath = "job/" + j.modPath
		}
		if j.pkgs, err = s.readReachable(j.modPath); err != nil {
			return nil, err
		}
	}
	if err := j.checkImports(w); err != nil {
		return nil, err
	}
	return j, j.findFunctions(w)
}

// readModFiles reads the job's go.mod, from the root or from where gomod says, and its go.work.
func (j *job) readModFiles(gomod string) error {
	file := "go.mod"
	if gomod != "" {
		if file = filepath.Clean(filepath.FromSlash(gomod)); !filepath.IsLocal(file) {
			return fault(problem{}, "", "gomod is %q, but must be a path inside the job's folder", gomod)
		}
	}
	path := filepath.Join(j.dir, file)
	if isDir(path) {
		return fault(problem{File: j.show(path)}, "", "this is a folder, but should be a go.mod file")
	}
	var err error
	if j.mod, err = readModFile(path); err != nil {
		return err
	}
	if j.mod == nil && gomod != "" {
		return fault(problem{File: j.show(path)}, "leave gomod out, or name the job's go.mod by its path in the job's folder",
			"gomod names this file, but it is not there")
	}
	j.work, err = readModFile(filepath.Join(j.dir, "go.work"))
	if j.mod == nil && err == nil {
		return j.refuseWithoutModule()
	}
	return err
}

// refuseWithoutModule refuses what Go reads only beside a go.mod, rather than to ignore it.
func (j *job) refuseWithoutModule() error {
	const remedy = "add a go.mod to the job's folder: go mod init NAME && go mod tidy"
	if j.work != nil {
		return fault(problem{File: j.show(j.work.path)}, remedy, "a go.work is of no use to a job without go.mod")
	}
	if vendor := filepath.Join(j.dir, "vendor"); isDir(vendor) {
		return fault(problem{File: j.show(vendor)}, remedy, "a vendor folder is of no use to a job without go.mod")
	}
	return nil
}

func (j *job) checkModulePath(w *wrapper) error {
	path, line := j.mod.value("module")
	at := problem{File: j.show(j.mod.path), Line: max(line, 1), Column: 1}
	const remedy = "give the module another path, such as example.com/my-job"
	switch {
	case path == "":
		return fault(at, "put a first line like: module example.com/my-job", "go.mod has no module line")
	case path == "main":
		return fault(at, remedy, `the module path "main" cannot be imported by the wrapper`)
	case standardPackages[path]:
		return fault(at, remedy, "the module path %q is that of a package of Go's standard library", path)
	case path == adapterPath:
		return fault(at, remedy, "the module path %q is taken: the wrapper imports the job by it", path)
	case path == w.modPath:
		return fault(at, remedy, "the module path %q is the wrapper's own", path)
	}
	j.modPath = path
	return nil
}

// checkRoot makes sure that the root holds a package that can be imported.
func (j *job) checkRoot() error {
	root := j.root()
	if len(root.files) == 0 {
		at := problem{File: j.shown}
		if len(root.ignored) > 0 {
			return fault(at, "", "no Go file here is for %s/%s: build tags or file names leave out %s",
				j.build.GOOS, j.build.GOARCH, baseNames(root.ignored))
		}
		return fault(at, "put a file with the function Perform into the job's top folder", "no Go files in the job's folder")
	}
	if root.name == "main" {
		return fault(j.at(root.nameAt), "give the package any other name, and leave func main to the wrapper",
			"the job is package main, which the wrapper cannot import")
	}
	return nil
}

// checkImports refuses imports that would lead in a circle.
func (j *job) checkImports(w *wrapper) error {
	for _, p := range j.pkgs {
		for _, imported := range p.imports {
			if imported.path == adapterPath || imported.path == w.modPath {
				return fault(j.at(imported.at), "", "the job cannot import %s: that is the program which imports the job", imported.path)
			}
		}
	}
	return nil
}

// findFunctions finds Perform and the functions that the wrapper has hooks for.
func (j *job) findFunctions(w *wrapper) error {
	declared := j.symbols(j.root())
	var ok bool
	if j.perform, ok = declared["Perform"]; !ok {
		return j.missingPerform(declared)
	}
	for _, h := range hooks {
		found, ok := declared[h.function]
		if !ok {
			continue
		}
		where := j.at(found.at)
		switch {
		case found.variable || found.signature != h.signature:
			where.Message = h.function + " is left alone: it is not a " + h.signature
		case !w.takes(h):
			where.Message = h.function + " is left alone: this wrapper has no " + h.variable + " to call it by"
		default:
			j.hooks = append(j.hooks, found)
			continue
		}
		j.notices = append(j.notices, where.String())
	}
	return nil
}

func (j *job) missingPerform(declared map[string]symbol) error {
	const wanted = "Perform(input map[string]interface{}) (interface{}, error)"
	if lower, ok := declared["perform"]; ok {
		return fault(j.at(lower.at), "rename it", "perform must be spelled with a capital P: Perform")
	}
	remedy := "add: func " + wanted
	for _, file := range append(j.root().ignored, j.root().tests...) {
		parsed, err := parser.ParseFile(j.fset, file, nil, parser.SkipObjectResolution)
		if err != nil {
			continue
		}
		if found, ok := j.symbols(&pkg{files: append(j.root().files[:0:0], parsed)})["Perform"]; ok {
			return fault(j.at(found.at), "", "Perform is in a file that the build leaves out, by its name or its build tags")
		}
	}
	return fault(j.at(j.root().nameAt), remedy, "package %s has no function %s", j.root().name, wanted)
}

func baseNames(files []string) string {
	names := make([]string, len(files))
	for i, file := range files {
		names[i] = filepath.Base(file)
	}
	return strings.Join(names, ", ")
}

// sumFile is the go.sum that belongs to the job's go.mod: beside it, under the same name.
func (j *job) sumFile() string {
	file := strings.TrimSuffix(j.mod.path, ".mod") + ".sum"
	if _, err := os.Stat(file); err != nil {
		file = filepath.Join(j.dir, "go.sum")
	}
	return file
}
