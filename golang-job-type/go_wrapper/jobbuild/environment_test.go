package main

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

var plainJob = map[string]string{
	"go.mod":     "module dummyserver\n\ngo 1.26\n",
	"perform.go": "package dummyserver\n\nfunc Perform(input map[string]interface{}) (interface{}, error) { return 42, nil }\n",
}

func with(files map[string]string, more map[string]string) map[string]string {
	all := maps.Clone(files)
	maps.Copy(all, more)
	return all
}

func plainPlace(t *testing.T) place {
	return newPlace(t, testCase{files: plainJob}, plainWrapper)
}

// mustBuild builds a place that has nothing wrong.
func (p place) mustBuild(t *testing.T) *report {
	t.Helper()
	r := p.build(t, p.options(""))
	if !r.OK {
		t.Fatal(explainReport(r))
	}
	return r
}

func wantAnswer(t *testing.T, p place, want string) {
	t.Helper()
	if got := p.answer(t); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// countingGo is a go command that writes its arguments to a file before it does its work.
func countingGo(t *testing.T) (command string, calls func() []string) {
	t.Helper()
	dir := t.TempDir()
	command, log := filepath.Join(dir, "go"), filepath.Join(dir, "calls")
	script := fmt.Sprintf("#!/bin/sh\necho \"$*\" >> %q\nexec go \"$@\"\n", log)
	if err := os.WriteFile(command, []byte(script), 0o777); err != nil {
		t.Fatal(err)
	}
	return command, func() []string {
		text, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		os.Remove(log)
		return strings.Split(strings.TrimSpace(string(text)), "\n")
	}
}

func TestHostileEnvironment(t *testing.T) {
	settings := filepath.Join(t.TempDir(), "env")
	if err := os.WriteFile(settings, []byte("GOFLAGS=-mod=vendor\nGO111MODULE=off\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	for name, env := range map[string]map[string]string{
		"variables": {
			"GOFLAGS": "-mod=mod -tags=other", "GOWORK": "off", "GOTOOLCHAIN": "go1.99.0",
			"GO111MODULE": "off", "CGO_ENABLED": "1",
		},
		"go env -w": {"GOENV": settings, "GOFLAGS": "", "GO111MODULE": ""},
	} {
		t.Run(name, func(t *testing.T) {
			for key, value := range env {
				t.Setenv(key, value)
			}
			p := plainPlace(t)
			p.mustBuild(t)
			wantAnswer(t, p, `{"output":42}`)
		})
	}
}

func TestLinkedJob(t *testing.T) {
	p := plainPlace(t)
	link := filepath.Join(filepath.Dir(p.job), "a link")
	if err := os.Symlink(p.job, link); err != nil {
		t.Fatal(err)
	}
	opts := p.options("")
	opts.job = link
	if r := p.build(t, opts); !r.OK {
		t.Fatal(explainReport(r))
	}
	writeFiles(t, p.job, map[string]string{"more.go": "package dummyserver\n\nvar x int = false\n"})
	r := p.build(t, opts)
	if r.OK || r.Errors[0].File != filepath.Join(link, "more.go") || r.Errors[0].Line != 3 {
		t.Errorf("the error should be told under the link's name: %v", r.Errors)
	}
}

// TestSurroundings puts the job below a module, a workspace and a git repository, all broken.
func TestSurroundings(t *testing.T) {
	for name, job := range map[string]map[string]string{
		"go.mod":    plainJob,
		"no go.mod": {"perform.go": plainJob["perform.go"]},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t, testCase{files: job}, plainWrapper)
			writeFiles(t, filepath.Dir(p.job), map[string]string{
				"go.mod": "broken", "go.work": "broken", ".git/HEAD": "broken", "vendor/modules.txt": "broken",
			})
			p.mustBuild(t)
			wantAnswer(t, p, `{"output":42}`)
		})
	}
}

// TestReadOnlyJob builds as a user who may write nothing but the stage, the program and caches.
func TestReadOnlyJob(t *testing.T) {
	wrapper := maps.Clone(plainWrapper)
	// Little to compile, because that user's build cache is empty.
	wrapper["main.go"] = "package main\n\nimport handler \"racetrack/job\"\n\nfunc main() {\n\toutput, _ := handler.Perform(nil)\n\tprintln(output.(int))\n}\n"
	delete(wrapper, "hooks.go")
	job := with(plainJob, map[string]string{"perform_test.go": "broken"})
	delete(job, "go.mod")
	p := newPlace(t, testCase{files: job}, wrapper)
	root := filepath.Dir(p.job)
	program := buildItself(t, filepath.Join(root, "jobbuild"))
	free := filepath.Join(root, "free")
	if err := os.Mkdir(free, 0o777); err != nil {
		t.Fatal(err)
	}
	os.Chmod(free, 0o777)
	os.Chmod(filepath.Dir(filepath.Dir(root)), 0o755) // the test's own folder is its user's only
	for _, folder := range []string{p.job, p.wrapper} {
		os.Chmod(folder, 0o555)
		defer os.Chmod(folder, 0o777)
	}

	cmd := exec.Command(program, "-job", p.job, "-wrapper", p.wrapper, "-stage", filepath.Join(free, "stage"), "-o", filepath.Join(free, "job"))
	cmd.Env = append(os.Environ(), "HOME="+free, "GOCACHE="+filepath.Join(free, "cache"), "GOPROXY=off")
	if os.Getuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	if output, err := exec.Command(filepath.Join(free, "job")).CombinedOutput(); string(output) != "42\n" {
		t.Errorf("got %s (%v), want 42", output, err)
	}
}

func TestOneGoCall(t *testing.T) {
	command, calls := countingGo(t)
	p := plainPlace(t)
	opts := p.options("")
	opts.goTool = command
	for range 2 {
		if r := p.build(t, opts); !r.OK {
			t.Fatal(explainReport(r))
		}
		if got := calls(); len(got) != 1 || !strings.HasPrefix(got[0], "build -trimpath ") {
			t.Errorf("got %q, want one build", got)
		}
	}
}

// TestVersionsStay edits a job without go.mod: versions are picked again only for other imports.
func TestVersionsStay(t *testing.T) {
	command, calls := countingGo(t)
	source := "package dummyserver\n\nimport \"github.com/pkg/errors\"\n\n" +
		"func Perform(input map[string]interface{}) (interface{}, error) { return 1, errors.New(\"x\") }\n"
	p := newPlace(t, testCase{files: map[string]string{"perform.go": source}}, plainWrapper)
	opts := p.options("")
	opts.goTool = command
	want := []module{{"github.com/pkg/errors", "v0.9.1"}}
	for _, step := range []struct {
		file, text string
		calls      int
	}{
		{"perform.go", source, 2},
		{"perform.go", strings.Replace(source, "return 1", "return 2", 1), 1},
		{"more.go", "package dummyserver\n\nimport _ \"github.com/gorilla/mux\"\n", 2},
		{"more.go", "package dummyserver\n", 2},
	} {
		writeFiles(t, p.job, map[string]string{step.file: step.text})
		r := p.build(t, opts)
		if !r.OK {
			t.Fatal(explainReport(r))
		}
		if got := calls(); len(got) != step.calls {
			t.Errorf("%s: got %q, want %d calls", step.text, got, step.calls)
		}
		if !slices.Contains(r.Modules, want[0]) {
			t.Errorf("modules: got %v, want %v among them", r.Modules, want)
		}
	}
}

// TestStageStays makes sure that a second build writes nothing but what really changed.
func TestStageStays(t *testing.T) {
	p := plainPlace(t)
	times := func() map[string]time.Time {
		all := map[string]time.Time{}
		filepath.WalkDir(p.stage, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() {
				info, _ := entry.Info()
				all[strings.TrimPrefix(path, p.stage)] = info.ModTime()
			}
			return err
		})
		return all
	}
	p.mustBuild(t)
	first := times()
	writeFiles(t, p.job, map[string]string{"perform.go": strings.Replace(plainJob["perform.go"], "42", "43", 1)})
	p.mustBuild(t)
	wantAnswer(t, p, `{"output":43}`)
	second := times()
	delete(first, "/program")
	delete(second, "/program")
	if len(second) == 0 || !maps.Equal(first, second) {
		t.Errorf("stage files were written again:\n%v\n%v", first, second)
	}
}

// TestTwoAtOnce builds two jobs on one stage at the same time, several times over.
func TestTwoAtOnce(t *testing.T) {
	p := plainPlace(t)
	other := p
	other.job, other.program = p.job+" 2", p.program+" 2"
	writeFiles(t, other.job, with(plainJob, map[string]string{
		"go.mod":     "module example.com/other\n\ngo 1.26\n",
		"perform.go": strings.Replace(plainJob["perform.go"], "42", "\"other\"", 1) + "\nfunc Init() error { return nil }\n",
	}))
	var group sync.WaitGroup
	for range 4 {
		for _, at := range []place{p, other} {
			group.Go(func() { at.mustBuild(t) })
		}
	}
	group.Wait()
	wantAnswer(t, p, `{"output":42}`)
	wantAnswer(t, other, `{"output":"other"}`)
}
