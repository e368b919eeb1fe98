package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"
)

func TestJobInfoFromEnv(t *testing.T) {
	for _, test := range []struct {
		name      string
		env       map[string]string
		timestamp int64
		wantErr   string // of the whole
		wantTime  string // of the timestamp alone
		wantLog   string
	}{
		{"all", map[string]string{"JOB_NAME": "adder", "JOB_DEPLOYMENT_TIMESTAMP": "1654779364"}, 1654779364, "", "", ""},
		{"no timestamp", map[string]string{"JOB_NAME": "adder"}, 0, "", "", "level=WARN msg=\"JOB_DEPLOYMENT_TIMESTAMP is not set"},
		{"malformed timestamp", map[string]string{"JOB_NAME": "adder", "JOB_DEPLOYMENT_TIMESTAMP": "soon"}, 0, "", `JOB_DEPLOYMENT_TIMESTAMP is "soon"`, "level=ERROR"},
		{"fraction", map[string]string{"JOB_NAME": "adder", "JOB_DEPLOYMENT_TIMESTAMP": "1654779364.5"}, 0, "", "whole number", "level=ERROR"},
		{"no name", map[string]string{}, 0, "JOB_NAME is not set", "", ""},
		{"a name that is a path", map[string]string{"JOB_NAME": ".."}, 0, `JOB_NAME is ".."`, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, name := range []string{"JOB_NAME", "JOB_DEPLOYMENT_TIMESTAMP"} {
				t.Setenv(name, test.env[name])
			}
			log := captureLog(t)
			info, err := jobInfoFromEnv()
			if message(err) == "" && test.wantErr != "" || !strings.Contains(message(err), test.wantErr) {
				t.Fatalf("got %v, want %q", err, test.wantErr)
			}
			if test.wantErr == "" && err != nil {
				t.Fatal(err)
			}
			if info.Timestamp != test.timestamp || !strings.Contains(message(info.TimestampErr), test.wantTime) || (test.wantTime == "") != (info.TimestampErr == nil) {
				t.Errorf("got timestamp %d, %v, want %d, %q", info.Timestamp, info.TimestampErr, test.timestamp, test.wantTime)
			}
			if lines := strings.Count(log.String(), "\n"); !strings.Contains(log.String(), test.wantLog) || lines > 1 || lines == 0 && test.wantLog != "" {
				t.Errorf("got log %q, want %q", log, test.wantLog)
			}
		})
	}
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// inPhase brings a new service into a phase of its life.
func inPhase(want phase) *service {
	s := newTestService(echo)
	s.lifecycle = newLifecycle()
	switch want {
	case ready:
		s.lifecycle.start(nil)
	case failed:
		s.lifecycle.start(func() error { return errors.New("no model") })
	case stopping:
		s.lifecycle.start(nil)
		s.lifecycle.stop()
	}
	return s
}

func TestProbes(t *testing.T) {
	const fields = `"service":"job","job_name":"adder","job_version":"0.0.1","job_type_version":"","git_version":"","deployed_by_racetrack_version":"",`
	malformed := func(s *service) { s.info.TimestampErr = errors.New("JOB_DEPLOYMENT_TIMESTAMP is bad") }
	for _, test := range []struct {
		name   string
		phase  phase
		change func(*service)
		path   string
		status int
		want   string
	}{
		{"ready", ready, nil, "/live", 200, `{"status":"live","deployment_timestamp":1654779364}`},
		{"ready", ready, nil, "/ready", 200, `{"status":"ready"}`},
		{"ready", ready, nil, "/health", 200, `{` + fields + `"status":"pass","deployment_timestamp":1654779364}`},

		{"starting", starting, nil, "/live", 200, `{"status":"live","deployment_timestamp":1654779364}`},
		{"starting", starting, nil, "/ready", 503, `{"status":"not ready","error":"the job is starting: its Init has not returned yet"}`},
		{"starting", starting, nil, "/health", 503, `{` + fields + `"status":"fail","deployment_timestamp":1654779364,"error":"the job is starting: its Init has not returned yet"}`},

		{"failed", failed, nil, "/live", 500, `{"status":"fail","deployment_timestamp":1654779364,"error":"the job's Init failed: no model"}`},
		{"failed", failed, nil, "/ready", 503, `{"status":"not ready","error":"the job's Init failed: no model"}`},
		{"failed", failed, nil, "/health", 503, `{` + fields + `"status":"fail","deployment_timestamp":1654779364,"error":"the job's Init failed: no model"}`},

		{"stopping", stopping, nil, "/live", 200, `{"status":"live","deployment_timestamp":1654779364}`},
		{"stopping", stopping, nil, "/ready", 503, `{"status":"not ready","error":"the job is stopping"}`},

		{"malformed timestamp", ready, malformed, "/live", 500, `{"status":"fail","error":"JOB_DEPLOYMENT_TIMESTAMP is bad"}`},
		{"malformed timestamp", ready, malformed, "/health", 503, `{` + fields + `"status":"fail","error":"JOB_DEPLOYMENT_TIMESTAMP is bad"}`},
		{"both", failed, malformed, "/live", 500, `{"status":"fail","error":"JOB_DEPLOYMENT_TIMESTAMP is bad; the job's Init failed: no model"}`},
	} {
		t.Run(test.name+test.path, func(t *testing.T) {
			captureLog(t)
			s := inPhase(test.phase)
			if test.change != nil {
				test.change(s)
			}
			got := request(s.newRouter(), "GET", test.path, "")
			if got.Code != test.status || got.Header().Get("Content-Type") != "application/json" || got.Body.String() != test.want+"\n" {
				t.Errorf("got %d %s\n%swant %d\n%s", got.Code, got.Header().Get("Content-Type"), got.Body, test.status, test.want)
			}
		})
	}
}

func TestNoTimestampIsZero(t *testing.T) {
	s := newTestService(echo)
	s.info.Timestamp = 0
	got := request(s.newRouter(), "GET", "/live", "")
	var answer map[string]interface{}
	if err := json.Unmarshal(got.Body.Bytes(), &answer); err != nil {
		t.Fatal(err)
	}
	if want := map[string]interface{}{"status": "live", "deployment_timestamp": 0.0}; !reflect.DeepEqual(answer, want) {
		t.Errorf("got %v, want %v", answer, want)
	}
}

func TestPerformIsRefusedUnlessReady(t *testing.T) {
	for phase, want := range map[phase]string{
		starting: "the job is starting",
		failed:   "the job's Init failed: no model",
		stopping: "the job is stopping",
	} {
		captureLog(t)
		s := inPhase(phase)
		got := request(s.newRouter(), "POST", "/api/v1/perform", "{}")
		if got.Code != http.StatusServiceUnavailable || !strings.Contains(errorOf(t, got.Body.Bytes()), want) {
			t.Errorf("phase %d: got %d %s, want 503 with %q", phase, got.Code, got.Body, want)
		}
		if s.calls.started.Load() != 0 {
			t.Errorf("phase %d: a refused call was counted", phase)
		}
	}
}
