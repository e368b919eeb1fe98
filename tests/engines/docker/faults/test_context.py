"""What of a folder arrives in a build: seen in a real one, which lists it."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from tests.engines.docker.faults.daemon import Daemon
from tests.limits import open_folder, unprivileged
from workbench.engines.docker import context
from workbench.engines.docker.building import Recipe, build
from workbench.engines.docker.client import connect
from workbench.engines.docker.context import Context, covers, job_context, plugin_context
from workbench.errors import BuildError
from workbench.events import Phase, silent
from workbench.manifest import load_job_manifest

LIST = "FROM workbench-test/shell:1\nCOPY . /in/\nRUN cd /in && find . ! -type d\n"
ODD = ("a b.txt", "[x].txt", "!bang.txt", "#hash.txt", "-dash.txt", "star*.txt", "ü.txt", "$HOME")


def arrived(sent: Context) -> set[str]:
    _, steps = build(
        connect(),
        Recipe("A list", LIST, sent, "workbench-test/list:1", {}),
        Phase.JOB_IMAGE,
        silent,
    )
    return {line.removeprefix("./") for line in steps[-1].output}


def write(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"this is {name}")


def test_a_jobs_files_arrive_whatever_they_are_called_and_secrets_do_not(
    daemon: Daemon, job_dir: Path
) -> None:
    assert daemon.runs
    write(job_dir, *ODD, "sub/deep/file", "x.env", "build_secrets.env", ".git/config", "data.zip")
    for name in ("[x].env", "run secrets.env"):
        (job_dir / name).write_text("NAME=secret\n")
    (job_dir / "link").symlink_to("sub/deep/file")
    (job_dir / "nowhere").symlink_to("missing")
    with (job_dir / "job.yaml").open("a") as manifest:
        manifest.write(
            "secret_build_env_file: '[x].env'\nsecret_runtime_env_file: run secrets.env\n"
        )
    sent = job_context(load_job_manifest(job_dir))
    expected = {*ODD, "sub/deep/file", "x.env", "link", "nowhere", "job.yaml", "build.sh"}
    assert arrived(sent) == expected
    assert sent.digests().keys() == expected


def test_what_the_jobs_own_lists_leave_out_stays_out(daemon: Daemon, job_dir: Path) -> None:
    assert daemon.runs
    write(job_dir, "notes.log", "out/binary", "docs/a.md", "docs/keep.md", "sub/notes.log")
    write(job_dir, *(f"node_modules/{number}/index.js" for number in range(300)))
    (job_dir / ".gitignore").write_text("*.log\nout\nnode_modules\n")
    (job_dir / ".dockerignore").write_text("# what nobody needs\ndocs\n!docs/keep.md\n")
    sent = job_context(load_job_manifest(job_dir))
    assert arrived(sent) == {".dockerignore", "job.yaml", "build.sh", "docs/keep.md"}
    assert "/node_modules" in sent.ignore, "a big folder is named once, and not looked through"
    assert len(sent.ignore) < 20
    assert not (job_dir / "Dockerfile").exists()


def test_of_a_plugin_arrives_what_is_in_its_bundle(daemon: Daemon, plugin: Path) -> None:
    assert daemon.runs
    write(plugin, "wrapper/main_test.go", "notes/todo", "plugin.pyc")
    (plugin / ".racetrackignore").write_text("*_test.go\nnotes\n")
    found = arrived(plugin_context(plugin))
    assert found >= {"plugin.py", "wrapper/wrapper", "wrapper/name", "base.Dockerfile"}
    assert not found & {"wrapper/main_test.go", "notes/todo", "plugin.pyc", "plugin-manifest.yaml"}


def test_digests_tell_content_links_and_whether_a_file_is_a_program(
    job_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(job_dir, "file", "other")
    (job_dir / "link").symlink_to("file")

    def now() -> dict[str, str]:
        return job_context(load_job_manifest(job_dir)).digests(["."])

    before = now()
    assert now() == before
    (job_dir / "link").unlink()
    (job_dir / "link").symlink_to("other")
    (job_dir / "file").chmod(0o755)
    changed = {name for name, digest in now().items() if digest != before[name]}
    assert changed == {"link", "file"}
    monkeypatch.setattr(context, "MOST_DIGESTED", 3)
    assert now()["other"].startswith(f"{len('this is other')} "), "a large one by size and time"


@pytest.mark.parametrize(
    ("source", "taken"),
    [
        (".", {"go.mod", "sub/a.go"}),
        ("/", {"go.mod", "sub/a.go"}),
        ("sub", {"sub/a.go"}),
        ("sub/", {"sub/a.go"}),
        ("./sub/*.go", {"sub/a.go"}),
        ("go.mo[d]", {"go.mod"}),
        ("su", set()),
    ],
)
def test_a_copy_takes_files_and_all_below_folders(source: str, taken: set[str]) -> None:
    files = ("go.mod", "sub/a.go")
    assert {name for name in files if covers(source, PurePosixPath(name))} == taken


def test_a_folder_that_cannot_be_read_is_named() -> None:
    with open_folder() as folder:
        closed = folder / "closed"
        closed.mkdir(mode=0o000)
        try:
            told = (
                rf"{closed} cannot be read: Permission denied\.\nRemedy: make the folder readable"
            )
            with unprivileged(), pytest.raises(BuildError, match=told):
                plugin_context(folder)
        finally:
            closed.chmod(0o755)
