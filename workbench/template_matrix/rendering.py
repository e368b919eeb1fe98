"""One cell of the matrix: a template, rendered for one variant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from markupsafe import Markup

from workbench.errors import TemplateError
from workbench.job_type import JobType
from workbench.lint import Findings
from workbench.lint.variants import Variant
from workbench.manifest import JobManifest
from workbench.template_matrix import views_html, views_text


@dataclass(frozen=True, repr=False)
class Rendering:
    """What a template gives for one variant.

    Attributes:
        name: The variant's name, and which image or job type where there are several.
        variant: The variant.
        manifest: Its manifest; the workspace is the folder of the job that it was made for.
        job_type: The job type.
        image: Which image of the job type, from 0.
        template: The template, as a path within the plugin or, for an image that a job brings
            itself, within the job.
        dockerfile: What a real Racetrack would build; None where the template gives nothing.
        error: Why the template does not render strictly; None where it does.
        findings: What lint says of this Dockerfile, by the template's line.
        stages: How many stages the Dockerfile has.
    """

    name: str
    variant: Variant
    manifest: JobManifest
    job_type: JobType
    image: int
    template: str
    dockerfile: str | None
    error: TemplateError | None
    findings: Findings
    stages: int

    @property
    def ok(self) -> bool:
        """Whether the template renders, and lint finds no error in what it gives."""
        return self.dockerfile is not None and not self.findings.errors

    def beside(self, other: Rendering) -> bool:
        """Whether both are of the same image."""
        return (self.job_type, self.image) == (other.job_type, other.image)

    @property
    def lines(self) -> int:
        """How many lines the Dockerfile has."""
        return 0 if self.dockerfile is None else self.text().count("\n")

    @property
    def outcome(self) -> str:
        """How it went, in a few words."""
        if self.dockerfile is None:
            return "does not render"
        return self.findings.summary if self.findings else "renders"

    @property
    def given(self) -> Mapping[str, Any]:
        """The keys of the manifest."""
        return self.manifest.origin_dict_ or self.variant.manifest(self.job_type)

    def text(self) -> str:
        """The Dockerfile, its last line ended.

        Raises:
            TemplateError: The template gives none.
        """
        if self.dockerfile is None:
            assert self.error is not None, "what gives no Dockerfile has an error"  # noqa: S101
            raise self.error
        return self.dockerfile.rstrip("\n") + "\n"

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain values, for JSON."""
        return {
            "name": self.name,
            "what": self.variant.what,
            "job_type": self.job_type.full_name,
            "image": self.image,
            "template": self.template,
            "manifest": dict(self.given),
            "ok": self.ok,
            "outcome": self.outcome,
            "dockerfile": self.dockerfile,
            "lines": self.lines,
            "stages": self.stages,
            "error": None if self.error is None else self.error.message,
            "error_line": None if self.error is None else self.error.line,
            "findings": [asdict(finding) for finding in self.findings],
        }

    def __str__(self) -> str:
        return views_text.rendering_text(self)

    def __repr__(self) -> str:
        return f"<Rendering {self.name}: {self.outcome}>"

    def _repr_html_(self) -> Markup:
        return views_html.rendering_html(self)
