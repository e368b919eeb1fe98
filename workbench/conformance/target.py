"""What is judged: an address, or something that can be started, as often as rules need it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from workbench.conformance.instance import Instance, Started
from workbench.conformance.loopback import host_of
from workbench.conformance.vocabulary import NeverReady, NotJudged
from workbench.engines import NOTHING_WRONG, Surroundings
from workbench.errors import EngineUnavailable, JobNotReady, PortTaken, WorkbenchError
from workbench.manifest import JobManifest
from workbench.run import job_environment

NOTHING_STARTS = (
    "an address alone shows nothing of how a wrapper starts and stops: give the job's folder, or "
    "the command that starts the wrapper (--start)"
)
ABORT_GRACE = 0.5
"""Seconds between asking and killing, where somebody waits for the end of all of it."""

TELLS_PROBE = "it takes a function that does what it is told"
RUNNING, PROBE = "running", "probe"
NO_PROBE = (
    f"{TELLS_PROBE}: give the job's folder and its plugin, or start the wrapper around such a "
    "function (--start and --probe)"
)


@dataclass(frozen=True)
class Given:
    """What the person told about the job, where the target cannot.

    Attributes:
        job_name: The job's name.
        timestamp: The deployment's Unix second.
        input: The input of a good call, as JSON; None where none was given.
        expect: What that call answers, as JSON; None where that was not given.
        fault_input: An input that makes the function fail, as JSON; None where none was given.
    """

    job_name: str | None = None
    timestamp: int | None = None
    input: str | None = None
    expect: str | None = None
    fault_input: str | None = None


class Target:
    """Something to judge; a context manager that ends whatever it started.

    Attributes:
        label: What it is, in words.
        given: What the person told.
        one_at_a_time: Whether two instances of it cannot run side by side.
        starts: Whether it can be started; else it belongs to somebody, and is only asked.
        wrapper: The folder with the wrapper's sources, where those are in Go; else None.
    """

    one_at_a_time = False
    starts = False
    wrapper: Path | None = None

    def __init__(self, label: str, given: Given) -> None:
        self.label = label
        self.given = given
        self._locks = {name: threading.Lock() for name in (RUNNING, PROBE)}
        self._shared: dict[str, Instance | WorkbenchError] = {}
        self._started: list[Instance] = []
        self._came_up: set[str] = set()

    def running(self) -> Instance:
        """The wrapper that most rules ask; started by the first of them.

        Raises:
            NeverReady: It ended, or answers nobody.
            NotJudged: It could not be started.
        """
        return self._share(RUNNING, lambda: self.start({}))

    def share_running(self, instance: Instance) -> None:
        """Take an instance that runs already; it is not stopped."""
        self._shared[RUNNING] = instance

    def probing(self) -> Instance:
        """The wrapper around the probe job; likewise.

        Raises:
            NeverReady: It ended, or answers nobody.
            NotJudged: There is none, or it could not be started.
        """
        return self._share(PROBE, lambda: self.start({}, probe=True))

    def has_to_come_up(self, *, probe: bool) -> None:
        """Do nothing if it comes up as it is usually started, so that another start can tell.

        Raises:
            NotJudged: As `running` and `probing` do.
        """
        if (PROBE if probe else RUNNING) not in self._came_up:
            _ = self.probing() if probe else self.running()

    def start(
        self,
        env: Mapping[str, str],
        *,
        probe: bool = False,
        ready: bool = True,
        plain: bool = False,
        around: Surroundings = NOTHING_WRONG,
    ) -> Instance:
        """Start one more; whoever did stops it.

        Args:
            env: Variables that differ from what an infrastructure gives.
            probe: Whether it is to be the wrapper around the probe job.
            ready: Whether to wait until it is ready, or shows that it will not be.
            plain: Whether nothing may tell it where to listen.
            around: What is wrong where it is started.

        Raises:
            NotJudged: Nothing can be started from this target.
            JobNotReady: It ended, or answers nobody.
        """
        del env, ready, plain, around
        raise NotJudged(NO_PROBE if probe else NOTHING_STARTS)

    def close(self) -> None:
        """End what rules share; what one rule alone started, that rule ends."""
        self._stop_shared()

    def make_room(self) -> None:
        """End what is shared, where nothing can run beside it."""
        if self.one_at_a_time:
            self._stop_shared()

    def abort(self) -> None:
        """End whatever was started, under those who still ask it."""

    def _stop_shared(self) -> None:
        while self._started:
            self._started.pop().stop()
        # What did not get ready is remembered: it would not the next time, either.
        self._shared = {
            name: found for name, found in self._shared.items() if isinstance(found, Exception)
        }

    def __enter__(self) -> Target:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _share(self, name: str, start: Callable[[], Instance]) -> Instance:
        with self._locks[name]:
            found = self._shared.get(name)
            if found is None:
                if self.one_at_a_time:
                    self._stop_shared()
                try:
                    found = start()
                    self._started.append(found)
                except WorkbenchError as error:
                    found = error
                self._shared[name] = found
        if isinstance(found, JobNotReady):
            raise NeverReady(found.message, found.log) from found
        if isinstance(found, WorkbenchError):
            raise NotJudged(found.message) from found
        self._came_up.add(name)
        return found


Start = Callable[[Mapping[str, str], bool, Surroundings], Started]
"""Starts a wrapper and returns at once.

It takes the environment that an infrastructure gives, whether nothing else may tell the wrapper
where to listen, and what is wrong where it is started.
"""


@dataclass(frozen=True)
class Startable:
    """A job, wrapped, that can be started.

    Attributes:
        manifest: The job's manifest.
        start: How.
    """

    manifest: JobManifest
    start: Start


class StartedTarget(Target):
    """A wrapper that can be started.

    Args:
        label: What it is, in words.
        given: What the person told.
        job: The wrapper around the job.
        probe: The wrapper around the probe job, or why there is none.
        one_at_a_time: Whether two instances of it cannot run side by side.
    """

    starts = True

    def __init__(
        self,
        label: str,
        given: Given,
        job: Startable,
        probe: Startable | str = NO_PROBE,
        *,
        one_at_a_time: bool = False,
    ) -> None:
        super().__init__(label, given)
        self.one_at_a_time = one_at_a_time
        self._job = job
        self._probe = probe
        self._alive: set[Instance] = set()
        self._aborted = False

    @property
    def probes(self) -> bool:
        """Whether there is a wrapper around the probe job."""
        return not isinstance(self._probe, str)

    def start(
        self,
        env: Mapping[str, str],
        *,
        probe: bool = False,
        ready: bool = True,
        plain: bool = False,
        around: Surroundings = NOTHING_WRONG,
    ) -> Instance:
        """See `Target.start`."""
        job = self._probe if probe else self._job
        if isinstance(job, str):
            raise NotJudged(job)
        self._forget_ended()
        told = {**job_environment(job.manifest, int(time.time())), **env}
        try:
            container = job.start(told, plain, around)
        except (EngineUnavailable, PortTaken) as problem:
            raise NotJudged(problem.message) from problem
        instance = Instance(
            container.connect,
            job_name=told.get("JOB_NAME"),
            version=told.get("JOB_VERSION"),
            timestamp=_number(told.get("JOB_DEPLOYMENT_TIMESTAMP")),
            container=container,
            host=host_of(container),
        )
        self._alive.add(instance)
        if self._aborted:
            instance.stop()
        if ready:
            try:
                instance.wait_usable()
            except BaseException:
                instance.stop()
                raise
        return instance

    def abort(self) -> None:
        """See `Target.abort`; what is started later ends at once."""
        self._aborted = True
        for instance in self._alive.copy():
            if instance.exit_code is None:
                instance.stop(ABORT_GRACE)

    def _forget_ended(self) -> None:
        for instance in self._alive.copy():
            if instance.exit_code is not None:
                self._alive.discard(instance)


def _number(text: str | None) -> int | None:
    try:
        return int(text or "")
    except ValueError:
        return None
