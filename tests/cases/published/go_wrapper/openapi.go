package main

import (
	"net/http"
	"os"
	"path/filepath"
	"text/template"

	"github.com/gorilla/mux"
)

// The working directory's, which holds it only in the image.
const assets = "./swaggerui"

// MountOpenApi adds the documentation page and what it loads.
func MountOpenApi(router *mux.Router, prefix string) {
	router.HandleFunc(prefix+"/static/openapi.json", serveSpecification)
	router.HandleFunc(prefix+"/static/{filename}", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFile(w, r, filepath.Join(assets, mux.Vars(r)["filename"]))
	})
	router.HandleFunc(prefix+"/", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFile(w, r, filepath.Join(assets, "index.html"))
	})
	router.HandleFunc(prefix, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.Path+"/", http.StatusTemporaryRedirect)
	})
}

// serveSpecification reads the template anew for each request; a missing file is a nil template.
func serveSpecification(w http.ResponseWriter, _ *http.Request) {
	specification, _ := template.ParseFiles(filepath.Join(assets, "openapi.json"))
	specification.Execute(w, map[string]string{
		"jobName":    os.Getenv("JOB_NAME"),
		"jobVersion": os.Getenv("JOB_VERSION"),
	})
}
