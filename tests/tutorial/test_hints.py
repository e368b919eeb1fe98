from __future__ import annotations

import re
import shutil
from collections.abc import Callable

import pytest

import workbench as wb
from tests.tutorial.places import replace
from workbench.tutorial import STEPS, Playground, job_checks
from workbench.tutorial.hints import HINTS
from workbench.tutorial.playground import tutorial_files


def all_checks() -> list[Callable[..., object]]:
    found: list[Callable[..., object]] = [job_checks.nothing_is_left_running]
    for step in STEPS:
        found += [*step.checks, *([step.runs] if step.runs else []), *step.job_checks]
    return found


def test_every_check_has_hints_of_its_own() -> None:
    assert set(all_checks()) == set(HINTS)
    for part in ("nudge", "place"):
        texts = [getattr(hint, part) for hint in HINTS.values()]
        assert all(len(text) > 20 for text in texts)
        assert len(set(texts)) == len(texts)


def test_every_answer_has_something_to_compare_with_or_to_do() -> None:
    for hint in HINTS.values():
        assert hint.answer or hint.files
        assert all(list(tutorial_files(name)) for name in hint.files)
        assert not re.search(r"\{(?!plugin|job|playground)[a-z]", hint.look + hint.answer)


def test_a_reason_with_its_place_gives_the_place_and_the_lines_that_differ(
    ground: Playground,
) -> None:
    replace(ground.plugin_dir / "plugin-manifest.yaml", "version: 0.0.0", "  version: 0.0.0")
    verdict = wb.check_step("02", playground=ground)
    (advice,) = verdict.advice.values()
    assert advice.place.startswith("golang-job-type/plugin-manifest.yaml:2. ")
    assert "-  version: 0.0.0\n+version: 0.0.0" in advice.answer
    assert advice.look.startswith("workbench lint ")


def test_a_command_to_look_further_can_work_where_it_is_offered(ground: Playground) -> None:
    replace(ground.plugin_dir / "go_wrapper" / "health.go", '"deployment_timestamp,', '"when,')
    (ground.plugin_dir / "plugin.py").unlink()  # that of chapter 6
    looks = {
        one.look for one in wb.check_step("03", strict=False, playground=ground).advice.values()
    }
    assert len(looks) == 1
    assert looks.pop().endswith("/go_wrapper && JOB_NAME=golang-function go run .")


def test_a_category_of_ones_own_holds_and_is_told(ground: Playground) -> None:
    path = ground.plugin_dir / "plugin-manifest.yaml"
    path.write_text(path.read_text().replace("category: job-type", "category: jobtype"))
    verdict = wb.check_step("02", playground=ground)
    assert verdict.ok
    told = verdict._repr_html_()
    assert "its category jobtype is none of job-type, infrastructure, core" in told


def test_none_is_offered_for_what_is_whole_again_when_it_could_be_typed(
    ground: Playground,
) -> None:
    manifest = "golang-job-type/plugin-manifest.yaml"
    with wb.broken(manifest, "version: 0.0.0", "version: 1.0", playground=ground):
        verdict = wb.check_step("02", strict=False, playground=ground)
    assert [one.look for one in verdict.advice.values()] == [""]
    assert "To look further" not in verdict._repr_html_()


def test_none_is_offered_for_a_playground_that_is_gone(ground: Playground) -> None:
    shutil.rmtree(ground.path / ".git")
    verdict = wb.check_step("01", strict=False, playground=ground)
    assert "To look further" in verdict._repr_html_()
    shutil.rmtree(ground.path)
    assert "To look further" not in verdict._repr_html_()


def test_a_page_gives_the_remedy_away_only_with_the_answer(ground: Playground) -> None:
    replace(ground.plugin_dir / "base.Dockerfile", "golang:1.26-alpine", "golang:1.16-alpine")
    verdict = wb.check_step("04", strict=False, playground=ground)
    assert verdict.failed[0].hint == "FROM golang:1.26-alpine"
    page = verdict._repr_html_()
    before, _, after = page.partition("<summary>The answer</summary>")
    assert "FROM golang:1.26-alpine" not in before
    assert "FROM golang:1.26-alpine" in after.partition("</details>")[0].partition("<pre")[0]
    given = [wb.hint("04", playground=ground) for _ in range(3)]
    for show in (str, lambda one: one._repr_html_()):
        assert [
            "FROM golang:1.26-alpine</div>" in show(one)
            or "\nFROM golang:1.26-alpine\n" in show(one)
            for one in given
        ] == [False, False, True]


def test_files_that_are_missing_are_named_instead_of_quoted(ground: Playground) -> None:
    shutil.rmtree(ground.wrapper_dir / "handler")
    verdict = wb.check_step("03", playground=ground)
    advice = verdict.advice["every file of the wrapper is there"]
    assert advice.answer.splitlines() == [
        'wb.fill("03-wrapper") writes what is not there yet:',
        "  golang-job-type/go_wrapper/handler/go.mod",
        "  golang-job-type/go_wrapper/handler/go.sum",
        "  golang-job-type/go_wrapper/handler/perform.go",
    ]


def test_a_mistake_in_a_file_of_ones_own_is_told_to_be_that(ground: Playground) -> None:
    (ground.wrapper_dir / "extra.go").write_text("package main\n\nvar x int = true\n")
    advice = wb.check_step("03", playground=ground).advice["go vet finds nothing"]
    assert advice.place.startswith("golang-job-type/go_wrapper/extra.go:3. ")
    assert "The finished project has no file golang-job-type/go_wrapper/extra.go." in advice.answer


Slip = tuple[str, str, str, str, str]

MANIFEST = "golang-job-type/plugin-manifest.yaml"
TEMPLATE = "golang-job-type/job-template.Dockerfile"
PLUGIN_PY = "golang-job-type/plugin.py"
IGNORE = "golang-job-type/.racetrackignore"
MOD = "golang-job-type/go_wrapper/go.mod"
BASE = "golang-job-type/base.Dockerfile"

SLIPS: dict[str, Slip] = {
    "an indented line": (
        "02", MANIFEST, "version: 0", "  version: 0", "manifest.yaml:2: this line is indented",
    ),
    "no blank after a colon": (
        "02", MANIFEST, "version: 0", "version:0", "manifest.yaml:2: no blank after the colon",
    ),
    "a tab": ("02", MANIFEST, "version: 0", "\tversion: 0", "a tab where YAML wants blanks"),
    "a forgotten version": ("02", MANIFEST, "version: 0.0.0\n", "", "version: is missing"),
    "a misspelled key": ("02", MANIFEST, "category", "categorie", "categorie: is not a key"),
    "no replace": (
        "03", MOD, "replace racetrack/job => ./handler", "", "does not say where racetrack/job is",
    ),
    "a wrong folder": (
        "03", MOD, "=> ./handler", "=> ./handlers", "by ./handlers, and no module is there",
    ),
    "an unused import": (
        "03", "golang-job-type/go_wrapper/main.go", '"log/slog"', '"fmt"\n\t"log/slog"',
        'main.go:4:2: "fmt" imported and not used',
    ),
    "a wrong word": ("04", BASE, "WORKDIR", "WORKDIRR", "WORKDIRR is no instruction"),
    "an unclosed tag": (
        "05", TEMPLATE, "{%- if refused -%}", "{%- if refused -%",
        "job-template.Dockerfile:54: unexpected '%'",
    ),
    "no endif": (
        "05", TEMPLATE, "{% endif %}", "",
        "Dockerfile:101: the block if that opens here has no {% endif %}",
    ),
    "a misspelled name": (
        "05", TEMPLATE, "{{ base_image }} AS build", "{{ base_img }} AS build",
        "'base_img' is not defined (did you mean 'base_image'?)",
    ),
    "a misspelled filter": (
        "05", TEMPLATE, "package | tojson", "package | to_json", "there is no filter to_json.",
    ),
    "a wrong indentation": (
        "06", PLUGIN_PY, "        return {", "       return {", "plugin.py:22: not Python",
    ),
    "another class": ("06", PLUGIN_PY, "class Plugin:", "class Go:", "only Go."),
    "nothing returned": ("06", PLUGIN_PY, "return {", "types = {", "brings no job type"),
    "a file of another name": (
        "06", PLUGIN_PY, '"base.Dockerfile"', '"Base.Dockerfile"',
        "plugin.py names Base.Dockerfile for golang:0.0.0, and there is no such file.",
    ),
    "no version": (
        "06", PLUGIN_PY, 'f"golang:{self.plugin_manifest.version}"', '"golang"',
        "not of the form `name:version`",
    ),
    "no f": ("06", PLUGIN_PY, 'f"golang', '"golang', "brings golang:{self.plugin_manifest"),
    "a comment behind a pattern": (
        "07", IGNORE, "Makefile", "Makefile # by hand", "no pattern leaves out go_wrapper/Makefile",
    ),
    "a folder too much": (
        "07", IGNORE, "testdata", "jobbuild", "jobbuild/explain.go, by the pattern jobbuild (",
    ),
    "a version that was not bundled": (
        "08", MANIFEST, "0.0.0", "0.0.1",
        "There is golang-job-type-0.0.0.zip: of another version.",
    ),
    "a bundle of another version": (
        "09", MANIFEST, "0.0.0", "0.0.1", "there is no golang-job-type/golang-job-type-0.0.1.zip",
    ),
    "another job type": (
        "10", "sample-golang-function/job.yaml", "golang:latest", "go:latest",
        "no job type go:latest; supported are: golang:0.0.0",
    ),
    "a small letter": (
        "10", "sample-golang-function/perform.go", "func Perform", "func perform",
        "must be spelled with a capital P",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SLIPS)
def test_a_usual_slip_is_told_by_its_own_reason(ground: Playground, name: str) -> None:
    step, file, old, new, reason = SLIPS[name]
    replace(ground.path / file, old, new)
    verdict = wb.check_step(step, playground=ground)
    assert [one for one in verdict.failed if reason in one.seen], str(verdict)
    assert str(ground.path) not in str(verdict), "names files as a learner knows them"
    assert "Traceback" not in str(verdict)


ROUTES = {
    "no live": ('base+"/live"', 'base+"/alive"', "there is nothing at /live"),
    "no ready": ('base+"/ready"', 'base+"/readyz"', "/ready is not served"),
    "no prefix": ('[]string{"", prefix}', '[]string{""}', "nothing at /pub/job/golang-function"),
    "one version only": ('"/{version}"', '"/0.0.1"', "/pub/job/golang-function/latest/"),
    "another method": ("http.MethodPost, base", "http.MethodGet, base", "POST is not allowed"),
}


@pytest.mark.parametrize("name", ROUTES)
def test_a_wrong_route_is_told(ground: Playground, name: str) -> None:
    old, new, reason = ROUTES[name]
    replace(ground.wrapper_dir / "server.go", old, new)
    verdict = wb.check_step("03", playground=ground)
    assert not verdict.ok
    assert reason in verdict.failed[0].seen
    assert "server.go" in verdict.advice[verdict.failed[0].name].answer


def test_a_timestamp_that_is_text_is_told(ground: Playground) -> None:
    health = ground.wrapper_dir / "health.go"
    tag = 'json:"deployment_timestamp,omitempty"`'
    replace(health, tag, tag.replace("omitempty", "omitempty,string"))
    verdict = wb.check_step("03", playground=ground)
    assert "/live does not carry deployment_timestamp" in verdict.failed[0].seen
    assert verdict.failed[0].hint == "take it from JOB_DEPLOYMENT_TIMESTAMP, as a JSON number."


def test_the_answer_of_a_long_diff_is_cut(ground: Playground) -> None:
    (ground.wrapper_dir / "server.go").write_text("package main\n")
    verdict = wb.check_step("03", playground=ground)
    answer = verdict.advice["go vet finds nothing"].answer
    assert re.search(r"\n\.\.\. and \d+ more lines$", answer)
