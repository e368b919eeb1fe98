package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strconv"
)

// jobInfo is what the environment tells about the job.
type jobInfo struct {
	Name           string
	Version        string
	GitVersion     string
	DeployedBy     string
	JobTypeVersion string

	// Timestamp is the Unix second of the deployment, 0 where nobody set one.
	// It means nothing if TimestampErr is not nil.
	Timestamp    int64
	TimestampErr error
}

func jobInfoFromEnv() (jobInfo, error) {
	info := jobInfo{
		Name:           os.Getenv("JOB_NAME"),
		Version:        os.Getenv("JOB_VERSION"),
		GitVersion:     os.Getenv("GIT_VERSION"),
		DeployedBy:     os.Getenv("DEPLOYED_BY_RACETRACK_VERSION"),
		JobTypeVersion: os.Getenv("JOB_TYPE_VERSION"),
	}
	switch info.Name {
	case "":
		return info, errors.New("JOB_NAME is not set: the job is served under /pub/job/{JOB_NAME}/")
	case ".", "..":
		return info, fmt.Errorf("JOB_NAME is %q: no request could ever reach a path with that name", info.Name)
	}
	info.Timestamp, info.TimestampErr = deploymentTimestamp()
	return info, nil
}

func deploymentTimestamp() (int64, error) {
	text := os.Getenv("JOB_DEPLOYMENT_TIMESTAMP")
	if text == "" {
		slog.Warn("JOB_DEPLOYMENT_TIMESTAMP is not set: /live tells 0")
		return 0, nil
	}
	timestamp, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		err = fmt.Errorf("JOB_DEPLOYMENT_TIMESTAMP is %q: it has to be a whole number of seconds since 1970", text)
		slog.Error("The deployment cannot be told from others", "error", err)
		return 0, err
	}
	return timestamp, nil
}

// HealthResponse is the answer of /health.
type HealthResponse struct {
	Service                    string `json:"service"`
	JobName                    string `json:"job_name"`
	JobVersion                 string `json:"job_version"`
	JobTypeVersion             string `json:"job_type_version"`
	GitVersion                 string `json:"git_version"`
	DeployedByRacetrackVersion string `json:"deployed_by_racetrack_version"`
	Status                     string `json:"status"`
	DeploymentTimestamp        *int64 `json:"deployment_timestamp,omitempty"`
	Error                      string `json:"error,omitempty"`
}

// LiveResponse is the answer of /live. Racetrack reads the timestamp first and the error after it,
// so a job that failed to start has to tell both.
type LiveResponse struct {
	Status              string `json:"status"`
	DeploymentTimestamp *int64 `json:"deployment_timestamp,omitempty"`
	Error               string `json:"error,omitempty"`
}

// ReadyResponse is the answer of /ready.
type ReadyResponse struct {
	Status string `json:"status"`
	Error  string `json:"error,omitempty"`
}

func (s *service) handleHealth(w http.ResponseWriter, r *http.Request) {
	answer := HealthResponse{
		Service:                    "job",
		JobName:                    s.info.Name,
		JobVersion:                 s.info.Version,
		JobTypeVersion:             s.info.JobTypeVersion,
		GitVersion:                 s.info.GitVersion,
		DeployedByRacetrackVersion: s.info.DeployedBy,
		Status:                     "pass",
		DeploymentTimestamp:        s.info.timestamp(),
	}
	status := http.StatusOK
	err := s.liveError()
	if err == nil {
		err = s.lifecycle.unready()
	}
	if err != nil {
		answer.Status, answer.Error, status = "fail", err.Error(), http.StatusServiceUnavailable
	}
	writeJSON(w, status, answer)
}

func (s *service) handleLive(w http.ResponseWriter, r *http.Request) {
	answer := LiveResponse{Status: "live", DeploymentTimestamp: s.info.timestamp()}
	status := http.StatusOK
	if err := s.liveError(); err != nil {
		answer.Status, answer.Error, status = "fail", err.Error(), http.StatusInternalServerError
	}
	writeJSON(w, status, answer)
}

func (s *service) handleReady(w http.ResponseWriter, r *http.Request) {
	if err := s.lifecycle.unready(); err != nil {
		writeJSON(w, http.StatusServiceUnavailable, ReadyResponse{Status: "not ready", Error: err.Error()})
		return
	}
	writeJSON(w, http.StatusOK, ReadyResponse{Status: "ready"})
}

// liveError tells why this deployment will never work, or nil.
func (s *service) liveError() error {
	timestampErr, startErr := s.info.TimestampErr, s.lifecycle.startError()
	switch {
	case timestampErr == nil:
		return startErr
	case startErr == nil:
		return timestampErr
	default:
		return fmt.Errorf("%w; %w", timestampErr, startErr)
	}
}

// timestamp is nil where there is no right one to tell.
func (i jobInfo) timestamp() *int64 {
	if i.TimestampErr != nil {
		return nil
	}
	return &i.Timestamp
}
