package main

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// echo is a job that returns its input.
func echo(input map[string]interface{}) (interface{}, error) { return input, nil }

// newTestService is a job named "adder" that is ready, and tells its requests to nobody.
func newTestService(perform EntrypointHandler) *service {
	opts := options{
		tracingHeader:   "X-Request-Tracing-Id",
		maxRequestBytes: 1000,
		shutdownGrace:   10 * time.Second,
		readTimeout:     10 * time.Second,
	}
	s := newService(jobInfo{Name: "adder", Version: "0.0.1", Timestamp: 1654779364}, opts, perform)
	s.requestLog = io.Discard
	s.lifecycle.start(nil)
	return s
}

// logBuffer collects what several goroutines write.
type logBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *logBuffer) Write(line []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(line)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// captureLog collects what is logged during a test, except for the lines of requests.
func captureLog(t *testing.T) *logBuffer {
	t.Helper()
	previous, buffer := slog.Default(), &logBuffer{}
	slog.SetDefault(slog.New(slog.NewTextHandler(buffer, nil)))
	t.Cleanup(func() { slog.SetDefault(previous) })
	return buffer
}

// request asks a handler, without a network.
func request(handler http.Handler, method, target, body string) *httptest.ResponseRecorder {
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, httptest.NewRequest(method, target, strings.NewReader(body)))
	return recorder
}

// errorOf is the text in an answer such as {"error": "..."}.
func errorOf(t *testing.T, body []byte) string {
	t.Helper()
	var answer map[string]string
	if err := json.Unmarshal(body, &answer); err != nil || len(answer) != 1 || answer["error"] == "" {
		t.Fatalf(`got %q, want {"error": ...}`, body)
	}
	return answer["error"]
}

func TestRoutes(t *testing.T) {
	router := newTestService(echo).newRouter()
	routes := []struct{ method, path string }{
		{"POST", "/api/v1/perform"}, {"GET", "/health"}, {"GET", "/live"}, {"GET", "/ready"},
		{"GET", "/metrics"}, {"GET", "/"}, {"GET", "/openapi.json"}, {"GET", "/swagger-initializer.js"},
	}
	for _, base := range []string{
		"", "/pub/job/adder/0.0.1", "/pub/job/adder/latest", "/pub/job/adder/1.x",
		"/pub/job/adder/1.0.0+build.7", "/pub/job/adder/1%2E0%2F1", "/pub/job/%61dder/latest",
	} {
		for _, route := range routes {
			if got := request(router, route.method, base+route.path, "{}"); got.Code != http.StatusOK {
				t.Errorf("%s %s: got %d %s, want 200", route.method, base+route.path, got.Code, got.Body)
			}
		}
	}
}

func TestUnknownPaths(t *testing.T) {
	router := newTestService(echo).newRouter()
	for _, path := range []string{
		"/nowhere", "/live/", "/api/v1/perform/", "/api/v1", "/index.html", "/swaggerui/openapi.json", "/SHA256SUMS",
		"/pub/job/other/latest/live", "/pub/job/other/latest", "/pub/job/adder", "/pub/job/", "/pub/job/adder/1/2/live",
		"//", "//live", "/./live", "/x/../live", "/pub//job/adder/latest/live", "/pub/job/adder//live", "/pub/job/adder/../live",
		"/pub/job/adder/latest//", "/api//v1/perform", "/api/v1/perform/.", "/pub/job/adder/latest/../latest/api/v1/perform",
	} {
		for _, method := range []string{"GET", "POST", "OPTIONS"} {
			got := request(router, method, path, "{}")
			if got.Code != http.StatusNotFound || got.Header().Get("Location") != "" {
				t.Errorf("%s %s: got %d %s, want 404", method, path, got.Code, got.Body)
				continue
			}
			errorOf(t, got.Body.Bytes())
		}
	}
}

func TestMethods(t *testing.T) {
	router := newTestService(echo).newRouter()
	for _, test := range []struct {
		path  string
		allow string
	}{
		{"/api/v1/perform", "POST"},
		{"/live", "GET, HEAD"},
		{"/ready", "GET, HEAD"},
		{"/health", "GET, HEAD"},
		{"/metrics", "GET, HEAD"},
		{"/openapi.json", "GET, HEAD"},
		{"/", "GET, HEAD"},
		{"/pub/job/adder/latest/", "GET, HEAD"},
		{"/pub/job/adder/latest", "GET, HEAD"},
		{"/pub/job/adder/latest/live", "GET, HEAD"},
	} {
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"} {
			if strings.Contains(test.allow, method) {
				continue
			}
			got := request(router, method, test.path, "{}")
			if got.Code != http.StatusMethodNotAllowed || got.Header().Get("Allow") != test.allow {
				t.Errorf("%s %s: got %d, Allow %q, want 405, %q", method, test.path, got.Code, got.Header().Get("Allow"), test.allow)
				continue
			}
			errorOf(t, got.Body.Bytes())
		}
	}
}

func TestHeadHasNoBody(t *testing.T) {
	server := httptest.NewServer(newTestService(echo).newRouter())
	defer server.Close()
	for _, path := range []string{"/live", "/metrics", "/", "/openapi.json"} {
		answer, err := http.Head(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(answer.Body)
		if answer.StatusCode != http.StatusOK || len(body) != 0 {
			t.Errorf("HEAD %s: got %d with %d bytes, want 200 without", path, answer.StatusCode, len(body))
		}
	}
}

func TestOddJobNames(t *testing.T) {
	for name, path := range map[string]string{
		"a{b}":    "/pub/job/a%7Bb%7D/1/live",
		"{x}":     "/pub/job/{x}/1/live",
		"{$}":     "/pub/job/%7B$%7D/1/live",
		"{x...}":  "/pub/job/{x...}/1/live",
		"a b":     "/pub/job/a%20b/1/live",
		"a/b":     "/pub/job/a%2Fb/1/live",
		"ä":       "/pub/job/%C3%A4/1/live",
		"100%":    "/pub/job/100%25/1/live",
		"a\nb":    "/pub/job/a%0Ab/1/live",
		"a?b#c":   "/pub/job/a%3Fb%23c/1/live",
		"...":     "/pub/job/.../1/live",
		"A.b-c_9": "/pub/job/A.b-c_9/1/live",
	} {
		s := newTestService(echo)
		s.info.Name = name
		router := s.newRouter()
		if got := request(router, "GET", path, ""); got.Code != http.StatusOK {
			t.Errorf("job %q at %s: got %d %s, want 200", name, path, got.Code, got.Body)
		}
		if got := request(router, "GET", "/pub/job/other/1/live", ""); got.Code != http.StatusNotFound {
			t.Errorf("job %q at another's path: got %d, want 404", name, got.Code)
		}
	}
}

func TestOptionsFromEnv(t *testing.T) {
	for _, test := range []struct {
		name, value string
		want        func(options) bool
		wantErr     string
	}{
		{"LISTEN_ADDRESS", "", func(o options) bool { return o.listenAddress == "0.0.0.0:7000" }, ""},
		{"LISTEN_ADDRESS", "127.0.0.1:0", func(o options) bool { return o.listenAddress == "127.0.0.1:0" }, ""},
		{"REQUEST_TRACING_HEADER", "", func(o options) bool { return o.tracingHeader == "X-Request-Tracing-Id" }, ""},
		{"REQUEST_TRACING_HEADER", "x-trace", func(o options) bool { return o.tracingHeader == "X-Trace" }, ""},
		{"MAX_REQUEST_BYTES", "", func(o options) bool { return o.maxRequestBytes == 67108864 }, ""},
		{"MAX_REQUEST_BYTES", "10", func(o options) bool { return o.maxRequestBytes == 10 }, ""},
		{"MAX_REQUEST_BYTES", "64M", nil, `MAX_REQUEST_BYTES is "64M"`},
		{"MAX_REQUEST_BYTES", "-1", nil, `MAX_REQUEST_BYTES is "-1"`},
		{"SHUTDOWN_GRACE_SECONDS", "", func(o options) bool { return o.shutdownGrace == 10*time.Second }, ""},
		{"SHUTDOWN_GRACE_SECONDS", "0", func(o options) bool { return o.shutdownGrace == 0 }, ""},
		{"SHUTDOWN_GRACE_SECONDS", "1.5", nil, `SHUTDOWN_GRACE_SECONDS is "1.5"`},
		{"SHUTDOWN_GRACE_SECONDS", "99999999999999", nil, `SHUTDOWN_GRACE_SECONDS is "99999999999999"`},
	} {
		t.Run(test.name+"="+test.value, func(t *testing.T) {
			t.Setenv(test.name, test.value)
			got, err := optionsFromEnv()
			switch {
			case test.wantErr == "" && (err != nil || !test.want(got)):
				t.Errorf("got %+v, %v", got, err)
			case test.wantErr != "" && (err == nil || !strings.Contains(err.Error(), test.wantErr)):
				t.Errorf("got %v, want an error with %s", err, test.wantErr)
			}
		})
	}
}

func TestOnlyCleanPathsReachTheMux(t *testing.T) {
	for path, want := range map[string]bool{
		"/": true, "/live": true, "/live/": true, "/a.b/..c/...": true, "/%2e%2e/x": true,
		"": false, "*": false, "live": false, "//": false, "/a//b": false, "/.": false, "/a/./b": false, "/a/..": false, "/a//": false,
	} {
		if got := isClean(path); got != want {
			t.Errorf("isClean(%q): got %v, want %v", path, got, want)
		}
	}
}
