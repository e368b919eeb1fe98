package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// goTool runs the go command in a known environment.
type goTool struct {
	ctx      context.Context
	command  string
	stage    string
	progress io.Writer // gets what Go says about downloads, as it comes
}

// buildArgs gives the arguments of the one build; base.Dockerfile warms the cache with the same.
func buildArgs(overlay, program, wrapper string) []string {
	return []string{
		"build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w",
		"-overlay", overlay, "-o", program, wrapper,
	}
}

// env is what a user's environment, or settings made by go env -w, must not decide. The flags
// are not left empty, because for Go an empty variable is one that is not set.
func (t *goTool) env() map[string]string {
	return map[string]string{
		"GOWORK":      filepath.Join(t.stage, "go.work"),
		"GOFLAGS":     "-buildvcs=false",
		"GOTOOLCHAIN": "local",
		"GO111MODULE": "on",
		"CGO_ENABLED": "0",
	}
}

// quickly lets compiler and linker collect garbage less often, unless the caller says how often: an
// edit is linked in nine tenths of the time.
const quickly = "GOGC=400"

// run runs the go command in a folder and gives what it wrote.
func (t *goTool) run(dir string, extra []string, args ...string) (string, error) {
	cmd := exec.CommandContext(t.ctx, t.command, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	cmd.Dir = dir
	cmd.Env = append([]string{quickly}, os.Environ()...)
	cmd.Env = append(cmd.Env, "PWD="+dir)
	for name, value := range t.env() {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	cmd.Env = append(cmd.Env, extra...)

	var output bytes.Buffer
	reader, writer := io.Pipe()
	cmd.Stdout, cmd.Stderr = writer, writer
	read := make(chan struct{})
	go func() {
		defer close(read)
		t.follow(reader, &output)
	}()
	err := cmd.Run()
	writer.Close()
	<-read
	switch {
	case t.ctx.Err() != nil:
		err = errors.New("interrupted")
	case errors.Is(err, exec.ErrNotFound) || errors.Is(err, os.ErrNotExist):
		err = fault(problem{}, "install Go "+goVersion+", or name its go command with -go", "there is no go command %q", t.command)
	}
	return output.String(), err
}

var progressLine = regexp.MustCompile(`^go: (downloading|finding|found|extracting) `)

// follow collects the output, and passes on the lines that tell of progress.
func (t *goTool) follow(from io.Reader, output *bytes.Buffer) {
	reader := bufio.NewReader(from)
	for {
		line, err := reader.ReadString('\n')
		if progressLine.MatchString(line) {
			io.WriteString(t.progress, line)
		}
		output.WriteString(line)
		if err != nil {
			return
		}
	}
}

// moduleCache gives the folder in which Go keeps the modules that it fetched, laid out like a
// module proxy; empty where that is not known.
func (t *goTool) moduleCache() string {
	output, err := t.run(t.stage, []string{"GOWORK=off"}, "env", "GOMODCACHE")
	cache := strings.TrimSpace(output)
	if err != nil || cache == "" {
		return ""
	}
	return filepath.Join(cache, "cache", "download")
}
