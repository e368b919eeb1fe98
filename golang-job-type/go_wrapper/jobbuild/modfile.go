package main

import (
	"errors"
	"go/version"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// goVersion is the Go version of what is generated, and the least that a workspace asks for.
const goVersion = "1.26"

// directive is one line of a go.mod or go.work, such as `require example.com/x v1.0.0`, with a
// block's verb written out. Args have lost their quotes.
type directive struct {
	verb string
	args []string
	line int
}

// modFile is a go.mod or go.work. It is read leniently: Go itself tells what is wrong in it.
type modFile struct {
	path       string
	directives []directive
}

// readModFile reads a go.mod or go.work; a file that is not there gives nil.
func readModFile(path string) (*modFile, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return parseModFile(path, string(text)), nil
}

func parseModFile(path, text string) *modFile {
	f := &modFile{path: path}
	block := ""
	for i, line := range strings.Split(text, "\n") {
		words := modWords(line)
		switch {
		case len(words) == 0:
		case block != "" && words[0] == ")":
			block = ""
		case block != "":
			f.directives = append(f.directives, directive{block, words, i + 1})
		case len(words) > 1 && words[1] == "(":
			block = words[0]
		default:
			f.directives = append(f.directives, directive{words[0], words[1:], i + 1})
		}
	}
	return f
}

// modWords splits a line at blanks; quoted words lose their quotes, comments are dropped.
func modWords(line string) []string {
	var words []string
	for {
		line = strings.TrimLeft(line, " \t\r")
		if line == "" || strings.HasPrefix(line, "//") {
			return words
		}
		if quoted, err := strconv.QuotedPrefix(line); err == nil {
			word, _ := strconv.Unquote(quoted)
			words, line = append(words, word), line[len(quoted):]
			continue
		}
		end := strings.IndexAny(line, " \t\r()")
		switch {
		case end == 0:
			end = 1
		case end < 0:
			end = len(line)
		}
		if comment := strings.Index(line[:end], "//"); comment > 0 {
			end = comment
		}
		words, line = append(words, line[:end]), line[end:]
	}
}

// all gives the directives with a verb.
func (f *modFile) all(verb string) []directive {
	var found []directive
	for _, d := range f.directives {
		if d.verb == verb {
			found = append(found, d)
		}
	}
	return found
}

// value gives the argument of a directive that stands at most once, and its line.
func (f *modFile) value(verb string) (value string, line int) {
	for _, d := range f.directives {
		if d.verb == verb && len(d.args) > 0 {
			return d.args[0], d.line
		}
	}
	return "", 0
}

// requires gives the modules that a go.mod asks for.
func (f *modFile) requires() []module {
	var modules []module
	for _, d := range f.all("require") {
		if len(d.args) >= 2 {
			modules = append(modules, module{d.args[0], d.args[1]})
		}
	}
	return modules
}

// replacement is a replace line: old is a module with or without a version, and so is new,
// unless it is a folder.
type replacement struct {
	old, new []string
	line     int
}

func (f *modFile) replaces() []replacement {
	var found []replacement
	for _, d := range f.all("replace") {
		for i, word := range d.args {
			if word == "=>" {
				found = append(found, replacement{d.args[:i], d.args[i+1:], d.line})
			}
		}
	}
	return found
}

// isLocal tells a folder, in a replace or use line, from a module path.
func isLocal(path string) bool {
	return path == "." || path == ".." || strings.HasPrefix(path, "./") ||
		strings.HasPrefix(path, "../") || filepath.IsAbs(path)
}

// later gives the later of two Go versions such as 1.16 and 1.26.1.
func later(a, b string) string {
	if version.Compare("go"+a, "go"+b) < 0 {
		return b
	}
	return a
}

// modQuote writes a word so that a go.mod or go.work holds it whatever is in it.
func modQuote(word string) string {
	return strconv.Quote(word)
}
