package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"runtime/debug"
	"strings"
	"sync"
	"unicode/utf8"
)

// jobMetrics adds the job's own metrics to a page. Whatever the job writes, the page stays one that
// Prometheus can read: what would break it is left out, and the log tells so once.
type jobMetrics struct {
	panicked, taken, malformed sync.Once
}

func (j *jobMetrics) write(page *metricsPage, writeMetrics func(io.Writer)) {
	text := j.call(writeMetrics)
	seen := map[string]bool{} // keys of the lines that were kept
	for line := range strings.Lines(text) {
		parsed, err := parseMetricsLine(strings.TrimSpace(line))
		switch {
		case err != nil:
			j.malformed.Do(func() {
				slog.Warn("WriteMetrics wrote lines that /metrics leaves out, this one first", "line", line, "error", err)
			})
		case parsed.kind == lineOther || parsed.isLate(seen):
		case page.has(parsed.name):
			j.taken.Do(func() {
				slog.Warn("WriteMetrics wrote families that /metrics leaves out, since the wrapper has them, this one first",
					"name", parsed.name)
			})
		default:
			seen[parsed.kind+" "+parsed.name] = true
			fmt.Fprintln(page, parsed.text)
		}
	}
}

func (j *jobMetrics) call(writeMetrics func(io.Writer)) (text string) {
	defer func() {
		if cause := recover(); cause != nil {
			j.panicked.Do(func() {
				slog.Error("WriteMetrics panicked: /metrics goes without the job's own metrics",
					"panic", fmt.Sprint(cause), "stack", string(debug.Stack()))
			})
		}
	}()
	var written bytes.Buffer
	writeMetrics(&written)
	return written.String()
}

// metricsLine is one line of the text format.
type metricsLine struct {
	kind string
	name string
	text string // the line, its blanks in one spelling
}

const (
	lineOther  = "" // comments and empty lines
	lineHelp   = "HELP"
	lineType   = "TYPE"
	lineSample = "sample"
)

const (
	metricName  = `([a-zA-Z_:][a-zA-Z0-9_:]*)`
	metricLabel = `\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"(?:[^"\\]|\\[\\n"])*"\s*`
	metricValue = `([+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|(?i:inf|nan)))`
)

var (
	describesPattern = regexp.MustCompile(`^#\s+(HELP|TYPE)\b`)
	helpPattern      = regexp.MustCompile(`^#\s+HELP\s+` + metricName + `(?:\s+((?:[^\\]|\\[\\n])*))?$`)
	typePattern      = regexp.MustCompile(`^#\s+TYPE\s+` + metricName + `\s+(counter|gauge|histogram|summary|untyped)$`)
	labelPattern     = regexp.MustCompile(metricLabel)
	samplePattern    = regexp.MustCompile(`^` + metricName + `(?:\s*(\{(?:` + metricLabel + `(?:,` + metricLabel + `)*,?)?\s*\})\s*|\s+)` +
		metricValue + `(\s+-?\d+)?$`)
)

func parseMetricsLine(line string) (metricsLine, error) {
	switch {
	case !utf8.ValidString(line):
		return metricsLine{}, errors.New("it is not valid UTF-8")
	case line == "" || line[0] == '#' && !describesPattern.MatchString(line):
		return metricsLine{kind: lineOther}, nil
	}
	if match := helpPattern.FindStringSubmatch(line); match != nil {
		return metricsLine{lineHelp, match[1], "# HELP " + match[1] + " " + match[2]}, nil
	}
	if match := typePattern.FindStringSubmatch(line); match != nil {
		return metricsLine{lineType, match[1], "# TYPE " + match[1] + " " + match[2]}, nil
	}
	match := samplePattern.FindStringSubmatch(line)
	if match == nil {
		return metricsLine{}, errors.New("it is not in Prometheus' text format")
	}
	name, labels, value, timestamp := match[1], match[2], match[5], strings.TrimSpace(match[6])
	given := map[string]bool{}
	for _, label := range labelPattern.FindAllStringSubmatch(labels, -1) {
		if given[label[1]] {
			return metricsLine{}, fmt.Errorf("it has the label %s twice", label[1])
		}
		given[label[1]] = true
	}
	return metricsLine{lineSample, name, strings.TrimSpace(name + labels + " " + value + " " + timestamp)}, nil
}

// isLate tells whether a HELP or TYPE line comes a second time, or a TYPE line after its samples.
func (l metricsLine) isLate(seen map[string]bool) bool {
	if l.kind == lineSample {
		return false
	}
	if l.kind == lineType {
		for _, suffix := range sampleSuffixes {
			if seen[lineSample+" "+l.name+suffix] {
				return true
			}
		}
	}
	return seen[l.kind+" "+l.name]
}
