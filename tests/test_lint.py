"""Every finding is proven by a case that gives exactly it, and by plugins that give none."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from workbench.bundle import bundle_plugin
from workbench.errors import PluginError
from workbench.lint import CHECKS, Finding, Findings, lint_plugin
from workbench.manifest import JobManifest, load_job_manifest
from workbench.plugin import load_plugin
from workbench.settings import shipped

CASES = Path(__file__).parent / "cases" / "lint"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A copy of the small plugin in which nothing is wrong."""
    return Path(shutil.copytree(CASES / "plugin", tmp_path / "plugin"))


def spoil(folder: Path, case: dict[str, Any]) -> None:
    for name, content in case.get("write", {}).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if content is None:
            path.unlink()
        else:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
    for name, pairs in case.get("edit", {}).items():
        text = (folder / name).read_text()
        for old, new in pairs.items():
            assert text.count(old) == 1, f"{old!r} is not once in {name}"
            text = text.replace(old, new)
        (folder / name).write_text(text)


@pytest.mark.parametrize("path", sorted(CASES.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_case_gives_exactly_its_findings(path: Path, small: Path) -> None:
    case = yaml.safe_load(path.read_text())
    spoil(small, case)
    findings = lint_plugin(small)
    wanted = [(id_, where) for id_, where, _ in case["found"]]
    assert [(one.id, one.where) for one in findings] == wanted, str(findings)
    for one, (_, _, said) in zip(findings, case["found"], strict=True):
        assert said in one.what
        assert one.remedy
        assert not one.remedy.endswith("."), one.remedy
    assert path.stem[:3] in {one.id for one in findings}


def test_every_check_has_a_case() -> None:
    ids = [check.id for check in CHECKS]
    assert ids == sorted(set(ids))
    assert {path.stem[:3] for path in CASES.glob("*.yaml")} == set(ids)


def test_a_plugin_without_a_mistake_gets_no_word(small: Path) -> None:
    findings = lint_plugin(small)
    assert not findings
    assert (repr(findings), str(findings)) == ("<Findings: nothing found>", "nothing found")
    assert "nothing found" in findings._repr_html_()


def test_the_finished_plugin_gets_no_word() -> None:
    plugin = load_plugin(shipped("golang-job-type"))
    job = load_job_manifest(shipped("sample-golang-function"))
    assert str(lint_plugin(plugin, manifest=job)) == "nothing found"


@pytest.mark.parametrize(
    "hook",
    [
        "post_job_deploy(self, manifest, job, image_name, deployer_username: str = None)",
        "post_job_deploy(self, *args, **named)",
        "post_job_deploy(self, m, j, /, image, *, deployer_username=None, more=1)",
        "post_job_delete(self, job, username_executor)",
        "validate_job_manifest(self, one, two, three=3)",
        "validate_job_manifest(*args)",
    ],
)
def test_a_hook_that_racetrack_can_call_gets_no_word(hook: str, small: Path) -> None:
    code = (small / "plugin.py").read_text()
    method = f"class Plugin:\n    def {hook}:\n        pass\n\n"
    (small / "plugin.py").write_text(code.replace("class Plugin:\n", method))
    assert not lint_plugin(small)


def test_a_folder_that_is_not_there_is_one_mistake(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match="nosuch does not exist"):
        lint_plugin(tmp_path / "nosuch")


def test_a_link_out_of_the_plugin_is_found(small: Path) -> None:
    (small / "out").symlink_to("/etc/hostname")
    (finding,) = lint_plugin(small)
    assert (finding.id, finding.where) == ("L06", "out")
    assert "leads out of the plugin" in finding.what


def test_dockerfiles_are_judged_before_plugin_py_is_written(small: Path) -> None:
    for name in ("plugin.py", "plugin-manifest.yaml"):
        (small / name).unlink()
    spoil(
        small,
        {
            "edit": {
                "base.Dockerfile": {"RUN go": "ENV A b\nRUN go"},
                "job.Dockerfile": {"USER 1000": "USER root"},
            }
        },
    )
    found = [(one.id, one.where) for one in lint_plugin(small)]
    assert found == [
        ("L44", "base.Dockerfile:4"),
        ("L46", "job.Dockerfile:18"),
        ("L01", "plugin-manifest.yaml"),
    ]
    (small / "job.Dockerfile").unlink()
    assert ("L44", "base.Dockerfile:4") in [(one.id, one.where) for one in lint_plugin(small)]


def job(folder: Path, **fields: object) -> JobManifest:
    folder.mkdir()
    given = {
        "name": "sample",
        "owner_email": "sample@example.com",
        "git": {"remote": "https://example.com/x"},
        "jobtype": "small:latest",
        **fields,
    }
    (folder / "job.yaml").write_text(yaml.safe_dump(given))
    return load_job_manifest(folder)


def test_the_jobs_own_dockerfile_is_judged_where_the_job_is_given(
    small: Path, tmp_path: Path
) -> None:
    (small / "plugin.py").write_text(
        "class Plugin:\n"
        "    def job_types(self):\n"
        "        image = {'source': 'job', 'dockerfile_path': 'Dockerfile', 'template': False}\n"
        "        return {'small:1.0.0': {'images': [image]}}\n"
    )
    assert not lint_plugin(small)
    manifest = job(tmp_path / "job")
    dockerfile = tmp_path / "job" / "Dockerfile"
    dockerfile.write_text(
        'FROM alpine:3.22\nLABEL racetrack-component="job"\nENV JOB_NAME=a JOB_VERSION=1\nUSER 1\n'
        "CMD run {{ this is no template }}\n"
    )
    (finding,) = lint_plugin(small, manifest=manifest)
    assert (finding.id, finding.where) == ("L45", f"{dockerfile}:5")


def test_a_given_job_is_rendered_besides_the_typical_ones(small: Path, tmp_path: Path) -> None:
    spoil(
        small,
        {
            "edit": {
                "job.Dockerfile": {
                    "USER 1000": "USER 1000\n{% if manifest.replicas > 5 %}{{ nosuch }}{% endif %}"
                }
            }
        },
    )
    assert not lint_plugin(small)
    (finding,) = lint_plugin(small, manifest=job(tmp_path / "job", replicas=6))
    assert (finding.id, finding.where) == ("L31", "job.Dockerfile:19")


def test_a_zip_is_judged_like_its_folder(small: Path, tmp_path: Path) -> None:
    assert not lint_plugin(bundle_plugin(small, tmp_path).path)
    spoil(small, {"edit": {"job.Dockerfile": {"USER 1000\n": ""}}})
    (finding,) = lint_plugin(bundle_plugin(small, tmp_path).path)
    assert (finding.id, finding.where) == ("L46", "job.Dockerfile:12")


def test_a_folder_that_is_no_plugin_is_one_finding(tmp_path: Path) -> None:
    (finding,) = lint_plugin(tmp_path)
    assert (finding.id, finding.level) == ("L01", "error")


def test_findings_are_a_list_that_shows_itself() -> None:
    one = Finding("L20", "error", "go.sum:3", "has <4> fields", "remove the line")
    two = Finding("L13", "warning", ".racetrackignore:1", "go.sum", "keep it")
    findings = Findings([one, two, two])
    assert repr(findings) == "<Findings: 1 error, 2 warnings>"
    assert (len(findings), findings[0], list(findings[1:])) == (3, one, [two, two])
    assert (list(findings.errors), list(findings.warnings)) == ([one], [two, two])
    assert findings == Findings([one, two, two])
    assert str(findings).startswith(
        "go.sum:3: error: has <4> fields [L20]\n  Remedy: remove the line\n"
    )
    assert "has &lt;4&gt; fields" in findings._repr_html_()


def test_the_folder_of_a_job_is_told_as_one() -> None:
    (finding,) = lint_plugin(shipped("sample-golang-function")).errors[:1]
    assert (finding.where, finding.what) == ("plugin-manifest.yaml", "does not exist")
    assert finding.remedy.startswith("this is the folder of a job")
