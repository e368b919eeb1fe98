"""Connections that several requests share: what is judged, and how they are used."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from tests.support import require
from workbench._private_network import private_networks
from workbench.conformance.check import check
from workbench.conformance.rules import RULES
from workbench.conformance.vocabulary import Verdict

# A wrapper by Python's own server, which leaves bodies and connections to whoever uses it.
WRAPPER = """
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

mode = sys.argv[1]


class Wrapper(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, value, *headers):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, text in headers:
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.path in ("/live", "/ready"):
            self.answer(200, {"deployment_timestamp": 1})
        else:
            self.answer(404, {"error": "no"})

    def refuse(self):
        if mode == "reads":
            self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(404, {"error": "no"}, *([("Connection", "close")] if mode == "closes" else []))
        if mode == "breaks off":
            self.close_connection = True

    do_POST = do_DELETE = refuse


ThreadingHTTPServer(("", 7000), Wrapper).serve_forever()
"""


@pytest.mark.parametrize(
    ("mode", "verdict", "told"),
    [
        ("reads", Verdict.HELD, "after 3 of 4 requests it stayed open"),
        ("closes", Verdict.HELD, "it closes each connection, and says so"),
        ("leaves the body", Verdict.BROKEN, "GET /live on it gets 400"),
        ("breaks off", Verdict.BROKEN, "closed without an answer"),
    ],
)
def test_a_connection_is_in_order_after_an_error(
    tmp_path: Path, mode: str, verdict: Verdict, told: str
) -> None:
    problem = private_networks()
    require(problem is None, f"port 7000 may be in use: {problem}")
    program = tmp_path / "wrapper.py"
    program.write_text(WRAPPER)
    report = check(
        start=shlex.join([sys.executable, str(program), mode]),
        rules=[rule for rule in RULES if rule.id == "W53"],
    )
    assert report["W53"].verdict is verdict, report["W53"].what
    assert told in report["W53"].what
