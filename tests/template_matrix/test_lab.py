"""The template lab: each variant has one clear outcome, whatever the plugin is like."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.template_matrix.plugins import GOOD, failed, images, plugin
from workbench.errors import ManifestError, PluginError, TemplateError, UsageError
from workbench.lint.variants import VARIANTS
from workbench.template_matrix.lab import TemplateLab, template_lab

NAMES = tuple(variant.name for variant in VARIANTS)


@pytest.fixture(scope="module")
def lab() -> TemplateLab:
    return template_lab()


def one_image(tmp_path: Path, template: str | bytes) -> TemplateLab:
    return template_lab(plugin(tmp_path / "plugin", images("job.Dockerfile"), job=template))


def test_a_variant_is_found_by_its_name_or_number(lab: TemplateLab) -> None:
    assert lab.ids == NAMES
    assert lab["plain"] is lab[0]
    row = lab["system packages"]
    assert row.manifest.system_dependencies == ["curl", "git"]
    assert (row.ok, row.outcome, row.error) == (True, "renders", None)
    assert row.lines == row.text().count("\n")
    assert row.text().endswith('CMD ["/usr/local/bin/job"]\n')
    assert row.stages == row.text().count("FROM ")
    assert repr(row) == "<Rendering system packages: renders>"


def test_a_variant_that_is_not_there_is_a_wrong_call(lab: TemplateLab) -> None:
    with pytest.raises(UsageError, match="There is no variant nosuch in this lab") as caught:
        lab["nosuch"]
    assert "system packages" in (caught.value.remedy or "")
    with pytest.raises(UsageError, match="no variant nosuch"):
        lab.diff("plain", "nosuch")


def test_a_diff_tells_what_a_part_of_the_manifest_does(lab: TemplateLab) -> None:
    diff = lab.diff("plain", "build variables")
    assert (diff.added, diff.removed, diff.summary) == (1, 0, "+1")
    assert str(diff).startswith("--- plain\n+++ build variables\n@@ ")
    assert '\n+ENV CHANNEL="stable"\n' in str(diff)
    back = lab.diff("build variables", "plain")
    assert (back.summary, bool(back)) == ("-1", True)
    same = lab.diff("plain", "lang")
    assert (bool(same), str(same), same.summary) == (False, "plain and lang: the same", "the same")
    assert lab.diff(0, "lang") == same


def test_a_template_that_is_broken_fails_for_every_variant(tmp_path: Path) -> None:
    lab = one_image(tmp_path, "FROM x\n{% if manifest.name %}\nUSER 1\n")
    assert failed(lab) == list(NAMES)
    row = lab["plain"]
    assert (row.dockerfile, row.lines, row.stages) == (None, 0, 0)
    assert row.outcome == "does not render"
    assert row.error is not None
    assert row.error.line == 2
    (finding,) = lab.findings
    assert (finding.id, finding.where) == ("L30", "job.Dockerfile:2")
    with pytest.raises(TemplateError, match=r"job\.Dockerfile:2: "):
        lab.diff("plain", "lang")
    assert lab.from_plain(lab["lang"]) is None
    assert lab.summary == f"0 of {len(NAMES)} variants render; 1 error"
    for view in (str(lab), str(lab._repr_html_())):
        assert view.count("does not render") == len(NAMES)
        assert view.count("job.Dockerfile:2") == 1


def test_a_template_that_forgot_what_may_be_absent_fails_without_it(tmp_path: Path) -> None:
    loop = "{% for one in manifest.system_dependencies %}RUN add {{ one }}\n{% endfor %}"
    lab = one_image(tmp_path, GOOD.replace("USER", f"{loop}USER"))
    rendered = [row.name for row in lab if row.dockerfile is not None]
    assert rendered == ["system packages", "no system packages", "everything"]
    error = lab["plain"].error
    assert error is not None
    assert (error.line, "not iterable" in error.message) == (4, True)
    assert "In: plain, lang, " in str(lab)


def test_a_name_that_nothing_defines_is_a_warning_and_what_racetrack_makes_of_it(
    tmp_path: Path,
) -> None:
    lab = one_image(tmp_path, GOOD.replace("USER 1000", "USER 1{{ nosuch }}"))
    row = lab["plain"]
    assert (row.ok, row.outcome) == (True, "1 warning")
    assert "USER 1\n" in row.text()
    assert [(one.id, one.where) for one in row.findings] == [("L31", "job.Dockerfile:4")]
    assert row.error is not None


def test_values_that_are_not_quoted_are_told_where_they_are_odd(tmp_path: Path) -> None:
    lab = one_image(tmp_path, GOOD)
    assert failed(lab) == ["odd values"]
    assert {(one.id, one.where) for one in lab["odd values"].findings} == {
        ("L32", "job.Dockerfile:3")
    }


@pytest.mark.parametrize(
    ("content", "where", "what"),
    [
        (None, "job.Dockerfile", "there is no such file"),
        (b"FROM x\n# caf\xe9\n", "job.Dockerfile:2", "is not UTF-8 text"),
        ("RUN <<EOT\n", "job.Dockerfile:1", "the here-document EOT is never closed"),
        ("", "job.Dockerfile", "has no FROM"),
    ],
)
def test_a_template_that_cannot_be_read_or_parsed_is_one_finding(
    content: str | bytes | None, where: str, what: str, tmp_path: Path
) -> None:
    folder = plugin(tmp_path / "plugin", images("job.Dockerfile"))
    if content is not None:
        text = content.encode() if isinstance(content, str) else content
        (folder / "job.Dockerfile").write_bytes(text)
    lab = template_lab(folder)
    assert failed(lab) == list(NAMES)
    (finding,) = lab.findings.errors
    assert (finding.where, what in finding.what) == (where, True)


def test_a_folder_in_the_place_of_a_template_is_told(tmp_path: Path) -> None:
    folder = plugin(tmp_path / "plugin", images("job.Dockerfile"))
    (folder / "job.Dockerfile").mkdir()
    (finding,) = template_lab(folder).findings
    assert "is a folder" in finding.what


def test_a_job_that_is_given_is_a_variant_as_well(job: Path) -> None:
    lab = template_lab(job_dir=job)
    assert lab.ids == ("as it is", *NAMES)
    assert lab["as it is"].manifest.name == "golang-function"
    assert 'JOB_NAME="golang-function"' in lab["as it is"].text()
    # What the others are compared with stays the same.
    diff = lab.from_plain(lab["as it is"])
    assert diff is not None
    assert (diff.before, diff.summary) == ("plain", "+1 -1")
    assert lab["plain"].manifest.workspace == job


def test_a_job_of_another_type_or_none_is_refused(job: Path, tmp_path: Path) -> None:
    (job / "job.yaml").write_text((job / "job.yaml").read_text().replace("golang:", "python3:"))
    with pytest.raises(PluginError, match="There is no job type python3:latest"):
        template_lab(job_dir=job)
    with pytest.raises(ManifestError, match=r"There is no job\.yaml"):
        template_lab(job_dir=tmp_path)


def test_the_values_are_plain_json(lab: TemplateLab) -> None:
    data = json.loads(json.dumps(lab.as_dict()))
    assert (data["ok"], data["plugin"]) == (True, lab.plugin)
    row = next(one for one in data["variants"] if one["name"] == "everything")
    assert row["manifest"]["resources"] == {"memory_max": "256Mi", "cpu_max": "500m"}
    assert row["dockerfile"] == lab["everything"].dockerfile
    assert (row["error"], row["error_line"], row["findings"]) == (None, None, [])


def test_dockerfiles_are_written_where_one_asks(lab: TemplateLab, tmp_path: Path) -> None:
    written = lab.save(tmp_path / "new" / "folder")
    assert [path.name for path in written][:2] == ["plain.Dockerfile", "lang.Dockerfile"]
    assert written[0].read_text() == lab["plain"].text()
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="could not be written to"):
        lab.save(tmp_path / "file")
