"""Watches the jobs that run: a crash is noticed at once, told, and mended a few times.

Whoever starts a job tells the supervisor; from then on it knows where the job is, what it wrote and
how it is, until it is told to stop it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from workbench.engines import Engine, get_engine
from workbench.errors import WorkbenchError, exit_words
from workbench.racetrack.config import Config
from workbench.racetrack.model import JobStatus
from workbench.racetrack.running.following import follow_log
from workbench.racetrack.running.gate import GateError, pass_gate
from workbench.racetrack.running.instance import Instance
from workbench.racetrack.running.last_calls import UNWRITTEN, Key, LastCalls
from workbench.racetrack.running.probes import state_of
from workbench.racetrack.store import Store

LOOK = 0.2
"""Seconds between two looks at whether the processes live."""

_log = logging.getLogger(__name__)

CALM = 3600.0
"""Seconds without a crash after which the count of restarts begins anew."""


class Supervisor:
    """The jobs that run. Safe from any thread.

    Args:
        config: Its limits, and the engine.
        store: Where the state of jobs is written down.
    """

    def __init__(self, config: Config, store: Store) -> None:
        self._config = config
        self._store = store
        self._engine: Engine | None = None
        self._running: dict[Key, Instance] = {}
        self._calls = LastCalls(store)
        self._due: list[tuple[float, Key, Instance, list[str], int]] = []
        self._lock = threading.RLock()
        self._closing = threading.Event()
        self._wake = threading.Event()
        self._pool = ThreadPoolExecutor(8, thread_name_prefix="supervisor")
        self._watcher = threading.Thread(target=self._watch, name="watcher", daemon=True)
        self._watcher.start()

    @property
    def engine(self) -> Engine:
        """What builds and runs jobs.

        Raises:
            EngineUnavailable: It does not work on this machine.
        """
        with self._lock:
            if self._engine is None:
                self._engine = get_engine(self._config.engine)
            return self._engine

    # --- what is asked ----------------------------------------------------------------------------

    def address(self, name: str, version: str) -> str | None:
        """Where a job listens; None where it does not run."""
        instance = self._running.get((name, version))
        if instance is None or instance.container.exit_code is not None:
            return None
        return instance.address

    def instance(self, name: str, version: str) -> Instance | None:
        """What runs a job, or ran it last."""
        return self._running.get((name, version))

    def logs(self, name: str, version: str, tail: int) -> str:
        """The last lines of a job, each with its end; all of them for 0."""
        instance = self._running.get((name, version))
        return "".join(f"{line}\n" for line in instance.lines(tail)) if instance else ""

    def follow(
        self, name: str, version: str, tail: int, on_line: Callable[[str], None]
    ) -> Callable[[], None]:
        """Give a job's last lines and then each new one, also after it was started again.

        Returns:
            What ends it.
        """
        ended = threading.Event()
        thread = threading.Thread(
            target=follow_log,
            args=(lambda: self.instance(name, version), tail, on_line, ended),
            daemon=True,
        )
        thread.start()

        def end() -> None:
            ended.set()
            thread.join()

        return end

    # --- what is done -----------------------------------------------------------------------------

    def adopt(self, name: str, version: str, instance: Instance) -> Instance | None:
        """Watch an instance from now on, and let PUB call it; gives the one that it replaces."""
        with self._lock:
            former = self._running.get((name, version))
            self._running[name, version] = instance
            return former

    def retire(self, instance: Instance) -> None:
        """Stop an instance that was replaced, in the background: its calls are answered first."""

        def end() -> None:
            instance.stop()
            instance.forget()

        instance.stopping = True
        if not self._closing.is_set():
            self._pool.submit(end)

    def stop(self, name: str, version: str) -> None:
        """Stop a job, and forget it."""
        with self._lock:
            instance = self._running.pop((name, version), None)
            self._calls.forget((name, version))
        if instance is not None:
            instance.stop()
            instance.forget()

    def called(self, name: str, version: str) -> None:
        """Note that a job was called just now."""
        self._calls.note((name, version))

    def broken(self, name: str, version: str) -> None:
        """Look at once: a connection to a job broke."""
        del name, version
        self._wake.set()

    def close(self) -> None:
        """Stop all jobs of this server; a later start of it brings them back."""
        self._closing.set()
        self._wake.set()
        self._watcher.join()
        self._calls.write()
        with self._lock:
            running = list(self._running.values())
        for instance in running:
            instance.stopping = True
        list(self._pool.map(lambda instance: instance.stop(), running))
        self._pool.shutdown()

    # --- watching ---------------------------------------------------------------------------------

    def _watch(self) -> None:
        synced = time.monotonic()
        while not self._closing.is_set():
            self._wake.wait(LOOK)
            self._wake.clear()
            for key, instance in list(self._running.items()):
                with suppress(OSError):
                    instance.blot_log()
                    instance.bound_log(self._config.limits.job_log)
                ended = instance.container.exit_code is not None
                if ended and not (instance.stopping or instance.noticed):
                    instance.noticed = True
                    self._pool.submit(self._crashed, key, instance)
            self._restart_what_is_due()
            if time.monotonic() - synced >= self._config.limits.sync:
                synced = time.monotonic()
                self._calls.write()
                for key, instance in list(self._running.items()):
                    self._pool.submit(self._sync, key, instance)

    def _crashed(self, key: Key, instance: Instance) -> None:
        code = instance.container.exit_code
        words = exit_words(code if code is not None else 0)
        log = "\n".join(instance.lines(20))
        restarts = 0 if time.monotonic() - instance.started > CALM else instance.restarts
        most = self._config.limits.restarts
        again = restarts < most
        what = f"the job's process ended with {words}"
        then = "it is started again" if again else f"it was started again {most} times, no more"
        job = self._store.job(*key)
        if job is None or job.status is JobStatus.STARTING:
            instance.noticed = False  # its deployment tells of it, unless it is just through
            return
        try:
            told = f"{what}; {then}\nJob logs:\n{log}\n"
            self._store.update_job(*key, status=JobStatus.ERROR, error=told)
        except UNWRITTEN as error:  # a full disk keeps no job from being started again
            _log.warning("%s %s: %s: %s", *key, what, error)
        if again:
            before = instance.kept(f"--- {what}; started again ---")
            due = time.monotonic() + min(0.25 * 2**restarts, 30.0)
            with self._lock:
                self._due.append((due, key, instance, before, restarts + 1))

    def _restart_what_is_due(self) -> None:
        with self._lock:
            due = [one for one in self._due if one[0] <= time.monotonic()]
            self._due = [one for one in self._due if one not in due]
        for _, key, instance, before, restarts in due:
            self._pool.submit(self._restart, key, instance, before, restarts)

    def _restart(self, key: Key, instance: Instance, before: list[str], restarts: int) -> None:
        with self._lock:
            if not self._still_wanted(key, instance):
                return  # deleted or deployed anew in the meantime
            try:
                fresh = Instance.start(
                    self.engine, instance.program, instance.timestamp, before, restarts
                )
            except WorkbenchError as error:
                self._store.update_job(*key, status=JobStatus.ERROR, error=str(error))
                return
            self._running[key] = fresh
        instance.stop()  # its record, and what it left
        with suppress(GateError):  # a crash is noticed by itself, all else at the next sync
            pass_gate(fresh, self._config)
            self._store.update_job(
                *key, status=JobStatus.RUNNING, error=None,
                restarts=restarts, internal_name=fresh.internal_name,
            )  # fmt: skip

    def bring_back(self, name: str, version: str) -> None:
        """Start a job again that was stopped for one to take its place, which failed."""
        with self._lock:
            old = self._running.get((name, version))
        if old is not None and old.stopping:
            self._restart((name, version), old, old.kept("--- started again ---"), 0)

    def restart(self, name: str, version: str) -> None:
        """Start a job again from its image; the old one answers until the new one is ready.

        Raises:
            GateError: The new one did not get ready; the old one goes on.
            WorkbenchError: It could not be started.
        """
        old = self._running[name, version]
        if old.program.image.fixed_port:
            old.stop()
        try:
            fresh = Instance.start(self.engine, old.program, int(time.time()), old.kept("---"), 0)
            try:
                pass_gate(fresh, self._config)
            except BaseException:
                fresh.stop()
                raise
        except BaseException:
            self.bring_back(name, version)
            raise
        with self._lock:
            if wanted := self._still_wanted((name, version), old):
                self._running[name, version] = fresh
        if not wanted:
            fresh.stop()
            what = f"{name} {version} was deleted or started anew meanwhile."
            raise WorkbenchError(what, remedy="look at its status; if it is there, it runs anew.")
        try:
            self._store.update_job(
                name, version, status=JobStatus.RUNNING, error=None,
                deployment_timestamp=fresh.timestamp, internal_name=fresh.internal_name,
            )  # fmt: skip
        finally:
            old.stop()

    def _sync(self, key: Key, instance: Instance) -> None:
        job = self._store.job(*key)
        if job is None or job.status not in (JobStatus.RUNNING, JobStatus.ERROR):
            return
        if not self._still_runs(key, instance):
            return
        error, last_call = state_of(instance)
        if not self._still_runs(key, instance):
            return  # it ended, or another took its place, while it was asked: that is told already
        changes: dict[str, Any] = {
            "status": JobStatus.ERROR if error else JobStatus.RUNNING,
            "error": error,
            "last_call_time": max(last_call, job.last_call_time or 0),
        }
        if any(getattr(job, name) != value for name, value in changes.items()):
            self._store.update_job(*key, **changes)

    def _still_wanted(self, key: Key, instance: Instance) -> bool:
        return self._running.get(key) is instance and not self._closing.is_set()

    def _still_runs(self, key: Key, instance: Instance) -> bool:
        return instance.container.exit_code is None and self._running.get(key) is instance
