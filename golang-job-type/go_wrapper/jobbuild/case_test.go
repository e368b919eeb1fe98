package main

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// testCase is a file of testdata: lines "key: value" that say what is expected, then the files of
// a job, each after a line "-- name --".
type testCase struct {
	want  map[string][]string
	files map[string]string
}

func readCase(t *testing.T, file string) testCase {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	c := testCase{want: map[string][]string{}, files: map[string]string{}}
	current := ""
	for line := range strings.Lines(string(text)) {
		name, isHeader := strings.CutPrefix(strings.TrimSpace(line), "-- ")
		name, isEnd := strings.CutSuffix(name, " --")
		key, value, isWant := strings.Cut(line, ": ")
		switch {
		case isHeader && isEnd:
			current = name
			c.files[current] = ""
		case current != "":
			c.files[current] += line
		case strings.HasPrefix(line, "#"):
		case isWant:
			c.want[key] = append(c.want[key], strings.TrimSpace(value))
		default:
			t.Fatalf("%s: neither a comment nor an expectation: %s", file, line)
		}
	}
	return c
}

// one gives the value of a key that stands at most once.
func (c testCase) one(key string) string {
	return strings.Join(c.want[key], "\n")
}

func writeFiles(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// snapshot gives the text of every file below a folder.
func snapshot(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		files[path] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// place is where a case is built. Its folders have blanks and other letters in their names.
type place struct{ job, wrapper, stage, program string }

func newPlace(t *testing.T, c testCase, wrapper map[string]string) place {
	t.Helper()
	root := filepath.Join(t.TempDir(), "mÿ jöbs")
	p := place{
		job:     filepath.Join(root, "the jöb"),
		wrapper: filepath.Join(root, "the wräpper"),
		stage:   filepath.Join(root, "the stäge"),
		program: filepath.Join(root, "bin", "job"),
	}
	writeFiles(t, p.job, c.files)
	writeFiles(t, p.wrapper, wrapper)
	return p
}

func (p place) options(gomod string) options {
	return options{job: p.job, wrapper: p.wrapper, stage: p.stage, output: p.program, gomod: gomod, goTool: "go"}
}

// build builds a place, and makes sure that its job and its wrapper stay as they were.
func (p place) build(t *testing.T, opts options) *report {
	t.Helper()
	folders := []string{p.job, p.wrapper}
	before := []map[string]string{}
	for _, folder := range folders {
		before = append(before, snapshot(t, folder))
	}
	r := execute(opts, io.Discard)
	for i, folder := range folders {
		if !maps.Equal(before[i], snapshot(t, folder)) {
			t.Errorf("the build changed %s", folder)
		}
	}
	return r
}

// answer runs the program that was built and gives its output.
func (p place) answer(t *testing.T, env ...string) string {
	t.Helper()
	var stderr bytes.Buffer
	cmd := exec.Command(p.program)
	cmd.Dir = p.job
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdin = strings.NewReader(`{"numbers": [40, 2]}`)
	cmd.Stderr = &stderr
	output, err := cmd.Output()
	if err != nil {
		t.Fatalf("the program failed: %v\n%s", err, stderr.String())
	}
	return strings.TrimSpace(string(output))
}

// describe gives a report's errors with the job's folder left out of the paths.
func describe(r *report, p place) []string {
	var lines []string
	for _, e := range r.Errors {
		line := strings.ReplaceAll(e.String(), p.job+string(filepath.Separator), "")
		line = strings.ReplaceAll(line, p.job, "JOB")
		lines = append(lines, strings.ReplaceAll(line, p.wrapper, "WRAPPER"))
	}
	return lines
}

func explainReport(r *report) string {
	return fmt.Sprintf("errors %v\nremedy %s\noutput:\n%s", r.Errors, r.Remedy, r.Output)
}

// plainWrapper is as small as a wrapper can be: one call, its answer on stdout.
var plainWrapper = map[string]string{
	"go.mod": "module example.com/wrapper\n\ngo 1.26\n\nrequire racetrack/job v0.0.0\n\nreplace racetrack/job => ./handler\n",
	"main.go": `package main

import (
	"encoding/json"
	"os"

	handler "racetrack/job"
)

func main() {
	answer := map[string]interface{}{}
	if jobInit != nil {
		if err := jobInit(); err != nil {
			answer["init"] = err.Error()
		}
	}
	if jobInputExample != nil {
		answer["example"] = jobInputExample()
	}
	var input map[string]interface{}
	if err := json.NewDecoder(os.Stdin).Decode(&input); err != nil {
		panic(err)
	}
	output, err := handler.Perform(input)
	answer["output"] = output
	if err != nil {
		answer["error"] = err.Error()
	}
	json.NewEncoder(os.Stdout).Encode(answer)
	if jobWriteMetrics != nil {
		jobWriteMetrics(os.Stdout)
	}
}
`,
	"hooks.go": `package main

import "io"

var (
	jobInit         func() error
	jobInputExample func() map[string]interface{}
	jobWriteMetrics func(io.Writer)
)
`,
	"handler/go.mod":     "module stub\n\ngo 1.26\n",
	"handler/perform.go": "package stub\n\nfunc Perform(map[string]interface{}) (interface{}, error) { return nil, nil }\n",
}
