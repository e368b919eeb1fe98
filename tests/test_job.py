from __future__ import annotations

import math
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.support import ROOT, awaited
from workbench import _children
from workbench._wait import wait_until
from workbench.errors import BuildError, JobDied, PerformError, PortTaken, UsageError
from workbench.events import Event
from workbench.job import Job
from workbench.run import run_job
from workbench.settings import shipped

SAMPLE = shipped("sample-golang-function")
CASES = ROOT / "tests" / "cases" / "jobs"

MANIFEST = """\
name: {name}
owner_email: sample@example.com
version: 1.2.3
jobtype: golang:latest
git:
  remote: https://example.com/jobs
"""


def write_job(folder: Path, body: str, imports: str = "", extra: str = "") -> Path:
    """A job whose Perform has `body`."""
    folder.mkdir(exist_ok=True)
    (folder / "job.yaml").write_text(MANIFEST.format(name=folder.name) + extra)
    (folder / "perform.go").write_text(
        f"package job\n\n{imports}\n\n"
        f"func Perform(input map[string]interface{{}}) (interface{{}}, error) {{\n{body}\n}}\n"
    )
    return folder


@pytest.fixture(scope="module")
def job() -> Iterator[Job]:
    with run_job(SAMPLE) as running:
        yield running


def test_perform_takes_fields_or_a_mapping(job: Job) -> None:
    assert job.perform(numbers=[40, 2]) == 42
    assert job.perform({"numbers": [1, 2, 3]}) == 6


def test_an_error_of_the_function_is_told_in_its_own_words(job: Job) -> None:
    with pytest.raises(PerformError, match="perform answered 500") as caught:
        job.perform(numbers=[1, "two"])
    assert caught.value.status == 500
    assert "1" in caught.value.message, "the index of the wrong element"
    assert caught.value.body.startswith('{"error"')
    assert job.perform(numbers=[1]) == 1, "the job lives on"


@pytest.mark.parametrize("value", [math.nan, math.inf, object()], ids=["nan", "inf", "object"])
def test_what_json_cannot_hold_is_not_sent(job: Job, value: object) -> None:
    with pytest.raises(UsageError, match="cannot be sent as JSON"):
        job.perform(numbers=[value])


def test_the_probes_answer(job: Job) -> None:
    assert job.live().body["deployment_timestamp"] == job.deployment_timestamp
    assert job.ready().ok
    assert job.health().body["job_name"] == "golang-function"
    assert repr(job.ready()).startswith('200 {"status": ')


def test_any_path_can_be_called(job: Job) -> None:
    assert job.call("/nowhere").status_code == 404
    wrong = job.call("/api/v1/perform")
    assert wrong.status_code == 405
    assert wrong.headers["Allow"] == "POST"
    raw = job.call("/api/v1/perform", method="POST", data=b'{"numbers": [40, 2]}')
    assert raw.json() == 42


def test_the_metrics_move_by_the_calls_made(job: Job) -> None:
    before = job.metrics()["requests_done_total"]
    job.perform(numbers=[1])
    job.perform(numbers=[2])
    assert job.metrics()["requests_done_total"] == before + 2


def test_the_log_has_a_line_for_each_request(job: Job) -> None:
    job.call("/health?from=this-test")
    assert "uri=/health?from=this-test" in job.logs() or "from=this-test" in job.logs()
    assert len(job.logs(tail=1).splitlines()) == 1


def test_its_curl_line_makes_the_same_call(job: Job) -> None:
    line = job.curl({"numbers": [40, 2]})
    assert f"{job.address}/pub/job/golang-function/0.0.1/api/v1/perform" in line
    answer = subprocess.run(
        ["bash", "-c", f"{line} --silent --noproxy '*'"], capture_output=True, text=True, check=True
    )
    assert answer.stdout == "42\n"


def test_it_shows_itself(job: Job) -> None:
    assert repr(job) == f"<Job golang-function 0.0.1 running at {job.address} (process)>"
    assert job.url in job._repr_html_()
    assert "when this was shown" in job._repr_html_(), "the page may outlive the job"


def test_it_listens_on_loopback_only(job: Job) -> None:
    port = int(job.address.rsplit(":", 1)[1])
    listening = [
        one.laddr.ip
        for one in psutil.net_connections(kind="tcp")
        if one.status == psutil.CONN_LISTEN and one.laddr and one.laddr.port == port
    ]
    assert listening == ["127.0.0.1"]


def test_a_proxy_of_the_environment_does_not_get_the_calls(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert job.perform(numbers=[40, 2]) == 42


def test_a_stopped_job_says_so(tmp_path: Path) -> None:
    job = run_job(write_job(tmp_path / "short", "return 1, nil"))
    assert job.stop() == 0
    assert job.stop() == 0
    assert job.status == "stopped"
    with pytest.raises(JobDied, match="short was stopped"):
        job.perform()
    assert "short 1.2.3" not in [record.name for record in _children.records()]


def test_leaving_the_block_stops_it_also_after_an_error(tmp_path: Path) -> None:
    folder = write_job(tmp_path / "left", "return 1, nil")
    with pytest.raises(LookupError), run_job(folder) as job:
        raise LookupError
    assert job.status == "stopped"


def test_a_job_that_dies_later_is_noticed_and_told(tmp_path: Path) -> None:
    body = 'println("about to leave")\nos.Exit(3)\nreturn nil, nil'
    with run_job(write_job(tmp_path / "leaver", body, 'import "os"')) as job:
        with pytest.raises(JobDied, match="leaver died with exit code 3") as caught:
            job.perform()
        assert caught.value.exit_code == 3
        assert "about to leave" in str(caught.value)
        assert job.status == "died with exit code 3"


def test_a_panic_in_another_goroutine_is_told_with_the_log(tmp_path: Path) -> None:
    body = 'go func() { panic("elsewhere") }()\nselect {}'
    with (
        run_job(write_job(tmp_path / "panics", body)) as job,
        pytest.raises(JobDied, match="panics died with exit code 2") as caught,
    ):
        job.perform()
    assert "panic: elsewhere" in "\n".join(caught.value.log)


def test_a_call_that_takes_too_long_is_told(tmp_path: Path) -> None:
    with run_job(write_job(tmp_path / "endless", "select {}")) as job:
        job.call_timeout = 0.3
        with pytest.raises(PerformError, match=r"no answer within 0\.3 s; the job still runs"):
            job.perform()
        endless = [one for one in _children.records() if one.name == "endless 1.2.3"]
        os.kill(endless[0].pid, signal.SIGKILL)  # else stopping it would take the whole grace


def test_the_job_gets_what_the_infrastructure_gives(tmp_path: Path) -> None:
    body = (
        "env := map[string]string{}\nfor _, pair := range os.Environ() {\n"
        'name, value, _ := strings.Cut(pair, "=")\nenv[name] = value\n}\nreturn env, nil'
    )
    extra = "runtime_env:\n  COLOUR: blue\nbuild_env:\n  STAGE: build\n"
    folder = write_job(tmp_path / "environ", body, 'import ("os"; "strings")', extra)
    with run_job(folder, env={"GIVEN": "here"}) as job:
        env = job.perform()
    assert env["JOB_NAME"] == "environ"
    assert env["JOB_VERSION"] == "1.2.3"
    assert env["JOB_DEPLOYMENT_TIMESTAMP"] == str(job.deployment_timestamp)
    assert env["JOB_MANIFEST_YAML"].startswith("name: environ\\nowner_email:") or (
        "name: environ" in env["JOB_MANIFEST_YAML"] and "\n" not in env["JOB_MANIFEST_YAML"]
    )
    assert env["PUB_URL"] == f"{job.address}/pub"
    assert env["REQUEST_TRACING_HEADER"] == "X-Request-Tracing-Id"
    assert env["JOB_USER_MODULE_HOSTNAME"] == "localhost"
    assert env["AUTH_TOKEN"]
    assert (env["COLOUR"], env["STAGE"], env["GIVEN"]) == ("blue", "", "here")
    assert "VIRTUAL_ENV" not in env
    assert "WORKBENCH_HOME" not in env, "this machine's own variables are not the job's"


def test_a_job_is_replaced_by_its_successor_and_survives_a_failed_one(tmp_path: Path) -> None:
    folder = write_job(tmp_path / "versions", "return 1, nil")
    first = run_job(folder)
    write_job(folder, "return nothing, nil")
    with pytest.raises(BuildError, match="undefined: nothing"):
        run_job(folder)
    assert first.perform() == 1
    write_job(folder, "return 2, nil")
    with run_job(folder) as second:
        assert second.perform() == 2
        assert first.status == "stopped"


def test_a_taken_port_is_named_with_its_owner() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(PortTaken, match=rf"Port {port} is taken by .*process {os.getpid()}"):
            run_job(SAMPLE, port=port)
    with run_job(SAMPLE, port=port) as job:
        assert job.address == f"http://127.0.0.1:{port}"
        with run_job(SAMPLE, port=port) as again:
            assert again.perform(numbers=[40, 2]) == 42


def test_progress_is_told_phase_by_phase() -> None:
    seen: list[Event] = []
    with run_job(SAMPLE, on_event=seen.append):
        pass
    ended = [event.phase.value for event in seen if event.state == "done"]
    assert ended == [
        "preparing job type",
        "building job image",
        "starting",
        "waiting until ready",
    ] or ended[1:] == [
        "preparing job type",
        "building job image",
        "starting",
        "waiting until ready",
    ]
    left_out = [event.message for event in seen if "not executed" in event.message]
    assert len(left_out) == 1
    assert "FROM" in left_out[0]


INTERRUPTED = """
import sys
from workbench.events import PlainSink
from workbench.run import run_job
try:
    run_job(sys.argv[1], on_event=PlainSink(sys.stdout), timeout=100)
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


def test_an_interrupted_cell_leaves_nothing_running() -> None:
    """Ctrl-C while the job's Init takes for ever."""
    words = [sys.executable, "-c", INTERRUPTED, str(CASES / "bad-never-ready")]
    child = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    with awaited(child) as cell:
        assert cell.stdout is not None
        while "starting:" not in cell.stdout.readline():
            assert cell.poll() is None
        children = psutil.Process(cell.pid).children()
        assert children
        cell.send_signal(signal.SIGINT)
        rest, _ = cell.communicate(timeout=30)
    assert "interrupted" in rest
    wait_until(lambda: all(not child.is_running() for child in children) or None, timeout=10)
