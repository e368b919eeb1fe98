"""The steps of the tutorial, in order: what each writes, does and checks."""

from __future__ import annotations

from workbench.errors import UsageError
from workbench.tutorial import (
    bundle_checks,
    checks,
    image_checks,
    job_checks,
    server_checks,
    work,
    wrapper_checks,
)
from workbench.tutorial.step import Step

SWAGGER_BUNDLE = "golang-job-type/go_wrapper/swaggerui/swagger-ui-bundle.js"

_RULES = (
    job_checks.live_carries_the_deployment_timestamp,
    job_checks.ready_answers_200,
    job_checks.perform_answers_at_the_root_address,
    job_checks.perform_answers_where_pub_calls_it,
    job_checks.a_failing_call_shows_its_reason,
)

# To add a step: a `Step` here, at its place. What it `writes` are files of the finished project, so
# there is one copy of everything. What else it `does` is a function in work.py, and each thing that
# has to hold a function in a file *checks.py; their names are what a reader sees. hints.py then
# wants its three hints, and tests/tutorial/test_checks.py two tests: one in which it holds, one in
# which it does not.
STEPS: tuple[Step, ...] = (
    Step(
        "01-git-repository",
        "Create a git repository",
        does=work.make_repository,
        makes=(".git/HEAD",),
        checks=(checks.it_is_a_repository_of_its_own,),
    ),
    Step(
        "02-plugin-manifest",
        "Describe the plugin in its manifest",
        writes=("golang-job-type/plugin-manifest.yaml",),
        checks=(checks.the_manifest_parses,),
    ),
    Step(
        "03-wrapper",
        "Write the wrapper in Go",
        writes=("golang-job-type/go_wrapper",),
        does=work.copy_swagger_ui,
        makes=(SWAGGER_BUNDLE,),
        checks=(
            wrapper_checks.every_file_of_the_wrapper_is_there,
            wrapper_checks.the_swagger_files_are_the_listed_ones,
            wrapper_checks.the_openapi_document_can_be_read,
            wrapper_checks.gofmt_has_nothing_to_change,
            wrapper_checks.the_wrapper_requires_only_the_handler,
            wrapper_checks.go_vet_finds_nothing,
        ),
        runs=job_checks.the_wrapper_serves_the_sample_job,
        job_checks=_RULES,
    ),
    Step(
        "04-base-dockerfile",
        "Write the Dockerfile of the base image",
        writes=("golang-job-type/base.Dockerfile",),
        checks=(
            image_checks.the_base_dockerfile_parses,
            image_checks.the_base_image_has_the_go_of_the_wrapper,
            image_checks.the_base_dockerfile_has_no_faults,
        ),
    ),
    Step(
        "05-job-template",
        "Write the template of a job's Dockerfile",
        writes=("golang-job-type/job-template.Dockerfile",),
        checks=(
            image_checks.the_template_renders_for_the_sample_job,
            image_checks.the_template_has_no_faults,
        ),
    ),
    Step(
        "06-plugin-py",
        "Name the job type in plugin.py",
        writes=("golang-job-type/plugin.py",),
        checks=(
            checks.plugin_py_brings_the_job_type,
            checks.the_dockerfiles_that_it_names_are_there,
        ),
    ),
    Step(
        "07-racetrackignore",
        "Say what the bundle leaves out",
        writes=("golang-job-type/.racetrackignore",),
        checks=(
            bundle_checks.every_go_sum_stays_in_the_bundle,
            bundle_checks.what_images_are_built_from_stays_in,
            bundle_checks.maps_and_makefiles_stay_out,
        ),
    ),
    Step(
        "08-bundle",
        "Bundle the plugin into a ZIP",
        does=work.bundle_with_racetrack,
        fills=work.bundle_quickly,
        makes=("golang-job-type/golang-job-type-0.0.0.zip",),
        checks=(bundle_checks.the_bundle_holds_what_it_should,),
    ),
    Step(
        "09-install-plugin",
        "Install the plugin",
        checks=(bundle_checks.the_zip_loads_as_on_a_server,),
        server_checks=(server_checks.the_racetrack_command_installs_the_zip,),
    ),
    Step(
        "10-deploy-sample-job",
        "Deploy the sample job and call it",
        writes=("sample-golang-function",),
        checks=(
            checks.the_job_manifest_is_accepted,
            checks.the_version_is_written_down,
            bundle_checks.the_bundle_holds_what_it_should,
        ),
        runs=job_checks.the_job_is_built_from_the_zip_and_gets_ready,
        job_checks=_RULES,
        server_checks=(server_checks.the_racetrack_command_deploys_the_job,),
    ),
)


def find_step(name: str | int) -> Step:
    """The step called `name`: its id, or its number such as `03`, `3` or 3.

    Raises:
        UsageError: There is none; lists the ids.
    """
    name = str(name)
    for step in STEPS:
        number = step.id.split("-")[0]
        if name in (step.id, number, number.lstrip("0")):
            return step
    raise UsageError(
        f"The tutorial has no step {name!r}.",
        remedy=f"take one of: {', '.join(step.id for step in STEPS)}.",
    )
