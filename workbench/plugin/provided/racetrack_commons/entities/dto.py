"""A job, as `post_job_deploy` and `post_job_delete` are given it."""

from __future__ import annotations

from enum import Enum
from typing import Any

from pydantic import BaseModel, ConfigDict
from racetrack_client.manifest.manifest import Manifest


class JobStatus(Enum):
    """How a job is; `JobDto.status` is the text of it."""

    CREATED = "created"
    STARTING = "starting"
    RUNNING = "running"
    ERROR = "error"
    ORPHANED = "orphaned"
    LOST = "lost"


class JobFamilyDto(BaseModel):
    """All versions of a job."""

    name: str
    id: str | None = None


class JobDto(BaseModel):
    """A job in one version, with the fields of a server's API."""

    model_config = ConfigDict(arbitrary_types_allowed=True, extra="allow")

    name: str
    version: str
    status: str
    create_time: int
    update_time: int
    id: str | None = None
    manifest: Manifest | None = None
    manifest_yaml: str | None = None
    internal_name: str | None = None
    pub_url: str | None = None
    error: str | None = None
    notice: str | None = None
    image_tag: str | None = None
    deployed_by: str | None = None
    last_call_time: int | None = None
    infrastructure_target: str | None = None
    replica_internal_names: list[str] = []
    job_type_version: str | None = None
    infrastructure_stats: dict[str, Any] = {}

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"
