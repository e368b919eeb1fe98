"""The engines, by name."""

from __future__ import annotations

from collections.abc import Callable

from workbench.engines.base import (
    NOTHING_WRONG,
    BuildsBase,
    Container,
    Engine,
    Image,
    PrivateContainer,
    Surroundings,
)
from workbench.engines.build_step import Build, BuildStep
from workbench.engines.child import ChildContainer, start_private
from workbench.engines.process import ProcessEngine
from workbench.errors import EngineUnavailable, UsageError
from workbench.events import Event, Phase, Sink, silent
from workbench.settings import get_settings

__all__ = [
    "ENGINES",
    "NOTHING_WRONG",
    "Build",
    "BuildStep",
    "BuildsBase",
    "ChildContainer",
    "Container",
    "Engine",
    "Image",
    "PrivateContainer",
    "ProcessEngine",
    "Surroundings",
    "docker_is_here",
    "first_available",
    "get_engine",
    "remove_built_images",
    "start_private",
    "stop_abandoned_containers",
]


def _docker_engine() -> Engine:
    from workbench.engines.docker import DockerEngine  # docker-py takes a while to import

    return DockerEngine()


# To add an engine: a file beside this one with a class that fits `base.Engine`, and a line here.
# `auto` tries them in this order.
ENGINES: dict[str, Callable[[], Engine]] = {
    "docker": _docker_engine,
    "process": ProcessEngine,
}


def stop_abandoned_containers() -> tuple[list[str], list[str]]:
    """See `docker.cleaning.stop_abandoned`; asks nobody where Docker was never used."""
    if not _used_docker():
        return [], []
    from workbench.engines.docker.cleaning import stop_abandoned

    return stop_abandoned()


def remove_built_images() -> list[str]:
    """See `docker.cleaning.remove_images`."""
    if not _used_docker():
        return []
    from workbench.engines.docker.cleaning import remove_images

    return remove_images()


def docker_is_here() -> bool:
    """Whether the Docker engine could be taken now."""
    return ENGINES["docker"]().available() is None


def _used_docker() -> bool:
    return (get_settings().home / "workbench-id").is_file()


def get_engine(name: str | Engine | None = None, *, on_event: Sink = silent) -> Engine:
    """The engine to use.

    Args:
        name: `process`, `docker`, `auto`, an engine (given back as it is), or None for the setting
            `WORKBENCH_ENGINE`, which is `process` unless somebody changed it.
        on_event: Where `auto` says which engine it took, and why.

    Raises:
        UsageError: No engine has that name.
        EngineUnavailable: The engine cannot work on this machine.
    """
    if name is not None and not isinstance(name, str):
        return name
    wanted = name or get_settings().engine
    if wanted == "auto":
        return _first_available(on_event)
    if wanted not in ENGINES:
        known = ", ".join(["auto", *ENGINES])
        raise UsageError(f"There is no engine {wanted!r}.", remedy=f"take one of: {known}.")
    engine = ENGINES[wanted]()
    problem = engine.available()
    if problem is not None:
        raise problem
    return engine


def first_available() -> tuple[Engine, dict[str, EngineUnavailable]]:
    """The engine that `auto` takes, and why it is none of those before it, by their names.

    Raises:
        EngineUnavailable: No engine works on this machine.
    """
    problems: dict[str, EngineUnavailable] = {}
    for name, make in ENGINES.items():
        engine = make()
        problem = engine.available()
        if problem is None:
            return engine, problems
        problems[name] = problem
    told = " ".join(f"{name}: {problem.message}" for name, problem in problems.items())
    remedy = list(problems.values())[-1].remedy
    raise EngineUnavailable(f"No engine works on this machine. {told}", remedy=remedy)


def _first_available(on_event: Sink) -> Engine:
    engine, problems = first_available()
    why = "; ".join(f"not {other}: {told.message}" for other, told in problems.items())
    on_event(Event(Phase.PREPARING, f"engine {engine.name}: {why or 'it answers'}"))
    return engine
