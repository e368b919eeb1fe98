"""What a manifest's `resources` mean for a container."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workbench.manifest import JobManifest


@dataclass(frozen=True)
class Limits:
    """What a container may use; None means: no limit.

    Attributes:
        memory: Bytes at most.
        memory_kept: Bytes that are kept for it where memory gets scarce.
        cpus: Processors at most, in billionths.
    """

    memory: int | None = None
    memory_kept: int | None = None
    cpus: int | None = None

    def options(self) -> dict[str, Any]:
        """As docker-py takes them; memory that is paged out counts as well."""
        given = {
            "mem_limit": self.memory,
            "memswap_limit": self.memory,
            "mem_reservation": self.memory_kept,
            "nano_cpus": self.cpus,
        }
        return {name: value for name, value in given.items() if value is not None}


def limits_of(manifest: JobManifest) -> Limits:
    """The limits in `resources` of a manifest; `cpu_min` has no counterpart on one machine."""
    wanted = manifest.resources
    if wanted is None:
        return Limits()
    return Limits(
        memory=_whole(wanted.memory_max),
        memory_kept=_whole(wanted.memory_min),
        cpus=_whole(wanted.cpu_max, 10**9),
    )


def _whole(quantity: Any, unit: int = 1) -> int | None:
    return None if quantity is None else int(quantity.plain_number * unit)
