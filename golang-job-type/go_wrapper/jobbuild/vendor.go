package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// linkVendor gives the workspace the job's vendor folder, if it has one: links to what is in it,
// and its list of modules, marked as a workspace's.
func linkVendor(j *job, w *wrapper, s *stage) error {
	theirs, ours := filepath.Join(j.dir, "vendor"), s.path("vendor")
	entries, err := os.ReadDir(theirs)
	if errors.Is(err, os.ErrNotExist) {
		return os.RemoveAll(ours)
	}
	if err != nil {
		return err
	}
	at := problem{File: j.show(theirs)}
	if own := w.ownModules(); len(own) > 0 {
		return fault(at, "remove the vendor folder: go.mod and go.sum name the same modules",
			"the vendor folder cannot be used, because this wrapper needs modules of its own (%s)", strings.Join(own, ", "))
	}
	list, err := os.ReadFile(filepath.Join(theirs, "modules.txt"))
	if err != nil {
		return fault(at, "run in the job's folder: go mod vendor", "the vendor folder has no modules.txt")
	}
	text := "## workspace\n" + string(list)
	for _, m := range w.mod.requires() {
		text += fmt.Sprintf("# %s %s => ./handler\n## explicit\n", m.Path, m.Version)
	}
	if err := s.write(text, "vendor", "modules.txt"); err != nil {
		return err
	}
	return syncLinks(entries, theirs, ours)
}

// syncLinks makes one folder hold links to the folders of another, and no others.
func syncLinks(entries []os.DirEntry, theirs, ours string) error {
	wanted := map[string]bool{"modules.txt": true}
	for _, entry := range entries {
		name := entry.Name()
		if wanted[name] {
			continue
		}
		wanted[name] = true
		link, target := filepath.Join(ours, name), filepath.Join(theirs, name)
		if old, err := os.Readlink(link); err == nil && old == target {
			continue
		}
		os.Remove(link)
		if err := os.Symlink(target, link); err != nil {
			return err
		}
	}
	old, err := os.ReadDir(ours)
	if err != nil {
		return err
	}
	for _, entry := range old {
		if !wanted[entry.Name()] {
			err = errors.Join(err, os.Remove(filepath.Join(ours, entry.Name())))
		}
	}
	return err
}

// hasVendor tells whether the job brings its modules along.
func (j *job) hasVendor() bool { return exists(filepath.Join(j.dir, "vendor")) }
