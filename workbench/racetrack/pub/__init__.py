"""PUB: what callers of jobs talk to. It finds the job, forwards the call, and tells what broke."""

from workbench.racetrack.pub.directory import Directory, Target
from workbench.racetrack.pub.routes import Pub, add_pub

__all__ = ["Directory", "Pub", "Target", "add_pub"]
