package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
)

// stage is the folder for everything generated. It is kept between builds, and files that would
// not change are left untouched.
type stage struct {
	dir  string
	lock *os.File
}

// openStage makes the folder if need be, and waits until no other build uses it.
func openStage(dir string) (*stage, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, fmt.Errorf("making the stage folder: %w", err)
	}
	dir, err := filepath.Abs(dir)
	if err == nil {
		dir, err = filepath.EvalSymlinks(dir)
	}
	if err != nil {
		return nil, err
	}
	lock, err := os.OpenFile(filepath.Join(dir, ".lock"), os.O_CREATE|os.O_RDWR, 0o666)
	if err != nil {
		return nil, fmt.Errorf("opening the stage folder: %w", err)
	}
	for {
		if err = syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err != nil {
		lock.Close()
		return nil, fmt.Errorf("locking the stage folder: %w", err)
	}
	return &stage{dir, lock}, nil
}

// close lets the next build have the stage.
func (s *stage) close() { s.lock.Close() }

func (s *stage) path(names ...string) string {
	return filepath.Join(append([]string{s.dir}, names...)...)
}

// write writes a file of the stage, unless it has that text already.
func (s *stage) write(text string, names ...string) error {
	file := s.path(names...)
	if old, err := os.ReadFile(file); err == nil && string(old) == text {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		return err
	}
	return replaceFile(file, 0o666, bytes.NewReader([]byte(text)))
}

// placeFile puts a program somewhere in such a way that nobody ever sees half of it. Where both are
// on one disk nothing is copied: the go command never writes into the old file.
func placeFile(from, to string) error {
	temp := fmt.Sprintf("%s.%d.tmp", to, os.Getpid())
	if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
		return err
	}
	if os.Link(from, temp) == nil {
		if os.Rename(temp, to) == nil {
			os.Remove(temp) // which is still there where both were one file already
			return nil
		}
		os.Remove(temp)
	}
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	return replaceFile(to, 0o777, source)
}

// replaceFile writes a new file beside the old one and puts it in its place.
func replaceFile(file string, mode os.FileMode, text io.Reader) error {
	temp := fmt.Sprintf("%s.%d.tmp", file, os.Getpid())
	out, err := os.OpenFile(temp, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, text)
	err = errors.Join(err, out.Close())
	if err == nil {
		err = os.Rename(temp, file)
	}
	if err != nil {
		os.Remove(temp)
	}
	return err
}
