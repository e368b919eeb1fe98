"""Secret variables of a job: it gets them, and nothing keeps them."""

from __future__ import annotations

import os
import signal
import stat
from pathlib import Path

import pytest
import requests

from tests.racetrack.conftest import QUICK
from tests.racetrack.test_running import write_job
from workbench._log_file import LogFile, new_log
from workbench._wait import wait_until
from workbench.engines import Image
from workbench.manifest import JobManifest
from workbench.racetrack.local import LocalRacetrack
from workbench.racetrack.running.instance import Program
from workbench.settings import get_settings

_RUNTIME, _BUILD = "the-runtime-secret", "the-build-secret"
_TELLS_ALL = """
func init() { fmt.Println("in the log:", os.Getenv("RUNTIME")) }
func Perform(input map[string]interface{}) (interface{}, error) {
	if input["die"] == true {
		go func() { panic(os.Getenv("RUNTIME") + os.Getenv("AUTH_TOKEN")) }()
		select {}
	}
	return os.Getenv("RUNTIME"), nil
}
"""


@pytest.fixture
def job_dir(tmp_path: Path) -> Path:
    """A job that has secrets, and tells them wherever it can."""
    folder = write_job(tmp_path / "teller", "teller", _TELLS_ALL, '"fmt"; "os"')
    with (folder / "job.yaml").open("a") as file:
        file.write("\nsecret_runtime_env_file: .env.runtime\nsecret_build_env_file: .env.build\n")
    (folder / ".env.runtime").write_text(f"RUNTIME={_RUNTIME}\n")
    (folder / ".env.build").write_text(f"BUILD={_BUILD}\n")
    return folder


def _holding(folder: Path, *secrets: str) -> list[str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return [
        f"{path.relative_to(folder)} holds {secret}"
        for path in files
        for secret in secrets
        if secret.encode() in path.read_bytes()
    ]


def test_a_job_has_its_secrets_and_nothing_keeps_them(
    tmp_path: Path, bundle: Path, job_dir: Path
) -> None:
    state = tmp_path / "state"
    with LocalRacetrack(engine="process", state=state, limits=QUICK) as first:
        first.install(bundle)
        job = first.deploy(job_dir)
        assert job.perform() == _RUNTIME
        assert not _holding(state, _RUNTIME, _BUILD)
        assert "in the log: ***" in job.logs()
        wait_until(lambda: not _holding(get_settings().log_dir, _RUNTIME) or None, timeout=5)
        address = f"{first.url}/api/v1/job/teller/0.0.1"
        requests.post(f"{job.pub_url}/api/v1/perform", json={"die": True}, timeout=5)

        def told() -> str | None:  # what it wrote before it was started again stays in its log
            text = job.logs()
            return text if "panic: " in text else None

        assert "panic: ******" in wait_until(told, timeout=20)
        wait_until(lambda: not _holding(get_settings().log_dir, _RUNTIME) or None, timeout=5)
        assert not _holding(state, _RUNTIME)
        assert requests.get(address, timeout=5).json()["notice"] == ""
        os.kill(first.pid, signal.SIGKILL)
    with LocalRacetrack(engine="process", state=state, limits=QUICK) as second:
        address = f"{second.url}/api/v1/job/teller/0.0.1"
        without = "without its secret variables RUNTIME"

        def noticed() -> str | None:
            return requests.get(address, timeout=5).json()["notice"] or None

        notice = wait_until(noticed, timeout=20)
        assert without in notice
        job = second.job("teller", "0.0.1")
        wait_until(lambda: without in job.logs() or None, timeout=10)
        second.deploy(job_dir, force=True)
        assert job.perform() == _RUNTIME
        assert requests.get(address, timeout=5).json()["notice"] == ""


def test_a_log_loses_its_secrets_while_the_job_writes_on(tmp_path: Path) -> None:
    path = tmp_path / "job.log"
    log = LogFile(path)
    secrets = ("pass", "password-of-mine")
    with path.open("ab", buffering=0) as job:
        job.write(b"it is password-of-mine, a pass\nand pass")
        offset = log.blot(secrets, 0)
        job.write(b"word-of-mine.\n")
        offset = log.blot(secrets, offset)
        assert log.lines() == [f"it is {'*' * 16}, a ****", f"and ****{'word-of-mine.'}"]
        job.write(b"half: password-of")
        offset = log.blot(("password-of-mine",), offset)
        job.write(b"-mine\n")
        offset = log.blot(("password-of-mine",), offset)
        assert log.lines(1) == [f"half: {'*' * 16}"]
        assert log.take() != []
        job.write(b"pass\n")
        log.blot(secrets, offset)
        assert log.lines() == ["****"]


def test_nobody_else_reads_what_a_job_wrote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path))
    (tmp_path / "logs").mkdir(mode=0o755)
    log = new_log("job", "teller", list)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (log.parent, log)] == [0o700, 0o600]


@pytest.mark.parametrize("outside", ["absolute", "relative"])
def test_a_file_outside_of_the_job_is_nobodys_to_remove(tmp_path: Path, outside: str) -> None:
    theirs = tmp_path / "theirs.env"
    theirs.write_text("A=b\n")
    (tmp_path / "workspace").mkdir()
    values = {
        "name": "adder",
        "owner_email": "a@example.com",
        "jobtype": "golang:latest",
        "git": {"remote": "https://example.com/x"},
        "secret_runtime_env_file": str(theirs) if outside == "absolute" else "../../theirs.env",
    }
    manifest = JobManifest.model_validate(values).placed_in(tmp_path / "workspace")
    image = Image("job", "docker", "an-image", manifest, {}, "")
    Program.placed(image, {}, tmp_path / "adder")
    assert theirs.is_file()
