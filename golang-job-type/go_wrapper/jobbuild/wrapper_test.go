package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestOwnWrapper builds a job with every hook into the wrapper of this plugin.
func TestOwnWrapper(t *testing.T) {
	c := readCase(t, filepath.Join("testdata", "builds", "hooks.txtar"))
	p := newPlace(t, c, nil)
	p.wrapper = ".."
	r := p.build(t, p.options(""))
	if !r.OK || len(r.Notices) > 0 || strings.Join(r.Hooks, " ") != c.one("hooks") {
		t.Fatalf("hooks %v, notices %v, %s", r.Hooks, r.Notices, explainReport(r))
	}
	cmd := exec.Command(p.program)
	cmd.Env = []string{}
	output, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(output), "JOB_NAME") {
		t.Errorf("without JOB_NAME: got %v and %s", err, output)
	}
}

// tutorialWrapper has the go.mod that the tutorial prints: modules of its own, one of which names
// no requirements, so that the stub's go.mod has to; and no hooks.
var tutorialWrapper = with(plainWrapper, map[string]string{
	"go.mod": `module github.com/TheRacetrack/plugin-go-job-type/golang-job-type  
go 1.16

require (
    github.com/gorilla/mux v1.8.0
    github.com/inconshreveable/log15 v0.0.0-20201112154412-8562bdadbbac
    github.com/pkg/errors v0.9.1
    racetrack/job v0.0.0
)
replace racetrack/job => ./handler
`,
	"handler/go.mod": `module stub

go 1.16

require (
	github.com/go-stack/stack v1.8.1 // indirect
	github.com/inconshreveable/log15 v0.0.0-20201112154412-8562bdadbbac
	github.com/mattn/go-colorable v0.1.12 // indirect
)
`,
	"main.go": `package main

import (
	"encoding/json"
	"os"

	"github.com/gorilla/mux"
	log "github.com/inconshreveable/log15"
	"github.com/pkg/errors"
	handler "racetrack/job"
)

func main() {
	mux.NewRouter()
	log.Debug("Perform request received")
	output, err := handler.Perform(nil)
	if err != nil {
		panic(errors.Wrap(err, "failed"))
	}
	json.NewEncoder(os.Stdout).Encode(output)
}
`,
	"hooks.go": "package main\n",
})

func TestTutorialWrapper(t *testing.T) {
	job := with(plainJob, map[string]string{
		"go.mod":     "module stub\n\ngo 1.16\n\nrequire github.com/pkg/errors v0.8.0\n",
		"perform.go": plainJob["perform.go"] + "\nfunc Init() error { return nil }\n",
		"errors.go":  "package dummyserver\n\nimport _ \"github.com/pkg/errors\"\n",
	})
	p := newPlace(t, testCase{files: job}, tutorialWrapper)
	r := p.mustBuild(t)
	if got := p.answer(t); !strings.HasSuffix(got, "42") {
		t.Errorf("got %s, want 42", got)
	}
	want := filepath.Join(p.job, "perform.go") + ":5:6: Init is left alone: this wrapper has no jobInit to call it by"
	if len(r.Hooks) != 0 || len(r.Notices) != 1 || r.Notices[0] != want {
		t.Errorf("hooks %v, notices %q", r.Hooks, r.Notices)
	}
}

func TestVendorBesideOtherModules(t *testing.T) {
	job := with(plainJob, map[string]string{"vendor/modules.txt": ""})
	p := newPlace(t, testCase{files: job}, tutorialWrapper)
	r := p.build(t, p.options(""))
	want := "vendor: the vendor folder cannot be used, because this wrapper needs modules of its own (github.com/gorilla/mux, "
	if got := describe(r, p); r.OK || !strings.HasPrefix(got[0], want) || !strings.HasPrefix(r.Remedy, "remove the vendor folder") {
		t.Errorf("got %s, remedy %s", got, r.Remedy)
	}
}

// TestWithoutStub builds with a wrapper whose stub was removed, as a base image may do.
func TestWithoutStub(t *testing.T) {
	p := plainPlace(t)
	if err := os.RemoveAll(filepath.Join(p.wrapper, "handler")); err != nil {
		t.Fatal(err)
	}
	p.mustBuild(t)
	wantAnswer(t, p, `{"output":42}`)
}

func TestBrokenWrapper(t *testing.T) {
	for _, test := range []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"compile error", map[string]string{"more.go": "package main\n\nvar x int = false\n"}, "WRAPPER/more.go:3:13: cannot use false"},
		{"syntax error", map[string]string{"more.go": "package main\n\nfunc {\n"}, "WRAPPER/more.go:3:6: syntax error"},
		{"no main", map[string]string{"main.go": "package main\n\nimport _ \"racetrack/job\"\n"}, "WRAPPER: the wrapper's package main has no function main"},
		{"not main", map[string]string{"main.go": "package server\n", "hooks.go": "package server\n"}, "WRAPPER: the wrapper's folder holds no package main"},
		{"no module line", map[string]string{"go.mod": "go 1.26\n"}, "WRAPPER/go.mod:1: the wrapper's go.mod has no module line"},
		{"newer go", map[string]string{"go.mod": strings.Replace(plainWrapper["go.mod"], "1.26", "1.99", 1)}, "WRAPPER/go.mod:3:1: this asks for Go 1.99, but here is Go 1."},
		{"unknown module", map[string]string{"more.go": "package main\n\nimport _ \"github.com/pkg/errors\"\n"}, "WRAPPER/more.go:3:8: no module in go.mod provides the package github.com/pkg/errors"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := newPlace(t, testCase{files: plainJob}, with(plainWrapper, test.files))
			r := p.build(t, p.options(""))
			if got := describe(r, p); r.OK || !strings.HasPrefix(got[0], test.want) {
				t.Errorf("got %s, want %s\n%s", got, test.want, r.Output)
			}
		})
	}
}

// TestOtherHookVariables keeps hooks off variables of other types, rather than break the build.
func TestOtherHookVariables(t *testing.T) {
	c := readCase(t, filepath.Join("testdata", "builds", "hooks.txtar"))
	p := newPlace(t, c, with(plainWrapper, map[string]string{
		"main.go":  "package main\n\nimport handler \"racetrack/job\"\n\nfunc main() { handler.Perform(nil) }\n",
		"hooks.go": "package main\n\nvar jobInit func()\n\nfunc jobInputExample() map[string]any { return nil }\n",
	}))
	if r := p.mustBuild(t); len(r.Hooks) != 0 || len(r.Notices) != 3 {
		t.Errorf("hooks %v, notices %q", r.Hooks, r.Notices)
	}
}
