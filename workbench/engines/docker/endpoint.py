"""Where the docker command's daemon is, and whether somebody listens there."""

from __future__ import annotations

import json
import socket
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from workbench import _process
from workbench.errors import EngineUnavailable, WorkbenchError

START = "start Docker (`systemctl start docker`, `dockerd`, or Docker Desktop)."
"""What to do where no daemon answers."""

_ASK_TIMEOUT = 10.0


def endpoint(command: Path) -> str:
    """The address of the daemon that a docker command talks to; it is this machine's own.

    Raises:
        EngineUnavailable: The command does not tell it, or it is another machine's.
    """
    context, host = _context(command)
    _check_local(context, host)
    return host


def _context(command: Path) -> tuple[str, str]:
    """The name of the context that a docker command takes, and the address that it stands for."""
    form = "{{json .Name}}\n{{json .Endpoints.docker.Host}}"
    try:
        answer = _process.run(
            [command, "context", "inspect", "--format", form], timeout=_ASK_TIMEOUT
        )
        if answer.returncode == 0:
            context, host = (str(json.loads(line)) for line in answer.stdout.splitlines()[:2])
            return context, host
        said = (answer.stderr.strip().splitlines() or ["no reason given"])[-1]
    except WorkbenchError as late:
        said = late.message
    except ValueError:
        said = f"it says {answer.stdout.strip()[:200]!r}"
    raise EngineUnavailable(
        f"The docker command does not know where its daemon is: {said}",
        remedy="`docker context ls` lists what there is; set DOCKER_CONTEXT to one of it.",
    )


def check_socket(host: str) -> None:
    """See whether somebody listens on the daemon's socket; EngineUnavailable says why not."""
    if not host.startswith("unix://"):
        return
    path = host.removeprefix("unix://")
    try:
        with socket.socket(socket.AF_UNIX) as door:
            door.settimeout(_ASK_TIMEOUT)
            door.connect(path)
    except FileNotFoundError:
        what, remedy = "No Docker daemon runs: there is no", START
    except ConnectionRefusedError:
        what, remedy = "No Docker daemon runs: nobody listens on", START
    except PermissionError:
        what = "This user may not talk to the Docker daemon: no permission on"
        remedy = "`sudo usermod -aG docker $USER`, and log in again."
    except TimeoutError:
        what = f"The Docker daemon does not answer within {_ASK_TIMEOUT:.0f} s on"
        remedy = "restart Docker."
    except OSError as problem:
        what, remedy = f"The Docker daemon cannot be reached ({problem.strerror}):", START
    else:
        return
    raise EngineUnavailable(f"{what} {path}.", remedy=remedy)


def _check_local(context: str, host: str) -> None:
    """Ports are published on the daemon's machine: it has to be this one."""
    url = urlsplit(host)
    if url.scheme in ("unix", "npipe"):
        return
    name = url.hostname or ""
    if url.scheme in ("tcp", "http", "https") and (name == "localhost" or _is_loopback(name)):
        return
    raise EngineUnavailable(
        f"Docker's context {context} points elsewhere: {host}. Jobs would run there, out of reach.",
        remedy="`docker context use default`, or unset DOCKER_HOST and DOCKER_CONTEXT.",
    )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
