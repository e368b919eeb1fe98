package main

import (
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
)

type phase int

const (
	starting phase = iota // Init has not returned yet
	ready
	failed   // Init returned an error or panicked
	stopping // asked to end: running calls finish, new ones are refused
)

// lifecycle knows how far the job has come, and which calls of Perform are running.
type lifecycle struct {
	mu      sync.Mutex
	phase   phase
	initErr error
	running int
	idle    chan struct{} // closed once the job is stopping and no call runs any more
}

func newLifecycle() *lifecycle {
	return &lifecycle{idle: make(chan struct{})}
}

// start runs the job's Init, if it has one, and turns the job ready or failed.
func (l *lifecycle) start(init func() error) {
	err := callInit(init)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.initErr = err
	switch {
	case l.phase == stopping:
	case err != nil:
		l.phase = failed
		slog.Error("The job will never be ready", "error", err)
	default:
		l.phase = ready
	}
}

func callInit(init func() error) (err error) {
	if init == nil {
		return nil
	}
	defer func() {
		if cause := recover(); cause != nil {
			slog.Error("Init panicked", "panic", fmt.Sprint(cause), "stack", string(debug.Stack()))
			err = fmt.Errorf("the job's Init panicked: %v", cause)
		}
	}()
	if err := init(); err != nil {
		return fmt.Errorf("the job's Init failed: %w", err)
	}
	return nil
}

// unready tells why the job takes no calls now, or nil if it does.
func (l *lifecycle) unready() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.unreadyLocked()
}

func (l *lifecycle) unreadyLocked() error {
	switch l.phase {
	case starting:
		return errors.New("the job is starting: its Init has not returned yet")
	case failed:
		return l.initErr
	case stopping:
		return errors.New("the job is stopping")
	}
	return nil
}

// startError is the reason why Init failed, or nil.
func (l *lifecycle) startError() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.initErr
}

// enter counts a call in, or tells why it is refused. Each call that got in has to leave.
func (l *lifecycle) enter() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.unreadyLocked(); err != nil {
		return err
	}
	l.running++
	return nil
}

func (l *lifecycle) leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.running--
	if l.phase == stopping && l.running == 0 {
		close(l.idle)
	}
}

// stop refuses calls from now on. The returned channel closes when the last running one has left.
func (l *lifecycle) stop() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.phase = stopping
	if l.running == 0 {
		close(l.idle)
	}
	return l.idle
}

// calls is the number of calls that are running.
func (l *lifecycle) calls() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.running
}
