package main

import (
	"errors"
	"strings"
	"testing"
)

func TestInit(t *testing.T) {
	for _, test := range []struct {
		name    string
		init    func() error
		wantErr string
		wantLog string
	}{
		{"none", nil, "", ""},
		{"good", func() error { return nil }, "", ""},
		{"error", func() error { return errors.New("no model") }, "the job's Init failed: no model", "no model"},
		{"panic", func() error { panic("boom") }, "the job's Init panicked: boom", "lifecycle_test.go"},
	} {
		t.Run(test.name, func(t *testing.T) {
			log := captureLog(t)
			l := newLifecycle()
			if err := l.unready(); err == nil {
				t.Error("ready before Init was called")
			}
			l.start(test.init)
			if got := message(l.startError()); got != test.wantErr {
				t.Errorf("startError: got %q, want %q", got, test.wantErr)
			}
			if got := message(l.unready()); got != test.wantErr {
				t.Errorf("unready: got %q, want %q", got, test.wantErr)
			}
			if !strings.Contains(log.String(), test.wantLog) {
				t.Errorf("got log %q, want %q in it", log, test.wantLog)
			}
		})
	}
}

func TestStopWaitsForRunningCalls(t *testing.T) {
	l := newLifecycle()
	l.start(nil)
	for range 2 {
		if err := l.enter(); err != nil {
			t.Fatal(err)
		}
	}
	idle := l.stop()
	if err := l.enter(); err == nil {
		t.Error("a call got in after stop")
	}
	for want := 1; want >= 0; want-- {
		select {
		case <-idle:
			t.Fatalf("idle while %d calls run", want+1)
		default:
		}
		l.leave()
		if got := l.calls(); got != want {
			t.Errorf("calls: got %d, want %d", got, want)
		}
	}
	<-idle
}

func TestStopBeforeInitHasReturned(t *testing.T) {
	l := newLifecycle()
	<-l.stop()
	l.start(nil)
	if got := message(l.unready()); got != "the job is stopping" {
		t.Errorf("got %q, want it to stay stopping", got)
	}
}
