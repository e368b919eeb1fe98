package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAsLibrary builds wrappers whose main uses the job in one way and another; only where it does
// no more than call Perform, or hand it on, is the wrapper compiled apart from the job.
func TestAsLibrary(t *testing.T) {
	const rest = "func show(perform func(map[string]interface{}) (interface{}, error)) {\n" +
		"\toutput, err := perform(nil)\n\tjson.NewEncoder(os.Stdout).Encode(map[string]any{\"output\": output, \"error\": err})\n}\n"
	const head = "package main\n\nimport (\n\t\"encoding/json\"\n\t\"os\"\n\n\thandler \"racetrack/job\"\n)\n\n"
	for _, test := range []struct {
		name, main string
		library    bool
	}{
		{"handed on", head + "func main() { show(handler.Perform) }\n\n" + rest, true},
		{"called", head + "func main() {\n\tshow(func(input map[string]interface{}) (interface{}, error) { return handler.Perform(input) })\n}\n\n" + rest, true},
		{"alone", "package main\n\nimport \"racetrack/job\"\n\nfunc main() { show(job.Perform) }\n", true},
		{"kept", head + "var perform = handler.Perform\n\nfunc main() { show(perform) }\n\n" + rest, false},
		{"elsewhere", head + "func main() { start() }\n\nfunc start() { show(handler.Perform) }\n\n" + rest, false},
		{"main again", head + "func again() { main() }\n\nfunc main() { show(handler.Perform) }\n\n" + rest, false},
		{"main in another file", head + "func main() { show(handler.Perform) }\n\n" + rest, false},
		{"shadowed", head + "func main() {\n\tperform := handler.Perform\n\thandler := 1\n\t_ = handler\n\tshow(perform)\n}\n\n" + rest, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			files := map[string]string{"main.go": test.main, "hooks.go": "package main\n"}
			if test.name == "main in another file" {
				files["again.go"] = "package main\n\nfunc again() { main() }\n"
			}
			if test.name == "alone" {
				files["show.go"] = "package main\n\nimport (\n\t\"encoding/json\"\n\t\"os\"\n)\n\n" + rest
			}
			p := newPlace(t, testCase{files: plainJob}, with(plainWrapper, files))
			r := p.mustBuild(t)
			if got := p.answer(t); !strings.Contains(got, "42") {
				t.Errorf("got %s, want 42", got)
			}
			target := r.Command[len(r.Command)-1]
			if library := filepath.Base(target) == programFolder; library != test.library {
				t.Errorf("built %s, want the library: %v", target, test.library)
			}
		})
	}
}

// TestLibraryIsTheSameForEveryJob is what lets a base image have it compiled.
func TestLibraryIsTheSameForEveryJob(t *testing.T) {
	texts := map[string]bool{}
	for _, more := range []string{"", "\nfunc Init() error { return nil }\n"} {
		job := with(plainJob, map[string]string{"perform.go": plainJob["perform.go"] + more})
		p := newPlace(t, testCase{files: job}, nil)
		p.wrapper = ".."
		p.mustBuild(t)
		var text strings.Builder
		files, _ := filepath.Glob(filepath.Join(p.stage, libraryFolder, "*.go"))
		for _, file := range append(files, filepath.Join(p.stage, "library-hooks.go")) {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			text.Write(content)
		}
		texts[text.String()] = true
	}
	if len(texts) != 1 {
		t.Error("two jobs have two libraries")
	}
}
