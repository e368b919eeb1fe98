"""A registry of one image, on loopback: what a pull needs of its protocol, and its ways to fail."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_TYPE = "application/vnd.docker.distribution.manifest.v2+json"


class Registry:
    """What the registry serves, and how.

    Attributes:
        name: Its image's name without a tag; every tag is the same image.
        stuck: While it is set, the layer's bytes are held back after the first half.
        asked: Set once somebody asked for the layer.
    """

    def __init__(self) -> None:
        self.name = ""
        self.stuck = threading.Event()
        self.asked = threading.Event()
        self.go_on = threading.Event()
        layer = io.BytesIO()
        with tarfile.open(fileobj=layer, mode="w") as tar:
            info = tarfile.TarInfo("hello")
            info.size = 1_500_000
            tar.addfile(info, io.BytesIO(_noise(info.size)))
        packed = gzip.compress(layer.getvalue(), mtime=0)
        config = json.dumps(
            {
                "architecture": "amd64",
                "os": "linux",
                "config": {"Labels": {"pulled": "yes"}},
                "rootfs": {"type": "layers", "diff_ids": [_digest(layer.getvalue())]},
            }
        ).encode()
        self.blobs = {_digest(data): data for data in (packed, config)}
        self.layer = _digest(packed)
        self.manifest = json.dumps(
            {
                "schemaVersion": 2,
                "mediaType": _TYPE,
                "config": _entry("application/vnd.docker.container.image.v1+json", config),
                "layers": [_entry("application/vnd.docker.image.rootfs.diff.tar.gzip", packed)],
            }
        ).encode()


def _noise(size: int) -> bytes:
    """Bytes that do not compress, the same in every run."""
    return b"".join(hashlib.sha256(b"%d" % at).digest() for at in range(size // 32 + 1))[:size]


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _entry(kind: str, data: bytes) -> dict[str, object]:
    return {"mediaType": kind, "size": len(data), "digest": _digest(data)}


class _Handler(BaseHTTPRequestHandler):
    registry: Registry

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is given
        del format, args

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        kind, _, name = self.path.rstrip("/").rpartition("/")
        if self.path.rstrip("/") == "/v2":
            self._answer(b"{}", "application/json")
        elif kind.endswith("/manifests"):
            self._answer(self.registry.manifest, _TYPE)
        elif name in self.registry.blobs:
            self._answer(self.registry.blobs[name], "application/octet-stream", name)
        else:
            self.send_error(404)

    def _answer(self, data: bytes, kind: str, name: str = "") -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Docker-Content-Digest", _digest(data))
        self.end_headers()
        if self.command == "HEAD":
            return
        half = len(data) // 2
        self.wfile.write(data[:half])
        self.wfile.flush()
        if name == self.registry.layer:
            self.registry.asked.set()
            if self.registry.stuck.is_set():
                self.registry.go_on.wait(30)
        self.wfile.write(data[half:])


@contextmanager
def serve() -> Iterator[Registry]:
    """Serve on a free port of loopback, which a daemon takes without encryption."""
    registry = Registry()
    handler = type("Handler", (_Handler,), {"registry": registry})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    registry.name = f"127.0.0.1:{server.server_address[1]}/golang"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield registry
    finally:
        registry.go_on.set()
        server.shutdown()
        server.server_close()
