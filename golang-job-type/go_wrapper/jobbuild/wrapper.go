package main

import (
	"path/filepath"
	"strings"
)

// adapterPath is the module that the wrapper imports as the job.
const adapterPath = "racetrack/job"

// wrapper is the folder with the web server around Perform.
type wrapper struct {
	*source
	modPath string
	mod     *modFile
	main    *pkg
	symbols map[string]symbol
}

func readWrapper(dir string) (*wrapper, error) {
	s, err := openSource("wrapper", dir)
	if err != nil {
		return nil, err
	}
	w := &wrapper{source: s}
	if w.mod, err = readModFile(filepath.Join(s.dir, "go.mod")); err != nil {
		return nil, err
	}
	if w.mod == nil {
		return nil, fault(problem{File: s.shown}, "", "the wrapper's folder has no go.mod")
	}
	if w.modPath, _ = w.mod.value("module"); w.modPath == "" {
		return nil, fault(problem{File: s.show(w.mod.path), Line: 1}, "", "the wrapper's go.mod has no module line")
	}
	main, err := s.readPackage(s.dir, 0)
	if err != nil {
		return nil, err
	}
	if main.name != "main" {
		return nil, fault(problem{File: s.shown}, "", "the wrapper's folder holds no package main")
	}
	w.main = main
	if w.symbols = s.symbols(main); w.symbols["main"].name == "" {
		return nil, fault(problem{File: s.shown}, "", "the wrapper's package main has no function main")
	}
	return w, nil
}

// takes tells whether the wrapper declares a hook's variable.
func (w *wrapper) takes(h hook) bool {
	variable, ok := w.symbols[h.variable]
	return ok && variable.variable && variable.signature == h.signature
}

// handlerDir is the folder of the stub that stands in for a job, from the wrapper's replace line;
// empty if there is none.
func (w *wrapper) handlerDir() string {
	for _, r := range w.mod.replaces() {
		if r.old[0] == adapterPath && len(r.new) == 1 && isLocal(r.new[0]) {
			return filepath.Join(w.dir, filepath.FromSlash(r.new[0]))
		}
	}
	return ""
}

// ownModules gives what the wrapper requires beside the job.
func (w *wrapper) ownModules() []string {
	var paths []string
	for _, m := range w.mod.requires() {
		if m.Path != adapterPath && !strings.HasPrefix(m.Path, adapterPath+"/") {
			paths = append(paths, m.Path)
		}
	}
	return paths
}
