"""The chapters about images: which engine there is, and what it makes of the learner's files."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from workbench import _html
from workbench._finished import JOB
from workbench.dockerfile import base_image_name, dockerfile_env, parse_dockerfile
from workbench.engines import BuildsBase, Engine, Image, first_available, get_engine
from workbench.errors import BuildError, UsageError
from workbench.events import Event, Phase, Sink, default_sink
from workbench.job_type import JobType
from workbench.manifest import JobManifest, load_job_manifest
from workbench.plugin import load_plugin
from workbench.run import build_job
from workbench.settings import get_settings, shipped
from workbench.tutorial.parts import plugin_with
from workbench.tutorial.playground import Playground
from workbench.tutorial.running import listed, whole_sample

INSTEAD = (
    "this machine's Go compiles wrapper and function, and the job runs as a plain program. "
    "Dockerfiles are filled in, read and checked, and you see what Docker would do with them."
)


@dataclass(frozen=True, repr=False)
class ChosenEngine:
    """The engine that the chapters about images use.

    Attributes:
        engine: The engine, for `run_job(..., engine=...)`.
        why_not: Why it builds no images; empty where it does.
        remedy: What to do about that.
    """

    engine: Engine
    why_not: str = ""
    remedy: str = ""

    @property
    def builds_images(self) -> bool:
        """Whether there will be images and containers."""
        return not self.why_not

    def told(self) -> list[tuple[str, str]]:
        """What there is to know, each with a word for what it is."""
        if self.builds_images:
            return [
                ("images", "built for real, by this machine's Docker"),
                ("containers", "only this machine reaches them"),
            ]
        return [("why", self.why_not), ("remedy", self.remedy), ("instead", INSTEAD)]

    def _head(self) -> str:
        return "Docker is here." if self.builds_images else "No images are built here."

    def __str__(self) -> str:
        return "\n".join([self._head(), *(f"  {word}: {text}" for word, text in self.told())])

    def __repr__(self) -> str:
        return f"<ChosenEngine {self.engine.name}>"

    def _repr_html_(self) -> Markup:
        colour = _html.GOOD if self.builds_images else _html.WARN
        rows = _html.join(
            Markup("<div><b>{}</b>: {}</div>").format(word, text) for word, text in self.told()
        )
        return Markup(
            '<div role="note" style="border-left:4px solid {};padding:4px 12px;margin:4px 0;'
            'max-width:60em">{}{}</div>'
        ).format(colour, Markup("<div>{}</div>").format(_html.badge(self._head(), colour)), rows)


def choose_engine() -> ChosenEngine:
    """The engine for what is about images: Docker where it answers, else this machine's Go.

    The setting `WORKBENCH_ENGINE` wins where it is set.

    Raises:
        EngineUnavailable: The engine of the setting, or every one, does not work here.
        UsageError: There is no engine of the setting's name.
    """
    wanted = get_settings().image_engine
    if wanted != "auto":
        engine = get_engine(wanted)
        if isinstance(engine, BuildsBase):
            return ChosenEngine(engine)
        return ChosenEngine(
            engine,
            f"The setting WORKBENCH_ENGINE={wanted} asks for it.",
            "unset it, and Docker is taken where it answers.",
        )
    engine, problems = first_available()
    problem = problems.get("docker")
    if problem is None:
        return ChosenEngine(engine)
    return ChosenEngine(engine, problem.message, problem.remedy or "`workbench doctor` says more.")


def build_base(
    *,
    playground: Playground | None = None,
    engine: str | Engine | None = None,
    on_event: Sink | None = None,
) -> Image:
    """Build the base image of the plugin that is being written in the playground.

    What of the plugin is not written yet comes from the finished one. If an image of the very same
    files is there, nothing is built. The process engine builds none: then the image says what one
    would be made of.

    Args:
        playground: Whose files; None for the learner's own.
        engine: The name of an engine, or an engine; None for that of `choose_engine`.
        on_event: Where progress is reported; None for a table in a notebook, else nothing.

    Raises:
        BuildError: It does not build.
        UsageError: The plugin's job type has no base image.
        WorkbenchError: Docker or a file of the plugin is not to be had; the plugin does not load.
    """
    ground = playground or Playground()
    sink = on_event or default_sink()
    chosen = get_engine(_engine(engine, ground), on_event=sink)
    manifest = load_job_manifest(shipped(JOB))
    with plugin_with(ground) as whole:
        if whole.filled:
            told = f"not written yet, so taken from the finished plugin: {listed(whole.filled)}"
            sink(Event(Phase.PREPARING, told))
        job_type = load_plugin(whole.path).job_type(manifest.get_jobtype())
        if job_type.images[0].base_dockerfile is None:
            raise UsageError(
                f"{job_type.full_name} has no base image.",
                remedy="let plugin.py name a pair of Dockerfiles, as in chapter 6.",
            )
        if isinstance(chosen, BuildsBase):
            return chosen.build_base(job_type, manifest, on_event=sink)
        return _not_built(job_type, manifest, chosen)


def build_sample(
    *,
    playground: Playground | None = None,
    engine: str | Engine | None = None,
    on_event: Sink | None = None,
) -> Image:
    """Build the sample job's image with the plugin in the playground, and start nothing.

    What of plugin and job is not written yet comes from the finished ones, and is told.

    Args:
        playground: Whose files; None for the learner's own.
        engine: The name of an engine, or an engine; None for that of `choose_engine`.
        on_event: Where progress is reported; None for a table in a notebook, else nothing.

    Raises:
        WorkbenchError: As `build_job`; files are named as they are in the playground.
    """
    ground = playground or Playground()
    sink = on_event or default_sink()
    with whole_sample(ground, sink) as sample:
        return build_job(
            sample.job_dir,
            plugin=sample.plugin_dir,
            engine=_engine(engine, ground),
            on_event=sink,
        )


def _engine(engine: str | Engine | None, playground: Playground) -> str | Engine:
    return engine or playground.engine or get_settings().image_engine


def _not_built(job_type: JobType, manifest: JobManifest, engine: Engine) -> Image:
    path = job_type.images[0].base_dockerfile
    assert path is not None  # noqa: S101 - the caller looked
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BuildError(
            f"{path} cannot be read: {error}.", remedy="put the base Dockerfile there."
        ) from None
    instructions = tuple(parse_dockerfile(text))
    return Image(
        role="base",
        engine=engine.name,
        reference=base_image_name(job_type),
        manifest=manifest,
        env=dockerfile_env(instructions),
        dockerfile=text,
        not_executed=instructions,
    )
