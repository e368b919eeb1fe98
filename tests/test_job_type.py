"""What `job_types()` may return, in the shapes of all times."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.errors import PluginError
from workbench.job_type import (
    JobType,
    JobTypeImageDef,
    OtherValue,
    parse_job_types,
)


@pytest.fixture
def plugin_dir(tmp_path: Path) -> Path:
    for name in ("base.Dockerfile", "job-template.Dockerfile", "other.Dockerfile"):
        (tmp_path / name).write_text("FROM scratch\n")
    return tmp_path


def _only(returned: object, plugin_dir: Path) -> JobType:
    (job_type,) = parse_job_types(returned, plugin_dir).values()
    return job_type


def test_a_pair_of_paths(plugin_dir: Path) -> None:
    base, template = plugin_dir / "base.Dockerfile", plugin_dir / "job-template.Dockerfile"
    job_type = _only({"golang:0.0.0": (base, template)}, plugin_dir)
    assert (job_type.name, job_type.version, job_type.full_name) == (
        "golang",
        "0.0.0",
        "golang:0.0.0",
    )
    assert job_type.images == (JobTypeImageDef("jobtype", template, True, base),)
    assert (job_type.shape, job_type.accepted_by) == ("pair", "2.4 and newer")
    assert job_type.warnings == (
        "golang:0.0.0 is declared by a pair of paths. Racetrack takes it, and logs since 2.26: "
        '"Using deprecated base images. Please use a single job template with a dictionary '
        'format."',
    )
    assert repr(job_type) == "<JobType golang:0.0.0 by a pair of paths>"


def test_a_list_of_pairs(plugin_dir: Path) -> None:
    base, template = plugin_dir / "base.Dockerfile", plugin_dir / "job-template.Dockerfile"
    other = plugin_dir / "other.Dockerfile"
    job_type = _only({"golang:0.0.0": [(base, template), (base, other)]}, plugin_dir)
    assert [image.dockerfile_path for image in job_type.images] == [template, other]
    assert [image.base_dockerfile for image in job_type.images] == [base, base]
    assert (job_type.shape, job_type.accepted_by) == ("pairs", "2.7 to 2.29")
    assert job_type.warnings == (
        "golang:0.0.0 is declared by a list of pairs. Racetrack 2.30 and newer refuse it, and with "
        "it the refresh of all job types",
    )
    assert repr(job_type) == "<JobType golang:0.0.0 by a list of pairs, 2 images>"


def test_a_pair_without_template_is_the_dockerfile_of_the_job(plugin_dir: Path) -> None:
    base = plugin_dir / "base.Dockerfile"
    job_type = _only({"any:1.0.0": [(base, None), (None, base)]}, plugin_dir)
    assert job_type.images == (
        JobTypeImageDef("job", Path("Dockerfile"), False, base),
        JobTypeImageDef("jobtype", base, True, None),
    )
    assert "until Racetrack 2.25" in job_type.warnings[1]


@pytest.mark.parametrize(
    ("value", "shape", "names"),
    [
        ("job-template.Dockerfile", "path", ["job-template.Dockerfile"]),
        (["job-template.Dockerfile"], "paths", ["job-template.Dockerfile"]),
        (
            ["job-template.Dockerfile", "other.Dockerfile"],
            "paths",
            ["job-template.Dockerfile", "other.Dockerfile"],
        ),
    ],
    ids=["path", "paths", "two paths"],
)
def test_paths_as_text(value: object, shape: str, names: list[str], plugin_dir: Path) -> None:
    job_type = _only({"golang:0.0.0": value}, plugin_dir)
    assert job_type.images == tuple(JobTypeImageDef("jobtype", plugin_dir / name) for name in names)
    assert (job_type.shape, job_type.accepted_by) == (shape, "2.26 and newer")
    (warning,) = job_type.warnings
    assert "logs since 2.30" in warning
    assert "Using deprecated job type definition. Use dictionary format." in warning


def test_a_dict_of_images(plugin_dir: Path) -> None:
    images = [
        {"source": "jobtype", "dockerfile_path": "job-template.Dockerfile", "template": True},
        {"source": "job", "dockerfile_path": "Dockerfile", "template": False},
        {"dockerfile_path": plugin_dir / "other.Dockerfile"},
    ]
    job_type = _only({"golang:0.0.0": {"images": images}}, plugin_dir)
    assert job_type.images == (
        JobTypeImageDef("jobtype", plugin_dir / "job-template.Dockerfile"),
        JobTypeImageDef("job", Path("Dockerfile"), False),
        JobTypeImageDef("jobtype", plugin_dir / "other.Dockerfile"),
    )
    assert (job_type.shape, job_type.accepted_by) == ("images", "2.30 and newer")
    assert job_type.warnings == ()


def test_several_job_types_keep_their_order(plugin_dir: Path) -> None:
    path = "job-template.Dockerfile"
    parsed = parse_job_types({"b:1.0.0": path, "a:2.0.0": path, "b:0.1.0": path}, plugin_dir)
    assert list(parsed) == ["b:1.0.0", "a:2.0.0", "b:0.1.0"]


@pytest.mark.parametrize("nothing", [None, {}, [], ()], ids=repr)
def test_a_plugin_may_bring_no_job_type(nothing: object, plugin_dir: Path) -> None:
    assert parse_job_types(nothing, plugin_dir) == {}


@pytest.mark.parametrize(
    ("value", "warnings"),
    [
        (
            {"images": [{"dockerfile_path": "nosuch.Dockerfile"}]},
            ["nosuch.Dockerfile is missing; Racetrack tells only when a job asks for it"],
        ),
        (
            {"images": [{"dockerfile_path": "other.Dockerfile", "templte": True}], "image": 1},
            [
                "Racetrack does not know the key 'image'",
                "Racetrack does not know the key 'templte'",
            ],
        ),
        (
            {"images": [{"source": "job", "dockerfile_path": "not-in-the-plugin"}]},
            [],
        ),
    ],
    ids=["missing", "unknown keys", "of the job"],
)
def test_what_is_told_and_not_refused(value: object, warnings: list[str], plugin_dir: Path) -> None:
    job_type = _only({"golang:0.0.0": value}, plugin_dir)
    assert list(job_type.warnings) == [f"golang:0.0.0: {text}" for text in warnings]


def test_relative_paths_of_a_pair_are_told(plugin_dir: Path) -> None:
    job_type = _only({"golang:0.0.0": ("base.Dockerfile", Path("nosuch"))}, plugin_dir)
    assert job_type.images[0].base_dockerfile == plugin_dir / "base.Dockerfile"
    assert job_type.warnings[1:] == (
        "golang:0.0.0: Racetrack looks for 'base.Dockerfile' in its own folder; "
        "write self.plugin_dir / 'base.Dockerfile'",
        "golang:0.0.0: Racetrack looks for 'nosuch' in its own folder; "
        "write self.plugin_dir / 'nosuch'",
        "golang:0.0.0: nosuch is missing; Racetrack tells only when a job asks for it",
    )


def test_a_dockerfile_outside_the_plugin_is_told(plugin_dir: Path) -> None:
    folder = plugin_dir / "plugin"
    folder.mkdir()
    job_type = _only(
        {"golang:0.0.0": {"images": [{"dockerfile_path": "../base.Dockerfile"}]}}, folder
    )
    assert job_type.warnings == (
        f"golang:0.0.0: {folder}/../base.Dockerfile is outside the plugin, and will not be in its "
        "ZIP",
    )


def test_a_version_that_is_none_is_told(plugin_dir: Path) -> None:
    job_type = _only(
        {"golang:main": {"images": [{"dockerfile_path": "other.Dockerfile"}]}}, plugin_dir
    )
    assert job_type.warnings == (
        "golang:main: the version is not of the form X.Y.Z; no manifest can ask for "
        "`golang:latest`",
    )


DICT_FORM = 'write {"images": [{"dockerfile_path": "job-template.Dockerfile"}]}.'


@pytest.mark.parametrize(
    ("returned", "what", "remedy"),
    [
        (["a"], "returned a list, not a dict", 'return {"name:version": {"images": [...]}}.'),
        ("golang", "returned 'golang', not a dict", None),
        (OtherValue("generator"), "returned a value of the type generator, not a dict", None),
        ({5: "a"}, "has the key 5, not text", 'write "name:version".'),
        (
            {"golang": "a"},
            "has the key 'golang', which is not of the form `name:version`, with one colon",
            'write f"golang:{self.plugin_manifest.version}".',
        ),
        ({"a:b:c": "a"}, "has the key 'a:b:c', which is not of the form", None),
        ({":1.0.0": "a"}, "has the key ':1.0.0', which is not of the form", None),
        ({"golang:": "a"}, "has the key 'golang:', which is not of the form", None),
        ({"golang:1.0.0": None}, "gives 'golang:1.0.0' None, not a dict of images", DICT_FORM),
        ({"golang:1.0.0": 5}, "gives 'golang:1.0.0' 5, not a dict of images", DICT_FORM),
        (
            {"golang:1.0.0": Path("/p/x.Dockerfile")},
            "gives 'golang:1.0.0' a Path, not a dict of images",
            'write {"images": [{"dockerfile_path": "x.Dockerfile"}]}.',
        ),
        (
            {"golang:1.0.0": OtherValue("set")},
            "gives 'golang:1.0.0' a value of the type set, not a dict of images",
            DICT_FORM,
        ),
        ({"golang:1.0.0": ""}, "gives 'golang:1.0.0' no images", DICT_FORM),
        ({"golang:1.0.0": []}, "gives 'golang:1.0.0' no images", DICT_FORM),
        ({"golang:1.0.0": {}}, "gives 'golang:1.0.0' no images", DICT_FORM),
        ({"golang:1.0.0": {"images": []}}, "gives 'golang:1.0.0' no images", DICT_FORM),
        ({"golang:1.0.0": {"images": "a"}}, "gives 'golang:1.0.0' no images", DICT_FORM),
        (
            {"golang:1.0.0": {"images": ["x"]}},
            "gives 'golang:1.0.0' 'x' as an image",
            'write {"images": [{"dockerfile_path": "x"}]}.',
        ),
        (
            {"golang:1.0.0": {"images": [{"source": "job"}]}},
            "gives 'golang:1.0.0' an image without a dockerfile_path",
            DICT_FORM,
        ),
        (
            {"golang:1.0.0": {"images": [{"source": "plugin", "dockerfile_path": "a"}]}},
            "gives 'golang:1.0.0' an image with the source 'plugin'",
            'write "jobtype" for a Dockerfile of the plugin, "job" for one of the job.',
        ),
        (
            {"golang:1.0.0": {"images": [{"template": "no", "dockerfile_path": "a"}]}},
            "gives 'golang:1.0.0' an image whose template is 'no'",
            "write True or False.",
        ),
        ({"golang:1.0.0": ()}, "gives 'golang:1.0.0' a tuple of 0", None),
        ({"golang:1.0.0": ("a",)}, "gives 'golang:1.0.0' a tuple of 1", None),
        ({"golang:1.0.0": ("a", "b", "c")}, "gives 'golang:1.0.0' a tuple of 3", None),
        ({"golang:1.0.0": ("a", 5)}, "gives 'golang:1.0.0' a pair with 5 in it", None),
        (
            {"golang:1.0.0": [("a", "b"), "c"]},
            "gives 'golang:1.0.0' a list with a tuple in it",
            None,
        ),
        ({"golang:1.0.0": [["a", "b"]]}, "gives 'golang:1.0.0' a list with a list in it", None),
        ({"golang:1.0.0": [""]}, "gives 'golang:1.0.0' a list with '' in it", None),
        (
            {"golang:1.0.0": [Path("a"), Path("b")]},
            "gives 'golang:1.0.0' a list of two paths",
            "write a pair in round brackets, (base Dockerfile, template).",
        ),
    ],
)
def test_what_is_refused(returned: object, what: str, remedy: str | None, plugin_dir: Path) -> None:
    with pytest.raises(PluginError) as caught:
        parse_job_types(returned, plugin_dir, line=7)
    assert caught.value.message.startswith(f"{plugin_dir}/plugin.py:7: job_types() {what}")
    assert caught.value.line == 7
    assert caught.value.remedy
    if remedy is not None:
        assert caught.value.remedy == remedy


def test_how_a_job_type_shows_itself(plugin_dir: Path) -> None:
    page = _only(
        {"golang:0.0.0": ("base.Dockerfile", plugin_dir / "<x>")}, plugin_dir
    )._repr_html_()
    assert "<code>base.Dockerfile</code>" in page
    assert "<code>&lt;x&gt;</code>" in page
    assert "is missing" in page
