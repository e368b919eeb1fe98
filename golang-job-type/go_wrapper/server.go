package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"path"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// options are the wrapper's own settings, each from one environment variable.
type options struct {
	listenAddress   string        // LISTEN_ADDRESS
	tracingHeader   string        // REQUEST_TRACING_HEADER, in canonical form
	maxRequestBytes int64         // MAX_REQUEST_BYTES
	shutdownGrace   time.Duration // SHUTDOWN_GRACE_SECONDS
	readTimeout     time.Duration // for a request to arrive, its body included
}

func optionsFromEnv() (options, error) {
	maxRequestBytes, sizeErr := envInt("MAX_REQUEST_BYTES", 64<<20)
	graceSeconds, graceErr := envInt("SHUTDOWN_GRACE_SECONDS", 10)
	return options{
		listenAddress:   envText("LISTEN_ADDRESS", "0.0.0.0:7000"),
		tracingHeader:   http.CanonicalHeaderKey(envText("REQUEST_TRACING_HEADER", "X-Request-Tracing-Id")),
		maxRequestBytes: maxRequestBytes,
		shutdownGrace:   time.Duration(graceSeconds) * time.Second,
		readTimeout:     time.Minute,
	}, errors.Join(sizeErr, graceErr)
}

func envText(name, otherwise string) string {
	if text := os.Getenv(name); text != "" {
		return text
	}
	return otherwise
}

func envInt(name string, otherwise int64) (int64, error) {
	text := os.Getenv(name)
	if text == "" {
		return otherwise, nil
	}
	number, err := strconv.ParseInt(text, 10, 32)
	if err != nil || number < 0 {
		return 0, fmt.Errorf("%s is %q: it has to be a whole number, 0 or more", name, text)
	}
	return number, nil
}

// service is one job, wrapped.
type service struct {
	info       jobInfo
	options    options
	entrypoint EntrypointHandler
	lifecycle  *lifecycle
	calls      callMetrics
	jobMetrics jobMetrics
	requestLog io.Writer
}

func newService(info jobInfo, opts options, entrypoint EntrypointHandler) *service {
	return &service{info: info, options: opts, entrypoint: entrypoint, lifecycle: newLifecycle(), requestLog: os.Stderr}
}

// WrapAndServe turns a job's Perform into a web service, and serves until the process is told to stop.
func WrapAndServe(entrypoint EntrypointHandler) error {
	slog.SetDefault(slog.New(slog.NewTextHandler(os.Stderr, nil)))
	info, err := jobInfoFromEnv()
	if err != nil {
		return err
	}
	opts, err := optionsFromEnv()
	if err != nil {
		return err
	}
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	listener, err := net.Listen("tcp", opts.listenAddress)
	if err != nil {
		return fmt.Errorf("listening on %s: %w", opts.listenAddress, err)
	}
	return newService(info, opts, entrypoint).serve(listener, signals)
}

func (s *service) newServer() *http.Server {
	return &http.Server{
		Handler:           s.newRouter(),
		ReadHeaderTimeout: s.options.readTimeout,
		ReadTimeout:       s.options.readTimeout,
		IdleTimeout:       2 * time.Minute,
		ErrorLog:          slog.NewLogLogger(slog.Default().Handler(), slog.LevelWarn),
	}
}

// serve answers requests until the first signal, then lets running calls finish.
func (s *service) serve(listener net.Listener, signals <-chan os.Signal) error {
	server := s.newServer()
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	slog.Info("Listening", "address", listener.Addr().String(), "job", s.info.Name, "version", s.info.Version)
	go s.lifecycle.start(jobInit)

	select {
	case err := <-ended:
		return fmt.Errorf("serving on %s: %w", listener.Addr(), err)
	case received := <-signals:
		slog.Info("Stopping", "signal", received.String(), "grace", s.options.shutdownGrace)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	time.AfterFunc(s.options.shutdownGrace, func() { cancel(errors.New("the grace period ended")) })
	go func() { cancel(fmt.Errorf("%s came as the second signal", <-signals)) }()

	// The server listens until the last call has left, so that /ready can answer 503 meanwhile.
	select {
	case <-s.lifecycle.stop():
	case <-ctx.Done():
	}
	if running := s.lifecycle.calls(); running > 0 {
		return fmt.Errorf("%w, and calls were still running: %d", context.Cause(ctx), running)
	}
	if err := server.Shutdown(ctx); err != nil {
		return fmt.Errorf("%w, and answers were still on their way", context.Cause(ctx))
	}
	slog.Info("Stopped")
	return nil
}

// newRouter makes the handler of all requests. It never listens, so that tests can serve it themselves.
func (s *service) newRouter() http.Handler {
	mux := http.NewServeMux()
	// Racetrack probes the bare paths, and calls through PUB come with the prefix.
	// Any version matches, since a job is called by aliases too: "latest", "1.x".
	prefix := "/pub/job/" + url.PathEscape(s.info.Name) + "/{version}"
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		writeError(w, http.StatusNotFound, fmt.Sprintf("there is nothing at %s: the job is at / and at %s/", r.URL.Path, prefix))
	})
	for _, base := range []string{"", prefix} {
		handle(mux, http.MethodPost, base+"/api/v1/perform", s.handlePerform)
		handle(mux, http.MethodGet, base+"/health", s.handleHealth)
		handle(mux, http.MethodGet, base+"/live", s.handleLive)
		handle(mux, http.MethodGet, base+"/ready", s.handleReady)
		handle(mux, http.MethodGet, base+"/metrics", s.handleMetrics)
		s.MountOpenApi(mux, base)
	}
	return logRequests(s.requestLog, s.options.tracingHeader, cleanPathsOnly(mux))
}

// handle mounts a handler for one method of a path. Other methods of that path get a 405.
func handle(mux *http.ServeMux, method, path string, handler http.HandlerFunc) {
	allowed := method
	if method == http.MethodGet {
		allowed = "GET, HEAD" // ServeMux serves HEAD by the handler of GET
	}
	mux.HandleFunc(method+" "+path, handler)
	mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Allow", allowed)
		writeError(w, http.StatusMethodNotAllowed, fmt.Sprintf("%s is not allowed here, only %s", r.Method, allowed))
	})
}

// cleanPathsOnly refuses paths such as //live or /a/../live. ServeMux would redirect them,
// and a client that follows the redirect of a POST may drop its body without a word.
func cleanPathsOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		given := r.URL.EscapedPath()
		if !isClean(given) {
			writeError(w, http.StatusNotFound,
				fmt.Sprintf("there is nothing at %q, is it %q?", given, path.Clean("/"+given)))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// isClean tells whether ServeMux takes a path as it is. One slash at the end is fine.
func isClean(given string) bool {
	clean := path.Clean(given)
	return strings.HasPrefix(given, "/") && (given == clean || clean != "/" && given == clean+"/")
}

func writeJSON(w http.ResponseWriter, status int, answer any) {
	body, err := json.Marshal(answer)
	if err != nil {
		panic(err) // the wrapper's own answers are structs of texts and numbers
	}
	writeBody(w, status, "application/json", append(body, '\n'))
}

func writeError(w http.ResponseWriter, status int, message string) {
	writeJSON(w, status, map[string]string{"error": message})
}

func writeBody(w http.ResponseWriter, status int, contentType string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_, _ = w.Write(body) // fails only if the client is gone
}
