"""What a running server is made of, and where handlers find it."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from workbench.racetrack.config import Config
from workbench.racetrack.deploying.deployer import Deployer
from workbench.racetrack.plugins.registry import PluginRegistry
from workbench.racetrack.running.supervisor import Supervisor
from workbench.racetrack.security import Door
from workbench.racetrack.store import Store


@dataclass(frozen=True)
class Parts:
    """The parts of a server, from the inside out.

    Attributes:
        config: How it is to be.
        store: What it knows.
        plugins: What is installed.
        supervisor: What runs.
        deployer: What is being deployed, and all that is asked of jobs.
        door: Whose a request is.
    """

    config: Config
    store: Store
    plugins: PluginRegistry
    supervisor: Supervisor
    deployer: Deployer
    door: Door


PARTS: web.AppKey[Parts] = web.AppKey("parts", Parts)


def parts_of(request: web.Request) -> Parts:
    """The parts of the server that a request came to."""
    return request.app[PARTS]
