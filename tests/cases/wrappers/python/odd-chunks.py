"""It answers in chunks, and listens on IPv6 and IPv4 by one socket.

Breaks: nothing
"""

from __future__ import annotations

import socket
from collections.abc import Mapping

from whole import JSON, Server, Wrapper, run


class Both(Server):
    address_family = socket.AF_INET6

    def server_bind(self) -> None:
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        self.server_address = ("::", 7000)
        super().server_bind()


class Chunked(Wrapper):
    def send(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        told = {"Content-Type": JSON, "Transfer-Encoding": "chunked", **(headers or {})}
        for name, value in told.items():
            self.send_header(name, value)
        self.end_headers()
        for start in range(0, len(body), 7000):
            piece = body[start : start + 7000]
            self.wfile.write(b"%x;note=any\r\n%b\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\nX-After: all\r\n\r\n")


run(Chunked, Both)
