"""The template lab takes plugins of every shape, and says what it cannot take."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.template_matrix.plugins import GOOD, failed, images, plugin
from workbench.bundle import bundle_plugin
from workbench.errors import ManifestError, PluginError
from workbench.lint import lint_plugin
from workbench.lint.checks import lint_rendered
from workbench.lint.subject import Subject
from workbench.lint.variants import VARIANTS
from workbench.plugin import load_plugin
from workbench.settings import shipped
from workbench.template_matrix.lab import template_lab

NAMES = tuple(variant.name for variant in VARIANTS)


def test_the_dict_form_has_no_base_image(tmp_path: Path) -> None:
    text = GOOD.replace("LABEL", "COPY --from=jobtype lib /lib\nLABEL")
    folder = plugin(tmp_path / "plugin", images("job.Dockerfile"), job=text)
    (missing,) = template_lab(folder)["plain"].findings
    assert (missing.id, missing.where) == ("L49", "job.Dockerfile:2")
    (folder / "lib").write_text("")
    assert not template_lab(folder)["plain"].findings
    (folder / "job.Dockerfile").write_text(text.replace("alpine:3.22", "{{ base_image }}"))
    (nothing,) = template_lab(folder)["plain"].findings
    assert "FROM names no image" in nothing.what


def test_each_of_several_images_has_its_variants(tmp_path: Path) -> None:
    other = GOOD.replace('["/job"]', "{{ oops")
    folder = plugin(
        tmp_path / "plugin", images("job.Dockerfile", "proxy.Dockerfile"), job=GOOD, proxy=other
    )
    lab = template_lab(folder)
    assert lab.ids == (*NAMES, *(f"{name}, image 1" for name in NAMES))
    assert (lab["plain"].template, lab["plain, image 1"].template) == (
        "job.Dockerfile",
        "proxy.Dockerfile",
    )
    assert lab["plain"].ok
    assert not lab["plain, image 1"].ok
    assert lab.from_plain(lab["lang"]) is not None
    assert lab.from_plain(lab["lang, image 1"]) is None
    assert str(lab).startswith("foreign 1.0.0: job.Dockerfile, proxy.Dockerfile\n")


def test_variants_of_one_image_are_compared_and_judged_by_themselves(tmp_path: Path) -> None:
    fixed = GOOD.replace("{{ manifest.name }}", "a").replace("{{ manifest.version }}", "1")
    folder = plugin(
        tmp_path / "plugin", images("job.Dockerfile", "proxy.Dockerfile"), job=fixed, proxy=GOOD
    )
    lab = template_lab(folder)
    assert failed(lab) == ["odd values, image 1"]
    assert lab.from_plain(lab["plain, image 1"]) is None
    diff = lab.from_plain(lab["lang, image 1"])
    assert diff is not None
    assert (diff.before, diff.summary) == ("plain, image 1", "the same")


def test_the_base_image_is_not_what_is_judged(tmp_path: Path) -> None:
    pair = "{'other:1.0.0': (self.plugin_dir / 'base.Dockerfile', "
    pair += "self.plugin_dir / 'job.Dockerfile')}"
    job = GOOD.replace("alpine:3.22", "{{ base_image }}")
    folder = plugin(tmp_path / "plugin", pair, base="FROM golang\n", job=job)
    assert "L43" in {one.id for one in lint_plugin(folder)}
    assert not template_lab(folder)["plain"].findings


def test_one_rendering_is_judged_the_same_whatever_was_judged_before(tmp_path: Path) -> None:
    folder = plugin(tmp_path / "plugin", images("job.Dockerfile"), job="FROM alpine:3.22\n")
    subject = Subject(folder, None)
    recipe = subject.recipes[0]
    plain = subject.attempt(recipe, VARIANTS[0].job(recipe.job_type))
    fresh = lint_rendered(subject, plain, quoting=False)
    assert len(subject.documents) == len(subject.attempts) > 1
    assert lint_rendered(subject, plain, quoting=False) == fresh
    assert subject.only(plain).documents == (plain.document,)


def test_each_of_several_job_types_has_its_variants(tmp_path: Path, job: Path) -> None:
    one, two = images("a.Dockerfile"), images("b.Dockerfile").replace("1.0.0", "2.0.0")
    folder = plugin(tmp_path / "plugin", f"{one} | {two}", a=GOOD, b=GOOD)
    (job / "job.yaml").write_text((job / "job.yaml").read_text().replace("golang:", "other:"))
    assert [name for name in template_lab(folder, job).ids if "as it is" in name] == [
        "as it is, other:2.0.0"
    ]
    lab = template_lab(folder)
    assert lab[0].name == "plain, other:1.0.0"
    assert lab["lang, other:2.0.0"].manifest.lang == "other:2.0.0"
    assert len(lab) == 2 * len(NAMES)


def test_an_image_that_a_job_brings_needs_such_a_job(tmp_path: Path, job: Path) -> None:
    source = "{'source': 'job', 'dockerfile_path': 'docker/Dockerfile', 'template': True}"
    folder = plugin(tmp_path / "plugin", f"{{'own:1.0.0': {{'images': [{source}]}}}}")
    lab = template_lab(folder)
    (finding,) = lab.findings
    assert (finding.where, finding.remedy) == (
        "docker/Dockerfile",
        "give the folder of a job that has one",
    )
    assert "the job has none" in finding.what
    (job / "docker").mkdir()
    (job / "docker" / "Dockerfile").write_text(GOOD)
    (job / "job.yaml").write_text((job / "job.yaml").read_text().replace("golang:", "own:"))
    own = template_lab(folder, job)
    assert own["plain"].ok
    assert own["plain"].template == "docker/Dockerfile"


def test_what_is_no_job_type_plugin_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match="nosuch does not exist"):
        template_lab(tmp_path / "nosuch")
    with pytest.raises(PluginError, match=r"foreign 1\.0\.0 brings no job type"):
        template_lab(plugin(tmp_path / "empty", "{}"))
    with pytest.raises(PluginError, match="ZeroDivisionError"):
        template_lab(plugin(tmp_path / "raises", "1 / 0", job=GOOD))
    with pytest.raises(ManifestError, match="this is the folder of a job"):
        template_lab(shipped("sample-golang-function"))


def test_a_loaded_plugin_and_a_zip_are_as_good_as_a_folder(tmp_path: Path) -> None:
    folder = plugin(tmp_path / "plugin", images("job.Dockerfile"), job=GOOD)
    wanted = [(row.name, row.dockerfile, row.findings) for row in template_lab(folder)]
    for given in (load_plugin(folder), bundle_plugin(folder, tmp_path).path):
        lab = template_lab(given)
        assert [(row.name, row.dockerfile, row.findings) for row in lab] == wanted


def test_a_plugin_that_has_no_plugin_py_yet_is_taken_for_what_it_looks_like(
    tmp_path: Path,
) -> None:
    folder = plugin(tmp_path / "begun", "{}", job=GOOD, base="FROM golang:1.26-alpine\n")
    for name in ("plugin.py", "plugin-manifest.yaml"):
        (folder / name).unlink()
    lab = template_lab(folder)
    assert repr(lab).startswith("<TemplateLab begun, without plugin.py: 13 variants render; ")
    assert lab.ids == NAMES
