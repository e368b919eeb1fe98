"""A toolchain image made of this machine's own Go, for where the real one cannot be pulled.

It holds what a build needs and nothing else: Go as the real image has it, a static busybox with its
applets for the shell of `RUN`, certificates, and the few files that programs expect; and the
modules that the finished plugin's base image fetches, where this machine has them in its cache:
who can pull no image may have no network at all. It has no package manager. A label says what it
is, so that nobody takes it for the real one.
"""

from __future__ import annotations

import re
import struct
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from workbench import _process
from workbench._go import Go, find_go, go_env
from workbench.errors import EngineUnavailable
from workbench.settings import shipped

LABEL = "racetrack-workbench.stand-in"
"""The label of a stand-in; its value says which Go and which busybox are in it."""

_BUSYBOX = (Path("/bin/busybox"), Path("/usr/bin/busybox"), Path("/bin/busybox.static"))
_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
_CHUNK = 256 * 1024
_PATH = "/go/bin:/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_USERS = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n"
_GROUPS = "root:x:0:\nnogroup:x:65533:\nnobody:x:65534:\n"
_NAMES = "hosts: files dns\n"
_FOLDERS = (
    "bin", "dev", "etc/ssl/certs", "go/bin", "go/src", "home", "proc", "root", "run", "sbin", "sys",
    "usr/bin", "usr/local/bin", "usr/local/go", "usr/sbin", "var/cache",
)  # fmt: skip

# Of Go's own tree: what no build of somebody's program reads. A third of its files.
_UNUSED_TOP = {"api", "doc", "misc", "test"}
_UNUSED_ANYWHERE = "testdata"
_MODULE_FILES = {".info", ".mod", ".zip", ".ziphash"}


@dataclass(frozen=True)
class Parts:
    """What a stand-in is made of.

    Attributes:
        go: This machine's toolchain.
        busybox: A static busybox.
        busybox_version: Its version, such as `1.35.0`.
        applets: Where its applets go, such as `bin/sh`; without busybox itself.
    """

    go: Go
    busybox: Path
    busybox_version: str
    applets: tuple[str, ...]

    @property
    def told(self) -> str:
        """What is in it, for a person and for the label."""
        return f"go {self.go.version}, busybox {self.busybox_version}"

    def changes(self) -> list[str]:
        """The image's settings, as lines of a Dockerfile."""
        return [
            f"ENV PATH={_PATH}",
            f"ENV GOLANG_VERSION={self.go.version}",
            "ENV GOTOOLCHAIN=local",
            "ENV GOPATH=/go",
            "WORKDIR /go",
            'CMD ["/bin/sh"]',
            f'LABEL {LABEL}="{self.told}"',
        ]


def find_parts(machine: str) -> Parts:
    """Look for what a stand-in is made of on this machine.

    Args:
        machine: The processor that the image is for, as Go names it, such as `amd64`.

    Raises:
        EngineUnavailable: Something is missing, or is for another system; says what to install.
    """
    go = find_go()
    if not (go.goroot / "pkg" / "tool" / f"linux_{machine}").is_dir():
        raise EngineUnavailable(
            f"The Go in {go.goroot} does not run on linux/{machine}, which the Docker daemon runs.",
            remedy="let the daemon pull the image once: it needs a network for that.",
        )
    for busybox in _BUSYBOX:
        if busybox.is_file() and is_static(busybox):
            listed = _process.run([busybox, "--list-full"], timeout=30).stdout.split()
            words = [*_process.run([busybox], timeout=30).stdout.split(), "", "v?"]
            applets = tuple(sorted(set(listed) - {"bin/busybox"}))
            return Parts(go, busybox, words[1].removeprefix("v"), applets)
    raise EngineUnavailable(
        "There is no static busybox on this machine, which an image needs for its shell.",
        remedy="install one (on Debian and Ubuntu: apt install busybox-static), "
        "or let the daemon pull the image once.",
    )


def stream(parts: Parts) -> Iterator[bytes]:
    """The image's files as a tar, in pieces; the same bytes for the same parts."""
    for folder in _with_parents(_FOLDERS):
        yield _header(folder, tarfile.DIRTYPE)
    yield _header("tmp", tarfile.DIRTYPE, mode=0o1777)
    yield from _text("etc/passwd", _USERS)
    yield from _text("etc/group", _GROUPS)
    yield from _text("etc/nsswitch.conf", _NAMES)
    certificates = _CERTIFICATES if _CERTIFICATES.is_file() else Path(DEFAULT_CA_BUNDLE_PATH)
    yield from _file("etc/ssl/certs/ca-certificates.crt", certificates)
    yield from _file("bin/busybox", parts.busybox, executable=True)
    for applet in parts.applets:
        yield _header(applet, tarfile.SYMTYPE, target="/bin/busybox")
    yield from _go_tree(parts.go.goroot.resolve())
    yield from _modules(parts.go)
    yield bytes(2 * tarfile.BLOCKSIZE)


def _go_tree(goroot: Path) -> Iterator[bytes]:
    for path in _used(goroot, top=True):
        name = f"usr/local/go/{path.relative_to(goroot).as_posix()}"
        if path.is_dir():
            yield _header(name, tarfile.DIRTYPE)
        else:
            yield from _file(name, path, executable=bool(path.stat().st_mode & 0o100))


def _modules(go: Go) -> Iterator[bytes]:
    """The module cache's own files of each module that the base image fetches."""
    answer = _process.run([go.path, "env", "GOMODCACHE"], env=go_env(), timeout=30)
    downloads = Path(answer.stdout.strip(), "cache", "download")
    sums = shipped("golang-job-type") / "go_wrapper" / "typical" / "go.sum"
    folders: set[Path] = set()
    for line in sums.read_text().splitlines():
        module, version, _ = line.split()
        if version.endswith("/go.mod"):
            continue
        # In names of files Go writes a capital as "!" and the small letter.
        escaped = re.sub("[A-Z]", lambda found: f"!{found[0].lower()}", module)
        for path in sorted(downloads.joinpath(escaped, "@v").glob(f"{version}.*")):
            name = Path("go/pkg/mod/cache/download", path.relative_to(downloads))
            if path.suffix in _MODULE_FILES:
                for folder in sorted(set(name.parents[:-2]) - folders):
                    yield _header(str(folder), tarfile.DIRTYPE, mode=0o777)
                    folders.add(folder)
                yield from _file(str(name), path)


def _used(folder: Path, *, top: bool = False) -> Iterator[Path]:
    """What builds use of a folder of Go's tree: each folder before what is in it."""
    for path in sorted(folder.iterdir()):
        name = path.name
        if path.is_dir():
            foreign = folder.name == "tool" and not name.startswith("linux_")
            if foreign or name == _UNUSED_ANYWHERE or (top and name in _UNUSED_TOP):
                continue
            yield path
            yield from _used(path)
        elif path.is_file() and not name.endswith("_test.go"):
            yield path


def _with_parents(folders: tuple[str, ...]) -> list[str]:
    parents = {str(parent) for folder in folders for parent in Path(folder).parents}
    return sorted((parents | set(folders)) - {"."})


def _header(name: str, kind: bytes, *, mode: int = 0o755, size: int = 0, target: str = "") -> bytes:
    info = tarfile.TarInfo(name)
    info.type, info.mode, info.size, info.linkname = kind, mode, size, target
    info.uname = info.gname = "root"
    return info.tobuf(tarfile.PAX_FORMAT)


def _text(name: str, text: str) -> Iterator[bytes]:
    data = text.encode()
    yield _header(name, tarfile.REGTYPE, mode=0o644, size=len(data))
    yield data + _padding(len(data))


def _file(name: str, path: Path, *, executable: bool = False) -> Iterator[bytes]:
    mode = 0o755 if executable else 0o644
    with path.open("rb") as source:
        size = path.stat().st_size
        head = _header(name, tarfile.REGTYPE, mode=mode, size=size)
        if size <= _CHUNK:  # most are small: one piece each
            yield head + source.read(size) + _padding(size)
            return
        yield head
        while piece := source.read(_CHUNK):
            yield piece
        yield _padding(size)


def _padding(size: int) -> bytes:
    return bytes(-size % tarfile.BLOCKSIZE)


_ELF64 = struct.Struct("<16sHHIQQQIHHHHHH")
_PT_INTERP = 3


def is_static(program: Path) -> bool:
    """Whether a program of this machine needs no loader and so no libraries."""
    with program.open("rb") as file:
        data = file.read(_ELF64.size)
        if len(data) < _ELF64.size or data[:6] != b"\x7fELF\x02\x01":
            return False
        fields = _ELF64.unpack(data)
        offset, entry_size, entries = fields[5], fields[9], fields[10]
        file.seek(offset)
        table = file.read(entry_size * entries)
    kinds = (struct.unpack_from("<I", table, at)[0] for at in range(0, len(table), entry_size))
    return _PT_INTERP not in kinds
