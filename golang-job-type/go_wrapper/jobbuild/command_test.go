package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// buildItself builds this program as base.Dockerfile does, and so from what is compiled already.
func buildItself(t *testing.T, program string) string {
	t.Helper()
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", program, ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	return program
}

func TestCommandLine(t *testing.T) {
	p := plainPlace(t)
	wrong := filepath.Join(filepath.Dir(p.job), "wrong")
	writeFiles(t, wrong, with(plainJob, map[string]string{"perform.go": "package dummyserver\n\nfunc Perform() {}\n"}))
	program := buildItself(t, filepath.Join(t.TempDir(), "jobbuild"))
	place := []string{"-wrapper", p.wrapper, "-stage", p.stage, "-o", p.program}
	for _, test := range []struct {
		name           string
		args           []string
		code           int
		stdout, stderr string // what they begin with
	}{
		{"help", []string{"-h"}, 0, "", "Usage: jobbuild -job DIR"},
		{"nothing", nil, 2, "", "jobbuild: -job, -wrapper and -stage are needed\nUsage: "},
		{"unknown flag", []string{"-nosuch"}, 2, "", "flag provided but not defined: -nosuch\nUsage: "},
		{"argument", append(place, "-job", p.job, "more"), 2, "", "jobbuild: unexpected argument \"more\"\nUsage: "},
		{"built", append(place, "-job", p.job), 0, "", ""},
		{"built, JSON", append(place, "-job", p.job, "-json"), 0, `{"ok":true,"module":"dummyserver","package":"dummyserver","hooks":[],"notices":[],"modules":[],"errors":[],`, ""},
		{"no such job", append(place, "-job", p.job+"/no"), 1, "", p.job + "/no: there is no such folder for the job\n"},
		{"no go", append(place, "-job", p.job, "-go", "nosuchgo"), 1, "", "there is no go command \"nosuchgo\"\nremedy: install Go "},
		{"wrong", append(place, "-job", wrong), 1, "", wrong + "/perform.go:3:6: Perform is a func(), but must be a " + performType + "\nremedy: declare it so: "},
		{"wrong, JSON", append(place, "-job", wrong, "-json"), 1, `{"ok":false,`, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			cmd := exec.Command(program, test.args...)
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			cmd.Run()
			if got := cmd.ProcessState.ExitCode(); got != test.code {
				t.Errorf("exit code: got %d, want %d", got, test.code)
			}
			check := func(name, got, want string) {
				if want == "" && got != "" || !strings.HasPrefix(got, want) {
					t.Errorf("%s: got %s, want %s", name, got, want)
				}
			}
			check("stdout", stdout.String(), test.stdout)
			check("stderr", stderr.String(), test.stderr)
			if test.stdout != "" && !json.Valid(stdout.Bytes()) {
				t.Errorf("not JSON: %s", stdout.String())
			}
		})
	}
}

// TestSameByHand prepares a stage only, and then runs the command that the report gives.
func TestSameByHand(t *testing.T) {
	p := plainPlace(t)
	opts := p.options("")
	opts.output = ""
	r := p.build(t, opts)
	if !r.OK || r.Seconds.Build != 0 || exists(p.program) {
		t.Fatal(explainReport(r))
	}
	cmd := exec.Command(r.Command[0], r.Command[1:]...)
	cmd.Dir = t.TempDir()
	cmd.Env = os.Environ()
	for name, value := range r.Env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	p.program = r.Command[slices.Index(r.Command, "-o")+1]
	wantAnswer(t, p, `{"output":42}`)
}

func TestStandardPackages(t *testing.T) {
	list := exec.Command("go", "list", "std")
	list.Env = append(os.Environ(), "CGO_ENABLED=1") // else runtime/cgo is not listed
	output, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, path := range strings.Fields(string(output)) {
		elements := strings.Split(path, "/")
		if slices.Contains(elements, "internal") || slices.Contains(elements, "vendor") {
			continue
		}
		count++
		if !standardPackages[path] {
			t.Errorf("%s is missing", path)
		}
	}
	if count != len(standardPackages) {
		t.Errorf("got %d packages, want %d", len(standardPackages), count)
	}
}

func TestParseModFile(t *testing.T) {
	mod := parseModFile("go.mod", `module "example.com/a b" // a comment
go 1.26
require example.com/one v1.0.0//tight
require (
	example.com/two v2.0.0 // indirect

	// example.com/none v0.0.0
	`+"`example.com/three`"+` v3.0.0
)
replace(
	example.com/one => ../with\ blank
	example.com/two v2.0.0 => "../with blank"
)
`)
	if path, line := mod.value("module"); path != "example.com/a b" || line != 1 {
		t.Errorf("module: got %q in line %d", path, line)
	}
	want := []module{{"example.com/one", "v1.0.0"}, {"example.com/two", "v2.0.0"}, {"example.com/three", "v3.0.0"}}
	if got := mod.requires(); !slices.Equal(got, want) {
		t.Errorf("requires: got %v, want %v", got, want)
	}
	replaces := mod.replaces()
	if len(replaces) != 2 || replaces[1].line != 12 || !slices.Equal(replaces[1].new, []string{"../with blank"}) {
		t.Errorf("replaces: got %v", replaces)
	}
}

func TestFullDiskIsNobodysMistake(t *testing.T) {
	output := "go build example.com/wrapper: copying /tmp/a.out to /stage/program: write /stage/program: no space left on device\n"
	err := explain(&exec.ExitError{}, output, nil)
	var f *failure
	if !errors.As(err, &f) {
		t.Fatalf("got %v, want a failure", err)
	}
	want := []problem{{Message: "no space left on device, writing /stage/program"}}
	if !slices.Equal(f.problems, want) || f.remedy == "" {
		t.Errorf("got %v with remedy %q, want %v and one", f.problems, f.remedy, want)
	}
}
