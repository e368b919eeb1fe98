"""The dashboard's pages: links that hold behind a proxy, and what plugins say of themselves."""

from __future__ import annotations

import shutil
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
import requests

from tests.racetrack.conftest import QUICK
from workbench import bundle_plugin, shipped
from workbench.racetrack.local import LocalRacetrack

START = ("/", "/dashboard", "/dashboard/", "/dashboard/jobs", "/dashboard/no")

DOCS = """# Golang, told anew

| a | b |
|---|---|
| 1 | 2 |

<script>alert(1)</script> [bad](javascript:alert(2)) [good](https://example.com/)
"""


class Links(HTMLParser):
    """The addresses that a page names."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del tag
        for name, value in attrs:
            if name in ("href", "src", "data-upload", "data-delete", "data-login") and value:
                self.found.add(value)


@pytest.fixture(scope="module")
def documented(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ZIP of a plugin that says something of itself."""
    folder = tmp_path_factory.mktemp("documented")
    plugin = Path(shutil.copytree(shipped("golang-job-type"), folder / "plugin"))
    with (plugin / "plugin.py").open("a") as file:
        file.write(f"\n    def markdown_docs(self) -> str:\n        return {DOCS!r}\n")
    return bundle_plugin(plugin, folder).path


def test_every_link_is_relative_and_leads_somewhere(tmp_path: Path, documented: Path) -> None:
    with LocalRacetrack(engine="process", state=tmp_path, limits=QUICK) as racetrack:
        racetrack.install(documented)
        racetrack.deploy(shipped("sample-golang-function"))
        seen: set[str] = set()
        waiting = [f"{racetrack.config.url}{path}" for path in START]
        while waiting:
            url = waiting.pop()
            seen.add(url)
            answer = requests.get(url, timeout=20)
            assert answer.status_code == (404 if url.endswith("/no") else 200), url
            if (
                "/dashboard" not in urlsplit(answer.url).path
                or "html" not in answer.headers["Content-Type"]
            ):
                continue
            for link in Links(answer.text).found:
                if link.startswith(("#", "https:")):
                    continue
                assert not link.startswith("/"), f"{url} leads to {link}"
                target = urljoin(answer.url, link)
                if "/lifecycle/" not in target and target not in seen:
                    waiting.append(target)
        paths = {urlsplit(url).path for url in seen}
        expected = {
            "/dashboard/plugins/golang-job-type",
            "/dashboard/jobs/golang-function/0.0.1",
            "/dashboard/static/style.css",
            "/pub/job/golang-function/0.0.1/",
        }
        assert expected <= paths


def test_a_plugin_tells_of_itself(tmp_path: Path, documented: Path) -> None:
    with LocalRacetrack(engine="process", state=tmp_path, limits=QUICK) as racetrack:
        racetrack.install(documented)
        answer = requests.get(racetrack.dashboard_url("plugins/golang-job-type"), timeout=20)
        assert "<h2>Golang, told anew</h2>" in answer.text
        assert "<td>2</td>" in answer.text
        assert "&lt;script&gt;alert(1)" in answer.text
        assert "<script>alert" not in answer.text
        assert {"https://example.com/"} == {
            link for link in Links(answer.text).found if ":" in link
        }


def test_a_plugin_that_says_nothing(racetrack: LocalRacetrack) -> None:
    answer = requests.get(racetrack.dashboard_url("plugins/golang-job-type"), timeout=20)
    assert answer.status_code == 200
    assert "It says nothing" in answer.text
    answer = requests.get(racetrack.dashboard_url("plugins/nosuch"), timeout=20)
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("base", "hosts"),
    [
        (None, ("127.0.0.1",)),
        ("https://Example.com:8443/proxy", ("example.com",)),
        ("/user/ann/proxy", ("*",)),
    ],
)
def test_it_answers_to_the_name_by_which_a_browser_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, base: str | None, hosts: tuple[str, ...]
) -> None:
    monkeypatch.delenv("JUPYTERHUB_SERVICE_PREFIX", raising=False)
    monkeypatch.delenv("WORKBENCH_BROWSER_BASE", raising=False)
    if base:
        monkeypatch.setenv("WORKBENCH_BROWSER_BASE", base)
    with LocalRacetrack(engine="process", state=tmp_path, limits=QUICK) as racetrack:
        assert racetrack.config.hosts == hosts
        url = f"{racetrack.config.url}/dashboard/jobs"
        for name in ("example.com:8443", "hub.example.org"):
            served = hosts == ("*",) or name.partition(":")[0] in hosts
            answer = requests.get(url, headers={"Host": name}, timeout=20)
            assert answer.status_code == (200 if served else 403), name
        foreign = {"Host": "example.com:8443", "Origin": "https://other.example.com"}
        answer = requests.delete(
            f"{racetrack.config.lifecycle_url}/api/v1/job/a/1", headers=foreign, timeout=20
        )
        assert answer.status_code == 403
