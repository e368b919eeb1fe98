package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestBuilds builds every job of testdata/builds and runs it. Those that say "network: once" are
// built twice more without; the others never have any.
func TestBuilds(t *testing.T) {
	eachCase(t, "builds", func(t *testing.T, c testCase) {
		p := newPlace(t, c, plainWrapper)
		network := c.one("network") == "once"
		if !network {
			t.Setenv("GOPROXY", "off")
		}
		r := p.build(t, p.options(c.one("gomod")))
		if !r.OK {
			t.Fatal(explainReport(r))
		}
		if got, want := p.answer(t), c.one("answer"); got != want {
			t.Errorf("answer: got %s, want %s", got, want)
		}
		if got, want := strings.Join(r.Hooks, " "), c.one("hooks"); got != want {
			t.Errorf("hooks: got %q, want %q", got, want)
		}
		if got, want := r.Module, c.one("module"); want != "" && got != want {
			t.Errorf("module: got %q, want %q", got, want)
		}
		for _, want := range c.want["notice"] {
			notices := strings.ReplaceAll(strings.Join(r.Notices, "\n"), p.job+string(filepath.Separator), "")
			if !strings.Contains(notices, want) {
				t.Errorf("notices: got %q, want %q", notices, want)
			}
		}
		if len(r.Notices) > 0 && len(c.want["notice"]) == 0 {
			t.Errorf("unexpected notices: %q", r.Notices)
		}

		if !network {
			return
		}
		t.Setenv("GOPROXY", "off")
		if again := p.build(t, p.options(c.one("gomod"))); !again.OK {
			t.Errorf("second build, without network: %s", explainReport(again))
		}
		p.stage += " 2"
		if again := p.build(t, p.options(c.one("gomod"))); !again.OK {
			t.Errorf("build in a new stage, without network: %s", explainReport(again))
		}
	})
}

// TestRefused builds every job of testdata/refused and compares what is said to its author.
func TestRefused(t *testing.T) {
	eachCase(t, "refused", func(t *testing.T, c testCase) {
		p := newPlace(t, c, plainWrapper)
		r := p.build(t, p.options(c.one("gomod")))
		if r.OK {
			t.Fatalf("it was built, and answers %s", p.answer(t))
		}
		got, want := describe(r, p), c.want["error"]
		if !slices.EqualFunc(got, want, strings.HasPrefix) {
			t.Errorf("errors:\n got %s\nwant %s\noutput:\n%s", strings.Join(got, "\n     "), strings.Join(want, "\n     "), r.Output)
		}
		if want := c.one("remedy"); r.Remedy != want {
			t.Errorf("remedy:\n got %s\nwant %s", r.Remedy, want)
		}
		for _, line := range got {
			if strings.Contains(line, p.stage) || strings.Contains(line, "user.") || strings.Contains(line, "racetrack-bridge") {
				t.Errorf("an error names something generated: %s", line)
			}
		}
		if exists(p.program) {
			t.Error("a program was written all the same")
		}
	})
}

func eachCase(t *testing.T, folder string, check func(t *testing.T, c testCase)) {
	files, err := filepath.Glob(filepath.Join("testdata", folder, "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases in %s: %v", folder, err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(name, func(t *testing.T) { check(t, readCase(t, file)) })
	}
}
