package main

import (
	"bytes"
	"os"
	"strconv"
	"strings"
	"time"
)

// processStart is when this process began to run Go code, a few milliseconds after it was started.
var processStart = time.Now()

// clockTicks is how many of Linux's clock ticks make a second: 100 on every system that Go runs on.
const clockTicks = 100

// writeProcessMetrics tells about this process what the system tells. All but the first
// metric come from Linux's /proc, and are left out where there is none.
func writeProcessMetrics(page *metricsPage) {
	page.family("process_start_time_seconds", "gauge", "When the process was started, in seconds since 1970")
	page.sample("process_start_time_seconds", "", float64(processStart.UnixMilli())/1e3)
	if descriptors, err := os.ReadDir("/proc/self/fd"); err == nil {
		page.family("process_open_fds", "gauge", "Open file descriptors")
		page.sample("process_open_fds", "", float64(len(descriptors)-1)) // one of them is the folder that is being read
	}
	stat, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return
	}
	if cpuSeconds, residentBytes, ok := parseStat(stat); ok {
		page.family("process_resident_memory_bytes", "gauge", "Memory in RAM, in bytes")
		page.sample("process_resident_memory_bytes", "", residentBytes)
		page.family("process_cpu_seconds_total", "counter", "CPU time used by program and system, in seconds")
		page.sample("process_cpu_seconds_total", "", cpuSeconds)
	}
}

// parseStat reads /proc/PID/stat, as proc(5) describes it.
func parseStat(stat []byte) (cpuSeconds, residentBytes float64, ok bool) {
	// The second field is the program's name in parentheses, which may hold blanks and parentheses itself.
	_, after, found := strings.Cut(string(stat[max(0, bytes.LastIndexByte(stat, ')')):]), ") ")
	fields := strings.Fields(after)
	if !found || len(fields) < 22 {
		return 0, 0, false
	}
	field := func(number int) float64 { // numbered from 1, as in the manual
		value, err := strconv.ParseFloat(fields[number-3], 64)
		ok = ok && err == nil
		return value
	}
	ok = true
	cpuSeconds = (field(14) + field(15)) / clockTicks
	residentBytes = field(24) * float64(os.Getpagesize())
	return cpuSeconds, residentBytes, ok
}
