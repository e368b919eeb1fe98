package main

import (
	"log/slog"
	"os"

	handler "racetrack/job"
)

func main() {
	if err := WrapAndServe(handler.Perform); err != nil {
		slog.Error("The job has ended", "error", err)
		os.Exit(1)
	}
}
