"""Build contexts: what is unpacked, and what somebody could try with one."""

from __future__ import annotations

import base64
import gzip
import io
import tarfile
import tracemalloc
from pathlib import Path

import pytest

from workbench.racetrack.aliases import find_version
from workbench.racetrack.config import Limits
from workbench.racetrack.deploying.contexts import unpack_context
from workbench.racetrack.deploying.requests import DeployRequest
from workbench.racetrack.model import JobRecord, JobStatus
from workbench.racetrack.problems import Invalid, NotFound, Problem, TooLarge


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


def packed(*members: tuple[tarfile.TarInfo, bytes]) -> str:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for info, content in members:
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return base64.b64encode(buffer.getvalue()).decode()


def test_files_are_unpacked_and_nothing_of_their_owners(tmp_path: Path) -> None:
    tool = member("bin/tool.sh")
    tool.mode, tool.uid = 0o4755, 12345
    whole = member(".", tarfile.DIRTYPE)  # as `tar -cz .` begins
    text = packed((whole, b""), (member("perform.go"), b"package adder\n"), (tool, b"#!/bin/sh\n"))
    assert unpack_context(text, tmp_path / "job", Limits()) == 3
    assert (tmp_path / "job" / "perform.go").read_bytes() == b"package adder\n"
    assert (tmp_path / "job" / "bin" / "tool.sh").stat().st_mode & 0o7777 == 0o755


@pytest.mark.parametrize(
    "info",
    [
        member("../evil"),
        member("a/../../evil"),
        member("."),
        member("/tmp/evil"),  # noqa: S108 - the attack itself
        member("link", tarfile.SYMTYPE, "/etc/passwd"),
        member("hard", tarfile.LNKTYPE, "perform.go"),
        member("device", tarfile.CHRTYPE),
        member("pipe", tarfile.FIFOTYPE),
        member("perform.go"),
        member("perform.go/inside"),
    ],
    ids=lambda info: info.name,
)
def test_a_member_that_could_do_harm_is_refused_by_its_name(
    tmp_path: Path, info: tarfile.TarInfo
) -> None:
    text = packed((member("perform.go"), b"package adder\n"), (info, b""))
    with pytest.raises(Invalid, match="The build context"):
        unpack_context(text, tmp_path / "deep" / "er" / "job", Limits())
    assert not list(tmp_path.rglob("evil"))


def test_what_is_too_much_is_counted_and_not_believed(tmp_path: Path) -> None:
    bomb = packed((member("zeros"), b"\0" * 5_000_000))
    assert len(bomb) < 20_000
    with pytest.raises(TooLarge, match="holds more than 1 MiB"):
        unpack_context(bomb, tmp_path / "a", Limits(context=2**20))
    many = packed(*((member(f"f{number}"), b"") for number in range(20)))
    with pytest.raises(TooLarge, match="more than 10 members"):
        unpack_context(many, tmp_path / "b", Limits(members=10))


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME])
def test_a_header_is_not_unpacked_at_whatever_size_it_says(tmp_path: Path, kind: bytes) -> None:
    bomb = packed((member("header", kind), bytes(64 * 2**20)), (member("perform.go"), b"x"))
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge, match="a header of more than"):
            unpack_context(bomb, tmp_path / "job", Limits())
        assert tracemalloc.get_traced_memory()[1] < 16 * 2**20
    finally:
        tracemalloc.stop()


def test_a_large_file_and_a_long_name_are_no_large_header(tmp_path: Path) -> None:
    name = "/".join(["a-folder-with-a-long-name"] * 20)
    text = packed((member(f"{name}/model.bin"), bytes(3 * 2**20)), (member("perform.go"), b"x"))
    assert unpack_context(text, tmp_path / "job", Limits()) == 2
    assert (tmp_path / "job" / name / "model.bin").stat().st_size == 3 * 2**20


@pytest.mark.parametrize(
    "text",
    [
        "no base64!",
        base64.b64encode(b"no gzip").decode(),
        base64.b64encode(gzip.compress(b"no tar" * 200)).decode(),
        packed((member("perform.go"), b"x" * 5000))[:-40],
        "",
    ],
    ids=["base64", "gzip", "tar", "cut off", "empty"],
)
def test_what_is_no_context_is_told(tmp_path: Path, text: str) -> None:
    with pytest.raises(Invalid, match="The build context"):
        unpack_context(text, tmp_path / "job", Limits())


@pytest.mark.parametrize(
    "payload",
    [
        {"manifest": []},
        {"manifest": {1: "a"}},
        {"manifest": {}, "build_context": 5},
        {"manifest": {}, "secret_vars": []},
        {"manifest": {}, "secret_vars": {"runtime_env": {"A": 1}}},
        {"manifest": {}, "build_flags": ["--privileged"]},
    ],
)
def test_a_request_of_another_form_is_refused(payload: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        DeployRequest.read(payload)


def test_secrets_are_hidden_in_every_text_and_repr() -> None:
    secrets = {"runtime_env": {"TOKEN": "s3cret-value"}, "build_env": {"PIP": "s3cret"}}
    request = DeployRequest.read({"manifest": {"name": "x"}, "secret_vars": secrets})
    assert request.hide("a s3cret-value and s3cret") == "a *** and ***"
    assert "s3cret" not in repr(request)


def test_a_manifest_is_held_against_all_rules(tmp_path: Path) -> None:
    good = {
        "name": "adder",
        "owner_email": "a@example.com",
        "jobtype": "golang:latest",
        "git": {"remote": "https://example.com/x"},
    }
    read = DeployRequest.read({"manifest": good}).place_manifest(tmp_path)
    assert (read.name, read.version) == ("adder", "0.0.1")
    for name in ("My Job", "my/job", "../x", "a" * 80, "my_job"):
        bad = DeployRequest.read({"manifest": {**good, "name": name}})
        with pytest.raises(Invalid, match="The manifest is not accepted") as refused:
            bad.place_manifest(tmp_path)
        assert str(tmp_path) not in refused.value.wire_text


def test_the_files_with_secrets_need_not_be_sent(tmp_path: Path) -> None:
    manifest = {
        "name": "adder",
        "owner_email": "a@example.com",
        "jobtype": "golang:latest",
        "git": {"remote": "https://example.com/x"},
        "secret_runtime_env_file": ".env.secret",
    }
    secrets = {"runtime_env": {"TOKEN": "value"}}
    DeployRequest.read({"manifest": manifest, "secret_vars": secrets}).place_manifest(tmp_path)
    path = tmp_path / ".env.secret"
    assert path.read_text() == "TOKEN=value\n"
    assert path.stat().st_mode & 0o777 == 0o600


def job(version: str, status: JobStatus = JobStatus.RUNNING) -> JobRecord:
    return JobRecord(version, "adder", version, status, 0, 0, {}, "", None, "")


def test_versions_by_alias() -> None:
    jobs = [job("0.9.0"), job("0.10.0"), job("1.0.0-dev"), job("2.0.0", JobStatus.STARTING)]
    for wanted, found in (
        ("latest", "0.10.0"),
        ("x", "0.10.0"),
        ("0.9.x", "0.9.0"),
        ("1.0.0-dev", "1.0.0-dev"),
        ("2.0.0", "2.0.0"),
    ):
        assert find_version("adder", wanted, jobs).version == found
    for wanted, text in (
        ("1.x", "Not found any stable version matching pattern: 1.x"),
        ("*", "Job record not found for given name, version"),
        ("3.0.0", "Job record not found for given name, version"),
    ):
        with pytest.raises(NotFound, match=text.replace("*", r"\*")):
            find_version("adder", wanted, jobs)
    with pytest.raises(Problem, match="No job named adder"):
        find_version("adder", "latest", [])
