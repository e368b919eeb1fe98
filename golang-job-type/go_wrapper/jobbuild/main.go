// Jobbuild puts a wrapper and a job together and builds them into one program.
//
// The job's folder and the wrapper's folder are only read. A third folder, the stage, gets a Go
// workspace that uses both of them in place, together with a generated module "racetrack/job"
// that hands the job's Perform to the wrapper. So the job stays a module of its own, with its
// own module path, sub-packages, replace lines and module versions.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

const usage = `Usage: jobbuild -job DIR -wrapper DIR -stage DIR [flags]

Puts a wrapper and a job together in the stage folder and, with -o, builds them.

Example: jobbuild -job . -wrapper /src/go_wrapper -stage /tmp/stage -o /tmp/job

Flags:
`

// options is the command line.
type options struct {
	job     string // folder with the user's function Perform
	wrapper string // folder with the wrapper's package main
	stage   string // folder for everything generated
	gomod   string // the job's go.mod, relative to its folder; empty: the one in its root, if any
	output  string // the program to write; empty: prepare the stage only
	goTool  string // the go command
	json    bool   // report as one JSON object on stdout
}

func main() {
	opts, err := parseArgs(os.Args[1:], os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		os.Exit(2)
	}

	report := execute(opts, os.Stderr)
	if opts.json {
		report.writeJSON(os.Stdout)
	} else {
		report.writeText(os.Stderr)
	}
	if !report.OK {
		os.Exit(1)
	}
}

// parseArgs reads the command line; what is wrong with it is written to w.
func parseArgs(args []string, w io.Writer) (options, error) {
	var opts options
	flags := flag.NewFlagSet("jobbuild", flag.ContinueOnError)
	flags.SetOutput(w)
	flags.Usage = func() {
		fmt.Fprint(w, usage)
		flags.PrintDefaults()
	}
	flags.StringVar(&opts.job, "job", "", "the job's `folder`")
	flags.StringVar(&opts.wrapper, "wrapper", "", "the wrapper's `folder`")
	flags.StringVar(&opts.stage, "stage", "", "`folder` for generated files, kept between builds")
	flags.StringVar(&opts.gomod, "gomod", "", "the job's go.mod where it is not in the root: `path` relative to the job's folder")
	flags.StringVar(&opts.output, "o", "", "the `program` to write (default: prepare the stage only)")
	flags.StringVar(&opts.goTool, "go", "go", "the go `command`")
	flags.BoolVar(&opts.json, "json", false, "report as one JSON object on stdout")
	if err := flags.Parse(args); err != nil {
		return opts, err
	}

	var err error
	switch {
	case flags.NArg() > 0:
		err = fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case opts.job == "" || opts.wrapper == "" || opts.stage == "":
		err = errors.New("-job, -wrapper and -stage are needed")
	}
	if err != nil {
		fmt.Fprintf(w, "jobbuild: %v\n", err)
		flags.Usage()
	}
	return opts, err
}

// execute does the whole work and never fails otherwise than in its report. What the go command
// says about its progress goes to progress at once.
func execute(opts options, progress io.Writer) *report {
	r := newReport()
	if err := r.run(opts, progress); err != nil {
		r.fail(err)
	}
	return r
}

func (r *report) run(opts options, progress io.Writer) error {
	stage, err := openStage(opts.stage)
	if err != nil {
		return err
	}
	defer stage.close()
	// Only from here on: until the lock is ours, an interrupt should simply end the program.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	tool := &goTool{ctx: ctx, command: opts.goTool, stage: stage.dir, progress: progress}

	done := r.timer("stage")
	w, err := readWrapper(opts.wrapper)
	if err != nil {
		return err
	}
	j, err := readJob(opts.job, opts.gomod, w)
	if err != nil {
		return err
	}
	r.Module, r.Package = j.modPath, j.root().name
	done()

	if j.needsVersions() {
		done = r.timer("tidy")
		if err := r.pickVersions(j, stage, tool); err != nil {
			return err
		}
		done()
	}

	done = r.timer("stage")
	target := w.dir
	var l *library
	if !j.hasVendor() {
		l = w.asLibrary()
	}
	if l != nil {
		target = stage.path(programFolder)
	}
	if err := r.prepare(j, w, l, stage); err != nil {
		return err
	}
	args := buildArgs(stage.path("overlay.json"), stage.path("program"), target)
	r.Command, r.Env = append([]string{opts.goTool}, args...), tool.env()
	done()
	if opts.output == "" {
		return nil
	}

	defer r.timer("build")()
	r.Output, err = tool.run(stage.dir, nil, args...)
	if err != nil {
		return explain(err, r.Output, newExplainer(j, w, stage))
	}
	return placeFile(stage.path("program"), opts.output)
}
