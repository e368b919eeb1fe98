package main

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
)

// metric is the value of one sample of a page, or empty.
func metric(page, sample string) string {
	match := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(sample) + ` (\S+)$`).FindStringSubmatch(page)
	if match == nil {
		return ""
	}
	return match[1]
}

func TestCallsAreCounted(t *testing.T) {
	captureLog(t)
	s := newTestService(func(input map[string]interface{}) (interface{}, error) {
		switch input["do"] {
		case "error":
			return nil, errors.New("no")
		case "panic":
			panic("no")
		case "channel":
			return make(chan int), nil
		}
		return 1, nil
	})
	router := s.newRouter()
	page := func() string { return request(router, "GET", "/pub/job/adder/latest/metrics", "").Body.String() }
	if got := metric(page(), "last_call_timestamp"); got != "0" {
		t.Errorf("last_call_timestamp before the first call: got %q, want 0", got)
	}
	begin := time.Now()
	for _, body := range []string{`{}`, `{"do":"error"}`, `{"do":"panic"}`, `{"do":"channel"}`, `{}`, `[]`} {
		request(router, "POST", "/api/v1/perform", body)
	}
	got := page()
	// The last body never reached Perform, so it is no call.
	for sample, want := range map[string]string{
		`requests_started_total`:                                   "5",
		`requests_done_total`:                                      "5",
		`endpoint_requests_started_total{endpoint="/perform"}`:     "5",
		`request_internal_errors_total{endpoint="/perform"}`:       "3",
		`request_duration_count{endpoint="/perform"}`:              "5",
		`request_duration_bucket{endpoint="/perform",le="+Inf"}`:   "5",
		`request_duration_bucket{endpoint="/perform",le="1000.0"}`: "5",
	} {
		if value := metric(got, sample); value != want {
			t.Errorf("%s: got %q, want %s", sample, value, want)
		}
	}
	var lastCall, seconds float64
	fmt.Sscan(metric(got, "last_call_timestamp"), &lastCall)
	fmt.Sscan(metric(got, `request_duration_sum{endpoint="/perform"}`), &seconds)
	if now := time.Now(); lastCall < float64(begin.UnixMilli())/1e3 || lastCall > float64(now.UnixMilli())/1e3 {
		t.Errorf("last_call_timestamp: got %f, want between %v and %v", lastCall, begin, now)
	}
	if seconds <= 0 || seconds > time.Since(begin).Seconds() {
		t.Errorf("request_duration_sum: got %f, want at most %v", seconds, time.Since(begin))
	}
}

func TestDurationsFallIntoBuckets(t *testing.T) {
	// What is measured is a little longer than what is asked for, so no case sits on a bound.
	for _, test := range []struct {
		duration time.Duration
		above    string // the last bucket that does not count it, empty if all do
		from     string // the first that does
	}{
		{0, "", "0.001"},
		{2 * time.Millisecond, "0.001", "0.0025"},
		{900 * time.Millisecond, "0.75", "1.0"},
		{9 * time.Second, "7.5", "10.0"},
		{time.Hour, "1000.0", "+Inf"},
	} {
		t.Run(test.duration.String(), func(t *testing.T) {
			var calls callMetrics
			calls.end(time.Now().Add(-test.duration), false)
			page := newMetricsPage()
			calls.write(page)
			bucket := func(bound string) string {
				return metric(page.String(), `request_duration_bucket{endpoint="/perform",le="`+bound+`"}`)
			}
			if test.above != "" && bucket(test.above) != "0" {
				t.Errorf("bucket %s: got %q, want 0", test.above, bucket(test.above))
			}
			if bucket(test.from) != "1" {
				t.Errorf("bucket %s: got %q, want 1", test.from, bucket(test.from))
			}
		})
	}
}

func TestBucketsAddUp(t *testing.T) {
	var calls callMetrics
	for i := range calls.durations {
		calls.durations[i].Add(1)
	}
	page := newMetricsPage()
	calls.write(page)
	labels := strings.Fields("0.001 0.0025 0.005 0.01 0.025 0.05 0.075 0.1 0.25 0.5 0.75 1.0 " +
		"2.5 5.0 7.5 10.0 25.0 50.0 75.0 100.0 250.0 500.0 750.0 1000.0 +Inf")
	for i, label := range labels {
		sample := fmt.Sprintf(`request_duration_bucket{endpoint="/perform",le="%s"}`, label)
		if got, want := metric(page.String(), sample), fmt.Sprint(i+1); got != want {
			t.Errorf("%s: got %q, want %s", sample, got, want)
		}
	}
}

func TestMetricsPage(t *testing.T) {
	got := request(newTestService(echo).newRouter(), "GET", "/metrics", "")
	if contentType := got.Header().Get("Content-Type"); contentType != "text/plain; version=0.0.4; charset=utf-8" {
		t.Errorf("got content type %q", contentType)
	}
	described := map[string]bool{}
	for line := range strings.Lines(got.Body.String()) {
		parsed, err := parseMetricsLine(strings.TrimSuffix(line, "\n"))
		switch {
		case err != nil || parsed.text+"\n" != line:
			t.Errorf("got line %q, understood as %q (%v)", line, parsed.text, err)
		case parsed.kind != lineSample:
			described[parsed.kind+parsed.name] = true
		default:
			family := regexp.MustCompile("_(bucket|sum|count)$").ReplaceAllString(parsed.name, "")
			if !described[lineHelp+family] || !described[lineType+family] {
				t.Errorf("%s comes without its HELP or TYPE", parsed.name)
			}
		}
	}
}
