"""Running something without a network, to prove that it needs none.

On Linux, as root or where users may have namespaces, a child gets a network of its own with nothing
in it but loopback: no program can get round that. Elsewhere Go is told to ask nobody, and whatever
heeds the variables for proxies is sent to a port where nobody listens; that holds for the tools of
this project, but proves less. A rehearsal has those variables as well, with an address that listens
and notes who asked for what: a network that is not there cannot tell.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

NOBODY = "http://127.0.0.1:9"
"""Where nobody listens: the port of a service that no machine has had for decades."""

PROBE_TIMEOUT = 20.0

_NAMESPACE = Path(__file__).with_name("_namespace.py").resolve()

# Addresses that are set aside for examples; asking for the way to them sends nothing.
_ELSEWHERE = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))

_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "ftp_proxy")


def settings_for(address: str) -> dict[str, str]:
    """The variables that send Go, and whatever heeds those for proxies, to `address` instead."""
    return {
        **{spelt: address for name in _PROXIES for spelt in (name, name.upper())},
        **dict.fromkeys(("no_proxy", "NO_PROXY"), "127.0.0.1,localhost,::1"),
        "GOPROXY": address,
        "GONOPROXY": "none",  # else GOPRIVATE would lead past GOPROXY
        "GOVCS": "*:off",
    }


_SETTINGS = {**settings_for(NOBODY), "GOPROXY": "off", "PIP_NO_INDEX": "1"}


@dataclass(frozen=True)
class Offline:
    """A way to run a command without a network.

    Attributes:
        before: The words to put before the command's own.
        sealed: Whether no program at all can get out; else only those that heed settings.
        why_not: Why it is not sealed; empty where it is.
    """

    before: tuple[str, ...]
    sealed: bool
    why_not: str = ""

    @property
    def how(self) -> str:
        """In words, for a person."""
        if self.sealed:
            return "in a network namespace with loopback alone"
        return "by settings alone: GOPROXY=off, and proxies where nobody listens"

    def environment(self, env: Mapping[str, str] | None = None) -> dict[str, str]:
        """An environment with what tells programs not to ask a network.

        Where no engine is chosen it is `process`: containers publish their ports on this machine's
        own loopback, out of reach from a namespace.

        Args:
            env: What it begins with; None means this process's.
        """
        given = os.environ if env is None else env
        return {"WORKBENCH_ENGINE": "process", **given, **_SETTINGS}


@cache
def offline() -> Offline:
    """The best way that this system has."""
    from workbench import _process
    from workbench.errors import WorkbenchError

    before = (sys.executable, "-I", str(_NAMESPACE), "alone")
    try:
        ended = _process.run([*before, sys.executable, "-I", "-c", ""], timeout=PROBE_TIMEOUT)
    except WorkbenchError as problem:
        return Offline((), sealed=False, why_not=str(problem))
    if ended.returncode != 0:
        return Offline((), sealed=False, why_not=" ".join(ended.stderr.split()))
    return Offline(before, sealed=True)


def is_offline() -> bool:
    """Whether this process already runs without a network, in whichever way."""
    return _SETTINGS.items() <= os.environ.items() and (not reaches_out() or not offline().sealed)


def restart_offline() -> None:
    """Begin this very command anew without a network; nothing happens where it has none already.

    The process keeps its number, so whoever waits for it or interrupts it notices nothing.
    """
    if is_offline():
        return
    way = offline()
    words = [*way.before, sys.executable, *sys.orig_argv[1:]]
    os.execve(words[0], words, way.environment())  # noqa: S606 - no shell is wanted


def reaches_out() -> bool:
    """Whether there is a way from here to any other machine; nothing is sent."""
    for family, address in _ELSEWHERE:
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect((address, 9))
        except OSError:
            continue
        return True
    return False
