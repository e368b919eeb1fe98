"""Jobs from a git repository, which a real git server on this machine gives out."""

from __future__ import annotations

import base64
import os
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import trustme
from racetrack_client.manifest.manifest import GitManifest

from tests.racetrack.conftest import QUICK
from tests.racetrack.test_ends import deployed
from tests.racetrack.test_walk import post, renamed
from workbench import shipped
from workbench.errors import WorkbenchError
from workbench.racetrack.config import Config, Limits
from workbench.racetrack.deploying.git_source import fetch_sources
from workbench.racetrack.local import LocalRacetrack

PASSWORD = "a-secret-pass-word"


@dataclass
class Repository:
    """A repository with the sample job in a folder `jobs/adder`.

    Attributes:
        path: Its work tree.
        url: Where the server gives it out.
        asked: The paths that were asked for.
    """

    path: Path
    url: str = ""
    asked: list[str] = field(default_factory=list)

    def commit(self) -> None:
        words = ["-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet"]
        for one in (["add", "--all"], [*words, "--message=more"]):
            subprocess.run(["git", *one], cwd=self.path, check=True)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Repository]:
    path = tmp_path / "repository"
    renamed(Path(shutil.copytree(shipped("sample-golang-function"), path / "jobs/adder")), "by-git")
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main", path], check=True)
    repository = Repository(path)
    repository.commit()

    class Backend(BaseHTTPRequestHandler):
        """Git's own server program; a path with `closed` asks for a password."""

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            repository.asked.append(url.path)
            right = "Basic " + base64.b64encode(f"ann:{PASSWORD}".encode()).decode()
            if "/closed" in url.path and self.headers.get("Authorization") != right:
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="git"')
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            env = {
                **os.environ,
                "GIT_PROJECT_ROOT": str(path.parent), "GIT_HTTP_EXPORT_ALL": "1",
                "PATH_INFO": url.path.replace("/closed", ""), "QUERY_STRING": url.query,
                "REQUEST_METHOD": self.command, "REMOTE_ADDR": "127.0.0.1",
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            }  # fmt: skip
            length = int(self.headers.get("Content-Length") or 0)
            answer = subprocess.run(
                ["git", "http-backend"], input=self.rfile.read(length), stdout=subprocess.PIPE,
                env=env, check=True,
            ).stdout  # fmt: skip
            head, _, body = answer.partition(b"\r\n\r\n")
            lines = dict(line.split(": ", 1) for line in head.decode().splitlines())
            self.send_response(int(lines.pop("Status", "200").split()[0]))
            for name, value in lines.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - the base class looks for this name

    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("GIT_SSL_CAINFO", str(tmp_path / "authority.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with ThreadingHTTPServer(("127.0.0.1", 0), Backend) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        repository.url = f"https://127.0.0.1:{server.server_port}/repository"
        yield repository
        server.shutdown()
        thread.join()


def in_git(job_dir: Path, repository: Repository, remote: str | None = None) -> Path:
    """The job's manifest alone, naming the repository."""
    manifest = (repository.path / "jobs/adder/job.yaml").read_text().partition("git:")[0]
    job_dir.mkdir(exist_ok=True)
    git = f"git:\n  remote: {remote or repository.url}\n  directory: jobs/adder\n"
    (job_dir / "job.yaml").write_text(manifest + git)
    return job_dir


def test_a_job_is_fetched_by_git_from_a_host_that_is_named(
    repository: Repository, tmp_path: Path, bundle: Path, racetrack: LocalRacetrack
) -> None:
    job_dir = in_git(tmp_path / "job", repository)
    deploy = ("deploy", "--build-context", "git")
    refused = racetrack.cli(*deploy, cwd=job_dir)
    assert refused.exit_code == 70
    assert "this server may not fetch from 127.0.0.1" in refused.output
    assert "--git-host 127.0.0.1" in refused.output
    assert repository.asked == []
    with LocalRacetrack(
        engine="process", state=tmp_path / "state", limits=QUICK, git_hosts=["127.0.0.1"]
    ) as server:
        server.install(bundle)
        run = server.cli(*deploy, cwd=job_dir)
        assert run.ok, run.output
        assert post(f"{server.pub_url}/job/by-git/latest", numbers=[40, 2]).json() == 42
        credentials = {"username": "ann", "password": "not-this-word"}
        manifest = {
            "name": "closed", "owner_email": "a@example.com", "jobtype": "golang:latest",
            "git": {"remote": repository.url.replace("/repository", "/closed/repository")},
        }  # fmt: skip
        told = deployed(server, manifest, credentials)
        assert "fetching job repo: cloning git repo: " in told["error"]
        assert "not-this-word" not in str(told)
        assert list((server.config.state / "workspaces").iterdir()) == []


def fetched(
    repository: Repository, folder: Path, remote: str | None = None, *, limits: Limits = QUICK,
    branch: str | None = None, directory: str = "jobs/adder", password: str = "",
) -> Path:  # fmt: skip
    folder.mkdir(exist_ok=True)
    git = GitManifest(remote=remote or repository.url, branch=branch, directory=directory)
    credentials = {"username": "ann", "password": password} if password else {}
    config = Config(folder, git_hosts=("127.0.0.1", "example.invalid"), limits=limits)
    fetch_sources(git, credentials, folder, config)
    return folder


def test_a_password_opens_and_is_never_told(repository: Repository, tmp_path: Path) -> None:
    closed = repository.url.replace("/repository", "/closed/repository")
    there = fetched(repository, tmp_path / "a", closed, password=PASSWORD)
    assert sorted(path.name for path in there.iterdir()) == [
        "go.mod", "go.sum", "job.yaml", "perform.go",
    ]  # fmt: skip
    for remote, password in (
        (closed, ""),
        (closed, "wrong"),
        (closed.replace("://", "://ann:in-the-address@"), ""),
    ):
        with pytest.raises(WorkbenchError) as refused:
            fetched(repository, tmp_path / "b", remote, password=password)
        assert "Authentication failed" in refused.value.message or "could not read" in str(
            refused.value
        )
        assert "in-the-address" not in str(refused.value)
        assert not password or password not in str(refused.value)
        assert list((tmp_path / "b").iterdir()) == []


@pytest.mark.parametrize(
    ("remote", "why"),
    [
        ("file:///etc", "only https:// is"),
        ("/etc", "only https:// is"),
        ("ext::sh -c 'touch /tmp/attacked'", "only https:// is"),
        ("git@example.invalid:a/b", "only https:// is"),
        ("http://127.0.0.1/a", "only https:// is"),
        ("https://elsewhere.invalid/a", "may not fetch from elsewhere.invalid"),
        ("https://127.0.0.1:1/a", "cloning git repo: https://127.0.0.1:1/a: "),
        ("--upload-pack=touch /tmp/attacked", "only https:// is"),
    ],
)
def test_other_places_are_refused(
    repository: Repository, tmp_path: Path, remote: str, why: str
) -> None:
    with pytest.raises(WorkbenchError) as refused:
        fetched(repository, tmp_path / "a", remote)
    assert why in refused.value.message
    assert "fetching the source code: fetching job repo: " in refused.value.message


def test_what_it_holds_is_bounded_and_holds_no_way_out(
    repository: Repository, tmp_path: Path
) -> None:
    job = repository.path / "jobs/adder"
    (job / "passwd").symlink_to("/etc/passwd")
    (repository.path / "way-out").symlink_to("/etc")
    hook = repository.path / ".git/hooks/post-checkout"
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/attacked\n")
    hook.chmod(0o755)
    repository.commit()
    for directory, why in (
        ("jobs/adder", "passwd in it is a link"),
        ("way-out", "has no folder 'way-out'"),
        ("..", "has no folder '..'"),
        ("/etc", "has no folder '/etc'"),
        ("none", "has no folder 'none'"),
    ):
        with pytest.raises(WorkbenchError, match=why):
            fetched(repository, tmp_path / "a", directory=directory)
    (job / "passwd").unlink()
    (job / "large").write_bytes(os.urandom(2 * 1024**2))
    repository.commit()
    with pytest.raises(WorkbenchError, match="it holds more than 1 MiB"):
        fetched(repository, tmp_path / "a", limits=Limits(context=1024**2))
    with pytest.raises(WorkbenchError, match="it holds more than 2 files"):
        fetched(repository, tmp_path / "a", limits=Limits(members=2))
    with pytest.raises(WorkbenchError, match="Remote branch none not found"):
        fetched(repository, tmp_path / "a", branch="none")
    with pytest.raises(WorkbenchError, match=r"took longer than 0\.01 s"):
        fetched(repository, tmp_path / "a", limits=Limits(git=0.01))
    assert list((tmp_path / "a").iterdir()) == []
    assert not (tmp_path / "attacked").exists()
