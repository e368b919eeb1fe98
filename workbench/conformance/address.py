"""A wrapper that somebody runs, of which no more than its address is known."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import unquote

from workbench.conformance.exchange import Connect
from workbench.conformance.instance import TIMEOUT, Instance, connect_to
from workbench.conformance.target import Given, Target
from workbench.errors import WorkbenchError


class AddressTarget(Target):
    """A wrapper that runs already, at an address; nothing of it is ever stopped.

    An address with a path `/pub/job/NAME/VERSION` is one of PUB's: the root is out of reach then.

    Raises:
        UsageError: It is no address.
        WorkbenchError: Nobody listens there.
    """

    def __init__(self, url: str, given: Given) -> None:
        super().__init__(url, given)
        connect, host, path = connect_to(url)
        _look(connect, url)
        words = path.split("/")
        pub = words[:3] == ["", "pub", "job"] and len(words) == 5
        name, version = (unquote(words[3]), words[4]) if pub else (given.job_name, "latest")
        self._instance = Instance(
            connect,
            root=path,
            job_name=name,
            version=version,
            timestamp=given.timestamp,
            behind_pub=pub,
            host=host,
        )
        if name is None:
            self._instance = self._told_by_health(self._instance)

    def running(self) -> Instance:
        """The instance at the address, whether or not it answers."""
        return self._instance

    def _told_by_health(self, instance: Instance) -> Instance:
        """`/health` tells the job's name, by convention."""
        body = instance.ask("GET", f"{instance.root}/health").json
        name = body.get("job_name") if isinstance(body, dict) else None
        if not isinstance(name, str) or not name:
            return instance
        return replace(instance, job_name=name)


def _look(connect: Connect, url: str) -> None:
    """See whether somebody is there at all: of nobody there is nothing to judge."""
    try:
        connect(TIMEOUT).close()
    except OSError as error:
        raise WorkbenchError(
            f"Nobody answers at {url}: {error.strerror or error}.",
            remedy="start a job with `workbench run`, or correct the address.",
        ) from None
