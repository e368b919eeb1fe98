"""A whole wrapper by Python's standard library: the others here change one thing of it.

It is around the function that docs/rules.md tells of.

Breaks: nothing
"""

from __future__ import annotations

import json
import math
import os
import re
import signal
import threading
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote

NAME = os.environ.get("JOB_NAME", "")
MOUNT = re.compile(rf"/pub/job/{re.escape(quote(NAME, safe=''))}/[^/]+(?=/|$)")
LIMIT = 64 * 1024**2
PERFORM = "/api/v1/perform"
JSON = "application/json"

STATE = {"ready": False, "error": "", "initialised": 0}
COUNTERS = {"started": 0, "done": 0, "errors": 0, "last": 0.0, "seconds": 0.0}
LOCK = threading.Lock()


class Refused(Exception):
    """A request that is answered with an error."""

    def __init__(self, status: int, text: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(text)
        self.status, self.text, self.headers = status, text, dict(headers or {})


def perform(do: Any = None, value: Any = None, **_: Any) -> Any:
    """Do as it is told."""
    match do:
        case "echo":
            return value
        case "initialised":
            return STATE["initialised"]
        case "fail":
            raise ValueError("told to fail")
        case "panic":
            return 1 / 0
        case "sleep":
            time.sleep(value)  # as long as the caller says: docs/rules.md
            return value
        case "infinity":
            return math.inf
        case "function":
            return perform
        case "text":
            return "x" * int(value)
    raise ValueError(f"it does not know how to do {do}")


def no_number(word: str) -> None:
    """NaN and Infinity are words of Python, not of JSON."""
    raise ValueError(f"{word} is no number of JSON")


class Wrapper(BaseHTTPRequestHandler):
    """One connection; each has a thread of its own."""

    protocol_version = "HTTP/1.1"
    timeout = 60
    json_type = JSON

    # --- what cases change ---

    def live(self) -> None:
        """Whether it is alive, and of which deployment."""
        if STATE["error"]:
            raise Refused(500, f"the job did not start: {STATE['error']}")
        stamp = int(os.environ["JOB_DEPLOYMENT_TIMESTAMP"])
        self.answer({"status": "live", "deployment_timestamp": stamp})

    def ready(self) -> None:
        """Whether calls are taken."""
        if not STATE["ready"]:
            raise Refused(503, "not ready")
        self.answer({"status": "ready"})

    def perform(self) -> None:
        """Call the function."""
        if not STATE["ready"]:
            raise Refused(503, "not ready")
        fields = self.fields()
        self.count("started")
        start = time.monotonic()
        try:
            body = json.dumps(perform(**fields), allow_nan=False).encode()
        except Exception as error:
            self.count("errors")
            raise Refused(500, f"{type(error).__name__}: {error}") from error
        finally:
            self.count("seconds", time.monotonic() - start)
            self.count("last", time.time() - COUNTERS["last"])
            self.count("done")
        self.send(200, body)

    def fields(self) -> dict[str, Any]:
        """The function's named inputs."""
        raw = self.body()
        try:
            found = json.loads(raw.decode(), parse_constant=no_number)
        except RecursionError:
            raise Refused(400, "the body is nested too deeply") from None
        except ValueError as error:
            raise Refused(400, f"the body is no JSON: {error}") from None
        if not isinstance(found, dict):
            raise Refused(400, "the body is no JSON object")
        return found

    def metrics(self) -> None:
        """As Racetrack's dashboards query them."""
        with LOCK:
            now = dict(COUNTERS)
        label = '{endpoint="/perform"}'
        lines = [
            "# TYPE requests_started_total counter", f"requests_started_total {now['started']}",
            "# TYPE requests_done_total counter", f"requests_done_total {now['done']}",
            "# TYPE last_call_timestamp gauge", f"last_call_timestamp {now['last']}",
            "# TYPE endpoint_requests_started_total counter",
            f"endpoint_requests_started_total{label} {now['started']}",
            "# TYPE request_internal_errors_total counter",
            f"request_internal_errors_total{label} {now['errors']}",
            "# TYPE request_duration histogram",
            f'request_duration_bucket{{endpoint="/perform",le="1"}} {now["done"]}',
            f'request_duration_bucket{{endpoint="/perform",le="+Inf"}} {now["done"]}',
            f"request_duration_sum{label} {now['seconds']}",
            f"request_duration_count{label} {now['done']}",
        ]  # fmt: skip
        self.send(200, ("\n".join(lines) + "\n").encode(), {"Content-Type": "text/plain"})

    def document(self) -> dict[str, Any]:
        """The OpenAPI document; its server is where it lies itself."""
        example = {"application/json": {"example": {"do": "echo", "value": 42}}}
        post = {"requestBody": {"content": example}, "responses": {"200": {"description": "it"}}}
        return {
            "openapi": "3.0.0",
            "info": {"title": NAME or "job", "version": "1"},
            "servers": [{"url": "."}],
            "paths": {PERFORM: {"post": post}},
        }

    def route(self, method: str, path: str) -> None:
        """Whoever is asked answers, or it is refused."""
        known = {
            ("GET", "/live"): self.live,
            ("GET", "/ready"): self.ready,
            ("GET", "/metrics"): self.metrics,
            ("GET", "/openapi.json"): lambda: self.answer(self.document()),
            ("POST", PERFORM): self.perform,
        }
        if (method, path) in known:
            known[method, path]()
            return
        allowed = [one for one, where in known if where == path]
        if allowed:
            raise Refused(405, f"{method} is not allowed", {"Allow": ", ".join(allowed)})
        raise Refused(404, f"there is nothing at {path}")

    def send(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        """Send an answer."""
        self.send_response(status)
        told = {"Content-Type": self.json_type, "Content-Length": str(len(body)), **(headers or {})}
        for name, value in told.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    # --- what they leave ---

    def answer(
        self, value: Any, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> None:
        """Send a value as JSON."""
        self.send(status, json.dumps(value).encode(), headers)

    def body(self) -> bytes:
        """The request's body; whole, or refused."""
        self.has_read = True
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            pieces: list[bytes] = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                if sum(map(len, pieces)) + size > LIMIT:
                    self.has_read = False
                    raise Refused(413, "the body is too large")
                pieces.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(pieces)
        length = int(self.headers.get("Content-Length") or 0)
        if length > LIMIT:
            self.has_read = False
            raise Refused(413, "the body is too large")
        return self.rfile.read(length)

    def count(self, what: str, much: float = 1) -> None:
        """Count something."""
        with LOCK:
            COUNTERS[what] += much

    def serve(self) -> None:
        """Answer one request."""
        with LOCK:
            self.server.running += 1  # type: ignore[attr-defined]
        self.has_read = not ({"Content-Length", "Transfer-Encoding"} & set(self.headers))
        try:
            path = MOUNT.sub("", self.path, count=1) if MOUNT.match(self.path) else self.path
            self.route(self.command, path)
        except Refused as refused:
            more = {} if self.has_read else {"Connection": "close"}
            self.answer({"error": refused.text}, refused.status, {**refused.headers, **more})
        finally:
            with LOCK:
                self.server.running -= 1  # type: ignore[attr-defined]

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = serve  # noqa: N815 - http.server's names

    def log_message(self, text: str, *words: object) -> None:
        """A line without the client's address."""
        print(text % words, flush=True)  # noqa: T201


class Server(ThreadingHTTPServer):
    """Ends when it is told to, once its calls are done."""

    request_queue_size = 512
    daemon_threads = True
    running = 0


def initialise() -> None:
    """As a job's own start; it may take a while, or fail."""
    time.sleep(float(os.environ.get("PROBE_INIT_SECONDS") or 0))  # as long as the rule says
    STATE["initialised"] += 1
    STATE["error"] = os.environ.get("PROBE_INIT_ERROR", "")
    STATE["ready"] = not STATE["error"]


def run(wrapper: type[Wrapper] = Wrapper, server: type[Server] = Server) -> None:
    """Serve until SIGTERM."""
    if not NAME:
        raise SystemExit("JOB_NAME is missing")
    int(os.environ["JOB_DEPLOYMENT_TIMESTAMP"])  # ends here where it is none
    told = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: told.set())
    with server(("0.0.0.0", 7000), wrapper) as serving:  # noqa: S104 - as Racetrack asks
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        threading.Thread(target=initialise, daemon=True).start()
        # The system may give the signal to any thread, and Python runs the handler in this one: it
        # has to wake by itself.
        while not told.wait(0.05):
            pass
        STATE["ready"] = False
        while serving.running:
            time.sleep(0.01)  # `running` is a number, which nobody can wait for
    os._exit(0)


if __name__ == "__main__":
    run()
