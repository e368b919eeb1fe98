"""What helps with each check that does not hold: a nudge, the place, what to look at further."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from workbench.tutorial import bundle_checks, checks, image_checks, job_checks, wrapper_checks

_MANIFEST = "golang-job-type/plugin-manifest.yaml"
_WRAPPER = "golang-job-type/go_wrapper"
_BASE = "golang-job-type/base.Dockerfile"
_TEMPLATE = "golang-job-type/job-template.Dockerfile"
_PLUGIN_PY = "golang-job-type/plugin.py"
_IGNORE = "golang-job-type/.racetrackignore"
_SWAGGER = f"{_WRAPPER}/swaggerui"
_JOB = "sample-golang-function"

_VET = "cd {plugin}/go_wrapper && go vet ./..."
_LINT = "workbench lint {plugin}"
_RENDER = "workbench render sample-golang-function --plugin {plugin}"
_BUNDLE = "workbench bundle {plugin} --out /tmp"
_AGAIN = "cd {plugin} && racetrack plugin bundle"
RUN = "workbench run sample-golang-function --plugin {plugin}"
RUN_ALONE = "cd {plugin}/go_wrapper && JOB_NAME=golang-function go run ."
"""What shows a wrapper whose plugin has no plugin.py yet."""


@dataclass(frozen=True)
class Hint:
    """Help with one check; `{plugin}`, `{job}` and `{playground}` stand for the folders' paths.

    Attributes:
        nudge: What to think about; gives nothing away.
        place: Where to look, in words; a line that the check found is told before it.
        look: A command for a terminal that shows more.
        files: Files and folders of the finished project that the answer compares with.
        answer: What to do, where the answer is not a text to write.
    """

    nudge: str
    place: str
    look: str
    files: tuple[str, ...] = ()
    answer: str = ""


HINTS: dict[Callable[..., object], Hint] = {
    checks.it_is_a_repository_of_its_own: Hint(
        "Your files lie in a folder that git does not watch, or that it watches only as a part of "
        "something larger. What makes a folder a repository?",
        "The playground's folder itself: a repository has a folder .git right in it.",
        "git -C {playground} rev-parse --show-toplevel",
        answer='git init --initial-branch=main {playground}\nor, in a cell: wb.fill("01")',
    ),
    checks.the_manifest_parses: Hint(
        "Read the reason once more: it says whether the YAML itself is broken, or a field of it. "
        "Racetrack wants a name and a version of three numbers, and refuses a field that it "
        "does not know.",
        "Each field begins in the first column and has a blank after its colon.",
        _LINT,
        (_MANIFEST,),
    ),
    wrapper_checks.every_file_of_the_wrapper_is_there: Hint(
        "Run the cells of this chapter that write files, from top to bottom. Was one skipped, or "
        "its file put elsewhere?",
        "The first line of such a cell names its file; compare it with the names above.",
        "find {plugin}/go_wrapper -maxdepth 2",
        (_WRAPPER,),
    ),
    wrapper_checks.the_swagger_files_are_the_listed_ones: Hint(
        "These files are not written by hand, nor kept in git. Which step copies them?",
        "The folder go_wrapper/swaggerui; its SHA256SUMS has one line for each of them.",
        "cd {plugin}/go_wrapper/swaggerui && sha256sum --check SHA256SUMS",
        (f"{_SWAGGER}/SHA256SUMS",),
        answer='wb.fill("03") copies what is missing or changed from its package.',
    ),
    wrapper_checks.the_openapi_document_can_be_read: Hint(
        "The page at the job's root shows this document. JSON is strict: quotes are double, and "
        "no comma stands before a closing bracket.",
        "go_wrapper/swaggerui/openapi.json, at the line and column of the message.",
        "python3 -m json.tool {plugin}/go_wrapper/swaggerui/openapi.json",
        (f"{_SWAGGER}/openapi.json",),
    ),
    wrapper_checks.gofmt_has_nothing_to_change: Hint(
        "If the message says that something is expected, Go cannot read the code: often a bracket "
        "is missing there or a line above. Else only its layout differs: Go code is indented by "
        "tabs, and one tool lays out all of it.",
        "Often it is a pasted part: blanks instead of tabs, or one blank too many.",
        "gofmt -d {plugin}/go_wrapper",
        (_WRAPPER,),
    ),
    wrapper_checks.go_vet_finds_nothing: Hint(
        "The first message is the one that counts; those after it often follow from it. Does a "
        "name lack its import, or has an import no use any more?",
        "The message begins with file:line:column.",
        _VET,
        (_WRAPPER,),
    ),
    wrapper_checks.the_wrapper_requires_only_the_handler: Hint(
        "Job and wrapper become one program, which can hold one version of a module only. Whose "
        "version would win if the wrapper asked for one as well?",
        "The require lines of go_wrapper/go.mod.",
        "cd {plugin}/go_wrapper && go mod edit -json",
        (f"{_WRAPPER}/go.mod",),
    ),
    job_checks.the_wrapper_serves_the_sample_job: Hint(
        "The wrapper was linked with the sample job, started, and asked for /live and /ready. How "
        "far did it get: compiled, started, alive, ready? The last log lines belong to it.",
        "Compiling: the line in the message. Starting: WrapAndServe in server.go. The answers: "
        "newRouter in server.go, and health.go.",
        RUN,
        (_WRAPPER,),
    ),
    job_checks.live_carries_the_deployment_timestamp: Hint(
        "While a new deployment replaces an old one, both answer at the same address. How can the "
        "caller tell which of them it was?",
        "The answer of /live: LiveResponse in health.go, and where its timestamp comes from.",
        RUN,
        (f"{_WRAPPER}/health.go",),
    ),
    job_checks.ready_answers_200: Hint(
        "Racetrack sends no call before /ready says yes. What does your wrapper wait for?",
        "handleReady in health.go, and the route of /ready in newRouter of server.go.",
        RUN,
        (f"{_WRAPPER}/health.go", f"{_WRAPPER}/lifecycle.go"),
    ),
    job_checks.perform_answers_at_the_root_address: Hint(
        'The call was {"numbers": [40, 2]}, sent by POST to /api/v1/perform. Is it the route '
        "that is missing, or does the function add up something else?",
        "A 404 or 405: newRouter in server.go. Another number: perform.go of the job.",
        RUN,
        (f"{_WRAPPER}/server.go", f"{_WRAPPER}/perform.go", f"{_JOB}/perform.go"),
    ),
    job_checks.perform_answers_where_pub_calls_it: Hint(
        "The same call through Racetrack's gateway keeps the prefix /pub/job/NAME/VERSION in its "
        'path. VERSION may be any text there: people call "latest" too.',
        "prefix, and the loop over both addresses, in newRouter of server.go.",
        RUN,
        (f"{_WRAPPER}/server.go",),
    ),
    job_checks.a_failing_call_shows_its_reason: Hint(
        "The job was sent a text among the numbers and refused it. Its words have to reach "
        "whoever called: nobody else can mend the input.",
        "handlePerform in perform.go of the wrapper: what becomes of the error that Perform gives.",
        RUN,
        (f"{_WRAPPER}/perform.go", f"{_JOB}/perform.go"),
    ),
    job_checks.nothing_is_left_running: Hint(
        "A container is asked to end by SIGTERM, and is killed if it does not. Does your wrapper "
        "listen for that signal?",
        "signal.Notify and what follows it in server.go.",
        RUN,
        (f"{_WRAPPER}/server.go", f"{_WRAPPER}/lifecycle.go"),
    ),
    image_checks.the_base_dockerfile_parses: Hint(
        "Each instruction begins with a word that Docker knows, and the first one says which image "
        "yours grows from.",
        "The line in the message, or the one before it: a line that goes on ends in a backslash.",
        _LINT,
        (_BASE,),
    ),
    image_checks.the_base_image_has_the_go_of_the_wrapper: Hint(
        "Two files say which Go it takes, and they have to agree. Which one is behind?",
        "The tag in the FROM line of base.Dockerfile, and the line `go` of go_wrapper/go.mod.",
        "grep -n '^go ' {plugin}/go_wrapper/go.mod",
        (_BASE, f"{_WRAPPER}/go.mod"),
    ),
    image_checks.the_base_dockerfile_has_no_faults: Hint(
        "Docker builds it with the plugin's folder as its context: only what lies there can be "
        "copied. Where a line is no instruction, it may belong to the one above it.",
        "The line that the message begins with; if it goes on from the line above, that one ends "
        "in a backslash.",
        _LINT,
        (_BASE,),
    ),
    image_checks.the_template_renders_for_the_sample_job: Hint(
        "A template has two languages in it. Here the trouble is Jinja's: every {% opens what a "
        "%} closes, every if has its endif, and names are those that Racetrack gives.",
        "The line in the message. An unclosed block is noticed only where the file ends, and a "
        "wrong name only where its value is used.",
        _RENDER,
        (_TEMPLATE,),
    ),
    image_checks.the_template_has_no_faults: Hint(
        "It renders, but what comes out would not do for every job. Think of a value with a quote "
        "or a blank in it, and of what the finished image holds.",
        "The line of the template that the message begins with.",
        _LINT,
        (_TEMPLATE,),
    ),
    checks.plugin_py_brings_the_job_type: Hint(
        "Racetrack executes plugin.py, looks for a class called Plugin, and asks its job_types, "
        "which gives a name and two files for each. How far did it get?",
        "The return value of job_types: its key is golang:VERSION, the version that of the "
        "manifest.",
        _LINT,
        (_PLUGIN_PY, _MANIFEST),
    ),
    checks.the_dockerfiles_that_it_names_are_there: Hint(
        "job_types returns paths, and Python does not ask whether a file is at the end of a path. "
        "Are they spelled as the files of chapters 4 and 5 are, capital letters included?",
        "The value in job_types: the base Dockerfile comes first, then the template.",
        "ls {plugin}",
        (_PLUGIN_PY,),
    ),
    bundle_checks.every_go_sum_stays_in_the_bundle: Hint(
        "A go.sum looks like something that a tool could make anew. What would be missing on the "
        "server without it?",
        "The line of .racetrackignore that the message names; a pattern such as go.sum matches in "
        "every folder.",
        _BUNDLE,
        (_IGNORE,),
    ),
    bundle_checks.what_images_are_built_from_stays_in: Hint(
        "A pattern catches more than it was meant for. Which one matches the names above?",
        "The line of .racetrackignore that the message names: it is matched with the end of every "
        "path, and with the names of folders too.",
        _BUNDLE,
        (_IGNORE,),
    ),
    bundle_checks.maps_and_makefiles_stay_out: Hint(
        "Think of what nobody opens on a server: source maps for a debugger, and a Makefile for "
        "the hand. Which pattern is missing, or misspelled?",
        "The lines of .racetrackignore: one pattern each, which has to match the end of a path.",
        _BUNDLE,
        (_IGNORE,),
    ),
    bundle_checks.the_bundle_holds_what_it_should: Hint(
        "The ZIP is a picture of the folder at one moment. Has the folder changed since?",
        "The files that the message names: compare the ZIP with the folder.",
        _BUNDLE,
        answer=_AGAIN,
    ),
    bundle_checks.the_zip_loads_as_on_a_server: Hint(
        "The ZIP was unpacked and its plugin.py executed, as on an upload. Is it there, whole, and "
        "of the version in the manifest?",
        "The ZIP that the message names; what is wrong inside is mended in the folder.",
        "workbench lint {plugin}",
        (_PLUGIN_PY, _MANIFEST),
        answer=f"after that, bundle again: {_AGAIN}",
    ),
    checks.the_job_manifest_is_accepted: Hint(
        "The message names a field of job.yaml. Is it missing, misspelled, or of another kind than "
        "Racetrack wants?",
        "job.yaml, at the field or line that the message names.",
        "workbench render {job} --plugin {plugin}",
        (f"{_JOB}/job.yaml",),
    ),
    checks.the_version_is_written_down: Hint(
        "`racetrack validate` accepts a job without a version, and prints one all the same. Where "
        "does it come from, and what will the next deployment be called?",
        "job.yaml, on a line of its own, not below another key.",
        "cd {job} && racetrack validate",
        (f"{_JOB}/job.yaml",),
    ),
    job_checks.the_job_is_built_from_the_zip_and_gets_ready: Hint(
        "The ZIP's wrapper and your job were compiled together and started. Is the mistake in the "
        "job's code, or in the wrapper that is inside the ZIP?",
        "The first file:line of the message; else the last log lines.",
        "workbench run {job} --plugin {plugin}",
        (_JOB,),
    ),
}
"""For every check that a step makes."""
