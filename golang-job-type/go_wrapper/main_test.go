package main

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Tests of this file start the program itself: it is the binary of the tests, which becomes the
// program where it finds this variable set.
const programVariable = "WRAPPER_TEST_PROGRAM"

func TestMain(m *testing.M) {
	switch os.Getenv(programVariable) {
	case "main":
		main()
	case "waiting job":
		if err := WrapAndServe(waitForInput); err != nil {
			slog.Error("The job has ended", "error", err)
			os.Exit(1)
		}
	default:
		os.Exit(m.Run())
	}
}

// waitForInput tells on stdout that it runs, and returns what then comes on stdin.
func waitForInput(map[string]interface{}) (interface{}, error) {
	fmt.Println("running")
	return bufio.NewReader(os.Stdin).ReadString('\n')
}

// program is a running wrapper with its streams.
type program struct {
	*exec.Cmd
	stdin   io.WriteCloser
	stdout  *bufio.Reader
	log     *logBuffer
	logEnds chan struct{}
	address string
}

// startProgram starts the wrapper on a free port, and returns as soon as it listens or has ended.
func startProgram(t *testing.T, kind string, environment ...string) *program {
	t.Helper()
	executable, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &program{Cmd: exec.Command(executable), log: &logBuffer{}, logEnds: make(chan struct{})}
	p.Env = append([]string{programVariable + "=" + kind, "LISTEN_ADDRESS=127.0.0.1:0"}, environment...)
	stdin, err := p.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr, err := p.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.stdin, p.stdout = stdin, bufio.NewReader(stdout)
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Process.Kill() })

	listening := make(chan string, 1)
	go func() {
		defer close(p.logEnds)
		defer close(listening)
		address := regexp.MustCompile(`msg=Listening address=(\S+)`)
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			fmt.Fprintln(p.log, lines.Text())
			if match := address.FindStringSubmatch(lines.Text()); match != nil {
				listening <- match[1]
			}
		}
	}()
	p.address = <-listening
	return p
}

// end waits until the program has ended, and returns its exit code and log.
func (p *program) end() (int, string) {
	<-p.logEnds
	_ = p.Wait() // its error is the exit code
	return p.ProcessState.ExitCode(), p.log.String()
}

func (p *program) signal(t *testing.T, signal os.Signal) {
	t.Helper()
	if err := p.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
}

// get asks for a path on a connection of its own.
func (p *program) get(t *testing.T, path string) (int, string) {
	t.Helper()
	answer, err := send(t, p.address, "GET "+path+" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

// untilReady asks for /ready until it answers with this status.
func (p *program) untilReady(t *testing.T, want int) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; {
		status, body := p.get(t, "/ready")
		if status == want {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("ready: still %d %s, want %d", status, body, want)
		}
	}
}

// perform calls the job in the background. The channel gives status and body.
func (p *program) perform() <-chan string {
	result := make(chan string, 1)
	go func() {
		answer, err := http.Post("http://"+p.address+"/api/v1/perform", "application/json", strings.NewReader("{}"))
		if err != nil {
			result <- err.Error()
			return
		}
		body, _ := io.ReadAll(answer.Body)
		result <- fmt.Sprint(answer.StatusCode, " ", string(body))
	}()
	return result
}

func TestProgramThatCannotStart(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for name, test := range map[string]struct {
		environment []string
		want        string
	}{
		"no name":           {nil, "JOB_NAME is not set"},
		"bad limit":         {[]string{"JOB_NAME=adder", "MAX_REQUEST_BYTES=many"}, `MAX_REQUEST_BYTES is \"many\"`},
		"two bad variables": {[]string{"JOB_NAME=adder", "MAX_REQUEST_BYTES=many", "SHUTDOWN_GRACE_SECONDS=long"}, "SHUTDOWN_GRACE_SECONDS"},
		"taken address":     {[]string{"JOB_NAME=adder", "LISTEN_ADDRESS=" + taken.Addr().String()}, taken.Addr().String()},
	} {
		t.Run(name, func(t *testing.T) {
			p := startProgram(t, "main", test.environment...)
			if code, log := p.end(); code != 1 || !strings.Contains(log, test.want) || strings.Contains(log, "goroutine") {
				t.Errorf("got exit %d and %s, want 1 and a log with %s", code, log, test.want)
			}
		})
	}
}

func TestProgramServesTheStub(t *testing.T) {
	p := startProgram(t, "main", "JOB_NAME=adder", "JOB_DEPLOYMENT_TIMESTAMP=1654779364")
	p.untilReady(t, 200)
	if got := <-p.perform(); got != "200 null\n" {
		t.Errorf("perform: got %q, want 200 null", got)
	}
	if status, body := p.get(t, "/pub/job/adder/latest/live"); status != 200 || !strings.Contains(body, "1654779364") {
		t.Errorf("live: got %d %s", status, body)
	}
	p.signal(t, syscall.SIGTERM)
	if code, log := p.end(); code != 0 || !strings.Contains(log, "msg=Stopped") {
		t.Errorf("got exit %d and %s, want 0", code, log)
	}
}

func TestStopLetsRunningCallsFinish(t *testing.T) {
	for _, signal := range []os.Signal{syscall.SIGTERM, syscall.SIGINT} {
		p := startProgram(t, "waiting job", "JOB_NAME=waiter")
		p.untilReady(t, 200)
		call := p.perform()
		p.stdout.ReadString('\n') // the call runs
		p.signal(t, signal)
		p.untilReady(t, 503)
		if status, _ := p.get(t, "/live"); status != 200 {
			t.Errorf("live while stopping: got %d, want 200", status)
		}
		if got := <-p.perform(); !strings.HasPrefix(got, `503 {"error":"the job is stopping"}`) {
			t.Errorf("a new call while stopping: got %s, want 503", got)
		}
		fmt.Fprintln(p.stdin, "done")
		if got := <-call; got != "200 \"done\\n\"\n" {
			t.Errorf("the running call: got %q, want 200 done", got)
		}
		if code, log := p.end(); code != 0 {
			t.Errorf("got exit %d and %s, want 0", code, log)
		}
	}
}

func TestStopThatCannotWait(t *testing.T) {
	for _, test := range []struct {
		name    string
		grace   string
		signals int
		want    string
	}{
		{"no grace", "0", 1, "the grace period ended, and calls were still running: 1"},
		{"second signal", "60", 2, "terminated came as the second signal, and calls were still running: 1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := startProgram(t, "waiting job", "JOB_NAME=waiter", "SHUTDOWN_GRACE_SECONDS="+test.grace)
			p.untilReady(t, 200)
			p.perform()
			p.stdout.ReadString('\n') // the call runs
			p.signal(t, syscall.SIGTERM)
			if test.signals > 1 {
				p.untilReady(t, 503) // two signals at a time may count as one
				p.signal(t, syscall.SIGTERM)
			}
			if code, log := p.end(); code != 1 || !strings.Contains(log, test.want) {
				t.Errorf("got exit %d and %s, want 1 and: %s", code, log, test.want)
			}
		})
	}
}

func TestStopWithoutCallsNeedsNoGrace(t *testing.T) {
	p := startProgram(t, "main", "JOB_NAME=adder", "SHUTDOWN_GRACE_SECONDS=0")
	p.signal(t, syscall.SIGTERM)
	if code, log := p.end(); code != 0 {
		t.Errorf("got exit %d and %s, want 0", code, log)
	}
}

func TestTheLineSurvivesAKill(t *testing.T) {
	for range 5 {
		p := startProgram(t, "main", "JOB_NAME=adder")
		p.untilReady(t, 200)
		if got := <-p.perform(); got != "200 null\n" {
			t.Fatalf("got %q", got)
		}
		p.signal(t, syscall.SIGKILL)
		if _, log := p.end(); !strings.Contains(log, "method=POST uri=/api/v1/perform") {
			t.Errorf("got log %q, want the line of the call", log)
		}
	}
}

func TestReadinessWaitsForInit(t *testing.T) {
	captureLog(t)
	release := make(chan struct{})
	jobInit = func() error { <-release; return nil }
	t.Cleanup(func() { jobInit = nil })

	s := newTestService(echo)
	s.lifecycle = newLifecycle()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	signals, ended := make(chan os.Signal, 1), make(chan error)
	go func() { ended <- s.serve(listener, signals) }()

	p := &program{address: listener.Addr().String()}
	for path, want := range map[string]int{"/live": 200, "/ready": 503} {
		if status, body := p.get(t, path); status != want {
			t.Errorf("%s before Init has returned: got %d %s, want %d", path, status, body, want)
		}
	}
	close(release)
	p.untilReady(t, 200)
	signals <- syscall.SIGTERM
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
