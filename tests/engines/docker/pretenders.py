"""A docker command and a daemon that are none: they say what a test wants to be said."""

from __future__ import annotations

import json
import os
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import docker

from workbench.engines.docker.client import Client, Command

_COMMAND = """\
#!/bin/sh
case "$*" in
--version) {version} ;;
"buildx version") {buildx} ;;
"context inspect"*) printf '"default"\\n"%s"\\n' "$DOCKER_HOST" ;;
*) exit 1 ;;
esac
"""


def write_command(folder: Path, release: str | None = "20.10.24", *, buildx: bool = False) -> Path:
    """A program `docker` of a release; None for one that does not tell its version."""
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "docker"
    told = "exit 1" if release is None else f"echo 'Docker version {release}, build 123abc'"
    program.write_text(_COMMAND.format(version=told, buildx="true" if buildx else "exit 1"))
    program.chmod(0o755)
    return program


ABOUT = {"ApiVersion": "1.41", "Version": "20.10.24", "Os": "linux", "Arch": "amd64"}


class _Handler(BaseHTTPRequestHandler):
    answers: dict[str, dict[str, Any]]

    def address_string(self) -> str:
        return "a test"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is given
        del format, args

    def do_GET(self) -> None:
        answer = self.answers.get(self.path.rpartition("/")[2])
        data = json.dumps(answer or {"message": "it is not well"}).encode()
        self.send_response(200 if answer else 500)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@contextmanager
def daemon(
    folder: Path, *, about: dict[str, Any] = ABOUT, root: Path | None = None, **more: dict[str, Any]
) -> Iterator[str]:
    """A daemon that tells about itself, and `more`, and does nothing; gives its address."""
    answers = {"version": about, "info": {"DockerRootDir": str(root)}, **more}
    handler = type("Handler", (_Handler,), {"answers": {k: v for k, v in answers.items() if v}})
    path = folder / "daemon"
    here = os.open(folder, os.O_RDONLY)
    try:  # a short name, however long the folder's is
        server = socketserver.ThreadingUnixStreamServer(f"/proc/self/fd/{here}/daemon", handler)
    finally:
        os.close(here)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"unix://{path}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def busy(folder: Path) -> Iterator[Client]:
    """A client, with a second's patience, of a daemon that takes calls and answers none."""
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(folder / "daemon"))
        door.listen()
        host = f"unix://{folder}/daemon"
        api = docker.DockerClient(base_url=host, version="1.41", timeout=1)
        yield Client(Command(folder / "bin" / "docker", "20.10.24", buildx=False), host, api)
