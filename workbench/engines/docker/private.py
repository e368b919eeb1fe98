"""Containers in a network of their own, and how this machine's programs get into it."""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from workbench import _process
from workbench._atomic import replace_file
from workbench._private_network import PrivateNetwork
from workbench.engines.base import Surroundings
from workbench.engines.docker import names
from workbench.engines.docker.base_image import TOOLCHAIN
from workbench.engines.docker.building import Recipe, build
from workbench.engines.docker.client import Client
from workbench.engines.docker.containers import DockerContainer
from workbench.engines.docker.context import Context
from workbench.engines.docker.toolchain import ensure_toolchain
from workbench.errors import EngineUnavailable
from workbench.events import Phase, silent
from workbench.settings import JOB_PORT, get_settings

_AROUND = Path(__file__).with_name("around")
_DOCKERFILE = f"""\
FROM {TOOLCHAIN} AS build
COPY main.go /src/
RUN cd /src && CGO_ENABLED=0 GOFLAGS= go build -trimpath -ldflags="-s -w" -o /around main.go
FROM scratch
COPY --from=build /around /around
CMD ["/around"]
"""


class PrivateDockerContainer(DockerContainer):
    """A container whose network holds nothing but its own loopback.

    The door into it is opened when somebody first asks, so that a program that ends at once is told
    as one that ended.
    """

    _door: PrivateNetwork | None = None
    _opening = threading.Lock()

    def connect(self, timeout: float) -> Any:
        """A connection to port 7000 of it; see `PrivateContainer.connect`."""
        return self._network().connect(JOB_PORT, timeout)

    def listeners(self) -> tuple[tuple[str, int], ...]:
        """Address and port of each of its sockets that listen."""
        try:
            return self._network().listeners()
        except OSError:
            return ()

    def stop(self, grace: float = _process.STOP_GRACE) -> int:
        """Ask it to end, kill it after `grace` seconds, remove it, and close the door."""
        try:
            return super().stop(grace)
        finally:
            with self._opening:
                if self._door is not None:
                    self._door.close()

    def _network(self) -> PrivateNetwork:
        with self._opening:
            if self._door is None:
                if self.exit_code is not None:
                    raise ConnectionAbortedError("the container is gone")
                try:
                    self._door = PrivateNetwork(f"of {self.name}", of=self.pid)
                except EngineUnavailable:
                    if self.exit_code is None:
                        self._ended.wait(0.5)
                    if self.exit_code is None:
                        raise
                    raise ConnectionAbortedError("the container is gone") from None
            return self._door

    def __repr__(self) -> str:
        return f"<container {self.id} in a network of its own>"


def put_around(client: Client, container: Any, around: Surroundings) -> None:
    """Let a container that was created with `around_entry` find the program that it begins with."""
    if around.full_log or around.taken_port:
        container.put_archive("/", _around(client))


def around_entry(attrs: Any, around: Surroundings) -> tuple[list[str] | None, list[str] | None]:
    """Entry point and command of a container with something wrong around it.

    Args:
        attrs: What Docker tells of the image.
        around: What is wrong.

    Returns:
        None and None where nothing is wrong: then the image's own hold.
    """
    wrong = [
        word
        for word, meant in (("full-log", around.full_log), ("taken-port", around.taken_port))
        if meant
    ]
    if not wrong:
        return None, None
    config = attrs["Config"]
    own = [*(config.get("Entrypoint") or []), *(config.get("Cmd") or [])]
    return ["/around", *wrong, "--"], own


def _around(client: Client) -> bytes:
    """The program `around`, as a tar; built once for each state of its source."""
    source = Context(_AROUND, (), ())
    digest = names.digest_of((_AROUND / "main.go").read_text() + _DOCKERFILE)
    kept = get_settings().stage_dir / f"around-{digest}.tar"
    if kept.is_file():
        return kept.read_bytes()
    ensure_toolchain(client.api, TOOLCHAIN)
    recipe = Recipe(
        "The program that goes wrong on purpose",
        _DOCKERFILE,
        source,
        f"racetrack-workbench/around:{digest}",
        names.image_labels("around", "", digest),
    )
    image_id, _ = build(client, recipe, Phase.PREPARING, silent)
    holder = client.api.containers.create(image_id, labels=names.owner_label())
    try:
        stream, _ = holder.get_archive("/around")
        content = b"".join(stream)
    finally:
        holder.remove(force=True)
    with suppress(OSError):
        replace_file(kept, content, mode=0o644)
    return content
