package main

import (
	"path/filepath"
	"regexp"
	"strings"
)

// rule words a message of the go command for the person who wrote the job. Apply may change the
// problem's text and place, and gives the remedy.
type rule struct {
	pattern *regexp.Regexp
	apply   func(e *explainer, p *problem, match []string) string
}

// rules are tried in order; the first that matches applies. To add one, add a line.
var rules = []rule{
	{regexp.MustCompile(`user\.Perform \(\w+ of type (.+)\) as func`), wrongPerform},
	{regexp.MustCompile(`user\.Perform|of Perform$`), otherPerform},
	{regexp.MustCompile(`^(?:module )?(.+?)(?: listed in go\.work file)? requires go >= (\S+) \(running go ([^;)]+)`), newerGo},
	{regexp.MustCompile(`requires go(1\.\d+) or later \(-lang was set to`), olderLanguage},
	{regexp.MustCompile(`^no required module provides package ([^\s;]+)`), notRequired},
	{regexp.MustCompile(`^package (\S+) is not in std`), noSuchPackage},
	{regexp.MustCompile(`build constraints exclude all Go files in`), needsCgo},
	{regexp.MustCompile(`^inconsistent vendoring in [^\n]*\n\t([^\n]*)`), staleVendor},
	{regexp.MustCompile(`^conflicting replacements for (\S+):`), twoReplacements},
	{regexp.MustCompile(`^verifying (\S+)@(\S+): checksum mismatch`), wrongChecksum},
	{regexp.MustCompile(`^wrong number of fields`), brokenSum},
	{regexp.MustCompile(`^malformed module path`), badModulePath},
	{regexp.MustCompile(`(?:^|\n\t?)(?:(\S+)@(v\S+)|\S+): .*(?:reading (?:https?|file)://|module lookup disabled|` +
		`dial tcp|no such host|unrecognized import path|unknown revision|no matching versions|ls-remote)`), notFetched},
	{regexp.MustCompile(`cannot find module providing package (\S+?)[:;]?(?:\s|$)`), notFetched},
}

const wantedPerform = "func Perform(input map[string]interface{}) (interface{}, error)"

func wrongPerform(_ *explainer, p *problem, match []string) string {
	p.Message = "Perform is a " + match[1] + ", but must be a " + performType
	return "declare it so: " + wantedPerform
}

func otherPerform(_ *explainer, p *problem, _ []string) string {
	p.Message = strings.ReplaceAll(p.Message, "user.Perform", "Perform")
	return "declare it so: " + wantedPerform
}

// newerGo finds whose go line it is that this Go is too old for. For the workspace, which asks
// for the latest of them all, that is the job's or the wrapper's.
func newerGo(e *explainer, p *problem, match []string) string {
	who, wanted, running := match[1], match[2], match[3]
	p.Message = "this asks for Go " + wanted + ", but here is Go " + running
	remedy := "lower the go line to what the code really needs, or build with a newer Go"
	if dependency, ok := e.requireNamed(who); ok {
		dependency.Message = who + " asks for Go " + wanted + ", but here is Go " + running
		*p = dependency
		return "require an older version of it, or build with a newer Go"
	}
	candidates := []*modFile{e.job.mod, e.job.work}
	if e.wrapper != nil {
		candidates = append(candidates, e.wrapper.mod)
	}
	if folder := filepath.Join(e.dir, who); who != "go.work" {
		mod, _ := readModFile(filepath.Join(folder, "go.mod"))
		candidates = append([]*modFile{mod}, candidates...)
	}
	for _, mod := range candidates {
		if mod == nil {
			continue
		}
		if value, line := mod.value("go"); value == wanted {
			at := e.place(problem{File: mod.path, Line: line, Column: 1})
			p.File, p.Line, p.Column = at.File, at.Line, at.Column
			return remedy
		}
	}
	p.Message = who + " asks for Go " + wanted + ", but here is Go " + running
	return remedy
}

func olderLanguage(_ *explainer, _ *problem, match []string) string {
	return "raise the go line in go.mod to " + match[1] + " or later"
}

func notRequired(e *explainer, p *problem, match []string) string {
	p.Message = "no module in go.mod provides the package " + match[1]
	folder := "the job's"
	if e.wrapper != nil {
		if _, ok := below(e.wrapper.shown, p.File); ok && p.File != "" {
			folder = "the wrapper's"
		}
	}
	return "run in " + folder + " folder: go get " + match[1]
}

func noSuchPackage(e *explainer, p *problem, match []string) string {
	if rest, ok := strings.CutPrefix(match[1], e.job.modPath+"/"); ok {
		p.Message = "the job has no package " + match[1] + ": there is no folder " + rest
		return ""
	}
	p.Message = "there is no package " + match[1] + " in Go's standard library"
	return "a package of the job itself is imported as " + e.job.modPath + "/FOLDER, another module by its full path"
}

func needsCgo(*explainer, *problem, []string) string {
	return "jobs are built without cgo (CGO_ENABLED=0): use a library in pure Go"
}

func staleVendor(e *explainer, p *problem, match []string) string {
	p.File, p.Line, p.Column = e.job.show(filepath.Join(e.job.dir, "vendor", "modules.txt")), 1, 1
	p.Message = "the vendor folder does not agree with go.mod: " + match[1]
	return "run in the job's folder: go mod vendor"
}

func twoReplacements(e *explainer, p *problem, match []string) string {
	for _, mod := range []*modFile{e.job.work, e.job.mod} {
		if mod == nil {
			continue
		}
		for _, r := range mod.replaces() {
			if r.old[0] == match[1] {
				p.File, p.Line, p.Column = e.job.show(mod.path), r.line, 1
			}
		}
	}
	p.Message = "another replace line for " + match[1] + " leads elsewhere"
	return "keep one of them"
}

func wrongChecksum(e *explainer, p *problem, match []string) string {
	p.Message = match[1] + " " + match[2] + " is not the one that go.sum knows: checksum mismatch"
	return "if the module was meant to change, remove its lines from go.sum and run: go mod tidy"
}

func brokenSum(_ *explainer, p *problem, _ []string) string {
	p.Message += ", but there must be three"
	return "mend the line, or remove the file and run: go mod tidy"
}

func badModulePath(e *explainer, p *problem, _ []string) string {
	*p = problem{Message: p.Message}
	at := e.anywhere()
	p.File, p.Line, p.Column = at.File, at.Line, at.Column
	return "give the module a path such as example.com/my-job"
}

// notFetched moves the problem to the job's own import or require line, wherever Go ran into it.
func notFetched(e *explainer, p *problem, match []string) string {
	if module := match[1]; module != "" {
		if at, ok := e.importFrom(module); ok {
			p.File, p.Line, p.Column = at.File, at.Line, at.Column
		} else if at, ok := e.requireNamed(module); ok {
			p.File, p.Line, p.Column = at.File, at.Line, at.Column
		}
	}
	p.Message = "cannot fetch " + strings.TrimPrefix(p.Message, "module ")
	return "check the path and the version; without a network, fetch once where there is one: go mod download"
}
