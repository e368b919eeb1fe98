package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"sync"
)

// EntrypointHandler is the signature of a job's Perform.
type EntrypointHandler func(input map[string]interface{}) (interface{}, error)

func (s *service) handlePerform(w http.ResponseWriter, r *http.Request) {
	if err := s.lifecycle.enter(); err != nil {
		writeError(w, http.StatusServiceUnavailable, err.Error())
		return
	}
	defer s.lifecycle.leave()

	buffer := getBuffer()
	defer putBuffer(buffer)
	input, status, err := readInput(r, buffer, s.options)
	if err != nil {
		writeError(w, status, err.Error())
		return
	}
	buffer.Reset()
	if err := s.call(input, buffer); err != nil {
		writeError(w, http.StatusInternalServerError, err.Error())
		return
	}
	writeBody(w, http.StatusOK, "application/json", buffer.Bytes())
}

// call runs Perform and encodes its result, all of it, before anything is sent: a result that
// cannot be encoded is an error like any other. So is a panic.
func (s *service) call(input map[string]interface{}, result *bytes.Buffer) (err error) {
	start, failed := s.calls.begin(), true
	defer func() { s.calls.end(start, failed) }()
	defer func() {
		switch cause := recover(); cause {
		case nil:
		case http.ErrAbortHandler: // asks net/http to drop the connection without a word
			panic(cause)
		default:
			slog.Error("Perform panicked", "panic", fmt.Sprint(cause), "stack", string(debug.Stack()))
			err = fmt.Errorf("the job's Perform panicked: %v", cause)
		}
	}()
	output, err := s.entrypoint(input)
	if err != nil {
		slog.Error("Perform failed", "error", err.Error()) // slog would add its stack
		return err
	}
	if err := json.NewEncoder(result).Encode(output); err != nil {
		slog.Error("The result of Perform cannot be encoded", "error", err)
		return fmt.Errorf("the result cannot be encoded as JSON: %w", err)
	}
	failed = false
	return nil
}

// buffers holds what bodies are read into and results are encoded into.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// maxPooledBytes keeps one large call from holding on to its memory.
const maxPooledBytes = 1 << 20

func getBuffer() *bytes.Buffer {
	return buffers.Get().(*bytes.Buffer)
}

func putBuffer(buffer *bytes.Buffer) {
	if buffer.Cap() <= maxPooledBytes {
		buffer.Reset()
		buffers.Put(buffer)
	}
}
