"""What a real server finds out when a job is deployed, told when a plugin is installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.racetrack.plugins.making import Server, bringing, zipped


def test_what_a_real_server_finds_when_a_job_is_deployed_is_told(linting: Server) -> None:
    value = '{"images": [{"dockerfile_path": "nosuch.Dockerfile"}]}'
    code = bringing("golang:1.0.0", value=value) + "    def run_action(self, **named): ...\n"
    code += "    def infrastructure_targets(self): ...\n"
    code += "    def validate_job_manifest(self, manifest): ...\n"
    told = "\n".join(linting.install(code).warnings)
    assert "plugin.py: a job would fail: golang:1.0.0 names nosuch.Dockerfile, which is no" in told
    assert "plugin.py:6: a job would fail: Racetrack cannot call validate_job_manifest" in told
    assert "plugin.py: infrastructure_targets is not called here: jobs run on this server's" in told
    assert "plugin.py: run_action is not called here: this server has no `plugin/NAME/run`" in told
    unclosed = {"job-template.Dockerfile": "FROM scratch\n{% if manifest.name %\n{% endif %}\n"}
    told = "\n".join(linting.install(zipped(bringing("golang:1.0.0"), **unclosed)).warnings)
    assert "job-template.Dockerfile:2: a job would fail: " in told


def test_a_template_that_never_ends_holds_up_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.racetrack.plugins.linting._START_ALLOWANCE", 1.0)
    server = Server(tmp_path / "state", limits={"plugin": 1.0})
    loops = "".join(f"{{% for {name} in range(99999) %}}" for name in "abc") + "{% endfor %}" * 3
    (warning,) = server.install(_with_template(loops)).warnings
    assert warning.startswith("not linted: it took more than 2 s; does a template loop, or write")


def test_a_template_that_grows_beyond_all_memory_is_told(linting: Server) -> None:
    (warning,) = linting.install(_with_template("{{ 'x' * 4000000000 }}")).warnings
    assert warning.startswith("job-template.Dockerfile:2: a job would fail: MemoryError")


def _with_template(line: str) -> bytes:
    """A plugin's ZIP whose template has this line."""
    files = {"job-template.Dockerfile": f"FROM scratch\n{line}\n"}
    return zipped(bringing("golang:1.0.0"), **files)
