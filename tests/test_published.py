"""The re-created published plugin has the faults that it is kept for, and is usable as a plugin."""

from __future__ import annotations

import filecmp
import http.client
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.programs import PUBLISHED, go, lay_out_published
from bench.servers import Program, Server, serve
from bench.turns import NotMeasured
from workbench.dockerfile import render_dockerfile
from workbench.engines import ProcessEngine
from workbench.manifest import load_job_manifest
from workbench.plugin import load_plugin
from workbench.settings import shipped

# Sums, and does at a word what the published wrapper cannot deal with.
JOB = """
package odd

import (
	"errors"
	"math"
)

func Perform(input map[string]interface{}) (interface{}, error) {
	switch input["do"] {
	case "fail":
		return nil, errors.New("no numbers")
	case "panic":
		panic("no numbers")
	case "overflow":
		return math.Inf(1), nil
	}
	if input == nil {
		return "nil map", nil
	}
	return 42, nil
}
"""

Answer = tuple[int, str, str]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published")
    job = folder / "job"
    job.mkdir()
    (job / "go.mod").write_text("module odd\n\ngo 1.16\n")
    (job / "perform.go").write_text(JOB)
    return lay_out_published(job, folder / "tree")


@pytest.fixture(scope="module")
def program(tree: Path) -> Program:
    binary = tree.with_name("program")
    go("build", "-o", binary, ".", cwd=tree)
    return Program("published", binary)


@pytest.fixture(scope="module")
def server(program: Program) -> Iterator[Server]:
    with serve(program, pin=False) as running:
        yield running


def _ask(server: Server, method: str, path: str, body: str | None = None) -> Answer:
    """Status, content type and body of one request."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        connection.request(method, path, body)
        response = connection.getresponse()
        kind = response.headers.get("Content-Type") or ""
        return response.status, kind, response.read().decode().strip()
    finally:
        connection.close()


def _perform(server: Server, body: str) -> Answer:
    return _ask(server, "POST", "/pub/job/golang-function/latest/api/v1/perform", body)


def test_it_answers_at_both_of_its_bases(server: Server) -> None:
    assert _perform(server, "{}") == (200, "application/json", "42")
    assert _ask(server, "POST", "/api/v1/perform", "{}") == (200, "application/json", "42")
    assert _ask(server, "GET", "/live") == (
        200,
        "application/json",
        '{"status":"live","deployment_timestamp":1654779364}',
    )
    assert _ask(server, "GET", "/ready")[2] == '{"status":"ready"}'
    assert _ask(server, "GET", "/health")[2] == (
        '{"service":"job","job_name":"golang-function","job_version":"0.0.1","git_version":"",'
        '"deployed_by_racetrack_version":"","status":"pass","deployment_timestamp":1654779364}'
    )


PLAIN = "text/plain; charset=utf-8"


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ('{"do": "fail"}', (500, PLAIN, "no numbers")),
        ('{"do": "overflow"}', (200, "application/json", "")),
        ("null", (200, "application/json", '"nil map"')),
        ("{} and more", (200, "application/json", "42")),
        ("[", (400, PLAIN, "unexpected EOF")),
    ],
)
def test_errors_are_plain_text_or_go_unseen(server: Server, body: str, answer: Answer) -> None:
    assert _perform(server, body) == answer


def test_a_panic_gets_no_answer_at_all(server: Server) -> None:
    with pytest.raises(http.client.RemoteDisconnected):
        _perform(server, '{"do": "panic"}')


def test_methods_are_not_limited_and_paths_are_redirected(server: Server) -> None:
    assert _ask(server, "GET", "/api/v1/perform") == (400, PLAIN, "EOF")
    assert _ask(server, "DELETE", "/live")[0] == 200
    assert _ask(server, "POST", "//api/v1/perform", "{}")[0] == 301


def test_there_are_no_metrics_and_pages_only_in_the_right_folder(server: Server) -> None:
    assert _ask(server, "GET", "/metrics")[0] == 404
    assert _ask(server, "GET", "/")[0] == 404
    with pytest.raises(http.client.RemoteDisconnected):
        _ask(server, "GET", "/static/openapi.json")


def test_each_call_is_logged_before_its_answer_is_known(server: Server) -> None:
    _perform(server, "{}")
    lines = [line for line in server.child.log_lines() if "msg=Request" in line]
    assert "method=POST uri=/pub/job/golang-function/latest/api/v1/perform ip=127." in lines[-1]
    assert "status" not in lines[-1]


def test_a_malformed_timestamp_counts_as_none_and_no_name_is_no_error(program: Program) -> None:
    given = {"JOB_NAME": "", "JOB_DEPLOYMENT_TIMESTAMP": "yesterday"}
    with serve(program, pin=False, env=given) as server:
        assert _ask(server, "GET", "/live")[2] == '{"status":"live","deployment_timestamp":0}'
        assert _ask(server, "GET", "/pub/job/golang-function/latest/live")[0] == 404


def test_sigterm_cuts_it_off(program: Program) -> None:
    with serve(program, pin=False) as server:
        assert server.child.stop() == -signal.SIGTERM


def test_it_loads_renders_and_builds_as_a_plugin() -> None:
    plugin = load_plugin(PUBLISHED)
    manifest = load_job_manifest(shipped("sample-golang-function"))
    job_type = plugin.job_type(manifest.get_jobtype())
    assert job_type.full_name == "golang:0.0.0"
    assert 'ENV JOB_NAME "golang-function"' in render_dockerfile(job_type, manifest)
    image = ProcessEngine().build(job_type, manifest)
    assert image.fixed_port == 7000
    assert "ENV" not in {one.keyword for one in image.not_executed}


def test_without_the_stub_it_does_not_build_until_something_adds_what_log15_needs(
    tree: Path, tmp_path: Path
) -> None:
    copy = shutil.copytree(tree, tmp_path / "copy")
    for name in ("go.mod", "go.sum"):
        shutil.copy(PUBLISHED / "go_wrapper" / name, copy / name)
    with pytest.raises(NotMeasured, match=r"no required module provides package \S+/go-stack"):
        go("build", "-o", tmp_path / "program", ".", cwd=copy)


def test_the_copy_that_is_measured_differs_in_its_address_and_its_requirements(tree: Path) -> None:
    compared = filecmp.dircmp(PUBLISHED / "go_wrapper", tree, ignore=["handler"])
    assert compared.left_only == compared.right_only == []
    assert sorted(compared.diff_files) == ["go.mod", "server.go"]
    pairs = zip(
        (PUBLISHED / "go_wrapper" / "server.go").read_text().splitlines(),
        (tree / "server.go").read_text().splitlines(),
        strict=True,
    )
    assert [pair for pair in pairs if pair[0] != pair[1]] == [
        (
            'const listenAddress = "0.0.0.0:7000"',
            'var listenAddress = os.Getenv("LISTEN_ADDRESS")',
        )
    ]
