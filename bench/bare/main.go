// The least that a server can do for the sum of a JSON list: what the wrapper is measured beside.
package main

import (
	"encoding/json"
	"log"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"
)

var lines = sync.Pool{New: func() any { return new([]byte) }}

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/v1/perform", perform)
	mux.HandleFunc("GET /ready", func(w http.ResponseWriter, r *http.Request) {
		started := time.Now()
		answer(w, r, started, map[string]string{"status": "ready"})
	})
	log.Fatal(http.ListenAndServe(os.Getenv("LISTEN_ADDRESS"), mux))
}

func perform(w http.ResponseWriter, r *http.Request) {
	started := time.Now()
	var input map[string]any
	if err := json.NewDecoder(r.Body).Decode(&input); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	numbers, ok := input["numbers"].([]any)
	if !ok {
		http.Error(w, "no list of numbers", http.StatusBadRequest)
		return
	}
	var sum float64
	for _, element := range numbers {
		number, ok := element.(float64)
		if !ok {
			http.Error(w, "not a number", http.StatusBadRequest)
			return
		}
		sum += number
	}
	answer(w, r, started, sum)
}

func answer(w http.ResponseWriter, r *http.Request, started time.Time, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	writeLine(r, http.StatusOK, started)
	w.Header().Set("Content-Type", "application/json")
	w.Write(append(body, '\n'))
}

// writeLine writes what the wrapper would, in one call and without a buffer between requests:
// the line is in the file before the answer begins.
func writeLine(r *http.Request, status int, started time.Time) {
	pooled := lines.Get().(*[]byte)
	line := append((*pooled)[:0], "time="...)
	line = time.Now().AppendFormat(line, "2006-01-02T15:04:05.000Z07:00")
	line = append(line, " level=INFO msg=Request method="...)
	line = append(line, r.Method...)
	line = append(line, " uri="...)
	line = append(line, r.RequestURI...)
	line = append(line, " ip="...)
	line = append(line, r.RemoteAddr...)
	line = append(line, " status="...)
	line = strconv.AppendInt(line, int64(status), 10)
	line = append(line, " duration="...)
	line = append(line, time.Since(started).String()...)
	line = append(line, '\n')
	os.Stderr.Write(line)
	*pooled = line
	lines.Put(pooled)
}
