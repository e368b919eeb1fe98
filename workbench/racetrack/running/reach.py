"""How a job reaches PUB: jobs may call others."""

from __future__ import annotations

from workbench.engines import Engine
from workbench.racetrack.config import Config


def pub_host(config: Config, engine: Engine) -> str:
    """The address of PUB as a job sees it, without a port.

    Raises:
        EngineUnavailable: Containers are to reach it, and there is no way.
    """
    return engine.host_address() if config.pub_for_containers else "127.0.0.1"


def pub_for_jobs(config: Config, engine: Engine) -> str:
    """What a job gets as PUB_URL."""
    return f"http://{pub_host(config, engine)}:{config.port}/pub"


def words_before(config: Config, engine: Engine) -> list[str]:
    """What a job's log says first: that PUB is out of its reach, where it is."""
    if engine.name != "docker" or config.pub_for_containers:
        return []
    return [
        "--- PUB_URL leads nowhere from this container: PUB listens on loopback; "
        "start the server with --pub-for-containers where jobs call others ---"
    ]
