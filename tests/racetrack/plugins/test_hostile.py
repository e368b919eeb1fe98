"""Archives that would do harm: nothing is written outside of a plugin's folder, or too much."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from pathlib import Path

import pytest

from tests.racetrack.plugins.making import Server, zipped
from workbench.plugin import archive
from workbench.racetrack.problems import Invalid, NoRoom


def _with(name: str, content: bytes = b"x", mode: int = 0) -> bytes:
    """A good plugin's ZIP with one member more, whatever its name."""
    buffer = io.BytesIO(zipped("class Plugin: ..."))
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as file:
        info = zipfile.ZipInfo("placeholder")
        info.filename = info.orig_filename = name
        info.external_attr = mode << 16
        info.compress_type = zipfile.ZIP_DEFLATED
        file.writestr(info, content)
    return buffer.getvalue()


HARMFUL = {
    "climbs": (_with("../../../outside"), "'../../../outside' leads out of the archive."),
    "climbs later": (_with("a/../../outside"), "'a/../../outside' leads out of the archive."),
    "absolute": (_with("/tmp/outside"), "'/tmp/outside' leads out of the archive."),  # noqa: S108
    "backslash": (_with("..\\outside"), "has a character in its name that no file may have."),
    "link": (_with("link", b"/etc/passwd", stat.S_IFLNK | 0o777), "'link' is a link; put the"),
    "device": (_with("pipe", b"", stat.S_IFIFO), "'pipe' is neither a file nor a folder."),
    "below a file": (_with("plugin.py/x"), "mine.zip cannot be unpacked: File exists."),
    "a long name": (_with("x" * 300), "mine.zip cannot be unpacked: File name too long."),
    "the folder itself": (_with("."), "mine.zip cannot be unpacked: "),
}


@pytest.mark.parametrize("case", HARMFUL, ids=str)
def test_a_harmful_zip_is_refused(case: str, server: Server, tmp_path: Path) -> None:
    sent, text = HARMFUL[case]
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(Invalid) as caught:
        server.install(sent, "mine.zip")
    assert caught.value.message.startswith("mine.zip")
    assert text in caught.value.message
    assert str(tmp_path) not in caught.value.wire_text
    assert sorted(tmp_path.rglob("*")) == before


def test_a_bomb_is_refused_before_it_is_unpacked(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "FREE_BYTES", 2 * 1024**2)
    bomb = _with("zeros", bytes(8 * 1024**2))
    assert len(bomb) < 10_000
    with pytest.raises(Invalid, match=r"^mine\.zip would hold 8\.0 MiB unpacked, 2 at most: "):
        server.install(bomb, "mine.zip")
    assert server.files() == []
    assert server.install(_with("much", bytes(1024**2))).name == "case"  # as much as it may hold


@pytest.mark.parametrize("lies", [True, False], ids=["lying", "counted"])
def test_what_is_unpacked_is_counted_whatever_the_zip_says(
    lies: bool, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = _with("zeros", bytes(4 * 1024**2))
    if lies:  # its directory says that the member has ten bytes
        size = struct.pack("<L", 4 * 1024**2)
        assert bomb.count(size) == 2
        bomb = bomb.replace(size, struct.pack("<L", 10))
        text = "cannot be read as a ZIP: Bad CRC-32 for file 'zeros'"
    else:  # the directory is believed by nobody here
        monkeypatch.setattr(archive, "_check", lambda *_args: 1024**2)
        text = "would hold more than 1 MiB unpacked, 1 at most"
    with pytest.raises(Invalid, match=text):
        server.install(bomb, "mine.zip")
    assert server.files() == []


def test_a_member_is_not_unpacked_much_further_than_it_may() -> None:
    sink = io.BytesIO()
    packed = io.BytesIO(bytes(10 * 1024**2))
    assert archive._copy(packed, sink, 1024**2) == len(sink.getvalue()) == 2 * 1024**2


def test_too_many_members(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_MEMBERS", 3)
    with pytest.raises(Invalid, match=r"^mine\.zip has 4 members, 3 at most\.$"):
        server.install("class Plugin: ...", "mine.zip")


def _manifest(lines: str) -> bytes:
    return zipped("class Plugin: ...", manifest=lines)


MANIFESTS = {
    "long": (f"url: {'x' * 70_000}\n", "mine.zip/plugin-manifest.yaml is larger than 64 KiB."),
    "deep": (f"url: {'[' * 50_000}\n", "nested too deep to be read."),
    "multiplying": (
        "a: &a [x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"{two}: &{two} [{', '.join([f'*{one}'] * 9)}]\n" for one, two in
                  zip("abcdefgh", "bcdefghi", strict=True)),
        "holds more than 100000 values",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", MANIFESTS, ids=str)
def test_a_manifest_that_would_cost_too_much(case: str, server: Server) -> None:
    lines, text = MANIFESTS[case]
    with pytest.raises(Invalid) as caught:
        server.install(_manifest(lines), "mine.zip")
    assert text in caught.value.message
    assert server.files() == []


@pytest.mark.parametrize("step", ["take", "unpack"])
def test_a_full_disk_is_told_and_nothing_stays(
    step: str, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = server.install(zipped("class Plugin: ...", name="kept", version="1.0.0"))
    before = server.files()

    def full(*_args: object, **_named: object) -> None:
        raise OSError(28, "No space left on device")

    if step == "take":
        monkeypatch.setattr("workbench.racetrack.plugins.shelf.os.fsync", full)
    else:
        monkeypatch.setattr(archive, "_copy", full)
    with pytest.raises(NoRoom) as caught:
        server.install("class Plugin: ...", "mine.zip")
    assert caught.value.message == "mine.zip could not be stored: No space left on device."
    assert (server.files(), server.registry.plugins()) == (before, [kept])
