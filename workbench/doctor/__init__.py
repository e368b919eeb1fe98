"""What this machine has and lacks for the workbench, and the command that mends it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from workbench.doctor.machine import CHECKS, network, port
from workbench.doctor.report import TUTORIAL, Check, DoctorReport
from workbench.doctor.unplugged import UNPLUGGED

__all__ = ["CHECKS", "TUTORIAL", "UNPLUGGED", "Check", "DoctorReport", "doctor", "network", "port"]


def doctor(*, online: bool = False, offline: bool = False) -> DoctorReport:
    """Look at this machine. Nothing is changed, and no network is used unless it is asked for.

    Args:
        online: Whether to ask the module proxy too.
        offline: Whether to prove that the tutorial needs no network, by going through all of it in
            a folder that is thrown away, with the network off.
    """
    checks: list[Callable[[], Check]] = [*CHECKS]
    if online:
        checks.append(network)
    if offline:
        checks.extend(UNPLUGGED)
    with ThreadPoolExecutor(max_workers=8) as pool:
        return DoctorReport(tuple(pool.map(lambda check: check(), checks)))
