package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"unicode/utf8"
)

// readInput reads a body into the buffer, within the limits of size and time, and decodes it.
// Where that fails, the status says how.
func readInput(r *http.Request, buffer *bytes.Buffer, limits options) (input map[string]interface{}, status int, err error) {
	length := r.ContentLength // -1 where the body says by itself where it ends
	if length <= limits.maxRequestBytes {
		length, err = buffer.ReadFrom(io.LimitReader(r.Body, limits.maxRequestBytes+1))
	}
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, http.StatusRequestTimeout, fmt.Errorf("the request did not arrive within %s", limits.readTimeout)
	case err != nil:
		return nil, http.StatusBadRequest, fmt.Errorf("reading the body: %w", err)
	case length > limits.maxRequestBytes:
		return nil, http.StatusRequestEntityTooLarge,
			fmt.Errorf("the body is larger than %d bytes, which MAX_REQUEST_BYTES sets", limits.maxRequestBytes)
	}
	if input, err = decodeObject(buffer.Bytes()); err != nil {
		return nil, http.StatusBadRequest, err
	}
	return input, http.StatusOK, nil
}

// decodeObject decodes a body that is one JSON object and nothing else. Its errors tell the place of
// the trouble. Two things are as lenient as they always are in Go: of a key that comes twice the last
// value counts, and half of a surrogate pair becomes U+FFFD.
func decodeObject(body []byte) (map[string]interface{}, error) {
	if at := invalidUTF8(body); at >= 0 {
		return nil, fmt.Errorf("the body is not valid UTF-8, at %s", position(body, at))
	}
	start := len(body) - len(bytes.TrimLeft(body, " \t\r\n"))
	if start == len(body) {
		return nil, errors.New("the body has to be one JSON object, found: nothing, at line 1, column 1")
	}
	var input map[string]interface{}
	err := json.Unmarshal(body, &input)
	if err == nil && input != nil {
		return input, nil
	}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return nil, fmt.Errorf("the body is not one JSON object: %w, at %s", syntax, position(body, int(syntax.Offset)-1))
	}
	found := "null"
	var mismatch *json.UnmarshalTypeError
	if errors.As(err, &mismatch) {
		found = mismatch.Value
	}
	// JSON knows no limit for numbers, float64 does. The offset is that of the byte after the number.
	if number, isNumber := strings.CutPrefix(found, "number "); isNumber {
		return nil, fmt.Errorf("the number %s is too large, at %s", number, position(body, int(mismatch.Offset)-1-len(number)))
	}
	return nil, fmt.Errorf("the body has to be one JSON object, found: %s, at %s", found, position(body, start))
}

// invalidUTF8 is the index of the first byte that is not UTF-8, or -1.
func invalidUTF8(body []byte) int {
	if utf8.Valid(body) {
		return -1
	}
	at := 0
	for {
		r, size := utf8.DecodeRune(body[at:])
		if r == utf8.RuneError && size <= 1 {
			return at
		}
		at += size
	}
}

// position names the place of a byte. Lines and columns count from 1, columns in characters.
func position(body []byte, at int) string {
	before := body[:at]
	line := bytes.Count(before, []byte("\n")) + 1
	column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
	return fmt.Sprintf("line %d, column %d", line, column)
}
