"""What a server knows, as values: plugins, jobs, deployments; and how they look on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class JobStatus(StrEnum):
    """How a job is."""

    STARTING = "starting"
    RUNNING = "running"
    ERROR = "error"
    LOST = "lost"


class DeploymentStatus(StrEnum):
    """How a deployment is."""

    IN_PROGRESS = "in_progress"
    DONE = "done"
    FAILED = "failed"


class DeployPhase(StrEnum):
    """The phases that a deployment goes through, in order, in a real server's words.

    There is no registry here, so the real one's `pushing image (1/1)` is not among them.
    """

    BUILDING = "building image"
    FETCHING = "fetching the source code"
    PREPARING = "preparing job type builder"
    IMAGE = "building image (1/1)"
    CLEANING = "cleaning up the workspace"
    FINALIZING = "finalizing the build"
    CREATING = "creating cluster resources"
    STARTING = "starting Job server"
    INITIALIZING = "initializing Job entrypoint"
    HOOKS = "post-deploy hooks"


@dataclass(frozen=True)
class InstalledPlugin:
    """A plugin that is stored.

    Attributes:
        name: From its manifest.
        version: From its manifest; `X.Y.Z` with an optional label.
        build_date: When it was bundled, as its manifest says; None where it does not.
        url: From its manifest.
        priority: Plugins are loaded in the order of it, and then of their versions.
        category: From its manifest, such as `job-type`.
        components: From its manifest; empty for all of them.
        digest: SHA-256 of its ZIP, in hexadecimal.
        size: Bytes of its ZIP.
        installed_at: Unix seconds.
        job_types: The names of the job types that it brings, such as `golang:0.0.0`.
        hooks: The hooks that its class has.
        warnings: What a real server would only find out when a job is deployed, and what it would
            do that this one does not.
        error: Why it does not load; empty where it does.
        learnt: What came of executing it, and with which Python, so that a start need not do it.
    """

    name: str
    version: str
    build_date: str | None = None
    url: str | None = None
    priority: int = 0
    category: str | None = None
    components: tuple[str, ...] = ()
    digest: str = ""
    size: int = 0
    installed_at: float = 0.0
    job_types: tuple[str, ...] = ()
    hooks: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    error: str = ""
    learnt: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def to_wire(self) -> dict[str, Any]:
        """Its manifest, as a real server gives it."""
        return {
            "name": self.name,
            "version": self.version,
            "build_date": self.build_date,
            "url": self.url,
            "priority": self.priority,
            "category": self.category,
            "components": list(self.components),
        }


@dataclass(frozen=True)
class JobRecord:
    """A job that was deployed, in one version.

    Attributes:
        id: A UUID; a redeployment keeps it.
        name: From its manifest.
        version: From its manifest, defaults filled in.
        status: How it is.
        create_time: Unix seconds of the first deployment.
        update_time: Unix seconds of the last one.
        manifest: Every field of the manifest, defaults filled in.
        manifest_yaml: The manifest as it was sent.
        internal_name: Host and port at which PUB reaches it.
        pub_url: Its address for callers.
        error: Why its status is `error`; None for others.
        notice: What its owner should know; else empty.
        image_tag: Of its image: UTC at the start of its build.
        deployed_by: Who did.
        last_call_time: Unix seconds of the last call; 0 if there was none, None before a look.
        job_type_version: Such as `golang:0.0.0`.
        engine: The name of the engine that runs it.
        image: What is needed to start it again: plain values, the engine's own.
        deployment_timestamp: The whole Unix seconds that its `/live` has to carry.
        restarts: How often it was started again since it crashed first.
        plugin: Name and version of the plugin that its job type is from, with a space between.
    """

    id: str
    name: str
    version: str
    status: JobStatus
    create_time: int
    update_time: int
    manifest: Mapping[str, Any]
    manifest_yaml: str
    internal_name: str | None
    pub_url: str
    error: str | None = None
    notice: str = ""
    image_tag: str = ""
    deployed_by: str = ""
    last_call_time: int | None = None
    infrastructure_target: str = ""
    job_type_version: str = ""
    engine: str = ""
    image: Mapping[str, Any] = field(default_factory=dict)
    deployment_timestamp: int = 0
    restarts: int = 0
    plugin: str = ""

    @property
    def full_name(self) -> str:
        """Name and version, for a person."""
        return f"{self.name} v{self.version}"

    def to_wire(self) -> dict[str, Any]:
        """The job as a real server gives it, in lists, alone, and in a deployment that is done."""
        return {
            "name": self.name,
            "version": self.version,
            "status": self.status.value,
            "create_time": self.create_time,
            "update_time": self.update_time,
            "id": self.id,
            "manifest": dict(self.manifest),
            "manifest_yaml": self.manifest_yaml,
            "internal_name": self.internal_name,
            "pub_url": self.pub_url,
            "error": self.error,
            "notice": self.notice,
            "image_tag": self.image_tag,
            "deployed_by": self.deployed_by,
            "last_call_time": self.last_call_time,
            "infrastructure_target": self.infrastructure_target,
            "replica_internal_names": [],
            "job_type_version": self.job_type_version,
            "infrastructure_stats": {},
        }


@dataclass(frozen=True)
class Deployment:
    """One try to deploy a job.

    Attributes:
        id: A UUID.
        status: How it is.
        create_time: Unix seconds.
        update_time: Unix seconds of its last change; whole seconds on the wire.
        job_name: From the manifest.
        job_version: From the manifest.
        manifest_yaml: The manifest as it was sent.
        deployed_by: Who asked for it.
        phase: Where it is, or where it stopped; None before its first and once it is done.
        error: Why it failed; None unless it did.
        warnings: What its owner should know, a line each; None where there is nothing.
        image_name: The image's name, once it is built.
        infrastructure_target: Where the job runs: the name of the engine.
        phases: Each phase so far with the Unix seconds at which it began.
        ended: Unix seconds at which it was done or failed; None before.
    """

    id: str
    status: DeploymentStatus
    create_time: float
    update_time: float
    job_name: str
    job_version: str
    manifest_yaml: str
    deployed_by: str
    phase: str | None = None
    error: str | None = None
    warnings: str | None = None
    image_name: str | None = None
    infrastructure_target: str = ""
    phases: tuple[tuple[str, float], ...] = ()
    ended: float | None = None

    def to_wire(self, job: JobRecord | None) -> dict[str, Any]:
        """The deployment as a real server gives it.

        Args:
            job: The job that came of it; of one that is done without a job, the key is left out,
                since the `racetrack` command falls over a null there.
        """
        wire: dict[str, Any] = {
            "id": self.id,
            "status": self.status.value,
            "create_time": int(self.create_time),
            "update_time": int(self.update_time),
            "error": self.error,
            "job": job.to_wire() if job is not None else None,
            "deployed_by": self.deployed_by,
            "phase": self.phase,
            "image_name": self.image_name,
            "infrastructure_target": self.infrastructure_target,
            "manifest_yaml": self.manifest_yaml,
            "job_name": self.job_name,
            "job_version": self.job_version,
            "warnings": self.warnings,
        }
        if job is None and self.status is DeploymentStatus.DONE:
            del wire["job"]
        return wire


@dataclass(frozen=True)
class Caller:
    """Who asks.

    Attributes:
        name: A user's name, or that of a job family.
        kind: `user` or `job_family`.
        staff: Whether it may install plugins and change what others deployed.
    """

    name: str
    kind: str = "user"
    staff: bool = True

    @property
    def title(self) -> str:
        """As jobs are told by PUB, such as `User admin`."""
        return f"{'User' if self.kind == 'user' else 'Job family'} {self.name}"


NOBODY = Caller("admin")
"""Whoever asks where no token is asked for."""
