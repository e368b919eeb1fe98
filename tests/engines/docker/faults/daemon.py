"""A Docker daemon of a test's own: it may be stopped and filled, and the person's is not met."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ipaddress import IPv4Network
from pathlib import Path

import docker
import psutil

from workbench import _process
from workbench._wait import DeadlineExceeded, wait_until


class Daemon:
    """A daemon with folders, a socket, a containerd and a bridge of its own.

    It touches no packet filter: ports are published by Docker's own proxy, on loopback.

    Args:
        folder: An empty folder with a short name, since the name of a socket has to be short.
        room: Megabytes of the disk that holds its images; None for that of the folder.
    """

    def __init__(self, folder: Path, room: int | None = None) -> None:
        self.folder = folder
        self.host = f"unix://{folder}/socket"
        self.data = folder / "data"
        self._bridge = f"wbt{os.getpid() % 10**6}{folder.name[-4:].lower()}"
        self._child: subprocess.Popen[bytes] | None = None
        self.data.mkdir()
        (folder / "daemon.json").write_text("{}")
        if room is not None:
            _run("mount", "-t", "tmpfs", "-o", f"size={room}m", "tmpfs", self.data)
        address = next(net for net in _subnets() if net not in _taken())
        _run("ip", "link", "add", self._bridge, "type", "bridge")
        _run("ip", "address", "add", f"{address[1]}/24", "dev", self._bridge)
        _run("ip", "link", "set", self._bridge, "up")

    def start(self) -> None:
        """Start it, and wait until it answers."""
        words = [
            "dockerd", "--config-file", self.folder / "daemon.json", "--host", self.host,
            "--data-root", self.data, "--exec-root", self.folder / "exec",
            "--pidfile", self.folder / "pid", "--bridge", self._bridge,
            "--iptables=false", "--ip6tables=false", "--ip-forward=false", "--ip-masq=false",
            "--userland-proxy=true", "--shutdown-timeout=2",
        ]  # fmt: skip
        (self.folder / "pid").unlink(missing_ok=True)
        self._child = _process.start(
            [str(word) for word in words],
            cwd=self.folder, env=dict(os.environ), output=self.folder / "log",
        )  # fmt: skip
        wait_until(self._answers, timeout=30)

    def _answers(self) -> bool | None:
        assert self._child is not None
        if self._child.poll() is not None:
            raise AssertionError((self.folder / "log").read_text()[-2000:])
        with suppress(OSError), socket.socket(socket.AF_UNIX) as door:
            door.connect(str(self.folder / "socket"))
            door.sendall(b"GET /_ping HTTP/1.0\r\n\r\n")
            return b"200 OK" in door.recv(100) or None
        return None

    @contextmanager
    def api(self) -> Iterator[docker.DockerClient]:
        """A connection of the test's own to it."""
        api = docker.DockerClient(base_url=self.host, timeout=30)
        try:
            yield api
        finally:
            api.close()

    def end(self, number: int = signal.SIGTERM) -> None:
        """Send it a signal, as `systemctl stop` or a crash does, and wait until it is gone."""
        if self._child is not None:
            self._child.send_signal(number)
            self._child.wait(30)
            self._child = None
            # Its containerd follows; one that still ends would be taken for one that runs.
            wait_until(lambda: "containerd" not in self.names() or None, timeout=15)
            self._end_steps()
            (self.folder / "exec" / "containerd" / "containerd.pid").unlink(missing_ok=True)

    def _end_steps(self) -> None:
        """End the build steps that a crash of the daemon leaves; Docker never looks for them."""
        for process in psutil.process_iter():
            with suppress(OSError, psutil.NoSuchProcess):  # it may end by itself meanwhile
                mounts = Path("/proc", str(process.pid), "mountinfo").read_text().splitlines()
                cgroups = Path("/proc", str(process.pid), "cgroup").read_text()
                root = next((line for line in mounts if line.split()[4] == "/"), "")
                if str(self.data) in root and "/buildkit/" in cgroups:
                    process.kill()

    @property
    def runs(self) -> bool:
        """Whether it was started, and not ended by `end`."""
        return self._child is not None

    def names(self) -> set[str]:
        """What its processes are called: `dockerd`, `containerd`, and one shim a container."""
        names = set()
        for process in self.processes():
            with suppress(psutil.Error):
                names.add(process.name())
        return names

    def tags(self) -> set[str]:
        """The names of all its images, and the ids of those without one."""
        with self.api() as api:
            return {tag for image in api.images.list() for tag in image.tags or [str(image.id)]}

    def processes(self) -> list[psutil.Process]:
        """All that it started, and it itself."""
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if any(str(self.folder) in word for word in process.cmdline()):
                    found.append(process)
        return found

    def wipe(self) -> None:
        """End it, and remove all that is left of it."""
        with suppress(subprocess.TimeoutExpired, DeadlineExceeded):  # below all of it is killed
            self.end()
        left = self.processes()
        for process in [*left, *(child for one in left for child in _children(one))]:
            with suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(left, timeout=5)
        for mounted in reversed(_mounts(self.folder)):
            subprocess.run(["umount", "--lazy", mounted], check=False)
        subprocess.run(["ip", "link", "delete", self._bridge], check=False, capture_output=True)
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def private_daemon(room: int | None = None) -> Iterator[Daemon]:
    """A daemon that runs, and is wiped after the block."""
    daemon = Daemon(Path(tempfile.mkdtemp(prefix="wbd", dir="/tmp")), room)  # short
    try:
        daemon.start()
        yield daemon
    finally:
        daemon.wipe()


def _run(*words: str | Path) -> None:
    subprocess.run([str(word) for word in words], check=True, capture_output=True)


def _children(process: psutil.Process) -> list[psutil.Process]:
    with suppress(psutil.Error):
        return process.children(recursive=True)
    return []


def _subnets() -> Iterator[IPv4Network]:
    return IPv4Network("172.31.192.0/18").subnets(new_prefix=24)


def _taken() -> list[IPv4Network]:
    """The networks that this machine is in already, where they are of this size."""
    return [
        IPv4Network(f"{one.address}/24", strict=False)
        for addresses in psutil.net_if_addrs().values()
        for one in addresses
        if one.family is socket.AF_INET
    ]


def _mounts(folder: Path) -> list[str]:
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    places = [line.split()[4] for line in lines]
    return [place for place in places if Path(place).is_relative_to(folder)]
