"""Running something without a network, to prove that it needs none.

On Linux, as root or where users may have namespaces, a child gets a network of its own with nothing
in it but loopback: no program can get round that. Elsewhere Go is told to ask nobody, and whatever
heeds the variables for proxies is sent to a port where nobody listens; that holds for the tools of
this project, but proves less. A rehearsal has those variables as well, with an address that listens
and notes who asked for what: a network that is not there cannot tell.

This file is also the program that enters such a namespace: it imports nothing of this package, so
that it starts by itself, in one thread, as the kernel wants it.
"""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

NOBODY = "http://127.0.0.1:9"
"""Where nobody listens: the port of a service that no machine has had for decades."""

PROBE_TIMEOUT = 20.0

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

# From Linux's sched.h, sockios.h and if.h.
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_SIOCGIFFLAGS = 0x8913
_SIOCSIFFLAGS = 0x8914
_IFF_UP = 0x1


@dataclass(frozen=True)
class Offline:
    """A way to run a command without a network.

    Attributes:
        before: The words to put before the command's own.
        sealed: Whether no program at all can get out; else only those that heed settings.
    """

    before: tuple[str, ...]
    sealed: bool

    @property
    def how(self) -> str:
        """In words, for a person."""
        if self.sealed:
            return "in a network namespace with loopback alone"
        return "by settings alone: GOPROXY=off, and proxies where nobody listens"

    def environment(self, env: Mapping[str, str] | None = None) -> dict[str, str]:
        """An environment with what tells programs not to ask a network.

        Args:
            env: What it begins with; None means this process's.
        """
        return {**(os.environ if env is None else env), **_SETTINGS}


@cache
def offline() -> Offline:
    """The best way that this system has."""
    from workbench import _process
    from workbench.errors import WorkbenchError

    before = (sys.executable, "-I", str(Path(__file__).resolve()))
    try:
        ended = _process.run([*before, sys.executable, "-I", "-c", ""], timeout=PROBE_TIMEOUT)
    except (WorkbenchError, _process.ChildTimeoutError):
        return Offline((), sealed=False)
    return Offline(before, sealed=True) if ended.returncode == 0 else Offline((), sealed=False)


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


def _enter() -> None:
    """Leave this machine's network for an empty one.

    Raises:
        OSError: The system does not allow it.
    """
    user, group = os.geteuid(), os.getegid()
    try:
        _unshare(_CLONE_NEWNET)
    except PermissionError:
        _unshare(_CLONE_NEWUSER | _CLONE_NEWNET)  # within which anybody may have a network
        for name, text in (
            ("setgroups", "deny"),
            ("uid_map", f"{user} {user} 1"),
            ("gid_map", f"{group} {group} 1"),
        ):
            Path("/proc/self", name).write_text(text)
    _bring_up("lo")


def _unshare(flags: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(flags) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _bring_up(interface: str) -> None:
    """As `ip link set INTERFACE up`, which not every machine has."""
    import fcntl

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        asked = struct.pack("16sh14x", interface.encode(), 0)
        answer = fcntl.ioctl(any_socket, _SIOCGIFFLAGS, asked)
        (flags,) = struct.unpack_from("16xh", answer)
        wanted = struct.pack("16sh14x", interface.encode(), flags | _IFF_UP)
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, wanted)


def _main(words: Sequence[str]) -> None:
    try:
        if sys.platform != "linux":
            raise OSError("only Linux has network namespaces")
        _enter()
    except (OSError, AttributeError) as error:
        sys.exit(f"no network namespace: {error}")
    os.execvp(words[0], list(words))  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    _main(sys.argv[1:])
