"""Manifests: what is refused, with which words, and what is accepted.

Most cases are files in `tests/cases/manifests`; its README tells how to add one.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml
from jinja2 import Environment, StrictUndefined
from racetrack_client.manifest.validate import load_validated_manifest
from racetrack_client.plugin.plugin_manifest import PluginManifest as ClientPluginManifest
from racetrack_client.utils.datamodel import datamodel_to_dict, parse_yaml_file_datamodel

from tests.case_files import expectations
from tests.support import ROOT
from workbench.errors import ManifestError
from workbench.manifest import JobManifest, load_job_manifest, load_plugin_manifest

CASES = ROOT / "tests" / "cases" / "manifests"


def _cases(kind: str) -> list[Path]:
    found = [*(CASES / kind).glob("*.yaml"), *(CASES / kind).glob("*/")]
    return sorted(found, key=lambda path: path.name)


def _job(case: Path, folder: Path) -> Path:
    """A job's folder with the manifest of a case."""
    job = folder.resolve() / "job"
    if case.is_dir():
        shutil.copytree(case, job)
    else:
        job.mkdir()
        shutil.copy(case, job / "job.yaml")
    return job


def _told(error: ManifestError) -> list[str]:
    """The mistakes that an error lists, without its heading."""
    lines = error.message.splitlines()
    return lines if len(lines) == 1 else [line.strip() for line in lines[1:]]


@pytest.mark.parametrize("case", _cases("broken"), ids=lambda case: case.stem)
def test_a_broken_manifest_is_refused_with_all_its_mistakes(case: Path, tmp_path: Path) -> None:
    job = _job(case, tmp_path)
    path = job / "job.yaml"
    expected = expectations(path, "expect", path=path, folder=job)
    with pytest.raises(ManifestError) as caught:
        load_job_manifest(job)
    assert _told(caught.value) == expected
    assert caught.value.path == path
    for remedy in expectations(path, "remedy", path=path, folder=job):
        assert remedy in str(caught.value).split("Remedy:")[1]


@pytest.mark.parametrize("case", _cases("good"), ids=lambda case: case.stem)
def test_a_good_manifest_is_accepted(case: Path, tmp_path: Path) -> None:
    job = _job(case, tmp_path)
    path = job / "job.yaml"
    manifest = load_job_manifest(job)
    assert list(manifest.warnings) == expectations(path, "warning", path=path, folder=job)
    assert (manifest.path, manifest.workspace) == (path, job)


@pytest.mark.parametrize("case", _cases("good"), ids=lambda case: case.stem)
def test_the_client_sees_the_same_manifest(case: Path, tmp_path: Path) -> None:
    job = _job(case, tmp_path)
    ours, theirs = load_job_manifest(job), load_validated_manifest(str(job))
    assert datamodel_to_dict(ours) == datamodel_to_dict(theirs)
    assert ours.origin_dict_ == theirs.origin_dict_
    assert ours.origin_yaml_ == theirs.origin_yaml_


ODD: tuple[object, ...] = (None, 5, 1.5, True, "", "a b", "1.0", "é:x", [], ["a", 5], {}, {"a": 5})
KEYS = ("name", "version", "jobtype", "lang", "owner_email", "git", "git.remote", "git.branch")
MORE_KEYS = ("replicas", "resources", "resources.cpu_max", "build_env", "build_env.A", "labels")
LATER_KEYS = ("system_dependencies", "public_endpoints", "jobtype_extra", "golang", "docker", "new")


@pytest.mark.parametrize("key", [*KEYS, *MORE_KEYS, *LATER_KEYS])
def test_what_the_client_refuses_is_refused(key: str, tmp_path: Path) -> None:
    data = yaml.safe_load((CASES / "good" / "everything" / "job.yaml").read_text())
    job = _job(CASES / "good" / "everything", tmp_path)
    *outer, last = key.split(".")
    place = data[outer[0]] if outer else data
    refused = []
    for value in ODD:
        place[last] = value
        (job / "job.yaml").write_text(yaml.safe_dump(data))
        try:
            load_validated_manifest(str(job))
        except Exception:  # noqa: BLE001 - the client raises whatever comes
            refused.append(value)
            with pytest.raises(ManifestError, match=rf"job\.yaml:\d+: {outer[0] if outer else ''}"):
                load_job_manifest(job)
    assert refused


def test_defaults_are_filled_in(tmp_path: Path) -> None:
    manifest = load_job_manifest(_job(CASES / "good" / "tutorial.yaml", tmp_path))
    assert manifest.version == "0.0.1"
    assert manifest.git.directory == "sample-golang-function"
    assert (manifest.image_type, manifest.replicas) == ("docker", 1)
    assert manifest.get_jobtype() == "golang:latest"
    assert manifest.get_jobtype_extra() == {}
    assert manifest.resource_name == "job-golang-function-v-0-0-1"


def test_a_base_is_merged_below(tmp_path: Path) -> None:
    manifest = load_job_manifest(_job(CASES / "good" / "with-a-base", tmp_path))
    assert (manifest.name, manifest.version) == ("job", "0.2.0")
    assert (manifest.git.remote, manifest.git.branch) == ("https://example.com/job", "main")
    assert manifest.extends is None


def test_extra_vars_replace_values_of_the_file(tmp_path: Path) -> None:
    job = _job(CASES / "good" / "smallest.yaml", tmp_path)
    extra = {"git.branch": "dev", "replicas": "3", "runtime_env": "{LEVEL: '2'}"}
    manifest = load_job_manifest(job, extra_vars=extra)
    assert (manifest.git.branch, manifest.replicas) == ("dev", 3)
    assert manifest.runtime_env == {"LEVEL": "2"}


def test_a_wrong_extra_var_is_not_blamed_on_the_file(tmp_path: Path) -> None:
    job = _job(CASES / "good" / "smallest.yaml", tmp_path)
    with pytest.raises(ManifestError) as caught:
        load_job_manifest(job, extra_vars={"name": "My Job", "version": "1.0"})
    assert sorted(_told(caught.value)) == [
        "extra_vars: name: 'My Job' cannot be a job's name: it becomes a host name.",
        "extra_vars: version: 1.0 is a number, not text.",
    ]


@pytest.mark.parametrize(
    ("extra", "text"),
    [
        ({"resources.cpu_max": "1"}, "no mapping holds resources.cpu_max"),
        ({"name.first": "a"}, "no mapping holds name.first"),
        ({"": "a"}, "extra var key cannot be empty"),
        ({"name": "{"}, "while parsing a flow"),
    ],
)
def test_an_extra_var_that_fits_nowhere(extra: dict[str, str], text: str, tmp_path: Path) -> None:
    job = _job(CASES / "good" / "smallest.yaml", tmp_path)
    with pytest.raises(ManifestError, match=text) as caught:
        load_job_manifest(job, extra_vars=extra)
    assert f"{job}/job.yaml: extra_vars could not be applied" in str(caught.value)


def test_an_extra_var_can_mend_the_file(tmp_path: Path) -> None:
    job = _job(CASES / "broken" / "version-is-a-number.yaml", tmp_path)
    assert load_job_manifest(job, extra_vars={"version": "'1.0.0'"}).version == "1.0.0"


def test_the_former_file_name_is_told(tmp_path: Path) -> None:
    job = _job(CASES / "good" / "smallest.yaml", tmp_path)
    path = (job / "job.yaml").rename(job / "fatman.yaml")
    for given in (job, path):
        manifest = load_job_manifest(given)
        assert manifest.path == path
        assert manifest.warnings == (f"{path}: the former name of job.yaml; rename the file.",)


def test_a_file_of_any_name_can_be_given(tmp_path: Path) -> None:
    path = shutil.copy(CASES / "good" / "smallest.yaml", tmp_path / "other.yaml")
    manifest = load_job_manifest(str(path))
    assert (manifest.workspace, manifest.warnings) == (tmp_path.resolve(), ())


@pytest.mark.parametrize(
    ("file", "remedy"),
    [
        ("plugin-manifest.yaml", "this is the folder of a plugin; give the folder of a job."),
        ("job.yml", "rename job.yml to job.yaml."),
        ("README.md", "give the folder of a job; `workbench new job DIR` makes one."),
    ],
)
def test_a_folder_without_manifest(file: str, remedy: str, tmp_path: Path) -> None:
    (tmp_path / file).touch()
    with pytest.raises(ManifestError) as caught:
        load_job_manifest(tmp_path)
    told = (caught.value.message, caught.value.remedy)
    assert told == (f"There is no job.yaml in {tmp_path.resolve()}.", remedy)


def test_a_place_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"test_manifest\.py is no job\.yaml"):
        load_job_manifest(__file__)
    for load in (load_job_manifest, load_plugin_manifest):
        with pytest.raises(ManifestError, match="nosuch does not exist"):
            load(tmp_path / "nosuch")
    with pytest.raises(ManifestError, match=r"plugin-manifest\.yaml does not exist"):
        load_plugin_manifest(tmp_path)


def test_an_absolute_gomod_is_refused_even_inside_the_job(tmp_path: Path) -> None:
    job = _job(CASES / "good" / "everything", tmp_path)
    gomod = str(job / "deps" / "go.mod")
    with pytest.raises(ManifestError, match=r"go\.mod' leads out of the job's folder"):
        load_job_manifest(job, extra_vars={"jobtype_extra.gomod": gomod})


def test_a_secret_is_never_shown(tmp_path: Path) -> None:
    job = _job(CASES / "broken" / "secrets-unreadable", tmp_path)
    with pytest.raises(ManifestError) as caught:
        load_job_manifest(job)
    assert "50" not in str(caught.value).replace(
        str(tmp_path), ""
    )  # the number of a run is no secret


def test_the_error_tells_its_first_key(tmp_path: Path) -> None:
    with pytest.raises(ManifestError) as caught:
        load_job_manifest(_job(CASES / "broken" / "gomod-outside.yaml", tmp_path))
    assert caught.value.key == "jobtype_extra.gomod"


def test_no_dump_holds_where_the_manifest_came_from(tmp_path: Path) -> None:
    job = _job(CASES / "good" / "smallest.yaml", tmp_path)
    manifest = load_job_manifest(job)
    assert str(job) not in manifest.model_dump_json()
    copied = manifest.model_copy(update={"version": "0.0.2"})
    assert copied.workspace == job
    assert copied.resource_name == "job-job-v-0-0-2"


def test_a_manifest_is_a_variable_of_templates(tmp_path: Path) -> None:
    manifest = load_job_manifest(_job(CASES / "good" / "everything", tmp_path))
    template = Environment(undefined=StrictUndefined, autoescape=False).from_string(  # noqa: S701
        "{{ manifest.name }} {{ manifest.get_jobtype_extra().gomod }} "
        "{{ manifest.system_dependencies | length }} {{ manifest.resource_name }}"
    )
    expected = "everything-2 deps/go.mod 7 job-everything-2-v-10-20-30-rc-1"
    assert template.render(manifest=manifest) == expected


def test_how_a_manifest_shows_itself(tmp_path: Path) -> None:
    job = _job(CASES / "good" / "tutorial.yaml", tmp_path)
    manifest = load_job_manifest(job)
    assert str(manifest) == repr(manifest) == "<JobManifest golang-function 0.0.1 (golang:latest)>"
    page = manifest._repr_html_()
    assert "<code>golang-function</code>" in page
    assert "lang is deprecated" in page
    labelled = manifest.model_copy(update={"labels": {"note": "<b>"}})
    assert "&lt;b&gt;" in labelled._repr_html_()


def test_a_manifest_made_by_hand_stands_in_the_current_folder() -> None:
    git = {"remote": "https://example.com/job"}
    manifest = JobManifest.model_validate(
        {"name": "job", "owner_email": "a@b", "jobtype": "golang:latest", "git": git}
    )
    assert manifest.workspace == Path.cwd()
    assert manifest.warnings == ()


@pytest.mark.parametrize("case", _cases("plugins"), ids=lambda case: case.stem)
def test_a_broken_plugin_manifest(case: Path, tmp_path: Path) -> None:
    path = tmp_path.resolve() / "plugin-manifest.yaml"
    shutil.copy(case, path)
    with pytest.raises(ManifestError) as caught:
        load_plugin_manifest(tmp_path)
    assert _told(caught.value) == expectations(path, "expect", path=path)
    for remedy in expectations(path, "remedy", path=path):
        assert remedy in str(caught.value).split("Remedy:")[1]


@pytest.mark.parametrize("version", ["0.0.0", "1.2.3", "10.0.1-dev", "2.0.0-rc.1"])
def test_a_plugin_manifest(version: str, tmp_path: Path) -> None:
    path = tmp_path.resolve() / "plugin-manifest.yaml"
    path.write_text(
        f"name: golang-job-type\nversion: {version}\nurl: https://example.com\npriority: 5\n"
        "category: job-type\ncomponents: [lifecycle]\n"
    )
    manifest = load_plugin_manifest(tmp_path)
    theirs = parse_yaml_file_datamodel(path, ClientPluginManifest)
    assert manifest.model_dump() == theirs.model_dump()
    assert isinstance(manifest, ClientPluginManifest)
    assert manifest.path == path
    assert repr(manifest) == f"<PluginManifest golang-job-type {version}>"
    assert "golang-job-type" in manifest._repr_html_()


def test_messages_can_name_another_place(tmp_path: Path) -> None:
    path = tmp_path / "plugin-manifest.yaml"
    path.write_text("name: Golang\nversion: 1.0.0\n")
    shown = Path("plugin.zip/plugin-manifest.yaml")
    with pytest.raises(ManifestError, match=rf"^{shown}:1: name: 'Golang' cannot be"):
        load_plugin_manifest(path, shown=shown)


def test_every_broken_case_expects_something() -> None:
    for case in [*_cases("broken"), *_cases("plugins")]:
        assert expectations(case / "job.yaml" if case.is_dir() else case, "expect"), case
