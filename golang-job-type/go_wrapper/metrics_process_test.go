package main

import (
	"os"
	"runtime"
	"testing"
)

func TestProcessMetrics(t *testing.T) {
	page := newMetricsPage()
	writeProcessMetrics(page)
	names := []string{"process_start_time_seconds"}
	if runtime.GOOS == "linux" {
		names = append(names, "process_open_fds", "process_resident_memory_bytes", "process_cpu_seconds_total")
	}
	for _, name := range names {
		if value := metric(page.String(), name); value == "" || value == "0" && name != "process_cpu_seconds_total" {
			t.Errorf("%s: got %q", name, value)
		}
	}
}

func TestParseStat(t *testing.T) {
	const fields = " 1 1 1 0 -1 4194560 8000 0 0 0 250 50 0 0 20 0 8 0 4242 1200000000 3 184 1 1"
	for _, test := range []struct {
		name, stat string
		ok         bool
	}{
		{"plain", "17 (go_wrapper) S" + fields, true},
		{"a name with blanks and parentheses", "17 (a) S 1 (b c)) S" + fields, true},
		{"cut short", "17 (go_wrapper) S 1 1 1", false},
		{"no number", "17 (go_wrapper) S 1 1 1 0 -1 4194560 8000 0 0 0 x 50 0 0 20 0 8 0 4242 1200000000 3 184", false},
		{"empty", "", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			cpu, resident, ok := parseStat([]byte(test.stat))
			if ok != test.ok {
				t.Fatalf("got ok %v, want %v", ok, test.ok)
			}
			if want := 3 * float64(os.Getpagesize()); ok && (cpu != 3 || resident != want) {
				t.Errorf("got %v s and %v bytes, want 3 and %v", cpu, resident, want)
			}
		})
	}
}
