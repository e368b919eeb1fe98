package main

import (
	"fmt"
	"io"
	"strings"
	"testing"
)

// jobPage is what a job's metrics become on a page that has a counter and a histogram already.
func jobPage(text string) string {
	page := newMetricsPage()
	page.family("requests_started_total", "counter", "of the wrapper")
	page.family("request_duration", "histogram", "of the wrapper")
	page.Reset()
	new(jobMetrics).write(page, func(w io.Writer) { io.WriteString(w, text) })
	return page.String()
}

func TestJobMetrics(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       string // empty: nothing of it
		wantLog    string
	}{
		{"family", "# HELP a_total Things.\n# TYPE a_total counter\na_total 1\n", "# HELP a_total Things.\n# TYPE a_total counter\na_total 1\n", ""},
		{"no line end", "a 1", "a 1\n", ""},
		{"blanks", "  a{x=\"1\" , y=\"2\"}\t 1   1700000000000 \r\n\n", "a{x=\"1\" , y=\"2\"} 1 1700000000000\n", ""},
		{"no blank after labels", `a{x="}"}1`, `a{x="}"} 1` + "\n", ""},
		{"escapes", `a{x="q\"b\\n\n{,="} -1.5e-7`, `a{x="q\"b\\n\n{,="} -1.5e-7` + "\n", ""},
		{"special values", "a NaN\nb +Inf\nc -Inf\nd .5\ne 5.", "a NaN\nb +Inf\nc -Inf\nd .5\ne 5.\n", ""},
		{"comments", "# a comment\n#\n# EOF\n", "", ""},
		{"nothing", "", "", ""},

		{"taken", "# HELP requests_started_total x\n# TYPE requests_started_total counter\nrequests_started_total 5\nb 1\n", "b 1\n", "name=requests_started_total"},
		{"taken histogram", "request_duration_bucket{le=\"1\"} 5\nrequest_duration_sum 5\nrequest_duration_count 5\nrequest_duration_max 5\n", "request_duration_max 5\n", "name=request_duration_bucket"},
		{"a counter has no buckets", "requests_started_total_count 5\n", "requests_started_total_count 5\n", ""},
		{"a name that only begins like ours", "requests_started_totals 5\nrequests_started 5\n", "requests_started_totals 5\nrequests_started 5\n", ""},

		{"described twice", "# TYPE a gauge\na 1\n# TYPE a gauge\n# HELP a x\n# HELP a y\na{b=\"c\"} 2\n", "# TYPE a gauge\na 1\n# HELP a x\na{b=\"c\"} 2\n", ""},
		{"type after its samples", "h_bucket{le=\"+Inf\"} 1\n# TYPE h histogram\n", "h_bucket{le=\"+Inf\"} 1\n", ""},

		{"no value", "a\nb 1\n", "b 1\n", `line="a\n"`},
		{"two values", "a 1 2 3\n", "", "level=WARN"},
		{"a word", "a one\n", "", "level=WARN"},
		{"digits that belong to the name", "a1\n", "", "level=WARN"},
		{"hexadecimal", "a 0x10\n", "", "level=WARN"},
		{"bad name", "a-b 1\n1a 1\n{} 1\n", "", "level=WARN"},
		{"bad label", "a{b} 1\na{b=c} 1\na{b=\"c} 1\na{b=\"\\x\"} 1\na{1=\"c\"} 1\na{,} 1\n", "", "level=WARN"},
		{"label twice", `a{b="1",b="2"} 1`, "", "label b twice"},
		{"bad type", "# TYPE a number\na 1\n", "a 1\n", "level=WARN"},
		{"bad escape in help", "# HELP a \\x\na 1\n", "a 1\n", "level=WARN"},
		{"exemplar", `a_bucket{le="1"} 1 # {trace="x"} 0.5`, "", "level=WARN"},
		{"not UTF-8", "a{b=\"\xff\"} 1\n", "", "valid UTF-8"},
		{"binary", "\x00\x01\x02", "", "level=WARN"},
	} {
		t.Run(test.name, func(t *testing.T) {
			log := captureLog(t)
			if got := jobPage(test.text); got != test.want {
				t.Errorf("got\n%swant\n%s", got, test.want)
			}
			lines := strings.Count(log.String(), "\n")
			if !strings.Contains(log.String(), test.wantLog) || (test.wantLog == "") != (lines == 0) || lines > 1 {
				t.Errorf("got log %q, want one line with %q", log, test.wantLog)
			}
		})
	}
}

func TestJobMetricsComeLastAndWarnOnce(t *testing.T) {
	log := captureLog(t)
	jobWriteMetrics = func(w io.Writer) {
		fmt.Fprint(w, "process_start_time_seconds 1\nrequests_done_total 9\nbroken\nalso broken\nmine 7\n")
	}
	t.Cleanup(func() { jobWriteMetrics = nil })
	router := newTestService(echo).newRouter()
	for range 3 {
		page := request(router, "GET", "/metrics", "").Body.String()
		if !strings.HasSuffix(page, "\nmine 7\n") || metric(page, "requests_done_total") != "0" || strings.Contains(page, "broken") {
			t.Errorf("got\n%s", page)
		}
	}
	if strings.Count(log.String(), "\n") != 2 {
		t.Errorf("got log %q, want one line about names and one about form", log)
	}
}

func TestWriteMetricsPanics(t *testing.T) {
	log := captureLog(t)
	jobWriteMetrics = func(w io.Writer) {
		fmt.Fprint(w, "half 1\nha")
		panic("boom")
	}
	t.Cleanup(func() { jobWriteMetrics = nil })
	router := newTestService(echo).newRouter()
	for range 2 {
		got := request(router, "GET", "/metrics", "")
		if page := got.Body.String(); got.Code != 200 || metric(page, "requests_started_total") != "0" || strings.Contains(page, "half") {
			t.Errorf("got %d\n%s", got.Code, page)
		}
	}
	if strings.Count(log.String(), "panic=boom") != 1 {
		t.Errorf("got log %q, want one line with the panic", log)
	}
}
