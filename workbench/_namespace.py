"""A program of its own: it enters a network namespace of Linux, as root or as anybody who may.

    python -I _namespace.py alone COMMAND...        run COMMAND in an empty network
    python -I _namespace.py keep OWNER PID FD       keep the network of process PID, an empty one
                                                    for 0; hand out sockets in it
    python -I _namespace.py join OWNER PID COMMAND...
                                                    run COMMAND in the network of process PID

What keeps or joins dies with its parent, the process OWNER.

It imports nothing of this package, so that it starts by itself, in one thread, as the kernel wants
it; and little of Python's library, since each start of a wrapper that is judged waits for it.
`_offline.py` and `_private_network.py` start it.
"""

from __future__ import annotations

import _socket  # what `socket` is made of: that one takes longer to import than all of the rest
import ctypes
import fcntl
import os
import struct
import sys

# From Linux's sched.h, prctl.h, sockios.h and if.h.
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_PR_SET_PDEATHSIG = 1
_SIGKILL = 9
_SIOCGIFFLAGS = 0x8913
_SIOCSIFFLAGS = 0x8914
_IFF_UP = 0x1

NO_NAMESPACE = 71
"""The exit code where the system does not allow it; stderr says why."""


def _enter_new() -> None:
    """Leave this machine's network for an empty one, in which loopback alone is up."""
    user, group = os.geteuid(), os.getegid()
    try:
        _call("unshare", _CLONE_NEWNET)
    except PermissionError:
        _call("unshare", _CLONE_NEWUSER | _CLONE_NEWNET)  # within which anybody may have a network
        for name, text in (
            ("setgroups", "deny"),
            ("uid_map", f"{user} {user} 1"),
            ("gid_map", f"{group} {group} 1"),
        ):
            with open(f"/proc/self/{name}", "w") as file:  # noqa: PTH123 - pathlib takes its time
                file.write(text)
    _bring_up("lo")


def _enter_that_of(pid: int) -> None:
    """Leave this machine's network for that of another process."""
    for kind, flag in (("user", _CLONE_NEWUSER), ("net", _CLONE_NEWNET)):
        theirs = f"/proc/{pid}/ns/{kind}"
        if os.readlink(theirs) != os.readlink(f"/proc/self/ns/{kind}"):  # noqa: PTH115
            namespace = os.open(theirs, os.O_RDONLY)
            _call("setns", namespace, flag)
            os.close(namespace)


def _die_with(owner: int) -> None:
    """Be killed when `owner` ends; the kernel forgets it where the rights of a process change."""
    _call("prctl", _PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
    if os.getppid() != owner:
        raise ProcessLookupError("whoever started this has ended")


def _keep(number: int) -> None:
    """Answer each byte that comes with a new socket; end when nobody holds the other end."""
    owner = _socket.socket(fileno=number)
    owner.send(b"+")
    while owner.recv(1):
        made = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
        handed_over = made.fileno().to_bytes(4, sys.byteorder)  # a C int, as sendmsg(2) takes it
        owner.sendmsg([b"+"], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, handed_over)])
        made.close()


def _call(function: str, *arguments: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, function)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _bring_up(interface: str) -> None:
    """As `ip link set INTERFACE up`, which not every machine has."""
    any_socket = _socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM)
    asked = struct.pack("16sh14x", interface.encode(), 0)
    answer = fcntl.ioctl(any_socket, _SIOCGIFFLAGS, asked)
    (flags,) = struct.unpack_from("16xh", answer)
    wanted = struct.pack("16sh14x", interface.encode(), flags | _IFF_UP)
    fcntl.ioctl(any_socket, _SIOCSIFFLAGS, wanted)
    any_socket.close()


def _main(verb: str, *words: str) -> None:
    command = list(words)
    try:
        if sys.platform != "linux":
            raise OSError("only Linux has network namespaces")
        if verb == "alone":
            _enter_new()
        else:
            owner, other, *command = words
            if other == "0":
                _enter_new()
            else:
                _enter_that_of(int(other))
            _die_with(int(owner))
    except (OSError, AttributeError) as error:
        print(f"no network namespace: {error}", file=sys.stderr)  # noqa: T201 - a program's own
        sys.exit(NO_NAMESPACE)
    if verb == "keep":
        _keep(int(command[0]))
        return
    try:
        os.execvp(command[0], command)  # noqa: S606 - no shell is wanted
    except OSError as error:
        sys.exit(f"{command[0]} could not be started: {error.strerror}")


if __name__ == "__main__":
    _main(*sys.argv[1:])
