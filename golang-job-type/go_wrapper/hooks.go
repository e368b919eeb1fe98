package main

import "io"

// Optional functions of a job. Each is nil unless the job brings it: jobbuild then adds a file
// to this package that sets it. A wrapper without one of these variables never calls that function.
var (
	// jobInit is the job's Init. The job is not ready until it has returned nil.
	jobInit func() error

	// jobInputExample is the job's InputExample: an input for Perform, shown in the API's description.
	jobInputExample func() map[string]interface{}

	// jobWriteMetrics is the job's WriteMetrics: metrics of its own, in Prometheus' text format,
	// for the end of /metrics. Two scrapes at a time may call it at the same time.
	jobWriteMetrics func(io.Writer)
)
