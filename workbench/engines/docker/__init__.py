"""The Docker engine: BuildKit builds, containers run, and all of it is found again by labels."""

from workbench.engines.docker.engine import DockerEngine

__all__ = ["DockerEngine"]
