"""The pages on which a person sees jobs and deployments, and installs plugins."""

from workbench.racetrack.dashboard.pages import add_dashboard

__all__ = ["add_dashboard"]
