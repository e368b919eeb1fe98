package counting

import (
	"fmt"
	"io"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"
)

var (
	registry = prometheus.NewRegistry()
	calls    = prometheus.NewCounter(prometheus.CounterOpts{Name: "job_calls_total", Help: "Calls."})
	seen     = 0
)

func init() { registry.MustRegister(calls) }

func Perform(input map[string]interface{}) (interface{}, error) {
	calls.Inc()
	seen++
	return seen, nil
}

func WriteMetrics(w io.Writer) {
	families, err := registry.Gather()
	if err != nil {
		fmt.Fprintln(w, "#", err)
	}
	for _, family := range families {
		if _, err := expfmt.MetricFamilyToText(w, family); err != nil {
			return
		}
	}
}
