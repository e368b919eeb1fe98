package main

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestOnlyWhatThePageLoadsIsEmbedded(t *testing.T) {
	always := []string{"index.html", "openapi.json", "swagger-initializer.js"}
	optional := []string{"swagger-ui-bundle.js", "swagger-ui-standalone-preset.js", "swagger-ui.css"}
	entries, err := fs.ReadDir(swaggerUI, "swaggerui")
	if err != nil {
		t.Fatal(err)
	}
	embedded := map[string]bool{}
	for _, entry := range entries {
		embedded[entry.Name()] = true
	}
	for _, name := range always {
		if !embedded[name] {
			t.Errorf("%s is not embedded", name)
		}
		delete(embedded, name)
	}
	for _, name := range optional {
		_, err := os.Stat("swaggerui/" + name)
		if embedded[name] != (err == nil) {
			t.Errorf("%s: embedded %v, in the folder %v", name, embedded[name], err == nil)
		}
		delete(embedded, name)
	}
	for name := range embedded {
		t.Errorf("%s is embedded, but no page loads it", name)
	}
}

// The pattern in openapi.go has to pick its files out of all that SHA256SUMS lists.
func TestEmbedPattern(t *testing.T) {
	source, err := os.ReadFile("openapi.go")
	if err != nil {
		t.Fatal(err)
	}
	directive := regexp.MustCompile(`(?m)^//go:embed (.*)$`).FindSubmatch(source)
	sums, err := os.ReadFile("swaggerui/SHA256SUMS")
	if err != nil || directive == nil {
		t.Fatalf("got directive %q, %v", directive, err)
	}
	var got []string
	for line := range strings.Lines(string(sums)) {
		name := strings.TrimSpace(line[66:])
		for _, pattern := range strings.Fields(string(directive[1])) {
			if match, err := path.Match(pattern, "swaggerui/"+name); err != nil || match {
				got = append(got, name)
			}
		}
	}
	want := []string{"swagger-ui-bundle.js", "swagger-ui-standalone-preset.js", "swagger-ui.css"}
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestPage(t *testing.T) {
	s := newTestService(echo)
	s.info.Name, s.info.Version = "<adder>", "1&2"
	router := s.newRouter()
	for _, target := range []string{"/", "/pub/job/%3Cadder%3E/latest/"} {
		got := request(router, "GET", target, "")
		page := got.Body.String()
		if got.Code != 200 || got.Header().Get("Content-Type") != "text/html; charset=utf-8" || got.Header().Get("X-Frame-Options") != "" {
			t.Errorf("%s: got %d %v", target, got.Code, got.Header())
		}
		if !strings.Contains(page, "<title>&lt;adder&gt; 1&amp;2</title>") || strings.Contains(page, "$JOB") {
			t.Errorf("%s: the page does not name the job: %s", target, page)
		}
		for _, want := range []string{"make swaggerui", "api/v1/perform", `href="live"`, `href="ready"`, `href="health"`, `href="metrics"`, `href="openapi.json"`} {
			if !strings.Contains(page, want) {
				t.Errorf("%s: the page has no %s", target, want)
			}
		}
		links := regexp.MustCompile(`(?:href|src)="([^"]*)"`).FindAllStringSubmatch(page, -1)
		if len(links) < 9 {
			t.Errorf("%s: found only %d links", target, len(links))
		}
		for _, link := range links {
			if strings.HasPrefix(link[1], "/") || strings.Contains(link[1], "//") {
				t.Errorf("%s: the link %s is not relative", target, link[1])
			}
		}
	}
}

func TestAssets(t *testing.T) {
	router := newTestService(echo).newRouter()
	assets, _ := fs.Glob(swaggerUI, "swaggerui/swagger-*")
	for _, asset := range assets {
		want, err := os.ReadFile(asset)
		if err != nil {
			t.Fatal(err)
		}
		contentType := map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}[path.Ext(asset)]
		got := request(router, "GET", "/pub/job/adder/latest/"+path.Base(asset), "")
		if got.Code != 200 || got.Header().Get("Content-Type") != contentType || got.Body.String() != string(want) {
			t.Errorf("%s: got %d %s with %d bytes, want %s with %d", asset, got.Code, got.Header().Get("Content-Type"), got.Body.Len(), contentType, len(want))
		}
	}
}

func TestPrefixWithoutSlash(t *testing.T) {
	router := newTestService(echo).newRouter()
	for target, want := range map[string]string{
		"/pub/job/adder/latest":       "./latest/",
		"/pub/job/adder/1.x?a=b":      "./1.x/?a=b",
		"/pub/job/adder/http:%2F%2Fx": "./http:%2F%2Fx/",
	} {
		for _, method := range []string{"GET", "HEAD"} {
			got := request(router, method, target, "")
			if got.Code != http.StatusTemporaryRedirect || got.Header().Get("Location") != want {
				t.Errorf("%s %s: got %d to %q, want 307 to %q", method, target, got.Code, got.Header().Get("Location"), want)
			}
		}
	}
}

// document asks for openapi.json as a job with this InputExample would answer it.
func document(t *testing.T, example func() map[string]interface{}) map[string]interface{} {
	t.Helper()
	jobInputExample = example
	t.Cleanup(func() { jobInputExample = nil })
	s := newTestService(echo)
	s.info.Name, s.info.Version = `ad"d<e>r`, "0.0.1+ä"
	got := request(s.newRouter(), "GET", "/openapi.json", "")
	var parsed map[string]interface{}
	if err := json.Unmarshal(got.Body.Bytes(), &parsed); err != nil || got.Code != 200 || strings.Contains(got.Body.String(), "$JOB") {
		t.Fatalf("got %d %v: %s", got.Code, err, got.Body)
	}
	return parsed
}

// at walks down objects by their keys.
func at(t *testing.T, value interface{}, keys ...string) interface{} {
	t.Helper()
	for _, key := range keys {
		object, ok := value.(map[string]interface{})
		if !ok || object[key] == nil {
			t.Fatalf("there is no %s in %v", key, value)
		}
		value = object[key]
	}
	return value
}

func TestDocumentNamesTheJob(t *testing.T) {
	got := document(t, nil)
	if title, version := at(t, got, "info", "title"), at(t, got, "info", "version"); title != `ad"d<e>r` || version != "0.0.1+ä" {
		t.Errorf("got %v %v", title, version)
	}
}

func TestDocumentDescribesWhatIsThere(t *testing.T) {
	router := newTestService(echo).newRouter()
	paths := at(t, document(t, nil), "paths").(map[string]interface{})
	if len(paths) != 5 {
		t.Errorf("got %d paths, want 5", len(paths))
	}
	for path, operations := range paths {
		for method, operation := range operations.(map[string]interface{}) {
			got := request(router, strings.ToUpper(method), path, "{}")
			contentType, _, _ := strings.Cut(got.Header().Get("Content-Type"), ";")
			at(t, operation, "responses", "200", "content", contentType)
			if got.Code != 200 {
				t.Errorf("%s %s: got %d", method, path, got.Code)
			}
		}
	}
}

func TestInputExample(t *testing.T) {
	for _, test := range []struct {
		name    string
		example func() map[string]interface{}
		want    string
		wantLog string
	}{
		{"none", nil, `{}`, ""},
		{"given", func() map[string]interface{} { return map[string]interface{}{"$JOB_NAME": []int{40, 2}} }, `{"$JOB_NAME":[40,2]}`, ""},
		{"nil", func() map[string]interface{} { return nil }, `{}`, ""},
		{"panics", func() map[string]interface{} { panic("boom") }, `{}`, "panic=boom"},
		{"cannot be encoded", func() map[string]interface{} { return map[string]interface{}{"a": make(chan int)} }, `{}`, "unsupported type: chan int"},
	} {
		t.Run(test.name, func(t *testing.T) {
			log := captureLog(t)
			if got := inputExample(test.example); got != test.want || !strings.Contains(log.String(), test.wantLog) || (log.String() == "") != (test.wantLog == "") {
				t.Errorf("got %s and log %q, want %s", got, log, test.want)
			}
		})
	}
	got := at(t, document(t, func() map[string]interface{} { return map[string]interface{}{"numbers": []int{40, 2}} }),
		"paths", "/api/v1/perform", "post", "requestBody", "content", "application/json", "example")
	if text, _ := json.Marshal(got); string(text) != `{"numbers":[40,2]}` {
		t.Errorf("got %s in the document", text)
	}
}
