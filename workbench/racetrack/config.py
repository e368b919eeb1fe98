"""What a server is told when it starts."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

PORT_TAKEN = 3
"""How a server ends whose port somebody else has."""

DEFAULT_PORT = 7002
"""The port that Racetrack's own settings name, and the one to take where it is free."""

VERSION = "2.36.0"
"""The release whose behaviour is followed; `/info` and `/health` carry it."""


@dataclass(frozen=True)
class Limits:
    """What is refused because it is too much, and how long something may take.

    Attributes:
        upload: Bytes of a plugin's ZIP.
        payload: Bytes of the body of any other request to Lifecycle, a build context included.
        context: Bytes that a build context may hold once it is unpacked.
        members: Files in a build context.
        build_log: Bytes of a deployment's build log that are kept: its beginning and its end.
        job_log: Bytes of a running job's log that are kept; beyond, only its last lines are.
        deployments: Deployments that are remembered; of older ones record and log go.
        live: Seconds that a job's `/live` may take until it carries the deployment's timestamp;
            900 on a real server.
        ready: Seconds that its `/ready` may take after that; 600 on a real server.
        restarts: How often a job that crashes is started again, one start after another, before it
            is left with the status `error`; an hour without a crash begins the count anew.
        sync: Seconds between two looks at `/live`, `/ready` and `/metrics` of a running job.
        git: Seconds that fetching a job's git repository may take.
        plugin: Seconds that a plugin's own code may take, for loading and for each hook.
        requirements: Seconds that the installation of a plugin's requirements.txt may take.
        call: Seconds that PUB waits for a job's answer to begin.
    """

    upload: int = 64 * 1024**2
    payload: int = 96 * 1024**2
    context: int = 256 * 1024**2
    members: int = 20_000
    build_log: int = 2 * 1024**2
    job_log: int = 16 * 1024**2
    deployments: int = 1000
    live: float = 30.0
    ready: float = 60.0
    restarts: int = 5
    sync: float = 60.0
    git: float = 120.0
    plugin: float = 10.0
    requirements: float = 600.0
    call: float = 3600.0


@dataclass(frozen=True)
class Config:
    """How a server is to be.

    Attributes:
        state: The folder with all that it knows.
        port: The port of the loopback interface that it listens on.
        host: The interface to listen on; another one than loopback needs `auth`.
        engine: The engine that builds and runs jobs: `process`, `docker` or `auto`.
        auth: Whether a token is asked for, as a real server does.
        faithful: Whether it also does what a real server does to the harm of its user: a job that
            ends at its start is noticed after the whole limit only, and a failed `deploy --force`
            removes the running job.
        overwrite: Whether a version that runs is replaced without `--force`.
        requirements: Whether a plugin's requirements.txt may be installed.
        git_hosts: The hosts that jobs may be fetched from by git; `*` for all of them.
        pub_for_containers: Whether PUB, and nothing else, also listens on the address by which
            containers reach this machine; other containers on it may call jobs then, too.
        hosts: Further names of hosts by which it may be asked for; `*` for any, which is for
            where no browser reaches it but through a proxy.
        limits: What is too much or too long.
    """

    state: Path
    port: int = DEFAULT_PORT
    host: str = "127.0.0.1"
    engine: str = "process"
    auth: bool = False
    faithful: bool = False
    overwrite: bool = False
    requirements: bool = False
    git_hosts: tuple[str, ...] = ()
    pub_for_containers: bool = False
    hosts: tuple[str, ...] = ()
    limits: Limits = Limits()

    @property
    def url(self) -> str:
        """Where it is reached from this machine, without a path."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def lifecycle_url(self) -> str:
        """What `racetrack` takes as its remote."""
        return f"{self.url}/lifecycle"

    @property
    def pub_url(self) -> str:
        """Where PUB is."""
        return f"{self.url}/pub"

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.state / "racetrack.sqlite3"

    @property
    def plugins_dir(self) -> Path:
        """The ZIPs of the installed plugins."""
        return self.state / "plugins"

    @property
    def workspaces_dir(self) -> Path:
        """The sources of each deployment, in a folder of its own."""
        return self.state / "workspaces"

    @property
    def jobs_dir(self) -> Path:
        """What each job runs from, in a folder of its own: program, files, log."""
        return self.state / "jobs"

    def to_dict(self) -> dict[str, Any]:
        """As plain values, for JSON; `from_dict` reads them."""
        return {**asdict(self), "state": str(self.state)}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Config:
        """What `to_dict` gave."""
        return cls(
            **{
                **values,
                "state": Path(values["state"]),
                "git_hosts": tuple(values["git_hosts"]),
                "hosts": tuple(values["hosts"]),
                "limits": Limits(**values["limits"]),
            }
        )
