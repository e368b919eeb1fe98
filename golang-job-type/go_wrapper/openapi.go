package main

import (
	"embed"
	"encoding/json"
	"fmt"
	"html"
	"io/fs"
	"log/slog"
	"net/http"
	"path"
	"runtime/debug"
	"strings"
)

// swaggerUI holds the page and what it loads. The last pattern matches swagger-initializer.js, which
// is always there, and three files of Swagger UI, which may be missing: a pattern of their own,
// matching nothing, would not compile. It does not match the many files there that no page loads.
//
//go:embed swaggerui/index.html swaggerui/openapi.json swaggerui/swagger-[iu][in]?[bcst]*s
var swaggerUI embed.FS

// contentTypes are given here since mime.TypeByExtension depends on files of the machine.
var contentTypes = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
}

// MountOpenApi mounts the page that shows and calls the API, and the document behind it.
// All links in them are relative, so they work behind any prefix.
func (s *service) MountOpenApi(mux *http.ServeMux, base string) {
	handle(mux, http.MethodGet, base+"/{$}", s.handleIndex)
	handle(mux, http.MethodGet, base+"/openapi.json", s.handleOpenApi)
	assets, _ := fs.Glob(swaggerUI, "swaggerui/swagger-*")
	for _, asset := range assets {
		handle(mux, http.MethodGet, base+"/"+path.Base(asset), func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Content-Type-Options", "nosniff")
			writeBody(w, http.StatusOK, contentTypes[path.Ext(asset)], embedded(asset))
		})
	}
	if base != "" {
		handle(mux, http.MethodGet, base, redirectToSlash)
	}
}

func embedded(name string) []byte {
	content, err := swaggerUI.ReadFile(name)
	if err != nil {
		panic(err) // all names come from the embedded files themselves
	}
	return content
}

// redirectToSlash sends a browser from .../latest to .../latest/, where relative links lead to the right place.
func redirectToSlash(w http.ResponseWriter, r *http.Request) {
	target := "./" + path.Base(r.URL.EscapedPath()) + "/"
	if r.URL.RawQuery != "" {
		target += "?" + r.URL.RawQuery
	}
	w.Header().Set("Location", target)
	writeBody(w, http.StatusTemporaryRedirect, "text/plain; charset=utf-8", []byte(target+"\n"))
}

func (s *service) handleIndex(w http.ResponseWriter, r *http.Request) {
	page := strings.NewReplacer(
		"$JOB_NAME", html.EscapeString(s.info.Name),
		"$JOB_VERSION", html.EscapeString(s.info.Version),
	).Replace(string(embedded("swaggerui/index.html")))
	header := w.Header()
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "same-origin")
	// Swagger UI styles its elements inline and brings its icons as data. Being framed is allowed.
	header.Set("Content-Security-Policy",
		"default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; object-src 'none'")
	writeBody(w, http.StatusOK, "text/html; charset=utf-8", []byte(page))
}

func (s *service) handleOpenApi(w http.ResponseWriter, r *http.Request) {
	document := strings.NewReplacer(
		`"$JOB_NAME"`, jsonText(s.info.Name),
		`"$JOB_VERSION"`, jsonText(s.info.Version),
		`"$INPUT_EXAMPLE"`, inputExample(jobInputExample),
	).Replace(string(embedded("swaggerui/openapi.json")))
	writeBody(w, http.StatusOK, "application/json", []byte(document))
}

func jsonText(value string) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // every string can be encoded
	}
	return string(text)
}

// inputExample is the job's example as JSON, and an empty object if the job has none that can be shown.
func inputExample(example func() map[string]interface{}) (text string) {
	const none = "{}"
	if example == nil {
		return none
	}
	defer func() {
		if cause := recover(); cause != nil {
			slog.Error("InputExample panicked", "panic", fmt.Sprint(cause), "stack", string(debug.Stack()))
			text = none
		}
	}()
	input := example()
	if input == nil {
		return none
	}
	encoded, err := json.Marshal(input)
	if err != nil {
		slog.Error("InputExample cannot be encoded as JSON", "error", err)
		return none
	}
	return string(encoded)
}
