"""Hooks: what they are given, what comes of what they return, and what they cannot do."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from tests.racetrack.plugins.making import Server, a_job, bringing, hooking, zipped
from workbench._wait import wait_until
from workbench.manifest import JobManifest
from workbench.racetrack.problems import Invalid, NotFound

MANIFEST = JobManifest.model_validate(
    {
        "name": "golang-function",
        "owner_email": "sample@example.com",
        "git": {"remote": "https://github.com/example/job"},
        "jobtype": "golang:latest",
        "jobtype_extra": {"gomod": "go.mod"},
        "resources": {"memory_min": "256Mi", "cpu_max": "500m"},
        "build_env": {"A": "1"},
    }
)


def test_every_hook_gets_what_a_real_server_gives(server: Server, tmp_path: Path) -> None:
    code = f"""
from racetrack_client.log.logs import get_logger
from racetrack_client.manifest import Manifest
from racetrack_commons.entities.dto import JobDto, JobStatus
from racetrack_commons.plugin.core import PluginCore

SEEN = open({str(tmp_path / "seen")!r}, "a", buffering=1)
get_logger(__name__).info("loaded")


class Plugin(PluginCore):
    def job_types(self):
        return {{"golang:1.0.0": "job-template.Dockerfile"}}

    def validate_job_manifest(self, manifest: Manifest, job_type: str):
        assert type(manifest) is Manifest
        extra = manifest.get_jobtype_extra()["gomod"]
        print("validate", manifest.name, manifest.version, job_type, extra, file=SEEN)
        print("resources", manifest.resources.memory_min, manifest.resources.cpu_max, file=SEEN)

    def post_job_deploy(
        self, manifest: Manifest, job: JobDto, image_name: str, deployer_username: str = None
    ):
        assert type(job) is JobDto and type(job.manifest) is Manifest
        assert JobStatus(job.status) is JobStatus.RUNNING
        asked = manifest.get_jobtype()
        print("deploy", asked, job, job.pub_url, image_name, deployer_username, file=SEEN)

    def post_job_delete(self, job: JobDto, username_executor: str = None):
        owner = job.manifest.owner_email
        print("delete", job, owner, job.create_time, username_executor, file=SEEN)
"""
    plugin = server.install(zipped(code))
    server.registry.validate(plugin, MANIFEST, "golang:1.0.0")
    assert server.registry.after_deploy(a_job(), MANIFEST, "an-image:1", "admin") == []
    assert server.registry.after_delete(a_job(), "bob") == []
    assert (tmp_path / "seen").read_text().splitlines() == [
        "validate golang-function 0.0.1 golang:1.0.0 go.mod",
        "resources 256Mi 500m",
        "deploy golang:latest golang-function v0.0.1 "
        "http://127.0.0.1:7002/pub/job/golang-function/0.0.1 an-image:1 admin",
        "delete golang-function v0.0.1 sample@example.com 1 bob",
    ]


def test_plugins_without_a_hook_are_not_asked(server: Server) -> None:
    plugin = server.install(bringing("golang:1.0.0"))
    server.registry.validate(plugin, MANIFEST, "golang:1.0.0")
    server.registry.validate(replace(plugin, version="9.9.9"), MANIFEST, "golang:1.0.0")
    assert server.registry.runtime_env() == {}
    assert server.registry.docs("case") is None
    assert server.registry.after_deploy(a_job(), MANIFEST, "image", "admin") == []
    with pytest.raises(NotFound, match=r'^plugin named "nosuch" was not found$'):
        server.registry.docs("nosuch")


def test_the_documentation_is_that_of_the_last_version(server: Server) -> None:
    for version in ("1.10.0", "1.9.0"):
        code = hooking("markdown_docs", f"return '# About {version} ü'")
        server.install(zipped(code, version=version))
    assert server.registry.docs("case") == "# About 1.10.0 ü"


def test_variables_of_all_plugins_are_merged_in_loading_order(server: Server) -> None:
    for name, priority, body in [
        ("late", 2, "return {'WHO': 'late', 'LATE': 1.5}"),
        ("early", 1, "return {'WHO': 'early', 'EARLY': 'a b $HOME'}"),
        ("none", 3, "return None"),
    ]:
        code = hooking("job_runtime_env_vars", body)
        manifest = f"priority: {priority}\n"
        server.install(zipped(code, name=name, version="1.0.0", manifest=manifest))
    expected = {"WHO": "late", "EARLY": "a b $HOME", "LATE": "1.5"}
    assert server.registry.runtime_env() == expected
    assert list(server.registry.runtime_env()) == list(expected)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("return ['A']", "job_runtime_env_vars() returned neither a dict nor None."),
        ("return {'A=B': '1'}", "returned the name 'A=B', which no variable can have."),
        ("return {('A',): '1'}", "returned the name ('A',), which no variable can have."),
        ("return {'A': ['1']}", "returned a value of A that is no text."),
        ("return {'A': 'a\\0b'}", "returned a value of A that is no text."),
        ("return object()", "returned neither a dict nor None."),
        ("raise KeyError('boom')", "plugin.py:3: job_runtime_env_vars() raised KeyError: 'boom'."),
        ("import os; os._exit(3)", "ended the whole process with exit code 3."),
        ("import os; os.kill(os.getpid(), 11)", "ended the whole process with the signal SIGSEGV."),
        ("return {'A': 'x' * 5_000_000}", "ValueError: what it returned is more than 4 MiB."),
        ("return {'A': 10 ** 9999}", "ValueError: Exceeds the limit"),
        ("a = []; a.append(a); return a", "returned neither a dict nor None."),
        ("import own", "ModuleNotFoundError: No module named 'own'."),
    ],
)
def test_nonsense_is_told_at_its_place(body: str, text: str, server: Server) -> None:
    server.install(zipped(hooking("job_runtime_env_vars", body), **{"own.py": ""}))
    with pytest.raises(Invalid) as caught:
        server.registry.runtime_env()
    assert caught.value.message.startswith("case-1.2.3.zip/plugin.py")
    assert text in caught.value.message
    assert str(server.folder) not in caught.value.wire_text


def test_what_a_plugin_objects_to_is_told_in_its_own_words(server: Server) -> None:
    body = "print('seen')\nraise ValueError('gomod is missing')"
    plugin = server.install(hooking("validate_job_manifest", body))
    with pytest.raises(Invalid) as caught:
        server.registry.validate(plugin, MANIFEST, "golang:1.0.0")
    assert caught.value.wire_text == (
        "invalid manifest according to job type rules: gomod is missing (case 1.2.3, plugin.py:4)"
    )


def test_a_validator_that_is_at_fault_itself(server: Server) -> None:
    code = "class Plugin:\n    def validate_job_manifest(self, manifest): ...\n"
    plugin = server.install(code)
    with pytest.raises(Invalid) as caught:
        server.registry.validate(plugin, MANIFEST, "golang:1.0.0")
    assert "takes 2 positional arguments but 3 were given" in caught.value.message
    plugin = server.install(
        hooking("validate_job_manifest", "print('why')\nimport os; os._exit(1)")
    )
    with pytest.raises(Invalid) as caught:
        server.registry.validate(plugin, MANIFEST, "golang:1.0.0")
    assert "validate_job_manifest() ended the whole process with exit code 1" in str(caught.value)
    assert "  why" in caught.value.message.splitlines()


def test_hooks_after_a_deployment_only_warn(server: Server, tmp_path: Path) -> None:
    for name, body in [
        ("a", "raise RuntimeError('no mail server')"),
        ("b", f"open({str(tmp_path / 'called')!r}, 'w')"),
        ("c", "return 'whatever'"),
    ]:
        for_all = hooking("post_job_deploy", body) + hooking("post_job_delete", body)[14:]
        server.install(zipped(for_all, name=name, version="1.0.0"))
    (text,) = server.registry.after_deploy(a_job(), MANIFEST, "image", "admin")
    assert text.startswith(
        "a-1.0.0.zip/plugin.py:3: post_job_deploy() raised RuntimeError: no mail"
    )
    assert (tmp_path / "called").exists()
    (text,) = server.registry.after_delete(a_job(), "admin")
    assert "post_job_delete() raised RuntimeError: no mail server." in text


def test_a_hook_that_hangs_is_stopped(tmp_path: Path, unlinted: None) -> None:  # noqa: ARG001
    server = Server(tmp_path / "state", limits={"plugin": 2.0})
    plugin = server.install(hooking("validate_job_manifest", "while True:\n    pass"))
    began = time.monotonic()
    with pytest.raises(Invalid) as caught:
        server.registry.validate(plugin, MANIFEST, "golang:1.0.0")
    assert time.monotonic() - began < 10
    told = caught.value.message
    assert "validate_job_manifest() did not end within 2 s, and was stopped." in told
    assert "invalid manifest according to job type rules: case-1.2.3.zip/plugin.py:" in told


def test_megabytes_of_output_are_survived(server: Server) -> None:
    body = "import sys\nfor _ in range(64): print('x' * 1_000_000)\nreturn 'done'"
    server.install(hooking("markdown_docs", body))
    assert server.registry.docs("case") == "done"


def _gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_child_that_a_hook_forks_ends_with_it(server: Server, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    body = f"""import os, time
child = os.fork()
if child == 0:
    time.sleep(600)  # beyond the test: only an end from outside can be its end
open({str(pid)!r}, "w").write(str(child))
return "done" """
    server.install(hooking("markdown_docs", body))
    assert server.registry.docs("case") == "done"
    wait_until(lambda: _gone(int(pid.read_text())) or None, timeout=5)


def test_a_plugins_own_modules_are_there_as_on_a_real_server(server: Server) -> None:
    code = "import own\n" + hooking("markdown_docs", "return own.TEXT")
    server.install(zipped(code, **{"own.py": "TEXT = 'mine'\n"}))
    assert server.registry.docs("case") == "mine"
