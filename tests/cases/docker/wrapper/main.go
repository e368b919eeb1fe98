// Command wrapper is the least that a job can be: it says which wrapper it is, and may misbehave.
package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// kept holds what "allocate" took.
var kept [][]byte

func main() {
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGTERM)
	go func() {
		<-asked
		fmt.Println("asked to end")
		os.Exit(0)
	}()
	stamp, _ := strconv.Atoi(os.Getenv("JOB_DEPLOYMENT_TIMESTAMP"))
	http.HandleFunc("/live", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{"status": "live", "deployment_timestamp": stamp})
	})
	http.HandleFunc("/ready", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{"status": "ready"})
	})
	http.HandleFunc("/pub/job/", func(w http.ResponseWriter, r *http.Request) {
		var input struct {
			Do    string
			Value float64
		}
		_ = json.NewDecoder(r.Body).Decode(&input)
		switch input.Do {
		case "allocate":
			for range int(input.Value) {
				block := make([]byte, 1<<20)
				for at := range block {
					block[at] = 1
				}
				kept = append(kept, block)
			}
		case "exit":
			os.Exit(int(input.Value))
		case "sleep":
			time.Sleep(time.Duration(input.Value * float64(time.Second)))
		}
		name, _ := os.ReadFile("/wrapper/name")
		answer(w, strings.TrimSpace(string(name)))
	})
	fmt.Println("Listening")
	fmt.Println(http.ListenAndServe("0.0.0.0:7000", nil))
	os.Exit(1)
}

func answer(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value)
}
