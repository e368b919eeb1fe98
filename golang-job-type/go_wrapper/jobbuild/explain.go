package main

import (
	"errors"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// explainer turns what the go command wrote into problems at places that a person knows: never
// in a generated file.
type explainer struct {
	job     *job
	wrapper *wrapper
	stage   *stage
	dir     string // where the go command ran: its paths are relative to that
}

func newExplainer(j *job, w *wrapper, s *stage) *explainer {
	return &explainer{j, w, s, s.dir}
}

// finding is one message of the go command, with the lines that continue it.
type finding struct {
	at      problem // File is absolute; empty where Go named none
	message string
}

// noSpace matches what is nobody's mistake in the code.
var noSpace = regexp.MustCompile(`(\S+): no space left on device`)

// explain gives the failure that the output tells of.
func explain(err error, output string, e *explainer) error {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return err
	}
	if full := noSpace.FindStringSubmatch(output); full != nil {
		return &failure{
			problems: []problem{{Message: "no space left on device, writing " + full[1]}},
			remedy:   "make room on that disk, and build again",
		}
	}
	f := &failure{}
	for _, found := range findings(output) {
		p, remedy := e.problem(found)
		if f.remedy == "" {
			f.remedy = remedy
		}
		if !slices.Contains(f.problems, p) {
			f.problems = append(f.problems, p)
		}
	}
	if len(f.problems) == 0 {
		p := e.anywhere()
		p.Message = "the go command failed: " + err.Error()
		f.problems = append(f.problems, p)
	}
	return f
}

var (
	located  = regexp.MustCompile(`^([^\t].*?\.(?:go|s|mod|sum|work|txt)):(\d+)(?::(\d+))?: (.*)$`)
	noise    = regexp.MustCompile(`^(#.*|too many errors|go: (downloading|finding|found|extracting) .*|\s*)$`)
	newStart = regexp.MustCompile(`^(go: |package )`)
)

// findings splits the output into messages.
func findings(output string) []finding {
	var list []finding
	for _, line := range strings.Split(output, "\n") {
		last := len(list) - 1
		where := located.FindStringSubmatch(line)
		switch {
		case noise.MatchString(line):
		case where != nil:
			at := problem{File: where[1]}
			at.Line, _ = strconv.Atoi(where[2])
			at.Column, _ = strconv.Atoi(where[3])
			list = append(list, finding{at, where[4]})
		case last >= 0 && (line[0] == '\t' || list[last].at.File == "" && !newStart.MatchString(line)):
			list[last].message += "\n" + line
		default:
			list = append(list, finding{message: strings.TrimPrefix(line, "go: ")})
		}
	}
	// A line that only introduces a located one says nothing by itself.
	return slices.DeleteFunc(list, func(f finding) bool {
		return len(list) > 1 && f.at.File == "" && strings.HasSuffix(f.message, ":")
	})
}

// problem places a finding and words it.
func (e *explainer) problem(found finding) (problem, string) {
	p := e.place(found.at)
	p.Message = importChain(found.message)
	for _, rule := range rules {
		if match := rule.pattern.FindStringSubmatch(found.message); match != nil {
			remedy := rule.apply(e, &p, match)
			if p.File == "" {
				p.File, p.Line, p.Column = e.guess(found.message)
			}
			return p, remedy
		}
	}
	if p.File == "" {
		p.File, p.Line, p.Column = e.guess(found.message)
	}
	return p, ""
}

var chainPlace = regexp.MustCompile(`^\S+\.go:\d+:\d+: `)

// importChain shortens "package a / imports b / imports c: reason" to its last line.
func importChain(message string) string {
	if !strings.HasPrefix(message, "package ") && !strings.Contains(message, " imports\n") {
		return message
	}
	lines := strings.Split(message, "\n")
	for i, line := range lines {
		if last := i == len(lines)-1; last || strings.Contains(line, ": ") {
			line = strings.TrimPrefix(strings.TrimSpace(line), "imports ")
			rest := append([]string{chainPlace.ReplaceAllString(line, "")}, lines[i+1:]...)
			return strings.Join(rest, "\n")
		}
	}
	return message
}

// place makes Go's file name one that the caller knows; a generated file becomes none.
func (e *explainer) place(at problem) problem {
	if at.File == "" {
		return at
	}
	if !filepath.IsAbs(at.File) {
		at.File = filepath.Join(e.dir, at.File)
	}
	if rest, ok := below(e.stage.path("vendor"), at.File); ok {
		at.File = filepath.Join(e.job.dir, "vendor", rest)
	}
	if rest, ok := below(e.stage.path(libraryFolder), at.File); ok {
		at.File = filepath.Join(e.wrapper.dir, rest)
	}
	root := filepath.Join(e.job.dir, "go.mod")
	if _, ok := below(e.stage.dir, at.File); ok || at.File == root && e.job.mod == nil {
		return problem{}
	}
	if at.File == root {
		at.File = e.job.mod.path
	}
	at.File = e.job.show(at.File)
	if e.wrapper != nil {
		at.File = e.wrapper.show(at.File)
	}
	return at
}

// guess finds the place in the job that a message without one is about: the import or the
// require line that it names, else where the job's module or package gets its name.
func (e *explainer) guess(message string) (string, int, int) {
	if p, ok := e.importNamed(message); ok {
		return p.File, p.Line, p.Column
	}
	if p, ok := e.requireNamed(message); ok {
		return p.File, p.Line, p.Column
	}
	p := e.anywhere()
	return p.File, p.Line, p.Column
}

// anywhere is the place for what concerns the job as a whole.
func (e *explainer) anywhere() problem {
	if e.job.mod != nil {
		_, line := e.job.mod.value("module")
		return problem{File: e.job.show(e.job.mod.path), Line: line, Column: 1}
	}
	return e.job.at(e.job.root().nameAt)
}

// importNamed finds the job's import whose path a text names; of several, the longest path.
func (e *explainer) importNamed(text string) (problem, bool) {
	best := importSpec{}
	for _, p := range e.job.pkgs {
		for _, imported := range p.imports {
			if len(imported.path) > len(best.path) && names(text, imported.path) {
				best = imported
			}
		}
	}
	return e.job.at(best.at), best.path != ""
}

// importFrom finds a job's import of a package of a module.
func (e *explainer) importFrom(module string) (problem, bool) {
	for _, p := range e.job.pkgs {
		for _, imported := range p.imports {
			if imported.path == module || strings.HasPrefix(imported.path, module+"/") {
				return e.job.at(imported.at), true
			}
		}
	}
	return problem{}, false
}

// requireNamed finds the line of the job's go.mod for a module that a text names.
func (e *explainer) requireNamed(text string) (problem, bool) {
	if e.job.mod == nil {
		return problem{}, false
	}
	for _, d := range e.job.mod.all("require") {
		if len(d.args) > 0 && names(text, d.args[0]) {
			return problem{File: e.job.show(e.job.mod.path), Line: d.line, Column: 1}, true
		}
	}
	return problem{}, false
}

// names tells whether a path stands in a text by itself, not as part of a longer one.
func names(text, path string) bool {
	const partOfPath = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-_~"
	for start := 0; ; {
		i := strings.Index(text[start:], path)
		if i < 0 {
			return false
		}
		i += start
		end := i + len(path)
		before := i == 0 || !strings.ContainsRune(partOfPath+".", rune(text[i-1]))
		after := end == len(text) || !strings.ContainsRune(partOfPath, rune(text[end]))
		if before && after {
			return true
		}
		start = end
	}
}
