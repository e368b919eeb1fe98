from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tutorial.places import replace, tree
from workbench.tutorial import (
    STEPS,
    Checked,
    Playground,
    job_checks,
    make_checks,
)
from workbench.tutorial.runner import check_name


def test_all_checks_of_files_hold_in_a_filled_playground(ground: Playground) -> None:
    for step in STEPS[:-1]:
        for check in make_checks(step, ground):
            assert check.ok, check
            assert check.seen


Break = Callable[[Playground], object]


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text() + text)


BREAKS: dict[str, tuple[str, Break, str]] = {
    "it is a repository of its own": (
        "01", lambda g: shutil.rmtree(g.path / ".git"),
        "the playground has no git repository of its own",
    ),
    "the manifest parses": (
        "02",
        lambda g: replace(g.plugin_dir / "plugin-manifest.yaml", "name: g", "name: G"),
        "plugin-manifest.yaml:1",
    ),
    "every file of the wrapper is there": (
        "03", lambda g: (g.wrapper_dir / "handler" / "perform.go").unlink(),
        "missing in go_wrapper: handler/perform.go.",
    ),
    "the swagger files are the listed ones": (
        "03", lambda g: (g.wrapper_dir / "swaggerui" / "swagger-ui.css").write_text("body {}"),
        "missing or changed in go_wrapper/swaggerui: swagger-ui.css.",
    ),
    "the openapi document can be read": (
        "03",
        lambda g: replace(g.wrapper_dir / "swaggerui/openapi.json", '"paths": {', '"paths": {,'),
        "swaggerui/openapi.json:",
    ),
    "gofmt has nothing to change": (
        "03", lambda g: replace(g.wrapper_dir / "main.go", "func main() {", "func main()  {"),
        "gofmt would change main.go; the first place is main.go:10.",
    ),
    "the wrapper requires only the handler": (
        "03",
        lambda g: replace(
            g.wrapper_dir / "go.mod", "require racetrack/job v0.0.0",
            "require (\n\tracetrack/job v0.0.0\n\tgithub.com/gorilla/mux v1.8.0\n)",
        ),
        "go.mod requires racetrack/job, github.com/gorilla/mux.",
    ),
    "go vet finds nothing": (
        "03",
        lambda g: append(g.wrapper_dir / "main.go", "\nvar unused int = true\n"),
        "main.go:",
    ),
    "the base dockerfile parses": (
        "04", lambda g: (g.plugin_dir / "base.Dockerfile").write_text("WORKDIR /src\n"),
        "base.Dockerfile has no FROM.",
    ),
    "the base image has the go of the wrapper": (
        "04", lambda g: replace(g.plugin_dir / "base.Dockerfile", "golang:1.26", "golang:1.16"),
        "the image has Go 1.16, and go.mod of the wrapper asks for 1.26.",
    ),
    "the base dockerfile has no faults": (
        "04",
        lambda g: replace(g.plugin_dir / "base.Dockerfile", "COPY go_wrapper/", "COPY wrapper/"),
        "base.Dockerfile:",
    ),
    "the template renders for the sample job": (
        "05",
        lambda g: append(g.plugin_dir / "job-template.Dockerfile", "{% if x %}\n{% endif %\n"),
        "job-template.Dockerfile:",
    ),
    "the template has no faults": (
        "05",
        lambda g: append(g.plugin_dir / "job-template.Dockerfile", 'ENV A "{{ manifest.name }}"\n'),
        "job-template.Dockerfile:",
    ),
    "plugin py brings the job type": (
        "06", lambda g: replace(g.plugin_dir / "plugin.py", "golang:{", "go:{"),
        "plugin.py brings go:0.0.0, and not golang:0.0.0.",
    ),
    "the dockerfiles that it names are there": (
        "06",
        lambda g: replace(g.plugin_dir / "plugin.py", '"base.Dockerfile"', '"basis.Dockerfile"'),
        "plugin.py names basis.Dockerfile for golang:0.0.0, and there is no such file.",
    ),
    "every go sum stays in the bundle": (
        "07", lambda g: append(g.plugin_dir / ".racetrackignore", "go.sum\n"),
        "go_wrapper/go.sum, by the pattern go.sum (.racetrackignore:5)",
    ),
    "what images are built from stays in": (
        "07", lambda g: append(g.plugin_dir / ".racetrackignore", "handler\n"),
        "go_wrapper/handler/perform.go, by the pattern handler (.racetrackignore:5)",
    ),
    "maps and makefiles stay out": (
        "07", lambda g: replace(g.plugin_dir / ".racetrackignore", "Makefile\n", "makefile\n"),
        "no pattern leaves out go_wrapper/Makefile.",
    ),
    "the bundle holds what it should": (
        "08", lambda g: (g.plugin_dir / "late.txt").write_text("added after bundling"),
        "late.txt only in the folder",
    ),
    "the zip loads as on a server": (
        "09", lambda g: g.bundle_path.write_bytes(b"no zip"), "golang-job-type-0.0.0.zip",
    ),
    "the job manifest is accepted": (
        "10", lambda g: replace(g.job_dir / "job.yaml", "version: 0.0.1", "version: 1"),
        "job.yaml:",
    ),
    "the version is written down": (
        "10", lambda g: replace(g.job_dir / "job.yaml", "version: 0.0.1\n", ""),
        "job.yaml has no version. Racetrack takes 0.0.1 for it",
    ),
}  # fmt: skip


def test_every_check_of_files_has_a_case_in_which_it_fails() -> None:
    names = [check_name(check) for step in STEPS for check in step.checks]
    assert list(BREAKS) == list(dict.fromkeys(names))


@pytest.mark.parametrize("name", BREAKS)
def test_a_check_says_why_it_does_not_hold(ground: Playground, name: str) -> None:
    step, spoil, reason = BREAKS[name]
    spoil(ground)
    before = tree(ground.path)
    check = one(make_checks(step, ground), name)
    assert not check.ok
    assert reason in check.seen
    assert tree(ground.path) == before, "a check wrote to the playground"


def one(checked: tuple[Checked, ...], name: str) -> Checked:
    (check,) = [check for check in checked if check.name == name]
    return check


def test_the_job_is_not_run_where_its_manifest_is_wrong(ground: Playground) -> None:
    replace(ground.job_dir / "job.yaml", "version: 0.0.1", "version: 1")
    names = [check.name for check in make_checks("10", ground)]
    assert names == [check_name(check) for check in STEPS[-1].checks]


def test_a_job_that_does_not_compile_is_told_by_its_check(ground: Playground) -> None:
    replace(ground.job_dir / "perform.go", "var sum float64", "var sum string")
    check = make_checks("10", ground)[-1]
    assert check.name == "the job is built from the zip and gets ready"
    assert not check.ok
    assert "perform.go:" in check.seen


def test_an_answer_that_is_wrong_is_told(ground: Playground) -> None:
    replace(ground.job_dir / "perform.go", "return sum, nil", "return sum + 1, nil")
    checked = make_checks("10", ground)
    for name in ("perform answers at the root address", "perform answers where pub calls it"):
        assert one(checked, name).seen == 'perform answered 43 to {"numbers": [40, 2]}.'
    assert one(checked, "ready answers 200").ok


def test_the_job_of_a_check_is_not_called_outdated_though_its_copy_is_gone(
    ground: Playground,
) -> None:
    with job_checks.the_wrapper_serves_the_sample_job(ground) as job:
        assert list(job.outdated) == []
