package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// needsVersions tells whether module versions must be chosen for the job: it has no go.mod but
// imports modules.
func (j *job) needsVersions() bool {
	return j.mod == nil && len(j.thirdParty()) > 0
}

// thirdParty gives the imports that are neither the standard library's nor the job's own, sorted.
func (j *job) thirdParty() []string {
	var paths []string
	for _, p := range j.pkgs {
		for _, imported := range p.imports {
			first, _, _ := strings.Cut(imported.path, "/")
			own := imported.path == j.modPath || strings.HasPrefix(imported.path, j.modPath+"/")
			if strings.Contains(first, ".") && !own && !isLocal(imported.path) {
				paths = append(paths, imported.path)
			}
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// plainModule is the go.mod of a job without one.
func (j *job) plainModule() string {
	return fmt.Sprintf("module %s\n\ngo %s\n", j.modPath, goVersion)
}

// pickVersions lets Go choose versions for a job without go.mod. It does so in a module of the
// stage that imports the same packages, so the job's folder stays as it is, and neither its tests
// nor its other packages matter. Versions once chosen are kept while the imports stay the same.
func (r *report) pickVersions(j *job, s *stage, tool *goTool) error {
	imports := "package deps\n\nimport (\n"
	for _, path := range j.thirdParty() {
		imports += fmt.Sprintf("\t_ %q\n", path)
	}
	imports += ")\n"
	wanted := j.plainModule() + imports

	done, _ := os.ReadFile(s.path("deps", "done.txt"))
	if string(done) != wanted || !exists(s.path("deps", "go.mod")) {
		if err := r.tidy(j, s, tool, imports); err != nil {
			return err
		}
		if err := s.write(wanted, "deps", "done.txt"); err != nil {
			return err
		}
	}
	mod, err := readModFile(s.path("deps", "go.mod"))
	if err != nil || mod == nil {
		return err
	}
	r.Modules = mod.requires()
	names := make([]string, len(r.Modules))
	for i, m := range r.Modules {
		names[i] = m.Path + " " + m.Version
	}
	r.notice("the job has no go.mod, so these versions were picked for it: %s", strings.Join(names, ", "))
	return nil
}

func (r *report) tidy(j *job, s *stage, tool *goTool, imports string) error {
	old, err := readModFile(s.path("deps", "go.mod"))
	if err != nil {
		return err
	}
	if old == nil || !sameModule(old, j.modPath) {
		if err := s.write(j.plainModule(), "deps", "go.mod"); err != nil {
			return err
		}
	}
	if err := s.write(imports, "deps", "deps.go"); err != nil {
		return err
	}
	output, err := tool.run(s.path("deps"), []string{"GOWORK=off"}, "mod", "tidy")
	if err == nil {
		return nil
	}
	if cache := tool.moduleCache(); cache != "" {
		// Without a network there may still be versions that were fetched earlier.
		proxy := "GOPROXY=file://" + filepath.ToSlash(cache)
		if _, err := tool.run(s.path("deps"), []string{"GOWORK=off", proxy}, "mod", "tidy"); err == nil {
			r.notice("modules could not be looked up, so versions were picked from those fetched earlier")
			return nil
		}
	}
	r.Output = output
	return explain(err, output, &explainer{job: j, stage: s, dir: s.path("deps")})
}

func sameModule(mod *modFile, path string) bool {
	is, _ := mod.value("module")
	return is == path
}
