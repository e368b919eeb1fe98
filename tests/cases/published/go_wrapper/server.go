package main

import (
	"encoding/json"
	"net/http"
	"os"

	"github.com/gorilla/mux"
	log "github.com/inconshreveable/log15"
	"github.com/pkg/errors"
)

const listenAddress = "0.0.0.0:7000"

// EntrypointHandler is the form of a job's Perform function.
type EntrypointHandler func(input map[string]interface{}) (interface{}, error)

// WrapAndServe serves a job's function until the listener fails.
func WrapAndServe(entrypoint EntrypointHandler) error {
	prefixes := []string{"/pub/job/" + os.Getenv("JOB_NAME") + "/{version}", ""}
	router := newRouter(entrypoint, prefixes)
	log.Info("Listening", "address", listenAddress, "prefixes", prefixes)
	err := http.ListenAndServe(listenAddress, router)
	log.Error("Server ended", "error", err)
	return errors.Wrap(err, "serving the job")
}

// newRouter mounts every endpoint below each of the prefixes.
func newRouter(entrypoint EntrypointHandler, prefixes []string) *mux.Router {
	router := mux.NewRouter()
	router.Use(logRequests)
	perform := buildHandler(entrypoint)
	for _, prefix := range prefixes {
		router.HandleFunc(prefix+"/api/v1/perform", perform)
		router.HandleFunc(prefix+"/health", HealthHandler)
		router.HandleFunc(prefix+"/live", LiveHandler)
		router.HandleFunc(prefix+"/ready", ReadyHandler)
		MountOpenApi(router, prefix)
	}
	return router
}

// logRequests writes a line for each request before it is handled, so without status or duration.
func logRequests(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		log.Info("Request", "method", r.Method, "uri", r.RequestURI, "ip", r.RemoteAddr)
		next.ServeHTTP(w, r)
	})
}

func buildHandler(entrypoint EntrypointHandler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		log.Debug("Calling Perform")
		input := map[string]interface{}{}
		if err := json.NewDecoder(r.Body).Decode(&input); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		output, err := entrypoint(input)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		respond(w, output)
	}
}

// respond answers 200 with the value as JSON; one that cannot be encoded leaves the body empty.
func respond(w http.ResponseWriter, value interface{}) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(value)
}
