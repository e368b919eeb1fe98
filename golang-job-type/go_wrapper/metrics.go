package main

import (
	"bytes"
	"fmt"
	"net/http"
	"sort"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// callMetrics counts the calls of Perform. The zero value is ready to use.
type callMetrics struct {
	started     atomic.Int64
	done        atomic.Int64
	failed      atomic.Int64
	lastCall    atomic.Int64 // Unix milliseconds, 0 before the first call
	nanoseconds atomic.Int64 // all durations together
	durations   [len(durationBounds) + 1]atomic.Int64
}

// durationBounds are the upper bounds of request_duration's buckets in seconds, the same as in
// Racetrack's wrapper for Python. The last bucket, +Inf, has none.
var durationBounds = [...]float64{
	.001, .0025, .005, .01, .025, .05, .075, .1, .25, .5, .75, 1,
	2.5, 5, 7.5, 10, 25, 50, 75, 100, 250, 500, 750, 1000,
}

// begin counts a call that begins.
func (m *callMetrics) begin() time.Time {
	m.started.Add(1)
	return time.Now()
}

// end counts a call that has ended, well or not.
func (m *callMetrics) end(start time.Time, failed bool) {
	now := time.Now()
	duration := now.Sub(start)
	if failed {
		m.failed.Add(1)
	}
	m.nanoseconds.Add(int64(duration))
	m.durations[bucketOf(duration)].Add(1)
	m.lastCall.Store(now.UnixMilli())
	m.done.Add(1)
}

// bucketOf is the first bucket whose bound a duration does not exceed.
func bucketOf(duration time.Duration) int {
	return sort.SearchFloat64s(durationBounds[:], duration.Seconds())
}

// write gives the metrics the names that Racetrack's dashboards ask for.
func (m *callMetrics) write(page *metricsPage) {
	const endpoint = `{endpoint="/perform"}`
	page.family("requests_started_total", "counter", "Calls of the job that have started, finished or not")
	page.sample("requests_started_total", "", float64(m.started.Load()))
	page.family("requests_done_total", "counter", "Calls of the job that have finished, well or not")
	page.sample("requests_done_total", "", float64(m.done.Load()))
	page.family("endpoint_requests_started_total", "counter", "Calls of one endpoint that have started, finished or not")
	page.sample("endpoint_requests_started_total", endpoint, float64(m.started.Load()))
	page.family("request_internal_errors_total", "counter", "Calls of the job that ended in an error of its own")
	page.sample("request_internal_errors_total", endpoint, float64(m.failed.Load()))
	page.family("last_call_timestamp", "gauge", "When the job was last called, in seconds since 1970, 0 if it never was")
	page.sample("last_call_timestamp", "", float64(m.lastCall.Load())/1e3)

	page.family("request_duration", "histogram", "How long calls of the job took, in seconds")
	var count int64
	for i := range m.durations {
		count += m.durations[i].Load()
		page.sample("request_duration_bucket", fmt.Sprintf(`{endpoint="/perform",le="%s"}`, bucketLabel(i)), float64(count))
	}
	page.sample("request_duration_sum", endpoint, float64(m.nanoseconds.Load())/1e9)
	page.sample("request_duration_count", endpoint, float64(count))
}

// bucketLabel writes whole bounds as "1.0", which is what the wrapper for Python writes:
// buckets with "1" would not add up with its buckets.
func bucketLabel(i int) string {
	if i == len(durationBounds) {
		return "+Inf"
	}
	label := strconv.FormatFloat(durationBounds[i], 'g', -1, 64)
	if !strings.Contains(label, ".") {
		label += ".0"
	}
	return label
}

// metricsPage is a page in Prometheus' text format, and what it tells so far.
type metricsPage struct {
	bytes.Buffer
	kinds map[string]string // of each family: counter, gauge, histogram...
}

func newMetricsPage() *metricsPage {
	return &metricsPage{kinds: map[string]string{}}
}

// family begins a family of samples. Neither name nor help may need escaping.
func (p *metricsPage) family(name, kind, help string) {
	p.kinds[name] = kind
	fmt.Fprintf(p, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

// sample adds a value. Labels come with their braces, or empty.
func (p *metricsPage) sample(name, labels string, value float64) {
	fmt.Fprintf(p, "%s%s %s\n", name, labels, strconv.FormatFloat(value, 'f', -1, 64))
}

// sampleSuffixes are what the samples of a histogram or summary add to the name of their family.
var sampleSuffixes = [...]string{"", "_bucket", "_sum", "_count"}

// has tells whether a family, or a sample of that name, is on the page already.
func (p *metricsPage) has(name string) bool {
	for _, suffix := range sampleSuffixes {
		family, found := strings.CutSuffix(name, suffix)
		kind := p.kinds[family]
		if found && (kind == "histogram" || kind == "summary" || kind != "" && suffix == "") {
			return true
		}
	}
	return false
}

func (s *service) handleMetrics(w http.ResponseWriter, r *http.Request) {
	page := newMetricsPage()
	s.calls.write(page)
	writeProcessMetrics(page)
	if jobWriteMetrics != nil {
		s.jobMetrics.write(page, jobWriteMetrics)
	}
	writeBody(w, http.StatusOK, "text/plain; version=0.0.4; charset=utf-8", page.Bytes())
}
