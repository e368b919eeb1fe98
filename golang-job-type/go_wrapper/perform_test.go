package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestPerform(t *testing.T) {
	answer := func(output interface{}, err error) EntrypointHandler {
		return func(map[string]interface{}) (interface{}, error) { return output, err }
	}
	cycle := map[string]interface{}{}
	cycle["self"] = cycle
	for _, test := range []struct {
		name    string
		perform EntrypointHandler
		body    string
		status  int
		want    string // the whole answer of a 200, a part of the text of an error
	}{
		{"object", echo, `{"a": [1, "x", null, {"b": 1.5}]}`, 200, `{"a":[1,"x",null,{"b":1.5}]}` + "\n"},
		{"null", answer(nil, nil), `{}`, 200, "null\n"},
		{"number", answer(42.0, nil), `{}`, 200, "42\n"},
		{"escaped as always in Go", answer("<ä>", nil), `{}`, 200, "\"\\u003cä\\u003e\"\n"},
		{"long answer", answer(strings.Repeat("x", 100000), nil), `{}`, 200, `"` + strings.Repeat("x", 100000) + "\"\n"},
		{"bad body", echo, `[1]`, 400, "found: array, at line 1, column 1"},
		{"no body", echo, ``, 400, "found: nothing"},
		{"too large", echo, `{"a": "` + strings.Repeat("x", 1000) + `"}`, 413, "larger than 1000 bytes, which MAX_REQUEST_BYTES sets"},
		{"as large as it may be", echo, `{"a":"` + strings.Repeat("x", 992) + `"}`, 200, `{"a":"` + strings.Repeat("x", 992) + "\"}\n"},
		{"error", answer(nil, errors.New("no numbers <given>")), `{}`, 500, "no numbers <given>"},
		{"error beside a result", answer(1, errors.New("half done")), `{}`, 500, "half done"},
		{"NaN", answer(math.NaN(), nil), `{}`, 500, "the result cannot be encoded as JSON: json: unsupported value: NaN"},
		{"infinity inside", answer([]float64{1, math.Inf(1)}, nil), `{}`, 500, "unsupported value: +Inf"},
		{"channel", answer(make(chan int), nil), `{}`, 500, "the result cannot be encoded as JSON: json: unsupported type: chan int"},
		{"cycle", answer(cycle, nil), `{}`, 500, "the result cannot be encoded as JSON"},
		{"panic", func(map[string]interface{}) (interface{}, error) { panic("boom") }, `{}`, 500, "Perform panicked: boom"},
		{"panic with an error", func(in map[string]interface{}) (interface{}, error) { return in["a"].(float64), nil }, `{}`, 500, "Perform panicked: interface conversion"},
		{"panic with a value that cannot be compared", func(map[string]interface{}) (interface{}, error) { panic([]int{1}) }, `{}`, 500, "Perform panicked: [1]"},
		{"panic while encoding", answer(panicking{}, nil), `{}`, 500, "Perform panicked: no text"},
	} {
		t.Run(test.name, func(t *testing.T) {
			captureLog(t)
			got := request(newTestService(test.perform).newRouter(), "POST", "/api/v1/perform", test.body)
			if got.Code != test.status || got.Header().Get("Content-Type") != "application/json" {
				t.Fatalf("got %d %s: %s, want %d", got.Code, got.Header().Get("Content-Type"), got.Body, test.status)
			}
			if test.status == http.StatusOK {
				if got.Body.String() != test.want {
					t.Errorf("got %q, want %q", got.Body, test.want)
				}
			} else if text := errorOf(t, got.Body.Bytes()); !strings.Contains(text, test.want) {
				t.Errorf("got %q, want a text with %q", text, test.want)
			}
		})
	}
}

type panicking struct{}

func (panicking) MarshalText() ([]byte, error) { panic("no text") }

func TestPanicIsLoggedWithItsStack(t *testing.T) {
	log := captureLog(t)
	s := newTestService(func(map[string]interface{}) (interface{}, error) { panic("boom") })
	request(s.newRouter(), "POST", "/api/v1/perform", "{}")
	if text := log.String(); strings.Count(text, "\n") != 1 || !strings.Contains(text, "panic=boom") || !strings.Contains(text, "perform_test.go") {
		t.Errorf("got %q, want one record with the stack", text)
	}
}

// traced tells its stack whoever formats it with %+v, as errors of github.com/pkg/errors do.
type traced struct{}

func (traced) Error() string { return "no numbers" }

func (traced) Format(state fmt.State, _ rune) { fmt.Fprint(state, "no numbers\nmain.go:1\nasm.s:2") }

func TestErrorIsLoggedByItsMessageAlone(t *testing.T) {
	log := captureLog(t)
	s := newTestService(func(map[string]interface{}) (interface{}, error) { return nil, traced{} })
	request(s.newRouter(), "POST", "/api/v1/perform", "{}")
	if text := log.String(); strings.Count(text, "\n") != 1 || !strings.HasSuffix(text, "error=\"no numbers\"\n") {
		t.Errorf("got %q, want one record with the message", text)
	}
}

func TestAbortDropsTheConnection(t *testing.T) {
	log := captureLog(t)
	s := newTestService(func(map[string]interface{}) (interface{}, error) { panic(http.ErrAbortHandler) })
	requests := &logBuffer{}
	s.requestLog = requests
	server := httptest.NewServer(s.newRouter())
	defer server.Close()
	if answer, err := http.Post(server.URL+"/api/v1/perform", "application/json", strings.NewReader("{}")); err == nil {
		t.Errorf("got %s, want no answer", answer.Status)
	}
	server.Close() // waits for the handler
	if log.String() != "" || !strings.Contains(requests.String(), "status=0") {
		t.Errorf("got %q and %q, want only the request, with status 0", log, requests)
	}
	if s.calls.done.Load() != 1 || s.calls.failed.Load() != 1 || s.lifecycle.calls() != 0 {
		t.Errorf("got %d done, %d failed, %d running, want 1, 1, 0", s.calls.done.Load(), s.calls.failed.Load(), s.lifecycle.calls())
	}
}

func TestServerLivesOnAfterPanic(t *testing.T) {
	captureLog(t)
	s := newTestService(func(in map[string]interface{}) (interface{}, error) { return in["a"].(float64), nil })
	router := s.newRouter()
	for i, want := range []int{500, 200, 500} {
		body := []string{`{}`, `{"a": 1}`, `{"a": "1"}`}[i]
		if got := request(router, "POST", "/api/v1/perform", body); got.Code != want {
			t.Errorf("call %d: got %d, want %d", i, got.Code, want)
		}
	}
}

func TestChunkedBody(t *testing.T) {
	server := httptest.NewServer(newTestService(echo).newRouter())
	defer server.Close()
	for length, want := range map[int]int{10: 200, 900: 200, 1000: 413, 5000000: 413} {
		body := io.MultiReader(strings.NewReader(`{"a":"`), strings.NewReader(strings.Repeat("x", length)), strings.NewReader(`"}`))
		answer, err := http.Post(server.URL+"/api/v1/perform", "application/json", body) // of unknown length
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != want {
			t.Errorf("%d bytes: got %s, want %d", length, answer.Status, want)
		}
	}
}

// rawServer serves a test service as the program would, with the timeouts of its own http.Server.
func rawServer(t *testing.T, s *service) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := s.newServer()
	go server.Serve(listener)
	t.Cleanup(func() { server.Close() })
	return listener.Addr().String()
}

// send writes a request byte by byte as given, and returns the answer.
func send(t *testing.T, address, text string) (*http.Response, error) {
	t.Helper()
	connection, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	fmt.Fprint(connection, text)
	return http.ReadResponse(bufio.NewReader(connection), nil)
}

func TestBodyThatDoesNotArrive(t *testing.T) {
	s := newTestService(echo)
	s.options.readTimeout = 20 * time.Millisecond
	address := rawServer(t, s)
	for _, test := range []struct {
		name, request string
		status        int // 0: no answer
	}{
		{"half a body", "POST /api/v1/perform HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{", 408},
		{"no body", "POST /api/v1/perform HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n", 408},
		{"half a chunk", "POST /api/v1/perform HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n64\r\n{", 408},
		{"a bad chunk", "POST /api/v1/perform HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{", 400},
		{"no body for a probe", "GET /live HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n", 200},
		{"half a header", "POST /api/v1/perform HTTP/1.1\r\nHost:", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			answer, err := send(t, address, test.request)
			switch {
			case test.status == 0 && err == nil:
				t.Errorf("got %s, want the connection closed", answer.Status)
			case test.status != 0 && err != nil:
				t.Errorf("got %v, want %d", err, test.status)
			case test.status != 0 && (answer.StatusCode != test.status || !answer.Close):
				t.Errorf("got %s, close %v, want %d and the connection closed", answer.Status, answer.Close, test.status)
			}
		})
	}
}

func TestSlowCallOutlivesTheReadTimeout(t *testing.T) {
	s := newTestService(echo)
	s.options.readTimeout = 20 * time.Millisecond
	s.entrypoint = func(input map[string]interface{}) (interface{}, error) {
		<-time.After(3 * s.options.readTimeout)
		return input, nil
	}
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	address := rawServer(t, s)
	for range 2 { // the second call comes on the connection of the first
		answer, err := client.Post("http://"+address+"/api/v1/perform", "application/json", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != http.StatusOK || string(body) != "{}\n" {
			t.Errorf("got %s %q %v, want 200 {}", answer.Status, body, err)
		}
	}
}

func TestConcurrentCallsKeepTheirAnswers(t *testing.T) {
	server := httptest.NewServer(newTestService(echo).newRouter())
	defer server.Close()
	done := make(chan error)
	for i := range 8 {
		go func() {
			var err error
			for j := 0; j < 50 && err == nil; j++ {
				want := fmt.Sprintf(`{"caller":%d,"text":"%s"}`, i, strings.Repeat("x", i*j))
				answer, postErr := http.Post(server.URL+"/api/v1/perform", "application/json", strings.NewReader(want))
				if err = postErr; err == nil {
					body, _ := io.ReadAll(answer.Body)
					answer.Body.Close()
					if string(body) != want+"\n" {
						err = fmt.Errorf("got %q, want %q", body, want)
					}
				}
			}
			done <- err
		}()
	}
	for range 8 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}
