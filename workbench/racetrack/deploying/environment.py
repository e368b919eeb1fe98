"""The environment that the infrastructure gives to a job."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.manifest import JobManifest
from workbench.racetrack.problems import Invalid
from workbench.racetrack.store import Store
from workbench.run import job_environment

RESERVED = (
    "AUTH_TOKEN",
    "JOB_DEPLOYMENT_TIMESTAMP",
    "JOB_NAME",
    "PUB_URL",
    "REQUEST_TRACING_HEADER",
)
"""Names that a job's own variables must not have."""


def refuse_reserved(names: Mapping[str, str]) -> None:
    """Refuse variables whose names the infrastructure needs.

    Raises:
        Invalid: There is one; a real server finds that out after the build.
    """
    taken = sorted(set(names) & set(RESERVED))
    if taken:
        raise Invalid(
            "found illegal runtime env vars, which conflict with reserved names: "
            f"{{{', '.join(map(repr, taken))}}}"
        )


def job_env(
    pub_url: str,
    store: Store,
    manifest: JobManifest,
    of_plugins: Mapping[str, str],
    secrets: Mapping[str, str],
) -> dict[str, str]:
    """All of it but the timestamp, which each start has of its own.

    Args:
        pub_url: Where PUB is, as the job sees it.
        store: Makes the token with which the job may call others.
        manifest: The job.
        of_plugins: What plugins give to every job.
        secrets: The job's secret variables.
    """
    env = job_environment(manifest, 0)
    return {
        **env,
        **of_plugins,
        **secrets,
        "PUB_URL": pub_url,
        "AUTH_TOKEN": store.tokens.issue("job_family", manifest.name),
    }
