"""What a server knows, in SQLite: what was acknowledged outlives a kill and a power cut."""

from workbench.racetrack.store.store import Store

__all__ = ["Store"]
