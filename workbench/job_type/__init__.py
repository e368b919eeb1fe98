"""Job types: what a plugin's `job_types()` returned, and which of them a manifest asks for."""

from workbench.job_type.match import match_job_type_version
from workbench.job_type.shapes import OtherValue, parse_job_types
from workbench.job_type.values import JobType, JobTypeImageDef, Shape

__all__ = [
    "JobType",
    "JobTypeImageDef",
    "OtherValue",
    "Shape",
    "match_job_type_version",
    "parse_job_types",
]
