package main

import job "racetrack/job"

func main() {
	if err := WrapAndServe(job.Perform); err != nil {
		panic(err)
	}
}
