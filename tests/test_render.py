"""Templates render as in Racetrack; what Racetrack would swallow is told, with its line."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from workbench.dockerfile import (
    base_image_name,
    dockerfile_env,
    parse_dockerfile,
    read_template,
    render_dockerfile,
    render_image,
    render_template,
)
from workbench.errors import TemplateError
from workbench.job_type import JobType, JobTypeImageDef
from workbench.manifest import JobManifest, load_job_manifest
from workbench.plugin import load_plugin
from workbench.settings import shipped

CASES = Path(__file__).parent / "cases" / "templates"


@pytest.fixture
def manifest(tmp_path: Path) -> JobManifest:
    job = {
        "name": "sample",
        "owner_email": "sample@example.com",
        "git": {"remote": "https://example.com/x"},
        "version": "0.2.0",
        "jobtype": "small:latest",
        "jobtype_extra": {"gomod": "sub/go.mod"},
        "build_env": {"CHANNEL": "stable"},
    }
    (tmp_path / "job.yaml").write_text(yaml.safe_dump(job))
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "go.mod").write_text("module x\n")
    return load_job_manifest(tmp_path)


def job_type(template: Path, *more: Path, base: str | None = "base.Dockerfile") -> JobType:
    base_path = template.parent / base if base else None
    images = (JobTypeImageDef("jobtype", path, True, base_path) for path in (template, *more))
    return JobType("small", "1.0.0", tuple(images), template.parent)


def test_every_variable_of_racetrack_has_its_value(manifest: JobManifest) -> None:
    text = render_dockerfile(job_type(CASES / "all-variables.Dockerfile"), manifest)
    # Jinja drops the last line end of a template, and so does Racetrack.
    assert text + "\n" == (CASES / "all-variables.txt").read_text()


def test_every_variable_can_be_given(manifest: JobManifest) -> None:
    text = render_dockerfile(
        job_type(CASES / "all-variables.Dockerfile"),
        manifest,
        base_image="local/base",
        git_version="v1-2-gabcdef",
        deployed_by_racetrack_version="2.36.0",
        env_vars={"A": "1", "B": "2"},
    )
    assert text.startswith("FROM local/base\n")
    assert dockerfile_env(parse_dockerfile(text)) == {
        "GIT_VERSION": "v1-2-gabcdef",
        "DEPLOYED_BY": "2.36.0",
        "JOB_TYPE_VERSION": "1.0.0",
        "A": "1",
        "B": "2",
    }


BROKEN = sorted(path for path in CASES.glob("*.Dockerfile") if path.stem != "all-variables")


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_template_that_does_not_render_is_named_with_its_line(
    path: Path, manifest: JobManifest
) -> None:
    with pytest.raises(TemplateError) as caught:
        render_dockerfile(job_type(path), manifest)
    assert str(caught.value).replace(str(path), "PATH") + "\n" == (
        path.with_suffix(".txt").read_text()
    )
    assert caught.value.path == path
    line = caught.value.line
    assert line is not None
    assert path.read_text().split("\n")[line - 1].strip() in caught.value.message


def test_the_same_input_gives_the_same_text_and_changes_nothing(manifest: JobManifest) -> None:
    given = {"A": "1"}
    before = (manifest.model_dump(), dict(given))
    kind = job_type(CASES / "all-variables.Dockerfile")
    texts = {render_dockerfile(kind, manifest, env_vars=given) for _ in range(3)}
    assert len(texts) == 1
    assert (manifest.model_dump(), given) == before


def test_a_template_sees_the_servers_model_and_nothing_of_this_package(
    manifest: JobManifest, tmp_path: Path
) -> None:
    template = tmp_path / "t.Dockerfile"
    for name in ("workspace", "resource_name", "warnings", "path"):
        template.write_text(f"FROM {{{{ manifest.{name} }}}}\n")
        with pytest.raises(TemplateError, match=f"'{name}' is no field of the Manifest"):
            render_dockerfile(job_type(template), manifest)


def test_without_strictness_an_undefined_name_is_empty_text(manifest: JobManifest) -> None:
    kind = job_type(CASES / "misspelt-variable.Dockerfile")
    assert render_image(kind, manifest, strict=False).text == "FROM "
    with pytest.raises(TemplateError, match="has no attribute 'user'"):
        render_image(job_type(CASES / "two-steps.Dockerfile"), manifest, strict=False)


def test_every_line_knows_where_it_comes_from() -> None:
    source = (
        "{% macro env(name) -%}\n"  # 1
        "ENV {{ name }}=\\\n"  # 2
        "  x\n"  # 3
        "{%- endmacro -%}\n"  # 4
        "FROM {{ base }}\n"  # 5
        "{%- for n in names if n %}\n"  # 6
        "{{ env(n) }}\n"  # 7
        "{%- else %}\n"  # 8
        "RUN {{ 'none'\n"  # 9
        "   | upper }} of them\n"  # 10
        "\n"  # 11
        "RUN last {# a comment\n"  # 12
        "of two lines #}\n"  # 13
        "{%- endfor %}\n"  # 14
        "CMD\n"  # 15
    )
    path = Path("t")
    some = render_template(source, path, {"base": "b", "names": ["A", "B"]})
    assert some.text == "FROM b\nENV A=\\\n  x\nENV B=\\\n  x\nCMD"
    # What a macro gives comes from where it is called.
    assert some.lines[0:2] == (5, 7)
    assert (some.lines[3], some.lines[5]) == (7, 15)
    none = render_template(source, path, {"base": "b", "names": []})
    assert none.text == "FROM b\nRUN NONE of them\n\nRUN last \nCMD"
    assert none.lines == (5, 9, 11, 12, 15)


def test_a_job_type_without_base_image_has_an_empty_name(manifest: JobManifest) -> None:
    kind = job_type(CASES / "all-variables.Dockerfile", base=None)
    assert base_image_name(kind) == ""
    assert render_dockerfile(kind, manifest).startswith("FROM \n")


def test_images_of_one_job_type_have_numbered_bases(manifest: JobManifest) -> None:
    first, second = CASES / "misspelt-variable.Dockerfile", CASES / "all-variables.Dockerfile"
    kind = job_type(first, second)
    assert base_image_name(kind, 1).endswith("/job-base-1/small:1.0.0")
    assert render_dockerfile(kind, manifest, image=1).startswith(f"FROM {base_image_name(kind, 1)}")


def test_what_is_no_template_is_left_as_it_is(manifest: JobManifest) -> None:
    image = JobTypeImageDef("job", Path("docker/Dockerfile"), False)
    kind = JobType("proxy", "1.0.0", (image,), Path("/plugin"))
    dockerfile = manifest.workspace / "docker" / "Dockerfile"
    with pytest.raises(TemplateError, match="there is no such file") as caught:
        render_dockerfile(kind, manifest)
    assert caught.value.path == dockerfile
    dockerfile.parent.mkdir()
    dockerfile.write_text("FROM scratch\n# {{ not.a.template }\n\n")
    rendered = render_image(kind, manifest)
    assert rendered.text == dockerfile.read_text()
    assert rendered.lines[:3] == (1, 2, 3)


def test_a_jobs_own_template_is_rendered(manifest: JobManifest) -> None:
    image = JobTypeImageDef("job", Path("t.Dockerfile"), True)
    (manifest.workspace / "t.Dockerfile").write_text("FROM x:{{ manifest.version }}\n")
    kind = JobType("proxy", "1.0.0", (image,), Path("/plugin"))
    assert render_dockerfile(kind, manifest) == "FROM x:0.2.0"


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match=r"nosuch: there is no such file"):
        read_template(tmp_path / "nosuch")
    with pytest.raises(TemplateError, match="is a folder, not a Dockerfile template"):
        read_template(tmp_path)
    (tmp_path / "latin").write_bytes(b"FROM x\n# caf\xe9\n")
    with pytest.raises(TemplateError, match=r"latin:2: is not UTF-8 text") as caught:
        read_template(tmp_path / "latin")
    assert caught.value.line == 2


HOSTILE = {
    "QUOTES": "say \"hi\" and 'bye'",
    "DOLLARS": "$HOME ${PATH:-x} $$ $(id) `id`",
    "BACKSLASHES": "C:\\temp\\new \\\\host\\ \\",
    "BRACES": "{{ base_image }} {% raw %} {# #}",
    "BLANKS": "  two  blanks\tand a tab ",
    "HASH": "# no comment",
    "LETTERS": "żółć 数 \u2028 \u0085",
    "EMPTY": "",
}


def test_the_finished_templates_environment_is_the_manifests(manifest: JobManifest) -> None:
    plugin = load_plugin(shipped("golang-job-type"))
    kind = plugin.job_type("golang:latest")
    text = render_dockerfile(kind, manifest, env_vars=HOSTILE, git_version='v1"$x\\')
    instructions = parse_dockerfile(text)
    # Build variables are for the build alone; Racetrack empties them in the job.
    last = max(i for i, one in enumerate(instructions) if one.keyword == "FROM")
    build = dockerfile_env(instructions[:last])
    assert {name: build[name] for name in HOSTILE} == HOSTILE
    job = dockerfile_env(instructions)
    assert job["JOB_NAME"] == "sample"
    assert job["GIT_VERSION"] == 'v1"$x\\'
    refused = render_dockerfile(kind, manifest, env_vars={"A": "a\nRUN b"})
    assert [one.keyword for one in parse_dockerfile(refused)] == ["FROM", "RUN"]


ENDLESS = {
    "loops": "FROM a\n{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}",
    "calls itself": (
        "FROM a\n{% macro twice(n) %}{% if n %}{{ twice(n - 1) }}{{ twice(n - 1) }}{% endif %}"
        "{% endmacro %}{{ twice(22) }}"
    ),
}


@pytest.mark.parametrize("source", ENDLESS.values(), ids=ENDLESS.keys())
def test_a_template_that_goes_on_and_on_is_stopped_at_its_line(
    source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.dockerfile.template.TIMEOUT", 0.2)
    with pytest.raises(TemplateError, match=r"^x\.Dockerfile:2: was not rendered within 0\.2 s\n"):
        render_template(source, Path("x.Dockerfile"), {})


def test_a_template_that_makes_too_much_is_stopped() -> None:
    source = "{% for a in range(99999) %}{{ '#' * 999 }}\n{% endfor %}"
    with pytest.raises(TemplateError, match="more than 4000000 characters"):
        render_template(source, Path("x.Dockerfile"), {})


def test_a_loop_knows_its_length_and_place() -> None:
    source = "{% for a in 'xyz' %}{{ a }}{{ loop.index }}/{{ loop.length }} {% endfor %}"
    assert render_template(source, Path("x.Dockerfile"), {}).text == "x1/3 y2/3 z3/3 "
