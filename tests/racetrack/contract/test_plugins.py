"""Who asks, and plugins."""

from __future__ import annotations

from tests.racetrack.contract.conftest import Server, here_or_there


def test_info(server: Server) -> None:
    info = server.ask("GET", "/info").json()
    assert isinstance(info["auth_required"], bool)
    assert info["external_pub_url"].startswith("http")
    assert not info["external_pub_url"].endswith("/")


def test_an_unknown_route(server: Server) -> None:
    answer = server.ask("GET", "/nothing-of-this-name")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("application/json")


def test_what_is_no_plugin(server: Server) -> None:
    refused = server.ask("POST", "/plugin/upload/a.zip?replace=0", data=b"I am a text.")
    assert refused.status_code == here_or_there(400, 500)
    assert "zip" in refused.json()["error"].lower()
    refused = server.ask("POST", "/plugin/upload/a.txt?replace=0", data=b"I am a text.")
    assert ".zip plugins are only supported" in refused.json()["error"]


def test_an_installed_plugin(installed: Server) -> None:
    key = ("golang-job-type", installed.version)
    plugins = installed.ask("GET", "/plugin").json()
    assert key in [(one["name"], one["version"]) for one in plugins]
    job_types = installed.ask("GET", "/plugin/job_type/versions").json()
    assert f"golang:{installed.version}" in job_types
    assert job_types == sorted(job_types)
    download = installed.ask("GET", f"/plugin/{key[0]}/{key[1]}/download")
    assert download.content == installed.bundle.read_bytes()


def test_a_plugin_that_is_not_there(installed: Server) -> None:
    answer = installed.ask("DELETE", "/plugin/golang-job-type/99.99.99")
    assert answer.status_code == 404
    assert answer.json()["error"]
    answer = installed.ask("GET", "/plugin/golang-job-type/99.99.99/download")
    assert answer.status_code == 404
    assert answer.json() == {"detail": "Plugin 'golang-job-type' version '99.99.99' not found"}
