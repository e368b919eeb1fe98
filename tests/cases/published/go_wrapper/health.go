package main

import (
	"net/http"
	"os"
	"strconv"
)

// LiveResponse is the body of /live.
type LiveResponse struct {
	Status              string `json:"status"`
	DeploymentTimestamp int    `json:"deployment_timestamp"`
}

// ReadyResponse is the body of /ready.
type ReadyResponse struct {
	Status string `json:"status"`
}

// HealthResponse is the body of /health.
type HealthResponse struct {
	Service                    string `json:"service"`
	JobName                    string `json:"job_name"`
	JobVersion                 string `json:"job_version"`
	GitVersion                 string `json:"git_version"`
	DeployedByRacetrackVersion string `json:"deployed_by_racetrack_version"`
	Status                     string `json:"status"`
	DeploymentTimestamp        int    `json:"deployment_timestamp"`
}

// LiveHandler answers that the process runs, and since which deployment.
func LiveHandler(w http.ResponseWriter, _ *http.Request) {
	respond(w, LiveResponse{Status: "live", DeploymentTimestamp: deploymentTimestamp()})
}

// ReadyHandler answers that calls are accepted, always.
func ReadyHandler(w http.ResponseWriter, _ *http.Request) {
	respond(w, ReadyResponse{Status: "ready"})
}

// HealthHandler answers what runs here.
func HealthHandler(w http.ResponseWriter, _ *http.Request) {
	respond(w, HealthResponse{
		Service:                    "job",
		Status:                     "pass",
		JobName:                    os.Getenv("JOB_NAME"),
		JobVersion:                 os.Getenv("JOB_VERSION"),
		GitVersion:                 os.Getenv("GIT_VERSION"),
		DeployedByRacetrackVersion: os.Getenv("DEPLOYED_BY_RACETRACK_VERSION"),
		DeploymentTimestamp:        deploymentTimestamp(),
	})
}

// deploymentTimestamp is 0 where the environment holds none, or something other than a number.
func deploymentTimestamp() int {
	seconds, _ := strconv.Atoi(os.Getenv("JOB_DEPLOYMENT_TIMESTAMP"))
	return seconds
}
