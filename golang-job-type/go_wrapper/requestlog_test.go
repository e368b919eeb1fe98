package main

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

func TestOneLineARequest(t *testing.T) {
	for _, test := range []struct {
		name, method, target, tracing string
		status                        int
		want                          string // between msg and duration, and after it
		wantEnd                       string
	}{
		{"probe", "GET", "/live", "", 200, `method=GET uri=/live ip=192.0.2.1:1234 status=200`, ""},
		{"call", "POST", "/pub/job/adder/1.x/api/v1/perform", "", 200, `method=POST uri=/pub/job/adder/1.x/api/v1/perform ip=192.0.2.1:1234 status=200`, ""},
		{"query", "GET", "/live?a=b", "", 200, `method=GET uri="/live?a=b" ip=192.0.2.1:1234 status=200`, ""},
		{"unknown", "GET", "/nowhere", "", 404, `method=GET uri=/nowhere ip=192.0.2.1:1234 status=404`, ""},
		{"unclean", "POST", "/x//y", "", 404, `method=POST uri=/x//y ip=192.0.2.1:1234 status=404`, ""},
		{"wrong method", "DELETE", "/live", "", 405, `method=DELETE uri=/live ip=192.0.2.1:1234 status=405`, ""},
		{"traced", "GET", "/live", "a1b2-c3", 200, `method=GET uri=/live ip=192.0.2.1:1234 status=200`, " tracing_id=a1b2-c3"},
		{"forged", "GET", "/live", "a\nlevel=ERROR b=\"c", 200, `method=GET uri=/live ip=192.0.2.1:1234 status=200`, ` tracing_id="a\nlevel=ERROR b=\"c"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newTestService(echo)
			log := &logBuffer{}
			s.requestLog = log
			r := httptest.NewRequest(test.method, test.target, strings.NewReader("{}"))
			if test.tracing != "" {
				r.Header["X-Request-Tracing-Id"] = []string{test.tracing}
			}
			recorder := httptest.NewRecorder()
			s.newRouter().ServeHTTP(recorder, r)
			if recorder.Code != test.status || recorder.Header().Get("X-Request-Tracing-Id") != test.tracing {
				t.Errorf("got %d, tracing id %q, want %d, %q", recorder.Code, recorder.Header().Get("X-Request-Tracing-Id"), test.status, test.tracing)
			}
			want := regexp.MustCompile(`^time=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\S+ level=INFO msg=Request ` +
				regexp.QuoteMeta(test.want) + ` duration=\S+s` + regexp.QuoteMeta(test.wantEnd) + "\n$")
			if !want.MatchString(log.String()) {
				t.Errorf("got  %swant %s", log, want)
			}
		})
	}
}

// The line is written by hand for speed: it has to be what slog would have written.
func TestValuesAreWrittenAsSlogWritesThem(t *testing.T) {
	for _, value := range []string{
		"", "plain", "/live?a=b", "a b", `quo"te`, `back\slash`, `back\slash and blank`, "new\nline", "\r\t\x00\x7f\x1b[31m", "\xff\xfe", "=", "~!@#$%^&*()",
	} {
		var want bytes.Buffer
		logger := slog.New(slog.NewTextHandler(&want, &slog.HandlerOptions{
			ReplaceAttr: func(groups []string, attr slog.Attr) slog.Attr {
				if attr.Key != "v" {
					return slog.Attr{}
				}
				return attr
			},
		}))
		logger.Info("", "v", value)
		if got := string(appendLogValue([]byte("v="), value)) + "\n"; got != want.String() {
			t.Errorf("%q: got %q, want %q", value, got, want.String())
		}
	}
}

// A writer that looks at the log whenever bytes of an answer leave.
type watchedAnswer struct {
	http.ResponseWriter
	log   *logBuffer
	early bool
}

func (w *watchedAnswer) look() {
	if w.log.String() == "" {
		w.early = true
	}
}

func (w *watchedAnswer) WriteHeader(status int) { w.look(); w.ResponseWriter.WriteHeader(status) }

func (w *watchedAnswer) Write(body []byte) (int, error) {
	w.look()
	return w.ResponseWriter.Write(body)
}

func TestTheLineIsOutBeforeTheAnswer(t *testing.T) {
	for _, target := range []string{"/live", "/", "/openapi.json", "/swagger-initializer.js", "/metrics", "/nowhere"} {
		s := newTestService(echo)
		log := &logBuffer{}
		s.requestLog = log
		answer := &watchedAnswer{ResponseWriter: httptest.NewRecorder(), log: log}
		s.newRouter().ServeHTTP(answer, httptest.NewRequest("GET", target, nil))
		if answer.early || strings.Count(log.String(), "\n") != 1 {
			t.Errorf("%s: early answer: %v, log %q", target, answer.early, log)
		}
	}
}
