package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// problem is one thing that is wrong, at a place in a file that a person wrote. Line and column
// count from 1; 0 means that none is known.
type problem struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Message string `json:"message"`
}

func (p problem) String() string {
	switch {
	case p.File == "":
		return p.Message
	case p.Line == 0:
		return fmt.Sprintf("%s: %s", p.File, p.Message)
	case p.Column == 0:
		return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Message)
	}
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.Message)
}

// failure is why a build failed, with what to do about it where that is known.
type failure struct {
	problems []problem
	remedy   string
}

func (f *failure) Error() string {
	if len(f.problems) == 0 {
		return "the build failed"
	}
	return f.problems[0].String()
}

// fault is a failure with one problem.
func fault(at problem, remedy, format string, args ...any) *failure {
	at.Message = fmt.Sprintf(format, args...)
	return &failure{problems: []problem{at}, remedy: remedy}
}

// module is a module with the version that was chosen for it.
type module struct {
	Path    string `json:"path"`
	Version string `json:"version"`
}

// seconds tells how long the phases took.
type seconds struct {
	Stage float64 `json:"stage"`
	Tidy  float64 `json:"tidy"`
	Build float64 `json:"build"`
}

// report is the outcome of a run; its JSON form is part of the command line's contract.
type report struct {
	OK      bool              `json:"ok"`
	Module  string            `json:"module"`
	Package string            `json:"package"`
	Hooks   []string          `json:"hooks"`
	Notices []string          `json:"notices"`
	Modules []module          `json:"modules"` // chosen for a job without go.mod
	Errors  []problem         `json:"errors"`
	Remedy  string            `json:"remedy"`
	Seconds seconds           `json:"seconds"`
	Command []string          `json:"command"` // what builds the staged program, run in any folder
	Env     map[string]string `json:"env"`     // what that command needs in its environment
	Output  string            `json:"output"`  // what the go command wrote
}

func newReport() *report {
	return &report{
		OK: true, Hooks: []string{}, Notices: []string{}, Modules: []module{}, Errors: []problem{},
		Command: []string{}, Env: map[string]string{},
	}
}

func (r *report) notice(format string, args ...any) {
	r.Notices = append(r.Notices, fmt.Sprintf(format, args...))
}

func (r *report) fail(err error) {
	r.OK = false
	var f *failure
	if !errors.As(err, &f) {
		f = fault(problem{}, "", "%v", err)
	}
	r.Errors, r.Remedy = f.problems, f.remedy
}

// timer starts a clock; the returned function adds what has passed to the phase.
func (r *report) timer(phase string) func() {
	start := time.Now()
	return func() {
		passed := time.Since(start).Seconds()
		switch phase {
		case "stage":
			r.Seconds.Stage += passed
		case "tidy":
			r.Seconds.Tidy += passed
		case "build":
			r.Seconds.Build += passed
		}
	}
}

func (r *report) writeJSON(w io.Writer) {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.Encode(r)
}

func (r *report) writeText(w io.Writer) {
	for _, notice := range r.Notices {
		fmt.Fprintf(w, "notice: %s\n", notice)
	}
	for _, p := range r.Errors {
		fmt.Fprintln(w, p)
	}
	if r.Remedy != "" {
		fmt.Fprintf(w, "remedy: %s\n", r.Remedy)
	}
}
