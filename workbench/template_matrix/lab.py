"""The one call, `wb.template_lab`, and the value that it gives."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

from markupsafe import Markup

from workbench._finished import JOB
from workbench._paper import Paper
from workbench._rows import Rows
from workbench.engines import Engine, Image, get_engine
from workbench.errors import UsageError
from workbench.events import Sink, default_sink
from workbench.lint import Findings
from workbench.lint.variants import VARIANTS
from workbench.manifest import load_job_manifest
from workbench.plugin import PluginData
from workbench.settings import shipped
from workbench.template_matrix import views_html, views_text
from workbench.template_matrix.diff import DockerfileDiff
from workbench.template_matrix.render import render_all
from workbench.template_matrix.rendering import Rendering
from workbench.template_matrix.stage import staged


@dataclass(frozen=True, repr=False)
class TemplateLab(Rows[Rendering]):
    """A plugin's templates, rendered for each variant.

    `lab["system packages"]` is what came of that variant, `lab[0]` the first one.

    Attributes:
        plugin: The plugin, in words.
        renderings: One for each variant; of each image, where there are several.
    """

    noun: ClassVar = "variant"
    whole: ClassVar = "lab"

    plugin: str
    renderings: tuple[Rendering, ...]

    def _rows(self) -> tuple[Rendering, ...]:
        return self.renderings

    def _id(self, row: Rendering) -> str:
        return row.name

    @property
    def failures(self) -> tuple[Rendering, ...]:
        """Those that do not render, or give a Dockerfile with an error in it."""
        return tuple(one for one in self if not one.ok)

    @property
    def ok(self) -> bool:
        """Whether there are none; on the command line: exit code 0."""
        return not self.failures

    @property
    def findings(self) -> Findings:
        """All that lint found, each finding once, errors first."""
        found = dict.fromkeys(finding for one in self for finding in one.findings)
        return Findings(sorted(found, key=lambda finding: finding.level != "error"))

    @property
    def summary(self) -> str:
        """One line, such as `13 variants render, 1 error, 2 warnings`."""
        rendered = sum(one.dockerfile is not None for one in self)
        how_many = f"{rendered}" if rendered == len(self) else f"{rendered} of {len(self)}"
        return f"{how_many} variants render; {self.findings.summary}"

    def diff(self, before: str | int, after: str | int) -> DockerfileDiff:
        """What differs between the Dockerfiles of two variants.

        Args:
            before: The name of the first one.
            after: The name of the second one.

        Raises:
            UsageError: There is no such variant.
            TemplateError: The template gives no Dockerfile for one of them.
        """
        first, second = self[before], self[after]
        return DockerfileDiff.between(first.name, first.text(), second.name, second.text())

    def from_plain(self, one: Rendering) -> DockerfileDiff | None:
        """What differs from the plain variant of the same image; None where that cannot be told."""
        plain = next(row for row in self if row.variant is VARIANTS[0] and row.beside(one))
        if plain is one or plain.dockerfile is None or one.dockerfile is None:
            return None
        return self.diff(plain.name, one.name)

    def build(
        self, name: str | int, *, engine: str | Engine | None = None, on_event: Sink | None = None
    ) -> Image:
        """Build a variant's image, from a copy of the job that is thrown away.

        Args:
            name: The variant.
            engine: The name of an engine, or an engine; None for the setting.
            on_event: Where progress is reported; None for a table in a notebook, else nothing.

        Returns:
            The image. The process engine would run it in the job's own folder.

        Raises:
            UsageError: There is no such variant, or it is of another image than the first.
            EngineUnavailable: The engine cannot work here, or not build this plugin's jobs.
            TemplateError: The template does not render.
            BuildError: The build failed.
        """
        row = self[name]
        if row.image:
            raise UsageError(
                f"{row.name} is image {row.image} of {row.job_type.full_name}, and engines build "
                "the first one.",
                remedy=f"build {row.variant.name!r}.",
            )
        sink = on_event or default_sink()
        chosen = get_engine(engine, on_event=sink)
        with staged(row.variant, row.manifest, row.job_type) as manifest:
            image = chosen.build(row.job_type, manifest, on_event=sink)
        return replace(image, manifest=row.manifest)

    def save(self, folder: str | Path) -> tuple[Path, ...]:
        """Write each Dockerfile into a folder, as `system-packages.Dockerfile`.

        What else is in the folder stays there.

        Returns:
            The files, in the order of the variants; none for those that do not render.

        Raises:
            UsageError: They cannot be written there.
        """
        target = Path(folder).expanduser()
        written = []
        try:
            target.mkdir(parents=True, exist_ok=True)
            for row in self:
                if row.dockerfile is not None:
                    path = target / file_name(row.name)
                    path.write_text(row.text(), encoding="utf-8")
                    written.append(path)
        except OSError as error:
            raise UsageError(
                f"{target} could not be written to: {error.strerror or error}."
            ) from None
        return tuple(written)

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain values, for JSON."""
        return {
            "plugin": self.plugin,
            "ok": self.ok,
            "summary": self.summary,
            "variants": [one.as_dict() for one in self],
        }

    def to_text(self, *, width: int | None = None) -> str:
        """The matrix for a terminal.

        Args:
            width: Columns; those of the terminal, and 100 where stdout is none.
        """
        return views_text.lab_text(self, Paper.of_stdout(width, colour=False))

    def __str__(self) -> str:
        return views_text.lab_text(self, Paper())

    def __repr__(self) -> str:
        return f"<TemplateLab {self.plugin}: {self.summary}>"

    def _repr_html_(self) -> Markup:
        return views_html.lab_html(self)


def file_name(name: str) -> str:
    """The file that holds the Dockerfile of a variant."""
    return f"{re.sub(r'[^A-Za-z0-9._]+', '-', name)}.Dockerfile"


def template_lab(
    plugin: PluginData | str | Path | None = None, job_dir: str | Path | None = None
) -> TemplateLab:
    """Render a plugin's template for a matrix of manifests, and lint each Dockerfile.

        lab = wb.template_lab("my-plugin")
        lab["system packages"]                  # one of them
        lab.diff("plain", "system packages")    # what a part of the manifest does
        lab.build("system packages")            # does it work?

    Nothing is built until `build` is called; plugin.py runs in a child process. While there is no
    plugin.py yet, the Dockerfiles at the plugin's root are taken for what they look like.

    Args:
        plugin: A loaded plugin, or its folder or ZIP; None for the finished Go plugin.
        job_dir: A job's folder: its own manifest is a variant as well, and what is built is a copy
            of it. None for the sample job.

    Raises:
        PluginError: The plugin does not load, or brings no job type, or not that of the job.
        ManifestError: The plugin's manifest is wrong, or the job's.
    """
    own = None if job_dir is None else load_job_manifest(job_dir)
    name, found = render_all(plugin or shipped("golang-job-type"), own, shipped(JOB))
    return TemplateLab(name, tuple(found))
